#include "terminal.h"

#include <errno.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

/*
 * The machine's ABIs, every one that its processes can call the kernel through, with the numbers
 * that ioctl(2) has in it. x32 shares x86-64's AUDIT_ARCH and sets bit 30 of the number; both
 * numbers are taken with and without it, since kernels have let the mixtures through.
 */
#if defined(__x86_64__) || defined(__i386__)
#define FIRST_ARCH AUDIT_ARCH_X86_64
#define FIRST_IOCTL 16
#define FIRST_OTHER_IOCTL 514
#define FIRST_NUMBER_MASK 0xbfffffffU
#define SECOND_ARCH AUDIT_ARCH_I386
#define SECOND_IOCTL 54
#elif defined(__aarch64__) || defined(__arm__)
#define FIRST_ARCH AUDIT_ARCH_AARCH64
#define FIRST_IOCTL 29
#define FIRST_OTHER_IOCTL 29
#define FIRST_NUMBER_MASK 0xffffffffU
#define SECOND_ARCH AUDIT_ARCH_ARM
#define SECOND_IOCTL 54
#elif defined(__riscv) && __riscv_xlen == 64
#define FIRST_ARCH AUDIT_ARCH_RISCV64
#define FIRST_IOCTL 29
#define FIRST_OTHER_IOCTL 29
#define FIRST_NUMBER_MASK 0xffffffffU
#define SECOND_ARCH AUDIT_ARCH_RISCV32
#define SECOND_IOCTL 29
#endif

#ifdef FIRST_ARCH

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_EQUAL(value, then, otherwise)                                                           \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (then), (otherwise))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))

int
terminal_protect(void)
{
	/*
	 * A jump counts the instructions to pass over, the target's number stands behind it. All
	 * these architectures are little-endian, so a field is loaded by its low 32 bits, and the
	 * kernel looks at no more of a request (flatpak CVE-2019-10063).
	 */
	static struct sock_filter filter[] = {
		/*  0 */ LOAD(arch),
		/*  1 */ IF_EQUAL(FIRST_ARCH, 0, 4), /* 2, 6 */
		/*  2 */ LOAD(nr),
		/*  3 */ BPF_STMT(BPF_ALU | BPF_AND | BPF_K, FIRST_NUMBER_MASK),
		/*  4 */ IF_EQUAL(FIRST_IOCTL, 4, 0), /* 9, 5 */
		/*  5 */ IF_EQUAL(FIRST_OTHER_IOCTL, 3, 6), /* 9, 12 */
		/*  6 */ IF_EQUAL(SECOND_ARCH, 0, 7), /* 7, 14 */
		/*  7 */ LOAD(nr),
		/*  8 */ IF_EQUAL(SECOND_IOCTL, 0, 3), /* 9, 12 */
		/*  9 */ LOAD(args[1]),
		/* 10 */ IF_EQUAL(TIOCSTI, 2, 0), /* 13, 11 */
		/* 11 */ IF_EQUAL(TIOCLINUX, 1, 0), /* 13, 12 */
		/* 12 */ RETURN(SECCOMP_RET_ALLOW),
		/* 13 */ RETURN(SECCOMP_RET_ERRNO | EPERM),
		/* 14 */ RETURN(SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}

#else

int
terminal_protect(void)
{
	errno = ENOSYS;
	return -1;
}

#endif
