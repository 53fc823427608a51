/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/host_mounts.h"

#include "common/cleanup.h"
#include "common/record.h"
#include "helper/membership.h"
#include "helper/process.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

void
host_mounts_release(struct host_mounts *mounts)
{
	numbers_release(&mounts->in_roots);
	for (size_t i = 0; i < mounts->pin_count; i++)
		free(mounts->pins[i]);
	free(mounts->pins);
	*mounts = (struct host_mounts){0};
}

struct listed_path {
	char *path; /* owned */
	int root;
};

struct listed_paths {
	struct listed_path *all; /* owned; sorted */
	size_t count;
};

static int
compare_paths(const void *one, const void *other)
{
	const struct listed_path *first = one;
	const struct listed_path *second = other;

	return strcmp(first->path, second->path);
}

static void
release_paths(struct listed_paths *listed_paths)
{
	for (size_t i = 0; i < listed_paths->count; i++)
		free(listed_paths->all[i].path);
	free(listed_paths->all);
}

static int
resolve_paths(struct listed_paths *listed_paths, const char *const *paths, size_t count)
{
	*listed_paths = (struct listed_paths){.all = calloc(count + 1, sizeof(*listed_paths->all))};
	if (!listed_paths->all)
		return -1;
	for (size_t i = 0; i < count; i++) {
		char *path = paths[i] ? realpath(paths[i], NULL) : NULL;

		if (path && strcmp(path, "/") != 0)
			listed_paths->all[listed_paths->count++] =
				(struct listed_path){.path = path, .root = (int)i};
		else
			free(path); /* every process of the host uses `/` */
	}
	qsort(listed_paths->all, listed_paths->count, sizeof(*listed_paths->all), compare_paths);
	return 0;
}

/* Returns the root at the path, or the nearest above it. Shortens path. */
static int
root_at(const struct listed_paths *listed_paths, char *path)
{
	const struct listed_path key = {.path = path};

	while (path[0] != '\0') {
		const struct listed_path *found = bsearch(
			&key, listed_paths->all, listed_paths->count, sizeof(key), compare_paths);
		char *slash = strrchr(path, '/');

		if (found)
			return found->root;
		if (!slash)
			break;
		*slash = '\0';
	}
	return MEMBERSHIP_NONE;
}

/* Decodes the octal escapes of proc(5) in place. */
static void
unescape(char *text)
{
	char *to = text;

	while (*text != '\0') {
		unsigned byte;

		if (text[0] == '\\' && sscanf(text + 1, "%3o", &byte) == 1) {
			*to++ = (char)byte;
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

static int
add_pin(struct host_mounts *mounts, const char *mount_point)
{
	char **grown = reallocarray(mounts->pins, mounts->pin_count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	mounts->pins = grown;
	grown[mounts->pin_count] = strdup(mount_point);
	return grown[mounts->pin_count] ? (mounts->pin_count++, 0) : -1;
}

/* Adds a line of mountinfo. Pins in the state directory are the roots' own. */
static int
add_line(struct host_mounts *mounts, const struct listed_paths *listed_paths, char *text)
{
	struct process_mount line;
	char within[PATH_MAX], target[PATH_MAX];
	int root;

	if (sscanf(text, "%*s %*s %*s %4095s %4095s", within, target) != 2 ||
		!process_parse_mount(text, &line))
		return 0;
	unescape(target);
	if (strncmp(within, "mnt:[", 5) == 0 &&
		strncmp(target, STATE_DIRECTORY "/", sizeof(STATE_DIRECTORY)) != 0 &&
		add_pin(mounts, target) < 0)
		return -1;
	root = root_at(listed_paths, target);
	return root == MEMBERSHIP_NONE ? 0 : numbers_add_root(&mounts->in_roots, line.id, root);
}

int
host_mounts_read(
	struct host_mounts *mounts, FILE *mountinfo, const char *const *paths, size_t count)
{
	cleanup_free char *text = NULL;
	struct listed_paths listed_paths;
	size_t size = 0;
	int result;

	*mounts = (struct host_mounts){0};
	result = resolve_paths(&listed_paths, paths, count);
	while (result == 0 && getline(&text, &size, mountinfo) > 0)
		result = add_line(mounts, &listed_paths, text);
	release_paths(&listed_paths);
	return result == 0 && !ferror(mountinfo) ? 0 : -1;
}
