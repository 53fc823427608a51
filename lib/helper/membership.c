/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/membership.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/process.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

static int
add_number(struct membership_numbers *numbers, uint64_t number)
{
	uint64_t *grown = reallocarray(numbers->all, numbers->count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	numbers->all = grown;
	grown[numbers->count++] = number;
	return 0;
}

static void
release_numbers(struct membership_numbers *numbers)
{
	cleanup_free_release(&numbers->all);
	numbers->count = 0;
}

static bool
are_same(const struct membership_numbers *one, const struct membership_numbers *other)
{
	return one->count == other->count &&
	       (one->count == 0 ||
		       memcmp(one->all, other->all, one->count * sizeof(*one->all)) == 0);
}

/* A filesystem that start made is a slave of nobody: a mount of the host that came by later is. */
static bool
is_as_made(const struct membership_root *root, const struct process_mount *line)
{
	for (size_t i = 0; i < root->mark_count; i++)
		if (root->marks[i].mount == line->id && root->marks[i].device == line->device &&
			line->master == 0)
			return true;
	return false;
}

/* Nothing but what the text says: the group and the numbers of learned, which begin empty. */
static int
learn_from(const struct membership_root *root, FILE *mountinfo, struct membership_root *learned)
{
	cleanup_free char *text = NULL;
	size_t size = 0;

	while (getline(&text, &size, mountinfo) > 0) {
		struct process_mount line;

		if (!process_parse_mount(text, &line))
			continue;
		if (line.id == root->top)
			learned->group = line.shared;
		if (add_number(&learned->mounts, line.id) < 0 ||
			(is_as_made(root, &line) && add_number(&learned->devices, line.device) < 0))
			return -1;
	}
	return ferror(mountinfo) ? -1 : 0;
}

int
membership_learn(struct membership *membership, int number, FILE *mountinfo)
{
	struct membership_root *root = &membership->roots[number];
	struct membership_root learned = {0};
	int result = learn_from(root, mountinfo, &learned);

	if (result == 0) {
		if (!are_same(&root->mounts, &learned.mounts) ||
			!are_same(&root->devices, &learned.devices) || root->group != learned.group)
			membership->is_sorted = false;
		release_numbers(&root->mounts);
		release_numbers(&root->devices);
		root->mounts = learned.mounts;
		root->devices = learned.devices;
		root->group = learned.group;
	} else {
		release_numbers(&learned.mounts);
		release_numbers(&learned.devices);
	}
	return result;
}

int
membership_learn_again(struct membership *membership, int number)
{
	FILE *mountinfo = membership->roots[number].mountinfo;

	if (!mountinfo)
		return 0;
	rewind(mountinfo);
	return membership_learn(membership, number, mountinfo);
}

static void
release_root(struct membership_root *root)
{
	release_numbers(&root->mounts);
	release_numbers(&root->devices);
	release_numbers(&root->users);
	release_numbers(&root->groups);
	cleanup_free_release(&root->marks);
	cleanup_file_release(&root->mountinfo);
	root->mark_count = 0;
	root->group = 0;
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
	return add_number(&membership->roots[root].users, uid);
}

int
membership_list_group(struct membership *membership, int root, uint64_t gid)
{
	return add_number(&membership->roots[root].groups, gid);
}

static bool
has_number(const struct membership_numbers *numbers, uint64_t number)
{
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->all[i] == number)
			return true;
	return false;
}

bool
membership_has_user(const struct membership *membership, int root, uint64_t uid)
{
	return has_number(&membership->roots[root].users, uid);
}

bool
membership_has_group(const struct membership *membership, int root, uint64_t gid)
{
	return has_number(&membership->roots[root].groups, gid);
}

static void
forget_namespaces(struct membership *membership, int root)
{
	size_t kept = 0;

	for (size_t i = 0; i < membership->copy_count; i++) {
		if (root == MEMBERSHIP_NONE || membership->copies[i].root == root)
			close(membership->copies[i].fd);
		else
			membership->copies[kept++] = membership->copies[i];
	}
	membership->copy_count = kept;
	membership->stranger_count = 0;
}

void
membership_forget(struct membership *membership, int root)
{
	membership->is_sorted = false;
	release_root(&membership->roots[root]);
	forget_namespaces(membership, root);
}

void
membership_drop(struct membership *membership, int root)
{
	membership_forget(membership, root);
	membership->roots[root].namespace = 0;
}

void
membership_table_release(struct membership_table *table)
{
	cleanup_free_release(&table->all);
	table->count = 0;
}

