/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/tickets.h"

#include "common/cleanup.h"
#include "common/report.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define RUN "/run/"
#define VAR "/var"

static const struct tickets_directory directories[TICKETS_DIRECTORIES] = {
	{RUN "sudo", VAR RUN "sudo", 0711},
	/* OpenDoas refuses any other mode (timestamp.c) */
	{RUN "doas", VAR RUN "doas", 0700},
	{RUN "faillock", VAR RUN "faillock", 0755},
	{RUN "pam_timestamp", VAR RUN "pam_timestamp", 0700},
};

const struct tickets_directory *
tickets_directory(size_t number)
{
	return &directories[number];
}

/* Returns the path in /run for one in /var/run, any other path as it is. */
static const char *
without_var(const char *path)
{
	if (strncmp(path, VAR RUN, strlen(VAR RUN)) == 0 || strcmp(path, VAR "/run") == 0)
		return path + strlen(VAR);
	return path;
}

const char *
tickets_below(const struct tickets_directory *directory, const char *source)
{
	const char *above = without_var(source);
	size_t length = strcmp(above, "/") == 0 ? 0 : strlen(above);

	if (strncmp(directory->path, above, length) != 0)
		return NULL;
	return directory->path[length] == '/' || directory->path[length] == '\0'
		       ? directory->path + length
		       : NULL;
}

bool
tickets_contain(const struct tickets_directory *directory, const char *source)
{
	const char *path = without_var(source);
	size_t length = strlen(directory->path);

	return strncmp(path, directory->path, length) == 0 && path[length] == '/';
}

/* Suggests removing the file: /run is empty after every boot. */
static int
refuse_on_host(const char *path, const struct stat *found, struct report *report)
{
	bool is_directory = S_ISDIR(found->st_mode);

	report_mend(report, "rm %s%s # or set allow_setuid=no", is_directory ? "-r " : "", path);
	if (is_directory)
		return report_error(report, 0,
			"cannot cover %s inside: on the host it belongs to user %u", path,
			(unsigned)found->st_uid);
	return report_error(report, 0, "cannot cover %s inside: on the host it is a %s", path,
		S_ISLNK(found->st_mode) ? "symbolic link" : "file");
}

/* Returns 1 for a good directory on the host, 0 for none, or -1 after reporting the error. */
static int
judge_on_host(int run, const char *path, struct stat *found, struct report *report)
{
	if (fstatat(run, path + strlen(RUN), found, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : report_error(report, errno, "cannot look at %s", path);
	return S_ISDIR(found->st_mode) && found->st_uid == 0 ? 1
							     : refuse_on_host(path, found, report);
}

/* Sets the mode by fchmod(2), because the umask applies to mkdir(2). Another start, or the program
 * itself, may have made it first. */
static int
make_on_host(int run, const struct tickets_directory *directory, struct stat *made,
	struct report *report)
{
	const char *name = directory->path + strlen(RUN);
	bool is_own = mkdirat(run, name, 0700) == 0;
	cleanup_fd int fd = -1;

	if (is_own || errno == EEXIST)
		fd = openat(run, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && (!is_own || fchmod(fd, directory->mode) == 0) && fstat(fd, made) == 0)
		return 0;
	return report_error(report, errno, "cannot make %s on the host", directory->path);
}

int
tickets_make(struct tickets *tickets, struct report *report)
{
	cleanup_fd int run = open(RUN, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat found[TICKETS_DIRECTORIES];
	bool is_there[TICKETS_DIRECTORIES];

	if (run < 0)
		return report_error(report, errno, "cannot open %s", RUN);
	for (size_t i = 0; i < TICKETS_DIRECTORIES; i++) {
		int result = judge_on_host(run, directories[i].path, &found[i], report);

		if (result < 0)
			return -1;
		is_there[i] = result > 0;
	}
	for (size_t i = 0; i < TICKETS_DIRECTORIES; i++) {
		if (!is_there[i] && make_on_host(run, &directories[i], &found[i], report) < 0)
			return -1;
		tickets->devices[i] = found[i].st_dev;
		tickets->inodes[i] = found[i].st_ino;
	}
	return 0;
}

/* Follows links as setuid programs do, those of /proc included. */
static int
stat_here(const void *data, const char *name, struct stat *found)
{
	(void)data;
	return stat(name, found);
}

int
tickets_judge(
	const struct tickets *tickets, tickets_look *look, const void *data, struct report *report)
{
	for (size_t i = 0; i < 2 * TICKETS_DIRECTORIES; i++) {
		const struct tickets_directory *directory = &directories[i / 2];
		const char *name = i % 2 ? directory->other_path : directory->path;
		struct stat found = {0};

		if ((look ? look : stat_here)(data, name, &found) < 0) {
			if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
				continue;
			return report_error(report, errno, "cannot look at %s inside", name);
		}
		if (found.st_dev != tickets->devices[i / 2] ||
			found.st_ino != tickets->inodes[i / 2])
			continue;
		return report_error(report, 0,
			"cannot keep tickets apart: %s inside is the directory of the host; show it by a line whose source is /run, or set allow_setuid=no",
			name);
	}
	return 0;
}
