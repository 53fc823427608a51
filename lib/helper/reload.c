/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/reload.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/configured.h"
#include "helper/difference.h"
#include "helper/essentials.h"
#include "helper/inside.h"
#include "helper/lines.h"
#include "helper/mount_make.h"
#include "helper/mounts.h"
#include "helper/namespace_make.h"
#include "helper/passwords.h"
#include "helper/prepared.h"
#include "helper/record_write.h"
#include "helper/service.h"
#include "helper/state.h"
#include "helper/tickets.h"
#include "helper/trust.h"
#include "helper/trust_names.h"
#include "superuser/mount.h"
#include "superuser/root.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* A root that is being reloaded. */
struct reload {
	struct service *service; /* borrowed */
	const char *name; /* borrowed */
	struct prepared prepared;
	struct configured now;
	struct difference difference;
	struct mounts mounts; /* those that are new */
	struct root root; /* `/` inside */
	struct trust_names names;
	struct essentials essentials;
	struct tickets tickets; /* with allow_setuid */
	bool has_shared; /* a source of x-live lines was made shared */
	bool is_done; /* all is changed, as far as it can be */
	bool is_other; /* mounts were made or taken away */
	char unfinished[256]; /* why a line could not be changed; "" for none */
};

static void
reload_release(struct reload *reload)
{
	prepared_release(&reload->prepared);
	difference_release(&reload->difference);
	configured_release(&reload->now);
	mounts_release(&reload->mounts);
	root_release(&reload->root);
	trust_names_release(&reload->names);
	essentials_release(&reload->essentials);
}

/* What the whole namespace is made by cannot be changed under those who are inside. */
static int
refuse_changes(const struct reload *reload)
{
	static const enum config_key keys[] = {CONFIG_ROOT, CONFIG_VISIBLE, CONFIG_ALLOW_SETUID};
	const struct record *record = &reload->prepared.record;
	struct report *report = reload->service->report;
	const char *what = NULL;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(configured_value(&reload->now, keys[i], NULL),
			    record_value(record, config_key_name(keys[i]))) != 0)
			what = config_key_name(keys[i]);
	if (!lines_is_same_root(record, &reload->now.plan))
		what = "the line for /";
	if (!what)
		return 0;
	report_mend(report, "rc-service %s restart", record_value(record, "service"));
	return report_error(report, 0, "%s has changed, which needs a restart", what);
}

/* Runs a step inside the namespace, which says its errors itself. */
static int
inside(struct reload *reload, int (*step)(void *data))
{
	return namespace_visit(reload->prepared.pin, reload->service->host, step, reload, NULL,
		reload->service->report);
}

/* Where the target of each line is, links on the way resolved, as far as they can be seen. */
static int
find_places(struct reload *reload)
{
	struct difference *difference = &reload->difference;
	const struct plan *plan = &reload->now.plan;

	difference->places = calloc(plan->count + 1, sizeof(*difference->places));
	for (size_t i = 0; difference->places && i < plan->count; i++) {
		char place[PATH_MAX];
		const char *target = plan->mounts[i].target;

		difference->places[i] = strdup(
			root_place_of(&reload->root, target, place, sizeof(place)) == 0 ? place
											: target);
		if (!difference->places[i])
			return -1;
	}
	return difference->places ? 0 : -1;
}

static int
look(void *data)
{
	struct reload *reload = data;
	reload->root.tree = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (reload->root.tree >= 0 &&
		lines_look(&reload->difference.before, reload->root.names) == 0 &&
		find_places(reload) == 0)
		return 0;
	return report_error(reload->service->report, errno, "cannot read what is mounted inside");
}

/* A clone of a source that was not shared stays deaf to it. */
static int
share_live(struct reload *reload)
{
	struct service *service = reload->service;
	int shared = mounts_share_live(&service->mounted, &reload->now.plan, service->report);

	if (shared > 0)
		mounted_release(&service->mounted);
	reload->has_shared = shared > 0;
	return shared < 0 ? -1 : 0;
}

static const char *
service_to_restart(const struct reload *reload)
{
	return record_value(&reload->prepared.record, "service");
}

/* Where the host has the tree, for what is said; owned by the caller. */
static char *
path_of_tree(const struct reload *reload)
{
	const struct plan_mount *line = reload->now.plan.root;
	const char *path = line && line->is_bind
				   ? line->source
				   : configured_value(&reload->now, CONFIG_ROOT, NULL);
	char *found = realpath(path, NULL);

	return found ? found : strdup(path);
}

