/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * exchange ONE OTHER [ONE OTHER]...: exchanges the names of each pair, renameat2(2), without end
 * and as fast as it can, which is what somebody does who races with a program that looks a path up.
 * SIGTERM, or the end of its parent, ends it; then it prints how many exchanges there were.
 */
#include <fcntl.h>
#include <linux/fs.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile sig_atomic_t is_told_to_end;

static void
end(int signal)
{
	(void)signal;
	is_told_to_end = 1;
}

int
main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = end};
	unsigned long exchanges = 0;

	if (argc < 3 || argc % 2 == 0) {
		fprintf(stderr, "usage: exchange ONE OTHER [ONE OTHER]...\n");
		return 2;
	}
	if (sigaction(SIGTERM, &action, NULL) < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) < 0) {
		perror("exchange");
		return 1;
	}
	while (!is_told_to_end) {
		for (int i = 1; i < argc; i += 2) {
			/* musl 1.2.5 has no function for it yet */
			if (syscall(SYS_renameat2, AT_FDCWD, argv[i], AT_FDCWD, argv[i + 1],
				    RENAME_EXCHANGE) < 0) {
				perror(argv[i]);
				return 1;
			}
			exchanges++;
		}
	}
	printf("%lu\n", exchanges);
	return 0;
}
