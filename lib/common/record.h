/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The record: the state of a prepared root, all that entering and stopping need.
 *
 * A file of strings "key=value", each ended by NUL; the first is the version. It has all keys of
 * the configuration, as at the last start or reload, and:
 *   uid, gid    a user, a group, that may enter as themselves (several)
 *   known_user, known_group    NUMBER:NAME, of the tree and of the host alike (several; with
 *               allow_setuid=yes alone)
 *   host        inode of the host's mount namespace
 *   host_mount  mount id of `/` there
 *   pid_namespace    inode of start's PID namespace; absent in earlier versions
 *   namespace   inode of the pinned namespace
 *   device, inode, mount    of `/` inside: device, inode and mount id
 *   filesystem  MOUNT:DEVICE:PATH, made for this root alone (several)
 *   block_device     MAJOR:MINOR, mounted for this root (several)
 *   line        MOUNT:DEVICE:INODE:PATH of each line of the plan, in order, then line_source,
 *               line_target, line_type and line_options; mount 0 for one that was passed over
 *   root_line   source, type and options of the plan's line for `/`
 *   leaving     like line: a reload is about to unmount it
 *   changing    mount id: a reload has not finished changing it (several)
 *   visible_stale    the mounts in the host's view differ from those inside
 *   visible_mount    MOUNT:PATH, on the root's own directory in the host's view
 *   unfinished  why the mounts differ from the plan
 *   service     chroot-mounts, or chroot-mounts.NAME
 * Stop works on the record of any version, so these and stop_timeout keep their meaning in all.
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

/* A mount in a value: numbers in this order, each ended by a colon, then the mount point. */
struct record_mount {
	uint64_t id; /* 0 for a line that was passed over */
	uint64_t device; /* as makedev(3) makes it */
	uint64_t inode;
	const char *mount_point; /* borrowed; "" until it is known */
};

/* The count of numbers in a value. */
enum record_numbers {
	RECORD_VISIBLE_MOUNT = 1,
	RECORD_FILESYSTEM = 2,
	RECORD_LINE = 3, /* of `line` and of `leaving` */
};

void record_release(struct record *record);

/* Opens a record. Returns a new file descriptor, or -1 with errno set; reports nothing. */
int record_open(int directory, const char *name);

/*
 * Reads the record from the descriptor, which stays open. It must be a regular file that the
 * superuser owns and no other user can write to. Returns 0, or -1 with errno set; reports nothing.
 *
 * EPERM    it is no regular file that only the superuser can write
 * EBADMSG  it is no record
 * EPROTO   it is the record of another version, which is read all the same
 */
int record_read_file(struct record *record, int fd);

/* Returns the next value of a key behind previous, the first for NULL; NULL at the end. Borrowed.
 */
const char *record_next(const struct record *record, const char *key, const char *previous);

/* Returns the only value of a key, "" for none. Borrowed. */
const char *record_value(const struct record *record, const char *key);

/* True if number is one of the key's values. */
bool record_has_number(const struct record *record, const char *key, uint64_t number);

/* True if NUMBER:NAME is one of the key's values: known_user, known_group. */
bool
record_has_account(const struct record *record, const char *key, uint32_t number, const char *name);

/* True if root is the one that start made; with is_copy also for a copy, whose mount has another
 * id. */
bool record_has_root(const struct record *record, const struct namespace_root *root, bool is_copy);

/* Parses a value, to which mount->mount_point points. Returns 0, or -1 with errno EBADMSG; reports
 * nothing. */
int record_parse_mount(const char *value, enum record_numbers numbers, struct record_mount *mount);

#endif