static bool
allows_setuid(const struct reload *reload)
{
	return configured_is_yes(&reload->now, CONFIG_ALLOW_SETUID);
}

/* What there is, and what there is to be. */
static int
find_difference(struct reload *reload)
{
	struct service *service = reload->service;
	struct difference *difference = &reload->difference;

	if (configured_read(&reload->now, service, reload->name) < 0 ||
		refuse_changes(reload) < 0 ||
		lines_read(&difference->before, &reload->prepared.record, service->report) < 0 ||
		(allows_setuid(reload) && tickets_make(&reload->tickets, service->report) < 0) ||
		share_live(reload) < 0)
		return -1;
	difference->now = &reload->now.plan;
	/* the host's, before a namespace is joined whose own may be anything */
	reload->root.names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	reload->root.path = path_of_tree(reload);
	reload->root.is_of_host = plan_is_tree_of_host(&reload->now.plan);
	if (reload->root.names < 0 || !reload->root.path)
		return report_error(service->report, errno, "cannot open /proc/self/fd");
	if (inside(reload, look) < 0)
		return -1;
	return difference_find(
		difference, reload->has_shared, service_to_restart(reload), service->report);
}

/* Every mount that is new, detached: what cannot be made changes nothing. */
static int
make_new(struct reload *reload)
{
	struct service *service = reload->service;
	const struct difference *difference = &reload->difference;
	struct mounts *mounts = &reload->mounts;

	if (service_need_mounted(service) < 0 ||
		mounts_make(mounts, difference->now, difference->keeps, &service->mounted,
			&service->stage, service->report) < 0)
		return -1;
	for (size_t i = 0; i < mounts->count; i++) {
		/* those that stay are not the tree's own either */
		if (difference->keeps[i])
			mounts->ids[i] = difference->before.all[difference->kept[i]].id;
		reload->is_other |= mounts->lines[i].fd >= 0;
	}
	for (size_t i = 0; i < difference->before.count; i++)
		reload->is_other |= difference_is_leaving(difference, i);
	return 0;
}

/* Inside, before anything is changed: is there a place for what is new, as far as can be seen? */
static int
check_targets(void *data)
{
	struct reload *reload = data;
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 &&
			!difference_is_hidden(&reload->difference, i) &&
			mounts_check_line(&reload->mounts, &reload->now.plan, i, &reload->root,
				reload->service->report) < 0)
			return -1;
	return 0;
}

/* Is a new line to take the place of one that goes? */
static bool
is_replaced(const struct reload *reload, const struct lines_one *line)
{
	const struct difference *difference = &reload->difference;

	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 &&
			strcmp(difference->places[i], line->place) == 0)
			return true;
	return false;
}

/* The descriptor of the mount that is to come on a file, or -1. */
static int
new_mount_on(const struct reload *reload, const char *file)
{
	char place[PATH_MAX];
	int mount = -1;

	if (root_place_of(&reload->root, file, place, sizeof(place)) < 0)
		return -1;
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 &&
			strcmp(reload->difference.places[i], place) == 0)
			mount = reload->mounts.lines[i].fd;
	return mount;
}

/* Looks a name up as it will be: in the last of the lines that it lies below. */
static int
look_ahead(const void *data, const char *name, struct stat *found)
{
	const struct reload *reload = data;
	char place[PATH_MAX];
	const char *whole = name;

	if (root_place_of(&reload->root, name, place, sizeof(place)) == 0)
		whole = place;
	for (size_t i = reload->mounts.count; i-- > 0;) {
		const char *above = reload->difference.places[i];
		const char *below;

		if (reload->mounts.ids[i] == 0 || !plan_is_at_or_below(whole, above))
			continue;
		if (reload->mounts.lines[i].fd < 0)
			break;
		below = whole + strlen(above);
		return fstatat(reload->mounts.lines[i].fd, below + strspn(below, "/"), found,
			AT_EMPTY_PATH);
	}
	return stat(name, found);
}

