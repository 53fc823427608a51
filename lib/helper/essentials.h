/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs and files of every tree that the superuser who enters runs and reads as uid 0. */
#ifndef ESSENTIALS_H
#define ESSENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct report;
struct root;

/* A mount that is not there yet: what will be seen at its mount point and below. */
struct essentials_cover {
	const char *place; /* borrowed; links on the way resolved */
	int fd; /* borrowed; -1 where what will be seen is not known and passed over */
};

/* Something that a group can write to. */
struct essentials_shared {
	char *path; /* owned; inside */
	bool has_host_path; /* root->path on the host leads to the same thing */
	gid_t group;
};

struct essentials {
	const struct root *root; /* borrowed; `/` of the process, or a directory of the host */
	const char *path; /* borrowed; PATH inside */
	const char *shell; /* borrowed; "" for that of the tree's passwd */
	const struct essentials_cover *covers; /* borrowed; a later one covers an earlier one */
	size_t cover_count;
	struct essentials_shared *shared; /* owned */
	size_t shared_count;
};

/*
 * Threat: a user who owns or can write to a program directory, an account file, a start-up file of
 * a shell in a tree runs code as uid 0 when the superuser enters. Defence: a fixed list of them, by
 * owner and mode, of each directory and link on the way and of where it leads. It finds a tree that
 * a user unpacked and proves none clean.
 *
 * essentials_judge         judges the list, except for what a group can write to
 * essentials_judge_groups  judges that; on the host, whose name service is asked: a warning where
 *                          the group has no members but the superuser
 *
 * Each returns 0, or -1 after reporting the error. essentials_release in all cases.
 */
int essentials_judge(struct essentials *essentials, struct report *report);
int essentials_judge_groups(const struct essentials *essentials, struct report *report);
void essentials_release(struct essentials *essentials);

#endif
