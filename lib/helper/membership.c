/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/membership.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int
add_number(struct numbers *numbers, uint64_t number)
{
	return numbers_append(numbers, sizeof(number), number) ? 0 : -1;
}

static bool
are_same(const struct numbers *one, const struct numbers *other)
{
	return one->count == other->count &&
	       (one->count == 0 ||
		       memcmp(one->all, other->all, one->count * sizeof(uint64_t)) == 0);
}

/* True for a mount that start made. It has no master, unlike one that the host propagated later. */
static bool
is_as_made(const struct membership_root *root, const struct process_mount *mount)
{
	for (size_t i = 0; i < root->superblock_count; i++)
		if (root->superblocks[i].mount == mount->id &&
			root->superblocks[i].device == mount->device && mount->master == 0)
			return true;
	return false;
}

int
membership_learn(struct membership *membership, int number, FILE *mountinfo)
{
	struct membership_root *root = &membership->roots[number];
	struct numbers mounts = {0}, devices = {0};
	cleanup_free char *text = NULL;
	uint64_t group = 0;
	size_t size = 0;
	int result = 0;

	while (result == 0 && getline(&text, &size, mountinfo) > 0) {
		struct process_mount mount;

		if (!process_parse_mount(text, &mount))
			continue;
		if (mount.id == root->root_mount)
			group = mount.shared;
		result = add_number(&mounts, mount.id);
		if (result == 0 && is_as_made(root, &mount))
			result = add_number(&devices, mount.device);
	}
	if (result < 0 || ferror(mountinfo)) {
		numbers_release(&mounts);
		numbers_release(&devices);
		return -1;
	}
	if (!are_same(&root->mounts, &mounts) || !are_same(&root->devices, &devices) ||
		root->group != group)
		membership->is_sorted = false;
	numbers_release(&root->mounts);
	numbers_release(&root->devices);
	root->mounts = mounts;
	root->devices = devices;
	root->group = group;
	return 0;
}

int
membership_refresh(struct membership *membership, int number)
{
	FILE *mountinfo = membership->roots[number].mountinfo;

	if (!mountinfo)
		return 0;
	rewind(mountinfo);
	return membership_learn(membership, number, mountinfo);
}

int
membership_refresh_all(struct membership *membership, struct report *report)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < membership->count; i++)
		result = membership_refresh(membership, (int)i);
	if (result == 0)
		result = membership_sort(membership);
	return result == 0 ? 0 : report_error(report, errno, "cannot read what is mounted inside");
}

static void
release_root(struct membership_root *root)
{
	numbers_release(&root->mounts);
	numbers_release(&root->devices);
	numbers_release(&root->users);
	numbers_release(&root->groups);
	cleanup_free_release(&root->superblocks);
	cleanup_file_release(&root->mountinfo);
	root->superblock_count = 0;
	root->group = 0;
}

int
membership_know_host(struct membership *membership, int host)
{
	struct stat namespace;

	if (membership->host_namespace != 0)
		return 0;
	if (fstat(host, &namespace) < 0 ||
		process_read_directory(
			AT_FDCWD, "/", &membership->host_device, &membership->host_inode) < 0)
		return -1;
	membership->host_namespace = namespace.st_ino;
	return 0;
}

int
membership_add(struct membership *membership, const struct membership_root *root)
{
	struct membership_root *grown =
		reallocarray(membership->roots, membership->count + 1, sizeof(*grown));

	if (!grown) {
		struct membership_root taken = *root;

		release_root(&taken);
		return -1;
	}
	membership->roots = grown;
	grown[membership->count] = *root;
	membership->is_sorted = false;
	return (int)membership->count++;
}

int
membership_add_device(struct membership *membership, int root, uint64_t device)
{
	membership->is_sorted = false;
	return add_number(&membership->roots[root].devices, device);
}

int
membership_list_user(struct membership *membership, int root, uint64_t uid)
{
	return numbers_insert(&membership->roots[root].users, sizeof(uid), uid) ? 0 : -1;
}

int
membership_list_group(struct membership *membership, int root, uint64_t gid)
{
	return numbers_insert(&membership->roots[root].groups, sizeof(gid), gid) ? 0 : -1;
}

bool
membership_has_user(const struct membership *membership, int root, uint64_t uid)
{
	return numbers_find(&membership->roots[root].users, sizeof(uid), uid);
}