/* Inside, before anything is changed: who is inside would have the new mounts at once. */
static int
check_trusted(void *data)
{
	struct reload *reload = data;
	const struct difference *difference = &reload->difference;
	const char *restart = service_to_restart(reload);
	struct report *report = reload->service->report;

	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 &&
			trust_judge_change(&reload->root, difference->places[i],
				reload->mounts.lines[i].fd, restart, report) < 0)
			return -1;
	for (size_t i = 0; i < difference->before.count; i++) {
		const struct lines_one *line = &difference->before.all[i];

		if (difference_is_leaving(difference, i) && !is_replaced(reload, line) &&
			trust_judge_change(&reload->root, line->place, -1, restart, report) < 0)
			return -1;
	}
	if (tickets_judge(&reload->tickets, look_ahead, reload, report) < 0)
		return -1;
	return passwords_judge(&reload->root, &reload->now.plan,
		new_mount_on(reload, PASSWORDS_PASSWD), new_mount_on(reload, PASSWORDS_SHADOW),
		report);
}

static int
judge_tree(void *data)
{
	struct reload *reload = data;
	const struct configured *now = &reload->now;

	essentials_release(&reload->essentials);
	reload->essentials.root = &reload->root;
	reload->essentials.path = configured_value(now, CONFIG_PATH, NULL);
	reload->essentials.shell = configured_value(now, CONFIG_SHELL, NULL);
	return essentials_judge(&reload->essentials, reload->service->report);
}

/* Judges what the superuser inside relies on: as it is or, with covers, as it will be. */
static int
judge_as_covered(struct reload *reload)
{
	return inside(reload, judge_tree) < 0
		       ? -1
		       : essentials_judge_groups(&reload->essentials, reload->service->report);
}

/* Judges the same as the new lines will show it. What a line that is taken away covers is seen only
 * afterwards. */
static int
judge_essentials(struct reload *reload)
{
	const struct difference *difference = &reload->difference;
	size_t count = difference->before.count + reload->mounts.count;
	cleanup_free struct essentials_cover *covers = calloc(count + 1, sizeof(*covers));
	int result;

	if (!covers)
		return report_error(reload->service->report, errno, "cannot look at the tree");
	count = 0;
	for (size_t i = 0; i < difference->before.count; i++) {
		const struct lines_one *line = &difference->before.all[i];

		if (difference_is_leaving(difference, i) && !is_replaced(reload, line))
			covers[count++] = (struct essentials_cover){.place = line->place, .fd = -1};
	}
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0)
			covers[count++] = (struct essentials_cover){
				.place = difference->places[i], .fd = reload->mounts.lines[i].fd};
	reload->essentials.covers = covers;
	reload->essentials.cover_count = count;
	result = judge_as_covered(reload);
	reload->essentials.covers = NULL;
	reload->essentials.cover_count = 0;
	return result;
}

/* True if the superuser who enters may run something else than before. */
static bool
has_other_essentials(const struct reload *reload)
{
	static const enum config_key keys[] = {CONFIG_PATH, CONFIG_SHELL};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strcmp(configured_value(&reload->now, keys[i], NULL),
			    record_value(&reload->prepared.record, config_key_name(keys[i]))) != 0)
			return true;
	/* what a reload left that was interrupted, or that found the tree wrong at its end */
	return reload->is_other || record_value(&reload->prepared.record, "unfinished")[0] != '\0';
}

static int
open_trusted(void *data)
{
	struct reload *reload = data;

	trust_names_release(&reload->names);
	return trust_judge(&reload->root, &reload->names, reload->service->report);
}

/* Inside, when all is changed: a cover that was lost is there again then. */
static int
check_tickets(void *data)
{
	const struct reload *reload = data;

	return tickets_judge(&reload->tickets, NULL, NULL, reload->service->report);
}

/* Users, groups, and who is in them, change on both sides. */
static int
judge_setuid(struct reload *reload)
{
	if (!allows_setuid(reload))
		return 0;
	return inside(reload, open_trusted) < 0 ? -1
						: trust_names_record(&reload->now.record,
							  &reload->names, reload->service->report);
}

/* What was seen of the tree's users and groups, in files that have been replaced since, is
 * forgotten. */
static int
judge_setuid_again(struct reload *reload, size_t size)
{
	reload->now.record.size = size;
	return judge_setuid(reload);
}

