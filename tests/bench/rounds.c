/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rounds NUMBER [FIRST] <CASES: runs commands side by side, in each round all of them in another
 * order, so that what else the machine does befalls all alike. A case is a line of four fields with
 * tabs between: a name, what the shell does before (not timed), the command (timed; its words are
 * divided at blanks, no shell), what the shell does after. Prints for each command run the round,
 * the case's name, the wall time and the processor time, in microseconds, and the most memory that
 * was resident at once, in kB: at least what this program itself had. A command that fails is said
 * in a line of its own, and not run again. Rounds are counted from FIRST, to go on with what
 * another call began.
 */
#include <err.h>
#include <errno.h>
#include <linux/membarrier.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CASES = 32, WORDS = 512 };

struct trial {
	char *name, *before, *command, *after;
	char *words[WORDS + 1];
	bool has_failed;
};

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double
microseconds(const struct timeval *time)
{
	return (double)time->tv_sec * 1e6 + (double)time->tv_usec;
}

static void
shell(const char *command)
{
	if (*command != '\0' && system(command) != 0)
		errx(EXIT_FAILURE, "failed: %s", command);
}

/*
 * Mounts and namespaces that went are freed after a grace period of RCU, at the cost of whoever
 * runs then: that shall not be the next one. Without membarrier(2) it is as it is.
 */
static void
let_kernel_finish(void)
{
	syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
}

static void
time_command(struct trial *trial, int round)
{
	double begin = now();
	struct rusage usage;
	double wall;
	pid_t child;
	int status;

	errno = posix_spawnp(&child, trial->words[0], NULL, NULL, trial->words, environ);
	if (errno != 0 || wait4(child, &status, 0, &usage) < 0)
		err(EXIT_FAILURE, "%s", trial->words[0]);
	wall = now() - begin;
	trial->has_failed = status != 0;
	if (trial->has_failed) {
		printf("error %s round-%d came to the wait status %d\n", trial->name, round,
			status);
		return;
	}
	printf("%d %s %.1f %.0f %ld\n", round, trial->name, wall,
		microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime), usage.ru_maxrss);
}

static void
read_case(struct trial *trial, char *line)
{
	char *rest = line;
	char *word;
	int count = 0;

	trial->name = strsep(&rest, "\t");
	trial->before = strsep(&rest, "\t");
	trial->command = strsep(&rest, "\t");
	trial->after = strsep(&rest, "\t\n");
	if (!trial->after)
		errx(EXIT_FAILURE, "%s: a case has four fields", line);
	while (count < WORDS && (word = strsep(&trial->command, " ")))
		trial->words[count++] = word;
	if (trial->command)
		errx(EXIT_FAILURE, "%s: too many words", line);
}

static void
shuffle(int *order, int count)
{
	for (int i = count - 1; i > 0; i--) {
		int other = rand() % (i + 1);
		int kept = order[i];

		order[i] = order[other];
		order[other] = kept;
	}
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 0;
	int first = argc > 2 ? atoi(argv[2]) : 0;
	struct trial trials[CASES] = {0};
	char *line = NULL;
	size_t size = 0;
	int count = 0;
	int order[CASES];

	if (rounds <= 0 || first < 0)
		errx(EXIT_FAILURE, "usage: rounds NUMBER [FIRST] <CASES");
	for (; getline(&line, &size, stdin) > 0; line = NULL) {
		if (count == CASES)
			errx(EXIT_FAILURE, "more than %d cases", CASES);
		order[count] = count;
		read_case(&trials[count++], line);
	}
	srand((unsigned)time(NULL));
	for (int round = first; round < first + rounds; round++) {
		shuffle(order, count);
		for (int i = 0; i < count; i++) {
			struct trial *trial = &trials[order[i]];

			if (trial->has_failed)
				continue;
			shell(trial->before);
			let_kernel_finish();
			time_command(trial, round);
			shell(trial->after);
		}
	}
	return EXIT_SUCCESS;
}