bool
membership_has_group(const struct membership *membership, int root, uint64_t gid)
{
	return numbers_find(&membership->roots[root].groups, sizeof(gid), gid);
}

/* Forgets the namespaces of a root, or of all for MEMBERSHIP_NONE, and all unrelated ones. */
static void
forget_namespaces(struct membership *membership, int root)
{
	struct membership_namespace *all = membership->namespaces.all;
	size_t kept = 0;

	for (size_t i = 0; i < membership->namespaces.count; i++) {
		if (root == MEMBERSHIP_NONE || all[i].root == root)
			close(all[i].fd);
		else
			all[kept++] = all[i];
	}
	membership->namespaces.count = kept;
	numbers_release(&membership->unrelated);
}

void
membership_forget_mounts(struct membership *membership, int root)
{
	membership->is_sorted = false;
	release_root(&membership->roots[root]);
	forget_namespaces(membership, root);
}

void
membership_remove_root(struct membership *membership, int root)
{
	membership_forget_mounts(membership, root);
	membership->roots[root].namespace = 0;
}

static void
release_tables(struct membership *membership)
{
	for (size_t i = 0; i < MEMBERSHIP_KINDS; i++)
		numbers_release(&membership->tables[i]);
}

void
membership_release(struct membership *membership)
{
	for (size_t i = 0; i < membership->count; i++)
		release_root(&membership->roots[i]);
	forget_namespaces(membership, MEMBERSHIP_NONE);
	numbers_release(&membership->namespaces);
	free(membership->roots);
	release_tables(membership);
	*membership = (struct membership){0};
}

static int
add_to_table(struct numbers *table, const struct numbers *numbers, size_t root)
{
	const uint64_t *all = numbers->all;

	for (size_t i = 0; i < numbers->count; i++) {
		struct numbers_root *added;

		if (all[i] == 0) /* 0 stands for none */
			continue;
		added = numbers_append(table, sizeof(*added), all[i]);
		if (!added)
			return -1;
		added->root = (int)root;
	}
	return 0;
}

int
membership_sort(struct membership *membership)
{
	if (membership->is_sorted)
		return 0;
	release_tables(membership);
	for (size_t i = 0; i < membership->count; i++) {
		struct membership_root *root = &membership->roots[i];
		const struct numbers numbers[MEMBERSHIP_KINDS] = {
			[MEMBERSHIP_NAMESPACES] = {.all = &root->namespace, .count = 1},
			[MEMBERSHIP_MOUNTS] = root->mounts,
			[MEMBERSHIP_DEVICES] = root->devices,
			[MEMBERSHIP_GROUPS] = {.all = &root->group, .count = 1}};

		for (size_t kind = 0; kind < MEMBERSHIP_KINDS; kind++)
			if (add_to_table(&membership->tables[kind], &numbers[kind], i) < 0) {
				release_tables(membership);
				return -1;
			}
	}
	for (size_t kind = 0; kind < MEMBERSHIP_KINDS; kind++)
		numbers_sort(&membership->tables[kind], sizeof(struct numbers_root));
	membership->is_sorted = true;
	return 0;
}

static int
look_up(const struct membership *membership, enum membership_kind kind, uint64_t number)
{
	const struct numbers_root *found =
		numbers_find(&membership->tables[kind], sizeof(*found), number);

	return found ? found->root : MEMBERSHIP_NONE;
}

bool
membership_can_judge_mounts(const struct membership *membership)
{
	return membership->tables[MEMBERSHIP_DEVICES].count > 0 ||
	       membership->tables[MEMBERSHIP_GROUPS].count > 0;
}

int
membership_of_namespace(const struct membership *membership, uint64_t number)
{
	return look_up(membership, MEMBERSHIP_NAMESPACES, number);
}

int
membership_of_mount(const struct membership *membership, uint64_t id)
{
	return look_up(membership, MEMBERSHIP_MOUNTS, id);
}

int
membership_of_foreign_mount(const struct membership *membership, const struct process_mount *mount)
{
	int root = look_up(membership, MEMBERSHIP_DEVICES, mount->device);

	if (root == MEMBERSHIP_NONE)
		root = look_up(membership, MEMBERSHIP_GROUPS, mount->shared);
	if (root == MEMBERSHIP_NONE)
		root = look_up(membership, MEMBERSHIP_GROUPS, mount->master);
	return root;
}
