/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Installed setuid: a daemon of the superuser, deaf to SIGTERM, which stays in its caller's working
 * directory.
 */
#include <signal.h>
#include <unistd.h>

int
main(void)
{
	if (setgid(0) < 0 || setuid(0) < 0)
		return 1;
	signal(SIGTERM, SIG_IGN);
	if (fork() != 0)
		_exit(0);
	setsid();
	/* no process outlives a test that forgot it */
	return (int)sleep(300);
}
