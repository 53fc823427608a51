/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/account.h"

#include "common/cleanup.h"
#include "common/number.h"
#include "common/owner.h"
#include "common/report.h"

#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_SIZE (1024 * 1024) /* bytes of a passwd or group file at most */

void
account_release(struct account *account)
{
	free(account->name);
	free(account->home);
	free(account->shell);
	*account = (struct account){0};
}

int
account_fill(struct account *account, const struct passwd *entry)
{
	*account = (struct account){
		.name = strdup(entry->pw_name),
		.uid = entry->pw_uid,
		.gid = entry->pw_gid,
		.home = strdup(entry->pw_dir ? entry->pw_dir : ""),
		.shell = strdup(entry->pw_shell ? entry->pw_shell : ""),
	};
	if (account->name && account->home && account->shell)
		return 0;
	account_release(account);
	errno = ENOMEM;
	return -1;
}

/* Fields of every entry: name, password, number. */
#define COMMON_FIELDS 3

/* Reads the next line with a name. Passes over comments and the entries of nsswitch(5)'s compat
 * ("+…", "-…"). The fields last until the next call; *rest is the text behind them, or NULL.
 * Returns 0, or -1 with errno set; reports nothing. */
static int
read_line(const char **text, char **line, char **fields, char **rest)
{
	while (**text != '\0') {
		size_t length = (size_t)(strchrnul(*text, '\n') - *text);

		cleanup_free_release(line);
		*rest = *line = strndup(*text, length);
		if (!*rest)
			return -1;
		*text += length + ((*text)[length] == '\n');
		for (size_t i = 0; i < COMMON_FIELDS; i++)
			fields[i] = strsep(rest, ":");
		/* strchr finds the empty name too */
		if (fields[COMMON_FIELDS - 1] && !strchr("+-#", fields[0][0]))
			return 0;
	}
	errno = ENOENT;
	return -1;
}

int
account_next_entry(const char **text, char **line, char **fields, size_t count, uint64_t *id)
{
	char *rest;

	while (read_line(text, line, fields, &rest) == 0) {
		for (size_t i = COMMON_FIELDS; i < count - 1; i++)
			fields[i] = strsep(&rest, ":");
		fields[count - 1] = rest;
		if (rest && !strchr(rest, ':') &&
			number_parse(fields[2], ACCOUNT_LARGEST_ID, id) == 0)
			return 0;
	}
	return -1;
}

int
account_find(struct account *account, const char *passwd, const char *name, uid_t uid)
{
	cleanup_free char *line = NULL;
	char *fields[ACCOUNT_PASSWD_FIELDS];
	uint64_t id, gid;

	*account = (struct account){0};
	while (account_next_entry(&passwd, &line, fields, ACCOUNT_PASSWD_FIELDS, &id) == 0) {
		struct passwd entry = {.pw_name = fields[0],
			.pw_uid = (uid_t)id,
			.pw_dir = fields[5],
			.pw_shell = fields[6]};

		if (name ? strcmp(fields[0], name) != 0 : id != uid)
			continue;
		if (number_parse(fields[3], ACCOUNT_LARGEST_ID, &gid) < 0)
			continue;
		entry.pw_gid = (gid_t)gid;
		return account_fill(account, &entry);
	}
	return -1;
}

char *
account_text_of(int fd, bool follows)
{
	cleanup_free char *text = NULL;
	ssize_t size;
	struct stat found;

	if (fstat(fd, &found) < 0)
		return NULL;
	if (!S_ISREG(found.st_mode) || found.st_size > FILE_SIZE) {
		errno = EINVAL;
		return NULL;
	}
	if (!follows && !owner_is_superuser_alone(found.st_uid, found.st_mode)) {
		errno = EPERM;
		return NULL;
	}
	text = malloc((size_t)found.st_size + 1);
	if (!text || (size = read(fd, text, (size_t)found.st_size)) < 0)
		return NULL;
	/* a libc reads on behind a NUL, and an account that was not read collides with none */
	if (!follows && (size < found.st_size || memchr(text, '\0', (size_t)size))) {
		errno = EINVAL;
		return NULL;
	}
	text[size] = '\0';
	return steal_pointer(&text);
}

char *
account_text(const char *path, bool follows)
{
	cleanup_fd int fd = open(
		path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (follows ? 0 : O_NOFOLLOW));

	return fd < 0 ? NULL : account_text_of(fd, follows);
}

int
account_read_file(char **text, const char *path, const char *root, struct report *report)
{
	*text = account_text(path, false);
	if (*text || errno == ENOENT)
		return 0;
	if (errno == EINVAL)
		return report_error(report, 0,
			"%s inside %s is no file, too large a one, or no text", path, root);
	if (errno == ELOOP)
		return report_error(report, 0, "%s inside %s is a link", path, root);
	if (errno == EPERM)
		return report_error(report, 0,
			"%s inside %s can be written by others than the superuser", path, root);
	return report_error(report, errno, "cannot read %s inside %s", path, root);
}

/* glibc's files-parse.c takes "sudo:x:27" and " 027", which are no entries to account_next_entry.
 */
int
account_read_next(const char **text, char **name, uint32_t *id)
{
	cleanup_free char *line = NULL;
	char *fields[COMMON_FIELDS], *rest;

	while (read_line(text, &line, fields, &rest) == 0) {
		*id = (uint32_t)strtoul(fields[2], &rest, 10);
		if (rest == fields[2])
			continue;
		*name = strdup(fields[0]);
		return *name ? 0 : -1;
	}
	return -1;
}
