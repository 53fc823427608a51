/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * host-mounts add DIRECTORY NUMBER: binds so many small directories of DIRECTORY on themselves.
 * host-mounts remove DIRECTORY NUMBER: takes them away.
 * host-mounts pairs DIRECTORY NUMBER: mounts a tmpfs on DIRECTORY and takes it away, so often.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

static void
add(const char *directory, int number)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%d", directory, number);
	if ((mkdir(path, 0755) < 0 && errno != EEXIST) ||
		mount(path, path, NULL, MS_BIND, NULL) < 0)
		err(EXIT_FAILURE, "%s", path);
}

static void
take_away(const char *directory, int number)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%d", directory, number);
	if (umount(path) < 0)
		err(EXIT_FAILURE, "%s", path);
}

static void
mount_and_unmount(const char *directory)
{
	if (mount("tmpfs", directory, "tmpfs", 0, NULL) < 0 || umount(directory) < 0)
		err(EXIT_FAILURE, "%s", directory);
}

int
main(int argc, char **argv)
{
	if (argc != 4)
		errx(EXIT_FAILURE, "usage: host-mounts add|remove|pairs DIRECTORY NUMBER");
	for (int i = 0; i < atoi(argv[3]); i++)
		if (strcmp(argv[1], "add") == 0)
			add(argv[2], i);
		else if (strcmp(argv[1], "remove") == 0)
			take_away(argv[2], i);
		else
			mount_and_unmount(argv[2]);
	return EXIT_SUCCESS;
}