/* What start found out about the namespace. */
static int
record_place(const struct reload *reload, struct record *record)
{
	static const char *const keys[] = {"host", "host_mount", "pid_namespace", "namespace",
		"device", "inode", "mount", "visible_mount", "visible_stale"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = record_next(&reload->prepared.record, keys[i], NULL);

		if (value && record_add(record, keys[i], value) < 0)
			return -1;
	}
	return 0;
}

/* What is mounted on the host for plain chroot is not changed under those who use it. */
static bool
is_visible(const struct reload *reload)
{
	return configured_is_yes(&reload->now, CONFIG_VISIBLE);
}

/* Until all is done: those of which nobody could say later whether they were changed. */
static int
record_changing(const struct reload *reload, struct record *record)
{
	const struct difference *difference = &reload->difference;

	for (size_t i = 0; i < reload->mounts.count; i++) {
		bool is_changing = reload->is_done ? reload->mounts.lines[i].has_failed
						   : reload->mounts.lines[i].fd >= 0 ||
							     difference_has_options(difference, i);

		if (is_changing && record_add_number(record, "changing", reload->mounts.ids[i]) < 0)
			return -1;
	}
	return 0;
}

static int
fill_record(const struct reload *reload, struct record *record)
{
	const struct difference *difference = &reload->difference;
	const struct lines_kept kept = {.before = &difference->before,
		.which = difference->kept,
		.has_old_options = !reload->is_done};
	const struct record *values = &reload->now.record;
	const char *unfinished = reload->is_done ? reload->unfinished : "a reload was interrupted";

	record->text = malloc(values->size);
	if (!record->text)
		return -1;
	memcpy(record->text, values->text, values->size);
	record->size = values->size;
	if (record_place(reload, record) < 0 ||
		lines_record(record, difference->now, &reload->mounts, &kept, is_visible(reload)) <
			0 ||
		record_changing(reload, record) < 0 ||
		(is_visible(reload) && reload->is_other &&
			record_add(record, "visible_stale", "yes") < 0))
		return -1;
	for (size_t i = 0; i < difference->before.count; i++)
		if (difference_is_leaving(difference, i) &&
			lines_record_leaving(record, &difference->before.all[i]) < 0)
			return -1;
	return unfinished[0] == '\0' ? 0 : record_add(record, "unfinished", unfinished);
}

/*
 * Before anything is changed, it says what is about to be, so that a reload after an interruption
 * finds each mount; afterwards it says what is.
 */
static int
write_record(const struct reload *reload)
{
	struct service *service = reload->service;
	struct record record = {0};
	int result;

	if (fill_record(reload, &record) < 0)
		result = report_error(service->report, errno, "cannot make the record");
	else
		result = prepared_write_record(
			&record, service->state, reload->name, service->report);
	record_release(&record);
	return result;
}

/* A descriptor of one of the mounts before, if it is what is seen in its place; else -1. */
static int
open_line(const struct reload *reload, const struct lines_one *line)
{
	cleanup_fd int fd = root_open_target(&reload->root, line->place);
	struct statx found;

	if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &found) < 0 ||
		found.stx_mnt_id != line->id)
		return -1;
	return steal_fd(&fd);
}

static void
leave_unfinished(struct reload *reload, const char *target, const char *why)
{
	if (reload->unfinished[0] == '\0')
		snprintf(reload->unfinished, sizeof(reload->unfinished), "%s %s", target, why);
}

static void
take_away(struct reload *reload, struct lines_one *line)
{
	cleanup_fd int fd = open_line(reload, line);

	if (fd >= 0 && mount_take_off(fd, reload->root.names) == 0)
		difference_has_gone(&reload->difference, line);
	else
		leave_unfinished(reload, line->place, "is covered by another mount inside");
}

/* What is to go and lies in the way of a new mount goes first, from the top; but for the one that
 * is replaced, so that its place is never empty. */
static void
make_way(struct reload *reload, size_t index, const struct lines_one *replaced)
{
	struct difference *difference = &reload->difference;

	for (size_t i = difference->before.count; i-- > 0;)
		if (&difference->before.all[i] != replaced &&
			difference_is_in_the_way(difference, i, index))
			take_away(reload, &difference->before.all[i]);
}

static struct mount_change
propagation_of(const struct plan_mount *line)
{
	struct mount_change change = {
		.propagation = line->is_bind ? MS_SLAVE : MS_PRIVATE, .recursive = true};

	if (line->propagation) {
		change.propagation = line->propagation;
		change.recursive = line->is_recursive && line->propagates_below;
	}
	return change;
}

