/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/trust.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/collision.h"
#include "common/owner.h"
#include "common/report.h"
#include "common/report_word.h"
#include "helper/ownership_inside.h"
#include "helper/plan.h"
#include "helper/trust_names.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

/* directories of an architecture in Debian, before and after the /usr merge */
#define LIBRARIES(architecture) "/lib/" architecture "/.", "/usr/lib/" architecture "/."

/* "/." at the end follows a link, such as /lib into /usr, inside the tree. musl searches
 * /usr/local/lib for setuid programs, too. */
static const char *const directories[] = {"/bin/.", "/sbin/.", "/lib/.", "/lib32/.", "/lib64/.",
	"/libx32/.", "/usr/bin/.", "/usr/sbin/.", "/usr/lib/.", "/usr/lib32/.", "/usr/lib64/.",
	"/usr/libx32/.", "/usr/local/lib/.", "/etc/.", "/etc/pam.d/.", "/etc/security/.",
	LIBRARIES("x86_64-linux-gnu"), LIBRARIES("i386-linux-gnu"),
	LIBRARIES("x86_64-linux-gnux32"), LIBRARIES("aarch64-linux-gnu"),
	LIBRARIES("arm-linux-gnueabihf"), LIBRARIES("arm-linux-gnueabi"),
	LIBRARIES("riscv64-linux-gnu"), LIBRARIES("powerpc64le-linux-gnu"),
	LIBRARIES("s390x-linux-gnu"), LIBRARIES("mips64el-linux-gnuabi64"),
	LIBRARIES("loongarch64-linux-gnu")};

static const char *const files[] = {"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/ld.so.cache",
	"/etc/ld.so.conf", "/etc/ld.so.preload"};

static int
refuse_setuid_file(
	const struct root *root, const char *path, const char *what, struct report *report)
{
	char whole[2 * PATH_MAX];
	const char *word;

	snprintf(whole, sizeof(whole), "%s%s", root->path, path);
	word = report_word(report, whole);
	report_mend(
		report, "chown root:root %s && chmod go-w %s # or set allow_setuid=no", word, word);
	return report_error(report, 0, "%s %s, and setuid programs inside rely on it", whole, what);
}

/* Judges a directory, if the tree has it. */
static int
judge_directory(const struct root *root, const char *path, struct report *report)
{
	cleanup_fd int fd = root_open_target(root, path);
	mode_t mode;

	if (fd < 0)
		return errno == ENOENT ? 0
				       : report_error(report, errno, "cannot look at %s%s",
						 root->path, path);
	if (ownership_judge_target(root, path, fd, NULL, 0, &mode, report) < 0)
		return -1;
	/* a sticky one too, because others can add a library there */
	return owner_lets_others_write(mode)
		       ? refuse_setuid_file(root, path, "can be written by others", report)
		       : 0;
}

/* Judges a file in a judged directory, where no other user can replace it. */
static int
judge_opened(const struct root *root, const char *path, int fd, struct report *report)
{
	struct stat found;

	if (fd < 0 || fstat(fd, &found) < 0)
		return report_error(report, errno, "cannot look at %s%s", root->path, path);
	if (!S_ISREG(found.st_mode))
		return report_error(report, 0,
			"%s%s is no file of its own, and setuid programs inside rely on it",
			root->path, path);
	if (found.st_uid != 0)
		return refuse_setuid_file(root, path, "does not belong to the superuser", report);
	return owner_lets_others_write(found.st_mode)
		       ? refuse_setuid_file(root, path, "can be written by others", report)
		       : 0;
}

static int
judge_file(const struct root *root, const char *path, struct report *report)
{
	cleanup_fd int fd = root_open_target(root, path);

	return fd < 0 && errno == ENOENT ? 0 : judge_opened(root, path, fd, report);
}

/* Returns the first of the paths that a mount at mount_point covers, links resolved; or NULL. */
static const char *
find_covered(
	const struct root *root, const char *mount_point, const char *const *paths, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char found[PATH_MAX];
		bool is_there = root_resolve(root, paths[i], found, sizeof(found)) == 0;

		if (plan_is_at_or_below(is_there ? found : paths[i], mount_point))
			return paths[i];
	}
	return NULL;
}

int
trust_judge_change(const struct root *root, const char *mount_point, int mount, const char *restart,
	struct report *report)
{
	const char *file = find_covered(root, mount_point, files, sizeof(files) / sizeof(*files));
	const char *covered = find_covered(
		root, mount_point, directories, sizeof(directories) / sizeof(*directories));

	if (!file && !covered)
		return 0;
	/* the mount is on the file itself: on a directory above, that would be covered, too */
	if (!covered && mount >= 0)
		return judge_opened(root, file, mount, report);
	report_mend(report, "chroot-mounts restart %s", restart);
	return report_error(report, 0,
		"what is on %s is to change, and setuid programs inside rely on it, which needs a restart",
		mount_point);
}

int
trust_judge(const struct root *root, struct trust_names *names, struct report *report)
{
	for (size_t i = 0; i < sizeof(directories) / sizeof(*directories); i++)
		if (judge_directory(root, directories[i], report) < 0)
			return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (judge_file(root, files[i], report) < 0)
			return -1;
	if (account_read_file(&names->users, collision_users.file, root->path, report) < 0)
		return -1;
	return account_read_file(&names->groups, collision_groups.file, root->path, report);
}
