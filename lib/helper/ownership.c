/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/ownership.h"

#include "common/cleanup.h"
#include "common/owner.h"
#include "common/report.h"
#include "common/report_word.h"
#include "superuser/root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

bool
ownership_is_safe(const struct stat *directory, const struct stat *next)
{
	if (owner_is_superuser_alone(directory->st_uid, directory->st_mode))
		return true;
	return directory->st_uid == 0 && directory->st_mode & S_ISVTX && next && next->st_uid == 0;
}

const char ownership_why[] = "who could replace what everyone inside relies on";

int
ownership_report(
	const char *subject, const struct stat *found, const char *advice, struct report *report)
{
	if (found->st_uid != 0)
		return report_error(report, 0, "%s belongs to user %u, %s%s", subject,
			(unsigned)found->st_uid, ownership_why, advice);
	return report_error(report, 0, "%s can be written by others (mode %04o), %s%s", subject,
		(unsigned)found->st_mode & 07777, ownership_why, advice);
}

void
ownership_mend(const char *path, const struct stat *found, struct report *report)
{
	const char *word = report_word(report, path);

	if (S_ISLNK(found->st_mode))
		report_mend(report, "chown -h root %s", word);
	else if (found->st_uid == 0)
		report_mend(report, "chmod go-w %s", word);
	else if (owner_lets_others_write(found->st_mode))
		report_mend(report, "chown root %s && chmod go-w %s # if you trust what is in it",
			word, word);
	else
		report_mend(report, "chown root %s # if you trust what is in it", word);
}

/*
 * Returns the type of a filesystem that shows one owner and mode for all files (mount(8), uid= and
 * umask=), or NULL for any other.
 */
static const char *
ownerless_type(int tree)
{
	/* linux/magic.h and the drivers; ntfs-3g and exfat-fuse are FUSE */
	static const struct {
		uint32_t magic;
		const char *name;
	} types[] = {{0x4d44, "vfat"}, {0x2011bab0, "exfat"}, {0x7366746e, "ntfs3"},
		{0x5346544e, "ntfs"}, {0x65735546, "FUSE"}};
	struct statfs found;

	if (fstatfs(tree, &found) < 0)
		return NULL;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if ((uint32_t)found.f_type == types[i].magic)
			return types[i].name;
	return NULL;
}

size_t
ownership_count_names(int tree, const uid_t *user)
{
	static const char *const names[] = {"bin", "etc", "lib", "sbin", "usr", "var"};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct stat found;

		if (fstatat(tree, names[i], &found, AT_SYMLINK_NOFOLLOW) == 0)
			count += !user || found.st_uid == *user;
	}
	return count;
}

bool
ownership_is_unpacked_by(int tree, uid_t user)
{
	return ownership_count_names(tree, &user) >= 2;
}

int
ownership_refuse(int tree, const char *top, const char *subject, const char *path,
	const struct stat *found, struct report *report)
{
	const char *type = ownerless_type(tree);
	uid_t user = found->st_uid;

	if (type &&
		(strcmp(type, "FUSE") != 0 || (user != 0 && ownership_is_unpacked_by(tree, user))))
		return report_error(report, 0,
			"%s lies on a %s filesystem, which shows everything there with one owner and one mode: unpack the tree on one that keeps them, such as ext4, xfs or btrfs",
			top, type);
	if (user != 0 && ownership_is_unpacked_by(tree, user))
		return report_error(report, 0,
			"%s was unpacked by user %u, or with shifted uids, and the superuser who enters would run what that user can change: unpack it again as the superuser, by tar xpf ARCHIVE --numeric-owner -C NEW_DIRECTORY or debootstrap",
			top, (unsigned)user);
	/* changing /tmp is no remedy: the path through it is wrong */
	if (path && !(S_ISDIR(found->st_mode) && found->st_mode & S_ISVTX))
		ownership_mend(path, found, report);
	return ownership_report(subject, found, "", report);
}

int
ownership_adopt_root(struct root *root, int tree, const char *path, const char *origin,
	const char *mend, struct report *report)
{
	char top[PATH_MAX];
	struct stat found;

	*root = (struct root){.tree = tree};
	root->proc_fd = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	root->path = strdup(path);
	if (root->proc_fd < 0 || !root->path || fstat(tree, &found) < 0)
		report_error(report, errno, "cannot open the root %s", path);
	else if (!S_ISDIR(found.st_mode))
		report_error(report, 0, "what is to be mounted on / is no directory");
	else if (ownership_is_safe(&found, NULL))
		return 0;
	else {
		snprintf(top, sizeof(top), "the top directory of %s", origin);
		report_advise(report, "%s", mend);
		ownership_report(top, &found, "", report);
	}
	root_release(root);
	return -1;
}