/*
 * `/` inside is shared, and so is what was attached to it: with peers, mounts made inside would
 * appear in copies of the namespace. First all of it, then as the line has it.
 */
static int
part(struct reload *reload, size_t index)
{
	const struct plan_mount *line = &reload->now.plan.mounts[index];
	const struct mount_change apart = {
		.propagation = line->is_bind ? MS_SLAVE : MS_PRIVATE, .recursive = true};
	const struct mount_change asked = propagation_of(line);
	int fd = reload->mounts.lines[index].fd;

	if (reload->mounts.ids[index] == 0 ||
		(mount_change(fd, &apart) == 0 && mount_change(fd, &asked) == 0))
		return 0;
	return report_error(
		reload->service->report, errno, "cannot give %s its propagation", line->target);
}

static int
attach(struct reload *reload, size_t index)
{
	const struct plan *plan = &reload->now.plan;
	struct report *report = reload->service->report;
	struct lines_one *replaced = difference_replaced(&reload->difference, index);
	cleanup_fd int old = -1;
	int result;

	make_way(reload, index, replaced);
	if (replaced)
		old = open_line(reload, replaced);
	if (old < 0)
		result = mounts_attach_line(&reload->mounts, plan, index, &reload->root, report);
	else
		result = mounts_replace_line(
			&reload->mounts, plan, index, &reload->root, old, replaced->place, report);
	if (result == 0 && old >= 0)
		difference_has_gone(&reload->difference, replaced);
	return result == 0 ? part(reload, index) : -1;
}

/* Only what differs: a filesystem may refuse to hear what it has heard already. */
static int
change_filesystem(const struct plan_mount *before, const struct plan_mount *now, bool is_doubtful,
	int fd, struct report *report)
{
	static const char *const writable[] = {"rw", NULL};
	static const char *const all_shown[] = {"hidepid=0", NULL};
	static const char *const no_group[] = {"gid=0", NULL};

	if (now->is_bind)
		return 0;
	if (before->set & ~now->set & MOUNT_ATTR_RDONLY &&
		mount_reconfigure(fd, now->type, now->target, writable, report) < 0)
		return -1;
	if (!is_doubtful && difference_is_same_filesystem(before, now))
		return 0;
	for (char **option = before->options; option && *option; option++)
		if (!difference_has_key(now->options, *option) &&
			difference_is_taken_back(before, *option) &&
			mount_reconfigure(fd, now->type, now->target,
				(*option)[0] == 'h' ? all_shown : no_group, report) < 0)
			return -1;
	return mount_reconfigure(
		fd, now->type, now->target, (const char *const *)now->options, report);
}

static int
change_options(struct reload *reload, const struct lines_one *line, const struct plan_mount *before,
	const struct plan_mount *now, int fd)
{
	/* whatever a reload that was interrupted made of it */
	const uint64_t any = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
			     MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NODIRATIME | MOUNT_ATTR__ATIME;
	struct report *report = reload->service->report;
	const struct mount_change options = {.set = now->set,
		.clear = now->clear | before->clear | (line->is_changing ? any : 0),
		.recursive = now->is_bind};
	const struct mount_change propagation = propagation_of(now);

	if (change_filesystem(before, now, line->is_changing, fd, report) < 0)
		return -1;
	if (mount_change(fd, &options) == 0 && mount_change(fd, &propagation) == 0)
		return 0;
	return report_error(report, errno, "cannot give %s the options %s%s", now->target,
		now->words,
		errno == EBUSY ? ", since something inside has files open for writing" : "");
}

/* A line that stays, with its options as they are now; or, where that fails, as they were. */
static int
change(struct reload *reload, size_t index)
{
	const size_t kept = reload->difference.kept[index];
	struct plan_mount *now = &reload->now.plan.mounts[index];
	const struct plan_mount *before = &reload->difference.before.plan.mounts[kept];
	const struct lines_one *line = &reload->difference.before.all[kept];
	cleanup_fd int fd = -1;
	char *words;

	/* a reload that was interrupted put it beneath what it was to replace */
	make_way(reload, index, NULL);
	fd = open_line(reload, line);
	if (fd < 0)
		report_error(reload->service->report, 0,
			"cannot give %s the options %s, since another mount covers it inside",
			now->target, now->words);
	if (fd >= 0 && change_options(reload, line, before, now, fd) == 0)
		return 0;
	words = strdup(before->words);
	if (!words)
		return -1;
	free(now->words);
	now->words = words;
	/* the kernel changes all mounts of a bind or none, but a filesystem one thing after another
	 */
	reload->mounts.lines[index].has_failed = !now->is_bind;
	leave_unfinished(reload, now->target, "could not be given its new options");
	return 0;
}

