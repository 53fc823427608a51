/* SPDX-License-Identifier: BSD-2-Clause */
/* Waits until it is ended. --without NAME: under that name, with its command line overwritten. */
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--without") == 0) {
		prctl(PR_SET_NAME, argv[2]);
		/* the arguments stand one behind the other (proc(5), cmdline) */
		memset(argv[0], 0, (size_t)(argv[2] + strlen(argv[2]) - argv[0]));
	}
	pause();
	return 0;
}
