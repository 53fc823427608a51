/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "enter-as/terminal.h"

#include <endian.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define X32 0x40000000U /* __X32_SYSCALL_BIT of asm/unistd.h */
#define REFUSED (SECCOMP_RET_ERRNO | EPERM)

static const uint32_t machines[] = {AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, AUDIT_ARCH_RISCV64};

/* An ABI of a machine, and the number of ioctl in it, by the kernel's tables of system calls. */
static const struct way {
	uint32_t machine;
	uint32_t arch;
	uint32_t number;
} ways[] = {
	{AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, 16},
	{AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, X32 | 514},
	/* the mixtures, which kernels before 5.4 took: seccomp(2), on x32 */
	{AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, 514},
	{AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, X32 | 16},
	{AUDIT_ARCH_X86_64, AUDIT_ARCH_I386, 54},
	{AUDIT_ARCH_AARCH64, AUDIT_ARCH_AARCH64, 29},
	{AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, 54},
	{AUDIT_ARCH_RISCV64, AUDIT_ARCH_RISCV64, 29},
	{AUDIT_ARCH_RISCV64, AUDIT_ARCH_RISCV32, 29},
};

static const uint32_t pushing[] = {TIOCSTI, TIOCLINUX};

/* What the kernel would do with it: classic BPF, as much of it as the filter uses. */
static uint32_t
run(const struct terminal_filter *filter, const struct seccomp_data *data)
{
	uint32_t value = 0;

	for (size_t at = 0; at < LENGTH(filter->instructions); at++) {
		const struct sock_filter *instruction = &filter->instructions[at];

		switch (instruction->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(instruction->k % 4 == 0 && instruction->k < sizeof(*data));
			memcpy(&value, (const char *)data + instruction->k, sizeof(value));
			value = le32toh(value);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			value &= instruction->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += value == instruction->k ? instruction->jt : instruction->jf;
			break;
		case BPF_RET | BPF_K:
			return instruction->k;
		default:
			fail_msg("instruction %zu is none that is known here", at);
		}
	}
	fail_msg("the filter runs off its end");
	return 0;
}

/* The verdict on a machine, whose bytes lie as all of ours have them, little end first. */
static uint32_t
verdict(uint32_t machine, uint32_t arch, uint32_t number, uint64_t request)
{
	struct seccomp_data data = {
		.nr = (int)htole32(number),
		.arch = htole32(arch),
		.instruction_pointer = UINT64_MAX,
		.args = {UINT64_MAX, htole64(request), UINT64_MAX, UINT64_MAX, UINT64_MAX,
			UINT64_MAX},
	};
	struct terminal_filter filter;

	assert_int_equal(terminal_filter(&filter, machine), 0);
	return run(&filter, &data);
}

static void
both_requests_are_refused_in_every_abi(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ways); i++)
		for (size_t j = 0; j < LENGTH(pushing); j++)
			assert_int_equal(
				verdict(ways[i].machine, ways[i].arch, ways[i].number, pushing[j]),
				REFUSED);
}

static void
high_bits_of_the_request_do_not_pass_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ways); i++)
		for (size_t j = 0; j < LENGTH(pushing); j++)
			for (unsigned bit = 32; bit < 64; bit++)
				assert_int_equal(verdict(ways[i].machine, ways[i].arch,
							 ways[i].number, pushing[j] | 1ULL << bit),
					REFUSED);
}

static void
other_requests_pass(void **state)
{
	static const uint64_t requests[] = {0, TCGETS, TCSETSW, TIOCGWINSZ, TIOCSWINSZ, TIOCGPGRP,
		TIOCSPGRP, TIOCSCTTY, FIONREAD, TIOCSTI - 1, TIOCSTI + 1, TIOCLINUX - 1,
		TIOCLINUX + 1,
		/* the kernel sees the low half: 0, and the rest of a larger number */
		(uint64_t)TIOCSTI << 32, TIOCSTI | 1U << 16, TIOCSTI | 1U << 31, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < LENGTH(ways); i++)
		for (size_t j = 0; j < LENGTH(requests); j++)
			assert_int_equal(
				verdict(ways[i].machine, ways[i].arch, ways[i].number, requests[j]),
				SECCOMP_RET_ALLOW);
}

static bool
is_ioctl(uint32_t arch, uint32_t number)
{
	for (size_t i = 0; i < LENGTH(ways); i++)
		if (ways[i].arch == arch && ways[i].number == number)
			return true;
	return false;
}

static void
other_system_calls_pass_whatever_they_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(ways); i++) {
		uint32_t bits = ways[i].number & X32;

		for (uint32_t number = 0; number < 1024; number++)
			if (!is_ioctl(ways[i].arch, bits | number))
				assert_int_equal(verdict(ways[i].machine, ways[i].arch,
							 bits | number, TIOCSTI),
					SECCOMP_RET_ALLOW);
	}
}

static bool
has_abi(uint32_t machine, uint32_t arch)
{
	for (size_t i = 0; i < LENGTH(ways); i++)
		if (ways[i].machine == machine && ways[i].arch == arch)
			return true;
	return false;
}

static void
an_abi_that_the_machine_does_not_have_ends_the_process(void **state)
{
	static const uint32_t archs[] = {0, UINT32_MAX, AUDIT_ARCH_X86_64, AUDIT_ARCH_I386,
		AUDIT_ARCH_AARCH64, AUDIT_ARCH_ARM, AUDIT_ARCH_ARMEB, AUDIT_ARCH_RISCV64,
		AUDIT_ARCH_RISCV32, AUDIT_ARCH_PPC64LE, AUDIT_ARCH_S390X, AUDIT_ARCH_MIPSEL64};

	(void)state;
	for (size_t i = 0; i < LENGTH(machines); i++)
		for (size_t j = 0; j < LENGTH(archs); j++)
			for (uint32_t number = 0; number < 64; number++)
				if (!has_abi(machines[i], archs[j]))
					assert_int_equal(verdict(machines[i], archs[j], number, 0),
						SECCOMP_RET_KILL_PROCESS);
}

static void
a_machine_that_is_not_known_has_no_filter(void **state)
{
	static const uint32_t unknown[] = {0, AUDIT_ARCH_I386, AUDIT_ARCH_S390X};
	struct terminal_filter filter;

	(void)state;
	for (size_t i = 0; i < LENGTH(unknown); i++) {
		errno = 0;
		assert_int_equal(terminal_filter(&filter, unknown[i]), -1);
		assert_int_equal(errno, ENOSYS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_requests_are_refused_in_every_abi),
		cmocka_unit_test(high_bits_of_the_request_do_not_pass_it),
		cmocka_unit_test(other_requests_pass),
		cmocka_unit_test(other_system_calls_pass_whatever_they_are_told),
		cmocka_unit_test(an_abi_that_the_machine_does_not_have_ends_the_process),
		cmocka_unit_test(a_machine_that_is_not_known_has_no_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
