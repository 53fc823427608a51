/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * adopt PROGRAM COMMAND [ARG...]: becomes the parent of the daemon that PROGRAM leaves behind, then
 * executes COMMAND, which stays its parent (PR_SET_CHILD_SUBREAPER, prctl(2)).
 */
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	if (argc < 3 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0)
		return 1;
	if (fork() == 0) {
		execlp(argv[1], argv[1], (char *)NULL);
		_exit(127);
	}
	wait(NULL);
	execvp(argv[2], argv + 2);
	return 127;
}
