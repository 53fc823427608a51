/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record: what `start` decided about a prepared root, all that entering and stopping need.
 *
 * A file of strings "key=value", each ended by NUL, of which the first is the version. It holds
 * every value of the configuration under the key's own name, as it was at start, and what
 * start found out:
 *   uid, gid    who may enter as themselves: a user, a member of a group (several of each)
 *   known_user, known_group    NUMBER:NAME of a user, a group of the tree that is the same on the
 *               host (several; with allow_setuid=yes alone)
 *   host        inode of the host's mount namespace
 *   host_mount  mount id of `/` there
 *   pid_namespace    inode of the PID namespace that start ran in; earlier versions wrote none
 *   namespace   inode of the pinned one
 *   device, inode, mount    of `/` inside: st_dev, st_ino and mount id
 *   filesystem  MOUNT:DEVICE:PLACE of a filesystem made for this root alone (several)
 *   block_device     MAJOR:MINOR of a block device that is mounted for this root (several)
 *   line        MOUNT:DEVICE:INODE:PLACE of each line of the plan, in its order, then line_source,
 *               line_target, line_type and line_options; mount 0 for one that was passed over
 *   root_line   source, type and options of the plan's line for `/`
 *   leaving     the same four of a mount that a reload is about to take away
 *   changing    a mount that a reload is about to change, or has not changed wholly (several)
 *   visible_stale    what lies in the host's view is not what is inside any more
 *   visible_mount    MOUNT:PATH of what lies on the root's own directory in the host's view
 *   unfinished  why the plan is not what is mounted
 *   service     whose commands mend it: chroot-mounts, or chroot-mounts.NAME
 * Stopping works on the record of any version, so these and stop_timeout keep their meaning in all.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define STATE_DIRECTORY RUNSTATEDIR "/chroot-mounts"
#define RECORD_VERSION 2
#define RECORD_SIZE (1024 * 1024) /* bytes at most */

struct namespace_root;

struct record {
	char *text; /* owned */
	size_t size; /* bytes used, the last of them NUL */
	dev_t device; /* of the file that it was read from */
	ino_t inode; /* likewise */
};

/* A mount, as a value has it: numbers, each ended by a colon, in this order, then the mount point.
 */
struct record_mount {
	uint64_t id; /* 0 for a line that was passed over */
	uint64_t device; /* as stat(2) and makedev(3) have it */
	uint64_t inode;
	const char *mount_point; /* borrowed; "" while it is not known */
};

/* How many of the numbers stand in a value. */
enum record_numbers {
	RECORD_VISIBLE_MOUNT = 1,
	RECORD_FILESYSTEM = 2,
	RECORD_LINE = 3, /* of `line` and of `leaving` */
};

void record_release(struct record *record);

/*
 * Reads it back, and judges the descriptor: a regular file of the superuser's that no other user
 * can write to. Returns 0, or -1 with errno set; reports nothing. ENOENT: there is no record;
 * EPERM: the file is doubtful; EBADMSG: it is no record; EPROTO: it is one of another version,
 * which can be read then, but means nothing certain.
 */
int record_read(struct record *record, int directory, const char *name);

/* The same in two steps. record_open returns a file descriptor, or -1 with errno set, and reports
 * nothing; record_read_file leaves it open. */
int record_open(int directory, const char *name);
int record_read_file(struct record *record, int fd);

/* The one of a prepared root, or the one that a stop has put away; as record_read. */
int record_read_either(struct record *record, int directory);

/* The value of a key: the first for previous NULL, then the one behind previous; NULL at the end.
 */
const char *record_next(const struct record *record, const char *key, const char *previous);

/* The only value of a key; "" for none. */
const char *record_value(const struct record *record, const char *key);

/* A key that must hold a number. 0, or -1 with errno EBADMSG. */
int record_number(const struct record *record, const char *key, uint64_t *number);

/* True if number is one of the key's values. */
bool record_has_number(const struct record *record, const char *key, uint64_t number);

/* True if NUMBER:NAME is one of the key's values: known_user, known_group. */
bool
record_has_account(const struct record *record, const char *key, uint32_t number, const char *name);

/* True if the place is the one that start made, or is_copy and it is a copy of that, whose mount
 * has another id. */
bool record_has_root(const struct record *record, const struct namespace_root *place, bool is_copy);

/* Reads a value with a mount; mount->mount_point points into it. Returns 0, or -1 with errno
 * EBADMSG. */
int record_parse_mount(const char *value, enum record_numbers numbers, struct record_mount *mount);

/* Reads a value of block_device. Returns 0 and a device as makedev(3) has it, or -1 with errno
 * EBADMSG. */
int record_parse_device(const char *value, uint64_t *device);

#endif
