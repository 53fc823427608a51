/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs away from whoever looks for it: ignores SIGTERM, and each process lives only until it has
 * made the next. An argument says how many such chains.
 */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	int chains = argc > 1 ? atoi(argv[1]) : 1;

	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	while (--chains > 0 && fork() > 0)
		continue;
	/* no chain outlives a test that forgot it */
	for (long left = 20 * 1000 * 1000; left > 0; left--)
		if (fork() > 0)
			_exit(0);
	return 0;
}
