/* SPDX-License-Identifier: BSD-2-Clause */
#include "account.h"

#include "cleanup.h"
#include "number.h"

#include <fcntl.h>
#include <grp.h>
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

/* getpwnam(3): a name that is not found is no error, or one of several. */
static bool
is_not_found(int error)
{
	return error == 0 || error == ENOENT || error == ESRCH || error == EBADF || error == EPERM;
}

static int
fill(struct account *account, const struct passwd *entry)
{
	*account = (struct account){0};
	if (!entry) {
		if (is_not_found(errno))
			errno = ENOENT;
		return -1;
	}
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

int
account_by_name(struct account *account, const char *name)
{
	errno = 0;
	return fill(account, getpwnam(name));
}

int
account_by_uid(struct account *account, uid_t uid)
{
	errno = 0;
	return fill(account, getpwuid(uid));
}

int
account_group(const char *name, gid_t *gid)
{
	const struct group *entry;

	errno = 0;
	entry = getgrnam(name);
	if (!entry) {
		if (is_not_found(errno))
			errno = ENOENT;
		return -1;
	}
	*gid = entry->gr_gid;
	return 0;
}

int
account_groups(const char *name, gid_t gid, gid_t **groups, size_t *count)
{
	int room = 64;

	*groups = NULL;
	for (;;) {
		int wanted = room;
		gid_t *grown = reallocarray(*groups, (size_t)room, sizeof(**groups));

		if (!grown)
			break;
		*groups = grown;
		if (getgrouplist(name, gid, grown, &wanted) >= 0) {
			*count = (size_t)wanted;
			return 0;
		}
		/* musl leaves the number alone where glibc says how many there are */
		room = wanted > room ? wanted : room * 2;
		if (room > 65536)
			break;
	}
	free(*groups);
	*groups = NULL;
	errno = ENOMEM;
	return -1;
}

char *
account_group_name(gid_t gid)
{
	const struct group *entry = getgrgid(gid);

	return entry ? strdup(entry->gr_name) : NULL;
}

int
account_has_members(gid_t gid)
{
	const struct passwd *user;
	const struct group *group;
	int result = 0;

	/* each entry, since one number may have several */
	setgrent();
	while (result == 0 && (errno = 0, group = getgrent()))
		for (char **name = group->gr_mem; group->gr_gid == gid && *name; name++)
			result |= strcmp(*name, "root") != 0;
	if (result == 0 && !is_not_found(errno))
		result = -1;
	endgrent();
	/* 0 is the own group of sync, shutdown and their like, which are no people */
	if (gid == 0 || result != 0)
		return result;
	setpwent();
	while (result == 0 && (errno = 0, user = getpwent()))
		result = user->pw_gid == gid && user->pw_uid != 0;
	if (result == 0 && !is_not_found(errno))
		result = -1;
	endpwent();
	return result;
}

static int
add_name(char ***names, size_t *count, const char *name)
{
	char **grown = reallocarray(*names, *count + 1, sizeof(**names));

	if (!grown)
		return -1;
	*names = grown;
	grown[*count] = strdup(name);
	return grown[*count] ? (++*count, 0) : -1;
}

int
account_people(char ***names, size_t *count)
{
	const struct passwd *user;
	int result = 0;

	*names = NULL;
	*count = 0;
	setpwent();
	while (result == 0 && (user = getpwent()))
		if (user->pw_uid >= ACCOUNT_FIRST_PERSON && user->pw_uid != ACCOUNT_NOBODY)
			result = add_name(names, count, user->pw_name);
	endpwent();
	if (result == 0)
		return 0;
	while (*count > 0)
		free((*names)[--*count]);
	cleanup_free_release(names);
	errno = ENOMEM;
	return -1;
}

/* The fields of an entry: name, password, number, then what a passwd or a group file has. */
#define COMMON_FIELDS 3
#define PASSWD_FIELDS 7
#define GROUP_FIELDS 4

/* The next line with a name, which neither is for nsswitch(5)'s compat ("+…", "-…") nor begins a
 * comment. 0 with the common fields, which last until the next call, and what is behind them, NULL
 * for nothing; or -1 with errno. */
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

/* The next entry of a text. 0 with its fields, which last until the next call, or -1 with errno. */
static int
read_entry(const char **text, char **line, char **fields, size_t count, uint64_t *id)
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

/* By name, or where that is NULL by uid. */
static int
find_entry(struct account *account, const char *passwd, const char *name, uid_t uid)
{
	cleanup_free char *line = NULL;
	char *fields[PASSWD_FIELDS];
	uint64_t id, gid;

	*account = (struct account){0};
	while (read_entry(&passwd, &line, fields, PASSWD_FIELDS, &id) == 0) {
		struct passwd entry = {.pw_name = fields[0],
			.pw_uid = (uid_t)id,
			.pw_dir = fields[5],
			.pw_shell = fields[6]};

		if (name ? strcmp(fields[0], name) != 0 : id != uid)
			continue;
		if (number_parse(fields[3], ACCOUNT_LARGEST_ID, &gid) < 0)
			continue;
		entry.pw_gid = (gid_t)gid;
		return fill(account, &entry);
	}
	return -1;
}

char *
account_text_of(int fd, bool follows)
{
	cleanup_free char *text = NULL;
	size_t size = 0;
	struct stat found;

	if (fstat(fd, &found) < 0)
		return NULL;
	if (!S_ISREG(found.st_mode) || found.st_size > FILE_SIZE) {
		errno = EINVAL;
		return NULL;
	}
	if (!follows && (found.st_uid != 0 || found.st_mode & (S_IWGRP | S_IWOTH))) {
		errno = EPERM;
		return NULL;
	}
	text = malloc((size_t)found.st_size + 1);
	while (text && size < (size_t)found.st_size) {
		ssize_t got = read(fd, text + size, (size_t)found.st_size - size);

		if (got < 0)
			return NULL;
		if (got == 0)
			break; /* it was cut short */
		size += (size_t)got;
	}
	/* what is behind a NUL, as a crash may leave them, a libc reads and nobody here */
	if (text && !follows && memchr(text, '\0', size)) {
		errno = EINVAL;
		return NULL;
	}
	if (text)
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
account_read(struct account *account, const char *passwd, uid_t uid)
{
	return find_entry(account, passwd, NULL, uid);
}

int
account_read_name(struct account *account, const char *passwd, const char *name)
{
	return find_entry(account, passwd, name, 0);
}

int
account_read_group(const char *group, const char *name, gid_t *gid)
{
	cleanup_free char *line = NULL;
	char *fields[GROUP_FIELDS];
	uint64_t id;

	while (read_entry(&group, &line, fields, GROUP_FIELDS, &id) == 0)
		if (strcmp(fields[0], name) == 0) {
			*gid = (gid_t)id;
			return 0;
		}
	return -1;
}

/* glibc's files-parse.c takes "sudo:x:27" and " 027", which are no entries to read_entry. */
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

bool
account_next_password(const char **text, struct account_password *found)
{
	while (**text != '\0') {
		const char *line = *text;
		const char *end = strchrnul(line, '\n');
		const char *name = line + strspn(line, " \t\v\f\r");
		const char *colon = memchr(name, ':', (size_t)(end - name));

		*text = *end == '\0' ? end : end + 1;
		if (!colon || colon == name || strchr("+-", *name) ||
			!memchr(colon + 1, ':', (size_t)(end - colon) - 1))
			continue;
		*found = (struct account_password){.name = name,
			.name_end = colon,
			.is_indented = name > line,
			.is_empty = colon[1] == ':'};
		return true;
	}
	return false;
}

static bool
has_member(char *members, const char *name)
{
	const char *member;

	while ((member = strsep(&members, ",")))
		if (strcmp(member, name) == 0)
			return true;
	return false;
}

static int
add_group(gid_t **groups, size_t *count, gid_t gid)
{
	gid_t *grown;

	for (size_t i = 0; i < *count; i++)
		if ((*groups)[i] == gid)
			return 0;
	grown = reallocarray(*groups, *count + 1, sizeof(*grown));
	if (!grown)
		return -1;
	grown[(*count)++] = gid;
	*groups = grown;
	return 0;
}

int
account_read_groups(const char *group, const char *name, gid_t gid, gid_t **groups, size_t *count)
{
	cleanup_free gid_t *found = NULL;
	cleanup_free char *line = NULL;
	char *fields[GROUP_FIELDS];
	uint64_t id;
	int read = 0;

	*count = 0;
	if (add_group(&found, count, gid) < 0)
		return -1;
	while (group && (read = read_entry(&group, &line, fields, GROUP_FIELDS, &id)) == 0)
		if (has_member(fields[3], name) && add_group(&found, count, (gid_t)id) < 0)
			return -1;
	if (read < 0 && errno != ENOENT)
		return -1;
	*groups = steal_pointer(&found);
	return 0;
}
