/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter-as/terminal.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include <linux/audit.h>
#include <linux/seccomp.h>

/* The machine that this is compiled for, by the AUDIT_ARCH of its widest ABI. */
#if defined(__x86_64__) || defined(__i386__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__AARCH64EL__) || defined(__ARMEL__)
#define MACHINE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define MACHINE AUDIT_ARCH_RISCV64
#else
#define MACHINE 0
#endif

/*
 * All ABIs of a machine, with the numbers of ioctl(2) in them. x32 shares x86-64's AUDIT_ARCH and
 * sets bit 30 of the number. Both numbers are matched with and without that bit, since kernels have
 * accepted the mixtures.
 */
struct machine {
	uint32_t first_arch;
	uint32_t first_ioctl;
	uint32_t first_other_ioctl;
	uint32_t first_number_mask;
	uint32_t second_arch;
	uint32_t second_ioctl;
};

static const struct machine machines[] = {
	{AUDIT_ARCH_X86_64, 16, 514, 0xbfffffff, AUDIT_ARCH_I386, 54},
	{AUDIT_ARCH_AARCH64, 29, 29, 0xffffffff, AUDIT_ARCH_ARM, 54},
	{AUDIT_ARCH_RISCV64, 29, 29, 0xffffffff, AUDIT_ARCH_RISCV32, 29},
};

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_EQUAL(value, then, otherwise)                                                           \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))

static void
make_filter(struct terminal_filter *filter, const struct machine *machine)
{
	/*
	 * A jump counts the instructions to skip; the number of its target stands behind it. All
	 * these architectures are little-endian, so the low 32 bits of a field are loaded. The
	 * kernel ignores the rest of a request (flatpak CVE-2019-10063).
	 */
	*filter = (struct terminal_filter){{
		/*  0 */ LOAD(arch),
		/*  1 */ IF_EQUAL(machine->first_arch, 0, 4), /* 2, 6 */
		/*  2 */ LOAD(nr),
		/*  3 */ BPF_STMT(BPF_ALU | BPF_AND | BPF_K, machine->first_number_mask),
		/*  4 */ IF_EQUAL(machine->first_ioctl, 4, 0), /* 9, 5 */
		/*  5 */ IF_EQUAL(machine->first_other_ioctl, 3, 6), /* 9, 12 */
		/*  6 */ IF_EQUAL(machine->second_arch, 0, 7), /* 7, 14 */
		/*  7 */ LOAD(nr),
		/*  8 */ IF_EQUAL(machine->second_ioctl, 0, 3), /* 9, 12 */
		/*  9 */ LOAD(args[1]),
		/* 10 */ IF_EQUAL(TIOCSTI, 2, 0), /* 13, 11 */
		/* 11 */ IF_EQUAL(TIOCLINUX, 1, 0), /* 13, 12 */
		/* 12 */ RETURN(SECCOMP_RET_ALLOW),
		/* 13 */ RETURN(SECCOMP_RET_ERRNO | EPERM),
		/* 14 */ RETURN(SECCOMP_RET_KILL_PROCESS),
	}};
}

int
terminal_filter(struct terminal_filter *filter, uint32_t arch)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		if (machines[i].first_arch == arch) {
			make_filter(filter, &machines[i]);
			return 0;
		}
	}
	errno = ENOSYS;
	return -1;
}

int
terminal_protect(void)
{
	struct terminal_filter filter;
	struct sock_fprog program = {.len = TERMINAL_FILTER_LENGTH, .filter = filter.instructions};

	if (terminal_filter(&filter, MACHINE) < 0)
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
