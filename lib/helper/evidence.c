/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/evidence.h"

#include "common/cleanup.h"

#include <inttypes.h>
#include <string.h>
#include <sys/sysmacros.h>

static int
add_number(struct evidence_numbers *numbers, uint64_t number)
{
	uint64_t *grown = reallocarray(numbers->all, numbers->count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	numbers->all = grown;
	grown[numbers->count++] = number;
	return 0;
}

static void
release_numbers(struct evidence_numbers *numbers)
{
	cleanup_free_release(&numbers->all);
	numbers->count = 0;
}

static bool
are_same(const struct evidence_numbers *one, const struct evidence_numbers *other)
{
	return one->count == other->count &&
	       (one->count == 0 ||
		       memcmp(one->all, other->all, one->count * sizeof(*one->all)) == 0);
}

/* The number behind "shared:" or "master:" among the optional fields. */
static uint64_t
peer_group(const char *fields, const char *word)
{
	const char *found = strstr(fields, word);

	return found ? strtoull(found + strlen(word), NULL, 10) : 0;
}

bool
evidence_parse(char *text, struct evidence_line *line)
{
	unsigned major, minor;
	int fields = 0;
	char *end;

	if (sscanf(text, "%" SCNu64 " %*d %u:%u %*s %*s %*s%n", &line->id, &major, &minor,
		    &fields) != 3 ||
		fields == 0)
		return false;
	end = strstr(text + fields, " - ");
	if (end)
		*end = '\0';
	line->device = makedev(major, minor);
	line->shared = peer_group(text + fields, " shared:");
	line->master = peer_group(text + fields, " master:");
	return true;
}

/* A filesystem that start made is a slave of nobody: a mount of the host that came by later is. */
static bool
is_as_made(const struct evidence_root *root, const struct evidence_line *line)
{
	for (size_t i = 0; i < root->mark_count; i++)
		if (root->marks[i].mount == line->id && root->marks[i].device == line->device &&
			line->master == 0)
			return true;
	return false;
}

/* Nothing but what the text says: the group and the numbers of learned, which begin empty. */
static int
learn_from(const struct evidence_root *root, FILE *mountinfo, struct evidence_root *learned)
{
	cleanup_free char *text = NULL;
	size_t size = 0;

	while (getline(&text, &size, mountinfo) > 0) {
		struct evidence_line line;

		if (!evidence_parse(text, &line))
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
evidence_learn(struct evidence *evidence, int number, FILE *mountinfo)
{
	struct evidence_root *root = &evidence->roots[number];
	struct evidence_root learned = {0};
	int result = learn_from(root, mountinfo, &learned);

	if (result == 0) {
		if (!are_same(&root->mounts, &learned.mounts) ||
			!are_same(&root->devices, &learned.devices) || root->group != learned.group)
			evidence->is_sorted = false;
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
evidence_learn_again(struct evidence *evidence, int number)
{
	FILE *mountinfo = evidence->roots[number].mountinfo;

	if (!mountinfo)
		return 0;
	rewind(mountinfo);
	return evidence_learn(evidence, number, mountinfo);
}

static void
release_root(struct evidence_root *root)
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
evidence_add(struct evidence *evidence, const struct evidence_root *root)
{
	struct evidence_root *grown =
		reallocarray(evidence->roots, evidence->count + 1, sizeof(*grown));

	if (!grown) {
		struct evidence_root taken = *root;

		release_root(&taken);
		return -1;
	}
	evidence->roots = grown;
	grown[evidence->count] = *root;
	evidence->is_sorted = false;
	return (int)evidence->count++;
}

int
evidence_add_device(struct evidence *evidence, int root, uint64_t device)
{
	evidence->is_sorted = false;
	return add_number(&evidence->roots[root].devices, device);
}

int
evidence_list_user(struct evidence *evidence, int root, uint64_t uid)
{
	return add_number(&evidence->roots[root].users, uid);
}

int
evidence_list_group(struct evidence *evidence, int root, uint64_t gid)
{
	return add_number(&evidence->roots[root].groups, gid);
}

static bool
has_number(const struct evidence_numbers *numbers, uint64_t number)
{
	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->all[i] == number)
			return true;
	return false;
}

bool
evidence_has_user(const struct evidence *evidence, int root, uint64_t uid)
{
	return has_number(&evidence->roots[root].users, uid);
}

bool
evidence_has_group(const struct evidence *evidence, int root, uint64_t gid)
{
	return has_number(&evidence->roots[root].groups, gid);
}

void
evidence_forget(struct evidence *evidence, int root)
{
	evidence->is_sorted = false;
	release_root(&evidence->roots[root]);
}

void
evidence_drop(struct evidence *evidence, int root)
{
	evidence_forget(evidence, root);
	evidence->roots[root].namespace = 0;
}

void
evidence_table_release(struct evidence_table *table)
{
	cleanup_free_release(&table->all);
	table->count = 0;
}

/* Where a number stands, or would. */
static size_t
place_of(const struct evidence_table *table, uint64_t number)
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

const struct evidence_entry *
evidence_table_find(const struct evidence_table *table, uint64_t number)
{
	size_t place = place_of(table, number);

	return place < table->count && table->all[place].number == number ? &table->all[place]
									  : NULL;
}

int
evidence_table_insert(struct evidence_table *table, uint64_t number, int root)
{
	size_t place = place_of(table, number);
	struct evidence_entry *grown = reallocarray(table->all, table->count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	table->all = grown;
	memmove(grown + place + 1, grown + place, (table->count - place) * sizeof(*grown));
	grown[place] = (struct evidence_entry){.number = number, .root = root};
	table->count++;
	return 0;
}

static void
release_tables(struct evidence *evidence)
{

	for (size_t i = 0; i < EVIDENCE_KINDS; i++)
		evidence_table_release(&evidence->tables[i]);
}

void
evidence_release(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++)
		release_root(&evidence->roots[i]);
	free(evidence->roots);
	release_tables(evidence);
	*evidence = (struct evidence){0};
}

static int
compare_entries(const void *one, const void *other)
{
	const struct evidence_entry *first = one;
	const struct evidence_entry *second = other;

	return (first->number > second->number) - (first->number < second->number);
}

static void
add_entry(struct evidence_table *table, uint64_t number, size_t root)
{
	if (number != 0) /* 0 stands for none */
		table->all[table->count++] =
			(struct evidence_entry){.number = number, .root = (int)root};
}

/* Room for so many entries, and none in it. */
static int
make_room(struct evidence_table *table, size_t room)
{
	table->count = 0;
	table->all = calloc(room + 1, sizeof(*table->all));
	return table->all ? 0 : -1;
}

static int
make_tables(struct evidence *evidence)
{
	struct evidence_table *tables = evidence->tables;
	size_t mounts = 0, devices = 0;

	release_tables(evidence);
	for (size_t i = 0; i < evidence->count; i++) {
		mounts += evidence->roots[i].mounts.count;
		devices += evidence->roots[i].devices.count;
	}
	if (make_room(&tables[EVIDENCE_NAMESPACES], evidence->count) < 0 ||
		make_room(&tables[EVIDENCE_GROUPS], evidence->count) < 0 ||
		make_room(&tables[EVIDENCE_MOUNTS], mounts) < 0 ||
		make_room(&tables[EVIDENCE_DEVICES], devices) < 0)
		return -1;
	for (size_t i = 0; i < evidence->count; i++) {
		const struct evidence_root *root = &evidence->roots[i];

		add_entry(&tables[EVIDENCE_NAMESPACES], root->namespace, i);
		add_entry(&tables[EVIDENCE_GROUPS], root->group, i);
		for (size_t k = 0; k < root->mounts.count; k++)
			add_entry(&tables[EVIDENCE_MOUNTS], root->mounts.all[k], i);
		for (size_t k = 0; k < root->devices.count; k++)
			add_entry(&tables[EVIDENCE_DEVICES], root->devices.all[k], i);
	}
	return 0;
}

int
evidence_sort(struct evidence *evidence)
{

	if (evidence->is_sorted)
		return 0;
	if (make_tables(evidence) < 0) {
		release_tables(evidence);
		return -1;
	}
	for (size_t i = 0; i < EVIDENCE_KINDS; i++)
		qsort(evidence->tables[i].all, evidence->tables[i].count,
			sizeof(*evidence->tables[i].all), compare_entries);
	evidence->is_sorted = true;
	return 0;
}

static int
look_up(const struct evidence *evidence, enum evidence_kind kind, uint64_t number)
{
	const struct evidence_entry *found = evidence_table_find(&evidence->tables[kind], number);

	return found ? found->root : EVIDENCE_NONE;
}

bool
evidence_has_marks(const struct evidence *evidence)
{
	return evidence->tables[EVIDENCE_DEVICES].count > 0 ||
	       evidence->tables[EVIDENCE_GROUPS].count > 0;
}

int
evidence_of_namespace(const struct evidence *evidence, uint64_t number)
{
	return look_up(evidence, EVIDENCE_NAMESPACES, number);
}

int
evidence_of_mount(const struct evidence *evidence, uint64_t id)
{
	return look_up(evidence, EVIDENCE_MOUNTS, id);
}

int
evidence_of_line(const struct evidence *evidence, const struct evidence_line *line)
{
	int root = look_up(evidence, EVIDENCE_DEVICES, line->device);

	if (root == EVIDENCE_NONE)
		root = look_up(evidence, EVIDENCE_GROUPS, line->shared);
	if (root == EVIDENCE_NONE)
		root = look_up(evidence, EVIDENCE_GROUPS, line->master);
	return root;
}