/* Where a number stands, or would. */
static size_t
place_of(const struct membership_table *table, uint64_t number)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (table->all[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct membership_entry *
membership_table_find(const struct membership_table *table, uint64_t number)
{
	size_t place = place_of(table, number);

	return place < table->count && table->all[place].number == number ? &table->all[place]
									  : NULL;
}

int
membership_table_insert(struct membership_table *table, uint64_t number, int root)
{
	size_t place = place_of(table, number);
	struct membership_entry *grown = reallocarray(table->all, table->count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	table->all = grown;
	memmove(grown + place + 1, grown + place, (table->count - place) * sizeof(*grown));
	grown[place] = (struct membership_entry){.number = number, .root = root};
	table->count++;
	return 0;
}

static void
release_tables(struct membership *membership)
{

	for (size_t i = 0; i < MEMBERSHIP_KINDS; i++)
		membership_table_release(&membership->tables[i]);
}

void
membership_release(struct membership *membership)
{
	for (size_t i = 0; i < membership->count; i++)
		release_root(&membership->roots[i]);
	forget_namespaces(membership, MEMBERSHIP_NONE);
	free(membership->copies);
	free(membership->strangers);
	free(membership->roots);
	release_tables(membership);
	*membership = (struct membership){0};
}

static int
compare_entries(const void *one, const void *other)
{
	const struct membership_entry *first = one;
	const struct membership_entry *second = other;

	return (first->number > second->number) - (first->number < second->number);
}

static void
add_entry(struct membership_table *table, uint64_t number, size_t root)
{
	if (number != 0) /* 0 stands for none */
		table->all[table->count++] =
			(struct membership_entry){.number = number, .root = (int)root};
}

/* Room for so many entries, and none in it. */
static int
make_room(struct membership_table *table, size_t room)
{
	table->count = 0;
	table->all = calloc(room + 1, sizeof(*table->all));
	return table->all ? 0 : -1;
}

static int
make_tables(struct membership *membership)
{
	struct membership_table *tables = membership->tables;
	size_t mounts = 0, devices = 0;

	release_tables(membership);
	for (size_t i = 0; i < membership->count; i++) {
		mounts += membership->roots[i].mounts.count;
		devices += membership->roots[i].devices.count;
	}
	if (make_room(&tables[MEMBERSHIP_NAMESPACES], membership->count) < 0 ||
		make_room(&tables[MEMBERSHIP_GROUPS], membership->count) < 0 ||
		make_room(&tables[MEMBERSHIP_MOUNTS], mounts) < 0 ||
		make_room(&tables[MEMBERSHIP_DEVICES], devices) < 0)
		return -1;
	for (size_t i = 0; i < membership->count; i++) {
		const struct membership_root *root = &membership->roots[i];

		add_entry(&tables[MEMBERSHIP_NAMESPACES], root->namespace, i);
		add_entry(&tables[MEMBERSHIP_GROUPS], root->group, i);
		for (size_t k = 0; k < root->mounts.count; k++)
			add_entry(&tables[MEMBERSHIP_MOUNTS], root->mounts.all[k], i);
		for (size_t k = 0; k < root->devices.count; k++)
			add_entry(&tables[MEMBERSHIP_DEVICES], root->devices.all[k], i);
	}
	return 0;
}

int
membership_sort(struct membership *membership)
{

	if (membership->is_sorted)
		return 0;
	if (make_tables(membership) < 0) {
		release_tables(membership);
		return -1;
	}
	for (size_t i = 0; i < MEMBERSHIP_KINDS; i++)
		qsort(membership->tables[i].all, membership->tables[i].count,
			sizeof(*membership->tables[i].all), compare_entries);
	membership->is_sorted = true;
	return 0;
}

static int
look_up(const struct membership *membership, enum membership_kind kind, uint64_t number)
{
	const struct membership_entry *found =
		membership_table_find(&membership->tables[kind], number);

	return found ? found->root : MEMBERSHIP_NONE;
}

bool
membership_has_marks(const struct membership *membership)
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
membership_of_line(const struct membership *membership, const struct process_mount *line)
{
	int root = look_up(membership, MEMBERSHIP_DEVICES, line->device);

	if (root == MEMBERSHIP_NONE)
		root = look_up(membership, MEMBERSHIP_GROUPS, line->shared);
	if (root == MEMBERSHIP_NONE)
		root = look_up(membership, MEMBERSHIP_GROUPS, line->master);
	return root;
}

int
membership_know_host(struct membership *membership, int host)
{
	struct stat namespace;

	if (membership->host != 0)
		return 0;
	if (fstat(host, &namespace) < 0 ||
		process_read_directory(
			AT_FDCWD, "/", &membership->host_device, &membership->host_inode) < 0)
		return -1;
	membership->host = namespace.st_ino;
	return 0;
}

int
membership_learn_all(struct membership *membership, struct report *report)
{
	int result = 0;

	for (size_t i = 0; result == 0 && i < membership->count; i++)
		result = membership_learn_again(membership, (int)i);
	if (result == 0)
		result = membership_sort(membership);
	return result == 0 ? 0 : report_error(report, errno, "cannot read what is mounted inside");
}