/* What is new, then options, then what is to go: so nobody inside misses what stays. */
static int
apply(void *data)
{
	struct reload *reload = data;
	struct difference *difference = &reload->difference;

	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 && attach(reload, i) < 0)
			return -1;
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (difference_has_options(difference, i) && change(reload, i) < 0)
			return -1;
	for (size_t i = difference->before.count; i-- > 0;)
		if (difference_is_leaving(difference, i))
			take_away(reload, &difference->before.all[i]);
	return 0;
}

/* Namespaces that programs inside made for themselves keep what they had. */
static int
say_apart(struct reload *reload)
{
	struct service *service = reload->service;
	struct inside_processes processes;
	struct inside inside = {0};
	size_t apart = 0;
	int result = prepared_know_inside(
		&reload->prepared, service->host, reload->name, &inside, service->report);

	if (result >= 0)
		result = inside_find(&inside, &processes, service->report);
	inside_release(&inside);
	if (result < 0)
		return -1;
	for (size_t i = 0; i < processes.count; i++)
		apart += processes.all[i].is_apart;
	inside_processes_release(&processes);
	if (apart > 0)
		report_warning(service->report,
			"%zu processes inside are in namespaces of their own, which keep the "
			"mounts they had",
			apart);
	return 0;
}

static bool
is_to_change(const struct reload *reload)
{
	bool is_any = reload->is_other;

	for (size_t i = 0; i < reload->now.plan.count; i++)
		is_any |= difference_has_options(&reload->difference, i);
	return is_any;
}

/* With the door open: whoever enters meanwhile finds the root as it was, or as it is to be. */
static int
carry_out(struct reload *reload)
{
	struct service *service = reload->service;
	size_t size;

	if (find_difference(reload) < 0 || make_new(reload) < 0 ||
		inside(reload, check_targets) < 0 ||
		(allows_setuid(reload) && inside(reload, check_trusted) < 0))
		return -1;
	size = reload->now.record.size;
	if (judge_setuid(reload) < 0 ||
		(has_other_essentials(reload) && judge_essentials(reload) < 0))
		return -1;
	if (is_to_change(reload) && (write_record(reload) < 0 || inside(reload, apply) < 0 ||
					    judge_setuid_again(reload, size) < 0 ||
					    (reload->is_other && judge_as_covered(reload) < 0)))
		return -1;
	if (allows_setuid(reload) && inside(reload, check_tickets) < 0)
		return -1;
	reload->is_done = true;
	if (write_record(reload) < 0)
		return -1;
	if (reload->is_other && is_visible(reload))
		report_warning(service->report,
			"what is visible on the host stays as it was until a restart");
	if (reload->is_other && say_apart(reload) < 0)
		return -1;
	if (reload->unfinished[0] == '\0')
		return 0;
	report_mend(service->report, "rc-service %s restart", service_to_restart(reload));
	return report_error(service->report, 0, "is not as configured: %s", reload->unfinished);
}

int
reload_root(struct service *service, const char *name)
{
	struct reload reload = {
		.service = service, .name = name, .root = {.tree = -1, .names = -1}};
	cleanup_fd int lock = -1;
	enum prepared_state state;
	int result;

	/* a clone of /run must leave the state directory out, whatever somebody did to it since */
	if (service_be_home(service) < 0 || service_make_state(service) < 0)
		return -1;
	lock = state_lock(service->state, name, service->report);
	if (lock < 0 || prepared_open(&reload.prepared, service->state, name, service->host,
				service->report) < 0)
		return -1;
	state = reload.prepared.state;
	if (state == PREPARED_GOOD) {
		result = carry_out(&reload);
	} else {
		report_mend(service->report, "chroot-mounts %s %s",
			state == PREPARED_NOT ? "start" : "stop", name);
		result = report_error(service->report, 0, "%s", prepared_reason(state));
	}
	reload_release(&reload);
	return result;
}
