/* SPDX-License-Identifier: BSD-2-Clause */
/* The turn of a command to end processes, or to look into namespaces. */
#ifndef TURN_H
#define TURN_H

#define TURN_SECONDS 30 /* how long a command waits for the others */

/*
 * Takes the turn, or waits for it. A command that looks into a namespace joins it, and then looks
 * like a process inside; so no other command may end processes meanwhile, whatever root either is
 * at work on. directory: the state directory. Returns 0, or -1 with errno set; ETIMEDOUT where
 * another command has had its turn for too long, as one has that was stopped with Ctrl-Z.
 */
int turn_take(int directory);
void turn_leave(int directory);

#endif
