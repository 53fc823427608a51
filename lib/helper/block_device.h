/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the processes that keep a block device of a root busy. */
#ifndef BLOCK_DEVICE_H
#define BLOCK_DEVICE_H

#include <stdint.h>

struct holders;
struct report;

/*
 * Waits up to a second until a block device (makedev(3)) is free. Returns 1 if it still is in use:
 * then holders has the processes with it mounted in their mount namespace, none for a descriptor in
 * flight in a socket, say. Returns 0 if it is free or mounted by the host, or -1 after reporting
 * the error. holders_release in all cases.
 */
int block_device_wait(struct holders *holders, uint64_t device, struct report *report);

#endif
