/* SPDX-License-Identifier: BSD-2-Clause */
/* A block device that was mounted for a root, and the processes that keep it busy. */
#ifndef BLOCK_DEVICE_H
#define BLOCK_DEVICE_H

#include <stdint.h>

struct holders;
struct report;

/*
 * Waits, but not for long, until a block device (makedev(3)) that the host has not mounted is in
 * use no more. Returns 1 if it still is: then holders are the processes whose mount namespace has
 * it mounted, none for a descriptor in flight in a socket, say. Else returns 0, or -1 after
 * reporting the error. holders_release in all cases.
 */
int block_device_wait(struct holders *holders, uint64_t device, struct report *report);

#endif
