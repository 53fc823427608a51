/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * in-straits UID PROGRAM [ARG...]: runs the program as that user in every combination of standard
 * descriptors that are closed and of one thing more that is scarce or odd. A program that ends with
 * 77 has entered whole; any other status up to 199 but 0, or a signal, is a refusal; 0, and 200 and
 * more, are entries with something missing, and those are printed. Prints the sums.
 */
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static uid_t user;
static char **command;

static unsigned entered, refused, missing;

struct strait {
	const char *name;
	void (*bear)(unsigned long value);
	unsigned long value;
};

static _Noreturn void
die(const char *what)
{
	perror(what);
	_exit(199);
}

static void
limit(int resource, unsigned long value)
{
	struct rlimit both = {.rlim_cur = value, .rlim_max = value};

	if (setrlimit(resource, &both) < 0)
		die("setrlimit");
}

#define LIMIT(name)                                                                                \
	static void limit_##name(unsigned long value)                                              \
	{                                                                                          \
		limit(RLIMIT_##name, value);                                                       \
	}

LIMIT(NOFILE)
LIMIT(FSIZE)
LIMIT(NPROC)
LIMIT(AS)
LIMIT(DATA)
LIMIT(STACK)
LIMIT(CPU)
LIMIT(CORE)
LIMIT(MEMLOCK)
LIMIT(SIGPENDING)

static void
stand_in_deleted_directory(unsigned long value)
{
	char path[] = "/tmp/deleted.XXXXXX";

	(void)value;
	if (!mkdtemp(path) || chdir(path) < 0 || rmdir(path) < 0)
		die("cannot delete a directory");
}

static void
block_signals(unsigned long value)
{
	sigset_t all;

	(void)value;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
}

static void
ignore_signals(unsigned long value)
{
	(void)value;
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_IGN);
}

static void
have_no_name(unsigned long value)
{
	static char *nothing[] = {NULL};

	(void)value;
	execv(command[0], nothing);
	_exit(198);
}

static void
take_nothing_away(unsigned long value)
{
	(void)value;
}

static void
run(const struct strait *strait, unsigned closed)
{
	if (setgroups(1, &user) < 0 || setresgid(user, user, user) < 0 ||
		setresuid(user, user, user) < 0)
		die("cannot become the user");
	for (int fd = 0; fd <= 2; fd++)
		if (closed & 1U << fd)
			close(fd);
	/* not before the change of user: RLIMIT_NPROC is judged at it */
	strait->bear(strait->value);
	execv(command[0], command);
	_exit(198);
}

static void
try_one(const struct strait *strait, unsigned closed)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		run(strait, closed);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		die("fork");
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		entered++;
	} else if (WIFSIGNALED(status) || (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) < 200)) {
		refused++;
	} else {
		missing++;
		printf("%s %lu, closed %u: status %d\n", strait->name, strait->value, closed,
			WEXITSTATUS(status));
	}
}

static void
try_all(const char *name, void (*bear)(unsigned long), unsigned long first, unsigned long last,
	unsigned long by)
{
	for (unsigned long value = first; value <= last; value += by) {
		struct strait strait = {.name = name, .bear = bear, .value = value};

		for (unsigned closed = 0; closed < 8; closed++)
			try_one(&strait, closed);
	}
}

int
main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	user = (uid_t)strtoul(argv[1], NULL, 10);
	command = argv + 2;
	try_all("nothing", take_nothing_away, 0, 0, 1);
	printf("with nothing else: entered %u, refused %u, missing %u\n", entered, refused,
		missing);
	try_all("NOFILE", limit_NOFILE, 0, 32, 1);
	try_all("FSIZE", limit_FSIZE, 0, 0, 1);
	try_all("NPROC", limit_NPROC, 0, 0, 1);
	try_all("AS", limit_AS, 256 * 1024, 6 * 1024 * 1024, 256 * 1024);
	try_all("DATA", limit_DATA, 0, 512 * 1024, 64 * 1024);
	try_all("STACK", limit_STACK, 0, 192 * 1024, 32 * 1024);
	try_all("CPU", limit_CPU, 0, 1, 1);
	try_all("CORE", limit_CORE, 0, 0, 1);
	try_all("MEMLOCK", limit_MEMLOCK, 0, 0, 1);
	try_all("SIGPENDING", limit_SIGPENDING, 0, 0, 1);
	try_all("deleted directory", stand_in_deleted_directory, 0, 0, 1);
	try_all("blocked signals", block_signals, 0, 0, 1);
	try_all("ignored signals", ignore_signals, 0, 0, 1);
	try_all("no name", have_no_name, 0, 0, 1);
	printf("in all: entered %u, refused %u, missing %u\n", entered, refused, missing);
	return missing == 0 ? 0 : 1;
}
