/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * copy-namespace COMMAND [ARG...]: runs COMMAND in a copy of the mount namespace, and leaves the
 * propagation of the mounts in it as it is; unshare(1) makes them private, or cannot leave them.
 */
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: copy-namespace COMMAND [ARG...]\n");
		return 2;
	}
	if (unshare(CLONE_NEWNS) == 0)
		execvp(argv[1], argv + 1);
	perror(argv[1]);
	return 1;
}
