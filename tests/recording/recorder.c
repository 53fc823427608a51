/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes down what a program does, for tests/record: its arguments, its users, what it writes, and
 * its exit status or what it executes. Linked into the programs of $(BUILD)/recording alone.
 *
 * Each process has a file in DIRECTORY, as a shared mapping: the programs close every file
 * descriptor that they did not open, and the mapping stays whatever root and user they go to. Does
 * nothing where DIRECTORY is missing, where the process may open or write no file of that size, or
 * for a command that is asked again and again until something has come (UNRECORDED, tests/tap.sh).
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef DIRECTORY /* tests/style/record.t has one of its own */
#define DIRECTORY "/recording"
#endif
#define SIZE (1024 * 1024) /* bytes of a file; those that are never touched cost nothing */
#define LONGEST (64 * 1024) /* bytes of a piece that are kept */
#define FULL "full 0 0\n\n"

ssize_t __real_write(int fd, const void *data, size_t size);
ssize_t __wrap_write(int fd, const void *data, size_t size);
int __real_execve(const char *path, char *const *argv, char *const *environment);
int __wrap_execve(const char *path, char *const *argv, char *const *environment);

static char *mapping; /* NULL where nothing is recorded */
static size_t used;
static bool leaves_record; /* start, reload and stop do */

/* A piece is "WHAT KEPT SIZE\n", the bytes that were kept, and a newline. */
static void
note(const char *what, const void *data, size_t size)
{
	size_t kept = size < LONGEST ? size : LONGEST;
	char header[64];
	size_t length;

	if (!mapping)
		return;
	length = (size_t)snprintf(header, sizeof(header), "%s %zu %zu\n", what, kept, size);
	if (used + length + kept + 1 + strlen(FULL) > SIZE) {
		memcpy(mapping + used, FULL, strlen(FULL));
		mapping = NULL;
		return;
	}
	memcpy(mapping + used, header, length);
	memcpy(mapping + used + length, data, kept);
	used += length + kept + 1;
	mapping[used - 1] = '\n';
}

static void
note_text(const char *what, const char *text)
{
	note(what, text, strlen(text));
}

static void
note_number(const char *what, long number)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", number);
	note_text(what, text);
}

static void
note_all(const char *what, char *const *texts)
{
	for (; texts && *texts; texts++)
		note_text(what, *texts);
}

static const char *
kind(int fd)
{
	struct stat found;

	if (fd == STDOUT_FILENO || fd == STDERR_FILENO)
		return fd == STDOUT_FILENO ? "stdout" : "stderr";
	return fstat(fd, &found) == 0 && S_ISSOCK(found.st_mode) ? "log" : NULL;
}

ssize_t
__wrap_write(int fd, const void *data, size_t size)
{
	const char *what = mapping ? kind(fd) : NULL;
	ssize_t written = __real_write(fd, data, size);
	int error = errno;

	if (what)
		note(what, data, size);
	if (what && written != (ssize_t)size)
		note_number("written", written < 0 ? -error : written);
	errno = error;
	return written;
}

int
__wrap_execve(const char *path, char *const *argv, char *const *environment)
{
	static char *const *noted; /* once, not for each directory that is searched */

	note_text("execute", path);
	if (noted != environment) {
		note_all("argument", argv);
		note_all("variable", environment);
		noted = environment;
	}
	__real_execve(path, argv, environment);
	note_number("failed", errno);
	return -1;
}

/* glibc's own stream goes on until all is written; a cookie's is asked once, fopencookie(3). */
static ssize_t
write_output(void *cookie, const char *data, size_t size)
{
	size_t written = 0;

	(void)cookie;
	while (written < size) {
		ssize_t count = __wrap_write(STDOUT_FILENO, data + written, size - written);

		if (count < 0)
			break;
		written += (size_t)count;
	}
	return (ssize_t)written;
}

static void
note_record(const char *path)
{
	static char text[LONGEST + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text));

	if (fd >= 0)
		close(fd);
	note_text("path", path);
	if (size >= 0)
		note("record", text, (size_t)size);
}

/* on_exit(3) */
static void
finish(int status, void *nothing)
{
	glob_t records;

	(void)nothing;
	/* exit(3) would do it later, behind this function */
	fflush(stdout);
	note_number("status", status);
	if (!leaves_record || !mapping)
		return;
	if (glob(RUNSTATEDIR "/chroot-mounts/*/record", 0, NULL, &records) != 0)
		return;
	for (size_t i = 0; i < records.gl_pathc; i++)
		note_record(records.gl_pathv[i]);
	globfree(&records);
}

static void
replace_output(void)
{
	static const cookie_io_functions_t functions = {.write = write_output};
	static char buffer[4096]; /* as much as glibc's own stream has for a file or a pipe */
	int is_terminal = isatty(STDOUT_FILENO);
	FILE *stream = fopencookie(NULL, "w", functions);

	if (!stream)
		return;
	setvbuf(stream, buffer, is_terminal ? _IOLBF : _IOFBF, sizeof(buffer));
	stdout = stream;
}

static char *
map_file(void)
{
	struct timespec now;
	struct rlimit limit;
	char path[128];
	void *file = MAP_FAILED;
	int fd;

	/* behind this limit there is a signal, setrlimit(2) */
	if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur < SIZE ||
		clock_gettime(CLOCK_MONOTONIC, &now) < 0)
		return NULL;
	/* the time, since another PID namespace has the same numbers; no O_EXCL, which x.t takes
	 * for a sign of the file that chroot-enter itself makes */
	snprintf(path, sizeof(path), DIRECTORY "/%lld.%09ld.%d", (long long)now.tv_sec, now.tv_nsec,
		(int)getpid());
	fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return NULL;
	if (ftruncate(fd, SIZE) == 0)
		file = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return file == MAP_FAILED ? NULL : file;
}

static void __attribute__((constructor)) begin(int argc, char **argv)
{
	const char *executed = (const char *)getauxval(AT_EXECFN);
	int error = errno;
	uid_t real, effective, saved;

	if (!getenv("UNRECORDED"))
		mapping = map_file();
	if (!mapping)
		goto out;
	getresuid(&real, &effective, &saved);
	if (executed)
		note_text("program", executed);
	note_all("argv", argv);
	note_number("uid", (long)real);
	note_number("euid", (long)effective);
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "start") == 0 || strcmp(argv[i], "reload") == 0 ||
			strcmp(argv[i], "stop") == 0)
			leaves_record = true;
	replace_output();
	on_exit(finish, NULL);
out:
	errno = error;
}
