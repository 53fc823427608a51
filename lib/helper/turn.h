/* SPDX-License-Identifier: BSD-2-Clause */
/* The turn of a command to end processes, or to look into namespaces. */
#ifndef TURN_H
#define TURN_H

#define TURN_SECONDS 30 /* how long one waits for those of others */

/*
 * To look into a namespace is to join it. Whoever ends those inside must not take the one who looks
 * for one of them, whatever root either is at work on: so they do it by turns. directory: the state
 * directory. 0, or -1 with errno, ETIMEDOUT where another has had its turn for too long, as one has
 * that was stopped with Ctrl-Z.
 */
int turn_take(int directory);
void turn_leave(int directory);

#endif
