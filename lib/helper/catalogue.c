/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/catalogue.h"

#include "common/cleanup.h"
#include "common/owner.h"
#include "common/report.h"
#include "helper/reserved_name.h"

#include <bsd/string.h>
#include <ctype.h>
#include <fcntl.h>
#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#define CONFIG_DIRECTORY CATALOGUE_DIRECTORY
#define INIT_DIRECTORY SYSCONFDIR "/init.d"
#define RUNLEVELS SYSCONFDIR "/runlevels"
#define SERVICE CATALOGUE_SERVICE

void
catalogue_release(struct catalogue *catalogue)
{
	free(catalogue->entries);
	config_release(&catalogue->service);
	*catalogue = (struct catalogue){0};
}

static int
compare_entries(const void *one, const void *other)
{
	const struct catalogue_entry *first = one;
	const struct catalogue_entry *second = other;

	return strcmp(first->name, second->name);
}

const struct catalogue_entry *
catalogue_entry(const struct catalogue *catalogue, const char *name)
{
	struct catalogue_entry key = {0};

	if (strlcpy(key.name, name, sizeof(key.name)) >= sizeof(key.name) || catalogue->count == 0)
		return NULL;
	return bsearch(&key, catalogue->entries, catalogue->count, sizeof(key), compare_entries);
}

static int
add_entry(struct catalogue *catalogue, const char *name)
{
	struct catalogue_entry *grown =
		reallocarray(catalogue->entries, catalogue->count + 1, sizeof(*grown));
	char path[sizeof(INIT_DIRECTORY "/" SERVICE ".") + NAME_LENGTH];
	struct stat found;

	if (!grown)
		return -1;
	catalogue->entries = grown;
	grown += catalogue->count++;
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	snprintf(path, sizeof(path), INIT_DIRECTORY "/" SERVICE ".%s", name);
	grown->has_symlink = lstat(path, &found) == 0;
	return 0;
}

static void
sort_entries(struct catalogue *catalogue)
{
	if (catalogue->count > 0)
		qsort(catalogue->entries, catalogue->count, sizeof(*catalogue->entries),
			compare_entries);
}

/* Returns the next chroot-mounts.NAME of conf.d, borrowed from the stream, or NULL with errno set.
 */
static const char *
read_name(DIR *directory)
{
	const size_t prefix = strlen(SERVICE ".");
	struct dirent *entry;

	while ((errno = 0, entry = readdir(directory)))
		if (strncmp(entry->d_name, SERVICE ".", prefix) == 0)
			return entry->d_name + prefix;
	return NULL;
}

int
catalogue_find(struct catalogue *catalogue, struct report *report)
{
	cleanup_directory DIR *directory = opendir(CONFIG_DIRECTORY);
	const char *name;

	*catalogue = (struct catalogue){0};
	if (!directory)
		return errno == ENOENT
			       ? 0
			       : report_error(report, errno, "cannot read %s", CONFIG_DIRECTORY);
	while ((name = read_name(directory)))
		if (name_is_valid(name) && !reserved_name_is_leftover(name) &&
			add_entry(catalogue, name) < 0)
			return report_error(report, ENOMEM, "cannot read %s", CONFIG_DIRECTORY);
	if (errno != 0)
		return report_error(report, errno, "cannot read %s", CONFIG_DIRECTORY);
	sort_entries(catalogue);
	return 0;
}

int
catalogue_propose(
	struct catalogue *catalogue, const char *name, const char *text, struct report *report)
{
	if (add_entry(catalogue, name) < 0)
		return report_error(report, ENOMEM, "cannot add the root");
	sort_entries(catalogue);
	catalogue->proposed = text;
	catalogue->proposed_name = name;
	return 0;
}

bool
catalogue_is_runlevel(const char *name)
{
	char path[sizeof(RUNLEVELS "/") + NAME_LENGTH];
	struct stat found;

	snprintf(path, sizeof(path), RUNLEVELS "/%s", name);
	return reserved_name_is_runlevel(name) || stat(path, &found) == 0;
}

bool
catalogue_lacks_runlevel(const char *service)
{
	char pattern[sizeof(RUNLEVELS "/*/" SERVICE ".") + NAME_LENGTH];
	struct stat found;
	glob_t paths;
	int result;

	if (stat(RUNLEVELS, &found) < 0)
		return false;
	snprintf(pattern, sizeof(pattern), RUNLEVELS "/*/%s", service);
	result = glob(pattern, GLOB_NOSORT, NULL, &paths);
	globfree(&paths);
	return result == GLOB_NOMATCH;
}

/* True for a name that would count but for capitals and dots; small receives it without them. */
static bool
is_almost_valid(const char *name, char small[NAME_LENGTH + 1])
{
	const char *suffix = strrchr(name, '.');

	if (name_is_valid(name) || (suffix && reserved_name_is_leftover(suffix + 1)) ||
		strlcpy(small, name, NAME_LENGTH + 1) > NAME_LENGTH)
		return false;
	for (char *byte = small; *byte != '\0'; byte++)
		if (*byte == '.')
			*byte = '-';
		else
			*byte = (char)tolower((unsigned char)*byte);
	return name_is_valid(small) && !reserved_name_is_leftover(small) &&
	       !catalogue_is_runlevel(small);
}

