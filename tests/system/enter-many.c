/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * enter-many COUNT PARALLEL ROOT...: enters the roots by turns, PARALLEL at a time, COUNT times in
 * all or, for a COUNT of 0, until SIGTERM. What is run inside is /where, which tells the right
 * root from any other place. Prints how many ran there, how many were refused by chroot-enter, how
 * many were ended inside by somebody's stop, and how many came to any other end, each of which is
 * named: these are wrong, and make the exit status 1.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	EXIT_REFUSED = 125,
	WRONG_SHOWN = 20,
};

struct tally {
	long ran;
	long refused;
	long ended;
	long wrong;
};

static volatile sig_atomic_t is_told_to_end;

static void
end(int signal)
{
	(void)signal;
	is_told_to_end = 1;
}

static int
enter(char *root)
{
	char program[] = "/usr/bin/chroot-enter", payload[] = "/where";
	char *arguments[] = {program, root, payload, root, NULL};
	posix_spawnattr_t attributes;
	sigset_t defaults;
	pid_t pid;
	int error;

	sigemptyset(&defaults);
	sigaddset(&defaults, SIGTERM);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	error = posix_spawn(&pid, program, NULL, &attributes, arguments, environ);
	posix_spawnattr_destroy(&attributes);
	if (error == 0)
		return 0;
	errno = error;
	perror("enter-many: chroot-enter");
	return -1;
}

static void
count_status(struct tally *tally, int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		tally->ran++;
	else if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_REFUSED)
		tally->refused++;
	else if (WIFSIGNALED(status) &&
		 (WTERMSIG(status) == SIGTERM || WTERMSIG(status) == SIGKILL))
		tally->ended++;
	else if (tally->wrong++ < WRONG_SHOWN)
		printf("wrong: %s %d\n", WIFEXITED(status) ? "exit status" : "signal",
			WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
}

int
main(int argc, char **argv)
{
	const struct sigaction action = {.sa_handler = end};
	struct tally tally = {0};
	long count, parallel, running = 0, begun = 0;
	int status;

	if (argc < 4)
		return 2;
	count = atol(argv[1]);
	parallel = atol(argv[2]);
	sigaction(SIGTERM, &action, NULL);
	for (;;) {
		if (running < parallel && (count == 0 || begun < count) && !is_told_to_end) {
			if (enter(argv[3 + begun++ % (argc - 3)]) < 0)
				return 1;
			running++;
		} else if (running == 0) {
			break;
		} else if (wait(&status) > 0) {
			count_status(&tally, status);
			running--;
		}
	}
	printf("ran %ld refused %ld ended %ld wrong %ld\n", tally.ran, tally.refused, tally.ended,
		tally.wrong);
	return tally.wrong > 0;
}
