/* SPDX-License-Identifier: BSD-2-Clause */
/* Judges the files of a tree that run or are read as uid 0 when the superuser enters. */
#ifndef ESSENTIALS_H
#define ESSENTIALS_H

#include "helper/essentials_path.h"

struct report;

/*
 * Threat: a user owns or can write to a program directory, an account file or a shell's start-up
 * file of a tree, and runs code as uid 0 when the superuser enters. Defence: owner and mode are
 * judged for a fixed list of them, with each directory and link on the way. This detects a tree
 * that a user unpacked; it proves none clean.
 *
 * essentials_judge judges the list, and collects group-writable files; essentials_judge_groups
 * judges them on the host, because it asks name services. A group without members but the superuser
 * is a warning. Each returns 0, or -1 after reporting the error. essentials_release in all cases.
 */
int essentials_judge(struct essentials *essentials, struct report *report);
int essentials_judge_groups(const struct essentials *essentials, struct report *report);
void essentials_release(struct essentials *essentials);

#endif
