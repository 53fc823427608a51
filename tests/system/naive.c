/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a careless setuid program does, so that a test can show that its attack works:
 *	naive join FILE COMMAND...	joins whatever namespace FILE is, and runs the command
 *	naive become UID COMMAND...	becomes the user of that number, unchecked
 *	naive drop UID COMMAND...	the same, and does not ask whether that succeeded
 *	naive speak FILE		opens the file for writing, then says an error
 *	naive hold FILE			opens the file as the superuser, then is the caller again
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static int
execute(char **argv)
{
	execvp(argv[0], argv);
	perror(argv[0]);
	return 127;
}

static int
join(char **argv)
{
	int fd = open(argv[0], O_RDONLY);

	if (fd < 0 || setns(fd, 0) < 0) {
		perror(argv[0]);
		return 1;
	}
	return execute(argv + 1);
}

static int
become(char **argv)
{
	uid_t uid = (uid_t)strtoul(argv[0], NULL, 0);

	if (setresuid(uid, uid, uid) < 0) {
		perror(argv[0]);
		return 1;
	}
	return execute(argv + 1);
}

/* as many have, and a limit on processes made it fail (setuid(2), EAGAIN) */
static int
drop(char **argv)
{
	uid_t uid = (uid_t)strtoul(argv[0], NULL, 10);
	int ignored = setresuid(uid, uid, uid);

	(void)ignored;
	return execute(argv + 1);
}

static int
speak(char **argv)
{
	if (open(argv[0], O_WRONLY) < 0)
		return 1;
	fputs("an error that an attacker worded\n", stderr);
	return 0;
}

/* bubblewrap once let its caller look in again while it still held the host (CVE-2016-8659) */
static int
hold(char **argv)
{
	if (open(argv[0], O_RDONLY) < 0 || setresuid(getuid(), getuid(), getuid()) < 0)
		return 1;
	prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
	return getppid() < 0; /* one more call to be stopped behind */
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*does)(char **argv);
		int words;
	} verbs[] = {{"join", join, 4}, {"become", become, 4}, {"drop", drop, 4},
		{"speak", speak, 3}, {"hold", hold, 3}};

	for (size_t i = 0; argc > 1 && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(argv[1], verbs[i].name) == 0 && argc >= verbs[i].words)
			return verbs[i].does(argv + 2);
	return 2;
}
