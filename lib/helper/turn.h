/* SPDX-License-Identifier: BSD-2-Clause */
/* Turns: one command at a time ends processes or joins namespaces. */
#ifndef TURN_H
#define TURN_H

#define TURN_SECONDS 30 /* how long a command waits for its turn */

/*
 * Takes the turn, waiting for it. A process that reads a namespace joins it and looks like one
 * inside, so no other command, of any root, may end processes meanwhile. directory: the state
 * directory. Returns 0, or -1 with errno set; ETIMEDOUT if another command, one stopped with
 * Ctrl-Z say, keeps its turn.
 */
int turn_take(int directory);
void turn_leave(int directory);

#endif
