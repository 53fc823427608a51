/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs and files of every tree that the superuser who enters runs and reads as uid 0. */
#ifndef ESSENTIALS_H
#define ESSENTIALS_H

#include "helper/essentials_path.h"

struct report;

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
