/* SPDX-License-Identifier: BSD-2-Clause */
/* NAME COMMAND...: what sudo does, installed setuid: who calls is looked up by number in
 * /etc/passwd, and if that is NAME, they are the superuser for a command. */
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	FILE *passwd = fopen("/etc/passwd", "re");
	const struct passwd *entry = NULL;

	if (argc < 3 || !passwd)
		return 125;
	while ((entry = fgetpwent(passwd)) && entry->pw_uid != getuid())
		;
	if (!entry || strcmp(entry->pw_name, argv[1]) != 0) {
		fprintf(stderr, "%s may not\n", entry ? entry->pw_name : "nobody");
		return 1;
	}
	if (setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0) {
		perror("setresuid");
		return 125;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
