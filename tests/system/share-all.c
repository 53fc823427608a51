/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * share-all: makes every mount of the host shared, as `mount --make-rshared /` does, over and over.
 * The end of its parent ends it; SIGTERM too, and then it prints how often it did.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/prctl.h>

static volatile sig_atomic_t is_told_to_end;

static void
end(int signal)
{
	(void)signal;
	is_told_to_end = 1;
}

int
main(void)
{
	const struct sigaction action = {.sa_handler = end};
	unsigned long times = 0;

	if (sigaction(SIGTERM, &action, NULL) < 0 || prctl(PR_SET_PDEATHSIG, SIGTERM) < 0) {
		perror("share-all");
		return 1;
	}
	for (; !is_told_to_end; times++)
		if (mount(NULL, "/", NULL, MS_SHARED | MS_REC, NULL) < 0) {
			perror("share-all");
			return 1;
		}
	printf("%lu\n", times);
	return 0;
}