void
catalogue_warn_of_names(struct report *report)
{
	cleanup_directory DIR *directory = opendir(CONFIG_DIRECTORY);
	const char *name;
	char small[NAME_LENGTH + 1];

	while (directory && (name = read_name(directory)))
		if (is_almost_valid(name, small))
			report_warning(report,
				"%s/%s.%s does not count: the name of a root has small letters, digits, - and _; to mend it: mv -n %s/%s.%s %s/%s.%s",
				CONFIG_DIRECTORY, SERVICE, name, CONFIG_DIRECTORY, SERVICE, name,
				CONFIG_DIRECTORY, SERVICE, small);
}

/* The suffix is one of a file that does not count. */
static void
mend_by_copy(const char *path, struct report *report)
{
	report_mend(report, "cp %s %s.new && mv %s.new %s # if you trust what is in it", path, path,
		path, path);
}

/*
 * Threat: a user writes to or replaces the file, and decides what is mounted and which users enter.
 * Defence: only the superuser can write, checked on the open descriptor.
 */
static int
check_config_owner(int fd, const char *path, mode_t type, struct report *report)
{
	struct stat found;

	if (fstat(fd, &found) < 0)
		return report_error(report, errno, "cannot look at %s", path);
	if ((found.st_mode & S_IFMT) != type)
		return report_error(report, 0, "%s is not a %s", path,
			type == S_IFDIR ? "directory" : "regular file");
	if (!owner_is_superuser_alone(found.st_uid, found.st_mode)) {
		report_mend(report, "chown root:root %s && chmod go-w %s", path, path);
		return report_error(report, 0,
			"%s belongs to user %u and has mode %04o; only the superuser may be able to write to it",
			path, (unsigned)found.st_uid, (unsigned)found.st_mode & 07777);
	}
	if (type == S_IFREG && found.st_nlink != 1) {
		mend_by_copy(path, report);
		return report_error(report, 0,
			"%s has another name too (a hard link), so who writes it is not certain",
			path);
	}
	return 0;
}

static int
read_file(const char *name, enum config_kind kind, bool is_linked, struct config_file *file,
	struct report *report)
{
	cleanup_fd int directory = open(CONFIG_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_file FILE *stream = NULL;
	cleanup_fd int fd = -1;
	char path[sizeof(CONFIG_DIRECTORY "/" SERVICE ".") + NAME_LENGTH];

	snprintf(path, sizeof(path), CONFIG_DIRECTORY "/%s", name);
	if (directory < 0)
		return report_error(report, errno, "cannot open %s", CONFIG_DIRECTORY);
	if (check_config_owner(directory, CONFIG_DIRECTORY, S_IFDIR, report) < 0)
		return -1;
	/* O_NONBLOCK: a FIFO there must not block */
	fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 && errno == ELOOP) {
		mend_by_copy(path, report);
		return report_error(
			report, 0, "%s is a symbolic link, which is not followed", path);
	}
	if (fd < 0)
		return report_error(report, errno, "cannot open %s", path);
	if (check_config_owner(fd, path, S_IFREG, report) < 0)
		return -1;
	stream = fdopen(fd, "r");
	if (!stream)
		return report_error(report, errno, "cannot read %s", path);
	steal_fd(&fd);
	return config_read(file, stream, path, kind, is_linked, report);
}

static int
read_proposed(const struct catalogue *catalogue, const struct catalogue_entry *entry,
	struct config_file *file, struct report *report)
{
	const size_t size = strlen(catalogue->proposed);
	cleanup_free char *text = strdup(catalogue->proposed);
	cleanup_file FILE *stream = text ? fmemopen(text, size, "r") : NULL;
	char path[sizeof(CONFIG_DIRECTORY "/" SERVICE ".") + NAME_LENGTH];

	snprintf(path, sizeof(path), CONFIG_DIRECTORY "/" SERVICE ".%s", entry->name);
	if (!stream)
		return report_error(report, errno, "cannot read %s", path);
	return config_read(file, stream, path, CONFIG_INSTANCE, entry->has_symlink, report);
}

int
catalogue_read_service(struct catalogue *catalogue, struct report *report)
{
	struct stat found;

	if (lstat(CONFIG_DIRECTORY "/" SERVICE, &found) < 0 && errno == ENOENT)
		return 0;
	return read_file(SERVICE, CONFIG_SERVICE, true, &catalogue->service, report);
}

int
catalogue_read(const struct catalogue *catalogue, const char *name, struct config_file *file,
	struct report *report)
{
	const struct catalogue_entry *entry = catalogue_entry(catalogue, name);
	char file_name[sizeof(SERVICE ".") + NAME_LENGTH];

	*file = (struct config_file){0};
	if (!entry) {
		report_advise(report, "chroot-mounts add %s DIRECTORY writes its file", name);
		return report_error(report, 0, "no such root is configured");
	}
	if (catalogue_is_runlevel(name)) {
		report_advise(report, "give the file another ending");
		return report_error(report, 0,
			"%s/%s.%s bears a runlevel's name, so OpenRC reads it in place of %s/%s in that runlevel",
			CONFIG_DIRECTORY, SERVICE, name, CONFIG_DIRECTORY, SERVICE);
	}
	if (catalogue->proposed && strcmp(name, catalogue->proposed_name) == 0)
		return read_proposed(catalogue, entry, file, report);
	snprintf(file_name, sizeof(file_name), SERVICE ".%s", name);
	return read_file(file_name, CONFIG_INSTANCE, entry->has_symlink, file, report);
}
