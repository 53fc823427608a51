/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tries to push a character into its terminal's input, by each way the kernel can be called:
 * prints a line "WAY: pushed" or "WAY: refused", or "WAY: absent" where the kernel lacks the way.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static void
tell(const char *way, long result, int error)
{
	printf("%s: %s\n", way, result == 0 ? "pushed" : error == ENOSYS ? "absent" : "refused");
}

#ifdef __x86_64__
static sigjmp_buf way_back;

static void
return_from_fault(int number)
{
	(void)number;
	siglongjmp(way_back, 1);
}

/* The i386 way, which a 64-bit program can take too; the pointer must lie in the first 4 GiB. */
static long
ioctl_i386(int fd, uint32_t request, uint32_t pointer)
{
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(54), "b"(fd), "c"(request), "d"(pointer)
			 : "memory", "r8", "r9", "r10", "r11");
	return result;
}

/* A machine whose hypervisor lacks the gate answers "int $0x80" with a fault (seen under pvm). */
static long
try_ioctl_i386(int fd, uint32_t request, uint32_t pointer)
{
	volatile long result = -ENOSYS;

	signal(SIGSEGV, return_from_fault);
	if (sigsetjmp(way_back, 1) == 0)
		result = ioctl_i386(fd, request, pointer);
	signal(SIGSEGV, SIG_DFL);
	return result;
}

static void
push_otherwise(int fd, const char *character)
{
	char *low = mmap(
		NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long result;

	if (low == MAP_FAILED)
		return;
	*low = *character;
	result = try_ioctl_i386(fd, TIOCSTI, (uint32_t)(uintptr_t)low);
	tell("TIOCSTI as i386", result, (int)-result);
	result = syscall(0x40000000 | 514, fd, TIOCSTI, low);
	tell("TIOCSTI as x32", result, errno);
}
#else
static void
push_otherwise(int fd, const char *character)
{
	(void)fd;
	(void)character;
}
#endif

int
main(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);
	char paste[2] = {3, 0}; /* TIOCLINUX: paste the selection */
	long result;

	if (fd < 0) {
		perror("/dev/tty");
		return 1;
	}
	result = syscall(SYS_ioctl, fd, TIOCSTI, "x");
	tell("TIOCSTI", result, errno);
	result = syscall(SYS_ioctl, fd, TIOCSTI | 1ULL << 32, "x");
	tell("TIOCSTI with high bits", result, errno);
	push_otherwise(fd, "x");
	result = syscall(SYS_ioctl, fd, TIOCLINUX, paste);
	/* a terminal that is no console does not know it: EPERM is the filter's word */
	printf("TIOCLINUX: %s\n",
		result < 0 && errno == EPERM ? "refused" : "reached the terminal");
	return 0;
}
