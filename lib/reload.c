#include "reload.h"

#include "cleanup.h"
#include "configured.h"
#include "inside.h"
#include "lines.h"
#include "mount.h"
#include "mounts.h"
#include "namespace.h"
#include "prepared.h"
#include "report.h"
#include "root.h"
#include "service.h"
#include "state.h"
#include "syscalls.h"
#include "visible.h"

#include <string.h>

/* A root that is being reloaded. */
struct reload {
	struct service *service; /* borrowed */
	const char *name; /* borrowed */
	struct prepared prepared;
	struct configured now;
	struct lines before;
	bool *stays; /* owned; for each of before: it is the mount of a line of now */
	size_t *kept; /* owned; for each line of now: which of before it is, or LINES_NONE */
	bool *keeps; /* owned; for each line of now: it is one of before */
	struct mounts mounts; /* the others */
	struct root root; /* `/` inside */
	struct visible visible;
	bool is_visible_anew; /* the clone before it has gone */
	char unfinished[256]; /* why a line could not be changed; "" for none */
};

static void
reload_release(struct reload *reload)
{
	prepared_release(&reload->prepared);
	configured_release(&reload->now);
	lines_release(&reload->before);
	mounts_release(&reload->mounts);
	root_release(&reload->root);
	visible_release(&reload->visible);
	free(reload->stays);
	free(reload->kept);
	free(reload->keeps);
}

static int
refuse_state(struct service *service, const char *name, enum prepared_state state)
{
	static const char *const reasons[] = {
		[PREPARED_NOT] = "is not prepared",
		[PREPARED_BY_OTHERS] = "was prepared by another version",
		[PREPARED_HALF] = "was not stopped completely",
		[PREPARED_DAMAGED] = "is damaged: / inside is not what start made",
	};

	report_mend(service->report, "chroot-mounts %s %s",
		state == PREPARED_NOT ? "start" : "stop", name);
	return report_error(service->report, 0, "%s", reasons[state]);
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

/* The key of an option, "size" of "size=1m", is one of the list. */
static bool
has_key(char **options, const char *option)
{
	size_t length = strcspn(option, "=");

	for (; options && *options; options++)
		if (strncmp(*options, option, length) == 0 &&
			((*options)[length] == '=' || (*options)[length] == '\0'))
			return true;
	return false;
}

static bool
has_same_options(const struct plan_mount *one, const struct plan_mount *other)
{
	char **first = one->options, **second = other->options;

	while (first && *first && second && *second && strcmp(*first, *second) == 0) {
		first++;
		second++;
	}
	return !(first && *first) && !(second && *second);
}

/* Options that are not named any more stay as they are in a filesystem that is mounted. */
static bool
drops_options(const struct plan_mount *before, const struct plan_mount *now)
{
	for (char **option = before->options; option && *option; option++)
		if (!has_key(now->options, *option) ||
			(plan_is_loop_word(*option) && !has_same_options(before, now)))
			return true;
	return false;
}

/* A bind that is to lose a restriction is cloned anew: in place, the mounts below it would lose
 * those that they have on the host. */
static bool
is_loosened_bind(const struct plan_mount *before, const struct plan_mount *now)
{
	return before->is_bind && before->set & ~now->set;
}

/* Do all the mounts that a line stands on or below stay, those it had and those it is to have? */
static bool
stands_on_kept(const struct reload *reload, size_t line, size_t old)
{
	const struct plan *plan = &reload->now.plan;
	const struct lines *before = &reload->before;

	for (size_t i = 0; i < line; i++)
		if (!reload->keeps[i] &&
			plan_is_at_or_below(plan->mounts[line].target, plan->mounts[i].target))
			return false;
	for (size_t i = 0; i < old; i++)
		if (!reload->stays[i] && before->all[i].is_there &&
			plan_is_at_or_below(before->all[old].place, before->all[i].place))
			return false;
	return true;
}

static bool
can_keep(const struct reload *reload, size_t line, size_t old)
{
	const struct plan_mount *now = &reload->now.plan.mounts[line];
	const struct plan_mount *before = &reload->before.plan.mounts[old];

	return !reload->stays[old] && reload->before.all[old].is_there &&
	       plan_is_same_mount(before, now) && !is_loosened_bind(before, now) &&
	       !lines_source_was_replaced(&reload->before, old) &&
	       stands_on_kept(reload, line, old);
}

/* Which of the mounts there are the lines of the plan? */
static int
compare(struct reload *reload)
{
	const struct plan *plan = &reload->now.plan;
	const struct lines *before = &reload->before;
	struct report *report = reload->service->report;

	reload->stays = calloc(before->count + 1, sizeof(*reload->stays));
	reload->keeps = calloc(plan->count + 1, sizeof(*reload->keeps));
	reload->kept = calloc(plan->count + 1, sizeof(*reload->kept));
	if (!reload->stays || !reload->keeps || !reload->kept)
		return report_error(report, ENOMEM, "cannot compare the plan");
	for (size_t i = 0; i < plan->count; i++) {
		size_t old = 0;

		while (old < before->plan.count && !can_keep(reload, i, old))
			old++;
		reload->keeps[i] = old < before->plan.count;
		reload->kept[i] = reload->keeps[i] ? old : LINES_NONE;
		if (!reload->keeps[i])
			continue;
		reload->stays[old] = true;
		if (!plan->mounts[i].is_bind &&
			drops_options(&before->plan.mounts[old], &plan->mounts[i])) {
			report_mend(report, "rc-service %s restart",
				record_value(&reload->prepared.record, "service"));
			return report_error(report, 0,
				"options of %s were taken out of its line, which needs a restart",
				plan->mounts[i].target);
		}
	}
	return 0;
}

/* Runs a step inside the namespace. */
static int
inside(struct reload *reload, int (*step)(struct reload *reload))
{
	struct report *report = reload->service->report;
	int result;

	if (namespace_join(reload->prepared.pin) < 0)
		return report_error(report, errno, "cannot join the namespace");
	result = step(reload);
	if (namespace_join(reload->service->host) < 0)
		return report_error(report, errno, "cannot return to the host's namespace");
	return result;
}

static int
look(struct reload *reload)
{
	reload->root.tree = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (reload->root.tree >= 0 && lines_look(&reload->before, reload->root.names) == 0)
		return 0;
	return report_error(reload->service->report, errno, "cannot read what is mounted inside");
}

/* What there is, and what there is to be. */
static int
find_difference(struct reload *reload)
{
	struct service *service = reload->service;

	if (configured_read(&reload->now, service, reload->name) < 0 ||
		refuse_changes(reload) < 0 ||
		lines_read(&reload->before, &reload->prepared.record, service->report) < 0)
		return -1;
	/* the host's, before a namespace is joined whose own may be anything */
	reload->root.names = open("/proc/self/fd", O_PATH | O_DIRECTORY | O_CLOEXEC);
	reload->root.path = strdup(configured_value(&reload->now, CONFIG_ROOT, NULL));
	if (reload->root.names < 0 || !reload->root.path)
		return report_error(service->report, errno, "cannot open /proc/self/fd");
	if (inside(reload, look) < 0)
		return -1;
	return compare(reload);
}

/* Every mount that is new, detached: what cannot be made changes nothing. */
static int
make_new(struct reload *reload)
{
	struct service *service = reload->service;
	const struct plan *plan = &reload->now.plan;
	int shared;

	if (configured_is_yes(&reload->now, CONFIG_VISIBLE) &&
		visible_open(&reload->visible, reload->root.path, plan, service->report) < 0)
		return -1;
	shared = mounts_share_live(&service->mounted, plan, service->report);
	if (shared < 0)
		return -1;
	if (shared)
		mounted_release(&service->mounted);
	return mounts_make(&reload->mounts, plan, reload->keeps, &service->stage, service->report);
}

/* Does the target of a new line lie on something that is not there yet, or is to go? */
static bool
is_out_of_sight(const struct reload *reload, size_t line)
{
	const struct plan *plan = &reload->now.plan;
	const char *target = plan->mounts[line].target;

	for (size_t i = 0; i < line; i++)
		if (!reload->keeps[i] && plan_is_at_or_below(target, plan->mounts[i].target))
			return true;
	for (size_t i = 0; i < reload->before.count; i++)
		if (!reload->stays[i] && reload->before.all[i].is_there &&
			plan_is_at_or_below(target, reload->before.all[i].place))
			return true;
	return false;
}

/* Inside, before anything is changed: is there a place for what is new, as far as can be seen? */
static int
check_targets(struct reload *reload)
{
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 && !is_out_of_sight(reload, i) &&
			mounts_check_line(&reload->mounts, &reload->now.plan, i, &reload->root,
				reload->service->report) < 0)
			return -1;
	return 0;
}

/* What start found out about the namespace. */
static int
record_place(const struct reload *reload, struct record *record)
{
	static const char *const keys[] = {
		"host", "namespace", "device", "inode", "mount", "visible_mount"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *value = NULL;

		if (reload->is_visible_anew && strcmp(keys[i], "visible_mount") == 0)
			continue;
		while ((value = record_next(&reload->prepared.record, keys[i], value)))
			if (record_add(record, keys[i], value) < 0)
				return -1;
	}
	return 0;
}

static int
fill_record(
	const struct reload *reload, struct record *record, bool is_done, const char *unfinished)
{
	const struct lines_kept kept = {
		.before = &reload->before, .which = reload->kept, .has_old_options = !is_done};
	const struct record *values = &reload->now.record;

	record->text = malloc(values->size);
	if (!record->text)
		return -1;
	memcpy(record->text, values->text, values->size);
	record->size = values->size;
	if (record_place(reload, record) < 0 ||
		lines_record(record, &reload->now.plan, &reload->mounts, &kept) < 0)
		return -1;
	for (size_t i = 0; i < reload->before.count; i++)
		if (!reload->stays[i] && reload->before.all[i].is_there &&
			lines_record_leaving(record, &reload->before.all[i]) < 0)
			return -1;
	return unfinished[0] == '\0' ? 0 : record_add(record, "unfinished", unfinished);
}

/*
 * Before anything is changed, it says what is about to be, so that a reload after an interruption
 * finds each mount; afterwards it says what is.
 */
static int
write_record(const struct reload *reload, bool is_done, const char *unfinished)
{
	struct service *service = reload->service;
	struct record record = {0};
	int result;

	if (fill_record(reload, &record, is_done, unfinished) < 0)
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
		line->is_there = false;
	else
		leave_unfinished(reload, line->place, "is covered by another mount inside");
}

/* What lies above, on or below the place of a new mount and is to go, goes first: the new one
 * would lie on it, or hide it. The one in its very place is left for it to replace. */
static struct lines_one *
make_way(struct reload *reload, const char *target)
{
	struct lines_one *replaced = NULL;

	for (size_t i = reload->before.count; i-- > 0;) {
		struct lines_one *line = &reload->before.all[i];

		if (reload->stays[i] || !line->is_there)
			continue;
		if (!replaced && strcmp(line->place, target) == 0)
			replaced = line;
		else if (plan_is_at_or_below(target, line->place) ||
			 plan_is_at_or_below(line->place, target))
			take_away(reload, line);
	}
	return replaced;
}

/*
 * `/` inside is shared, and so is what was attached to it: with peers, mounts made inside would
 * appear in copies of the namespace.
 */
static int
part(struct reload *reload, size_t index)
{
	const struct plan_mount *line = &reload->now.plan.mounts[index];
	const struct mount_change asked = {
		.propagation = line->propagation ? line->propagation
			       : line->is_bind   ? MS_SLAVE
						 : MS_PRIVATE,
		.recursive = !line->propagation || line->is_recursive,
	};

	if (reload->mounts.ids[index] == 0 ||
		mount_change(reload->mounts.lines[index].fd, &asked) == 0)
		return 0;
	return report_error(
		reload->service->report, errno, "cannot give %s its propagation", line->target);
}

static int
attach(struct reload *reload, size_t index)
{
	const struct plan *plan = &reload->now.plan;
	struct report *report = reload->service->report;
	struct lines_one *replaced = make_way(reload, plan->mounts[index].target);
	cleanup_fd int old = replaced ? open_line(reload, replaced) : -1;
	int result;

	if (old < 0)
		result = mounts_attach_line(&reload->mounts, plan, index, &reload->root, report);
	else
		result = mounts_replace_line(
			&reload->mounts, plan, index, &reload->root, old, replaced->place, report);
	if (result == 0 && old >= 0)
		replaced->is_there = false;
	return result == 0 ? part(reload, index) : -1;
}

/* Only what differs: a filesystem may refuse to hear what it has heard already. */
static int
change_filesystem(const struct plan_mount *before, const struct plan_mount *now, int fd,
	struct report *report)
{
	static const char *const writable[] = {"rw", NULL};

	if (before->is_bind)
		return 0;
	if (before->set & ~now->set & MOUNT_ATTR_RDONLY &&
		mount_reconfigure(fd, now->type, now->target, writable, report) < 0)
		return -1;
	if (has_same_options(before, now))
		return 0;
	return mount_reconfigure(
		fd, now->type, now->target, (const char *const *)now->options, report);
}

static int
change_options(struct reload *reload, size_t index, int fd)
{
	const struct plan_mount *now = &reload->now.plan.mounts[index];
	const struct plan_mount *before = &reload->before.plan.mounts[reload->kept[index]];
	struct report *report = reload->service->report;
	const struct mount_change options = {
		.set = now->set, .clear = now->clear | before->clear, .recursive = now->is_bind};
	const struct mount_change propagation = {.propagation = now->propagation ? now->propagation
								: now->is_bind   ? MS_SLAVE
										 : MS_PRIVATE,
		.recursive = now->is_recursive};

	if (change_filesystem(before, now, fd, report) < 0)
		return -1;
	if (mount_change(fd, &options) < 0 ||
		(now->propagation != before->propagation && mount_change(fd, &propagation) < 0))
		return report_error(report, errno, "cannot give %s the options %s%s", now->target,
			now->words,
			errno == EBUSY ? ", since something inside has files open for writing"
				       : "");
	return 0;
}

/* A line that stays, with its options as they are now; or, where that fails, as they were. */
static int
change(struct reload *reload, size_t index)
{
	struct plan_mount *now = &reload->now.plan.mounts[index];
	const struct plan_mount *before = &reload->before.plan.mounts[reload->kept[index]];
	const struct lines_one *line = &reload->before.all[reload->kept[index]];
	cleanup_fd int fd = -1;
	char *words;

	if (now->set == before->set && now->clear == before->clear &&
		now->propagation == before->propagation && has_same_options(before, now))
		return 0;
	fd = open_line(reload, line);
	if (fd < 0)
		report_error(reload->service->report, 0,
			"cannot give %s the options %s, since another mount covers it inside",
			now->target, now->words);
	if (fd >= 0 && change_options(reload, index, fd) == 0)
		return 0;
	words = strdup(before->words);
	if (!words)
		return -1;
	free(now->words);
	now->words = words;
	leave_unfinished(reload, now->target, "could not be given its new options");
	return 0;
}

/* In the order of design: what is new, then options, then what is to go. */
static int
apply(struct reload *reload)
{
	struct service *service = reload->service;

	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->mounts.lines[i].fd >= 0 && attach(reload, i) < 0)
			return -1;
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (reload->keeps[i] && change(reload, i) < 0)
			return -1;
	for (size_t i = reload->before.count; i-- > 0;)
		if (!reload->stays[i] && reload->before.all[i].is_there)
			take_away(reload, &reload->before.all[i]);
	if (reload->visible.at.tree < 0)
		return 0;
	return visible_clone(&reload->visible, &reload->root, &reload->now.record, service->report);
}

static bool
is_changed(const struct reload *reload)
{
	for (size_t i = 0; i < reload->mounts.count; i++)
		if (!reload->keeps[i] && reload->mounts.ids[i] != 0)
			return true;
	for (size_t i = 0; i < reload->before.count; i++)
		if (!reload->stays[i] && reload->before.all[i].is_there)
			return true;
	return false;
}

/* The host's view of it, in the place of the one before. */
static int
show(struct reload *reload)
{
	if (visible_replace(&reload->visible, reload->service->report) < 0)
		return -1;
	reload->is_visible_anew = true;
	return write_record(reload, true, reload->unfinished);
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

/* With the door open: whoever enters meanwhile finds the root as it was, or as it is to be. */
static int
carry_out(struct reload *reload)
{
	struct service *service = reload->service;
	bool is_other;

	if (find_difference(reload) < 0 || make_new(reload) < 0 ||
		inside(reload, check_targets) < 0)
		return -1;
	is_other = is_changed(reload);
	if (is_other && write_record(reload, false, "a reload was interrupted") < 0)
		return -1;
	if (inside(reload, apply) < 0 || write_record(reload, true, reload->unfinished) < 0)
		return -1;
	if (reload->visible.at.tree >= 0 && show(reload) < 0)
		return -1;
	if (is_other && say_apart(reload) < 0)
		return -1;
	if (reload->unfinished[0] == '\0')
		return 0;
	report_mend(service->report, "rc-service %s restart",
		record_value(&reload->prepared.record, "service"));
	return report_error(service->report, 0, "is not as configured: %s", reload->unfinished);
}

int
reload_root(struct service *service, const char *name)
{
	struct reload reload = {.service = service,
		.name = name,
		.root = {.tree = -1, .names = -1},
		.visible = {.at = {.tree = -1, .names = -1}, .mounts = -1}};
	cleanup_fd int lock = -1;
	int result;

	/* a clone of /run must leave the state directory out, whatever somebody did to it since */
	if (service_be_home(service) < 0 || service_make_state(service) < 0)
		return -1;
	lock = state_lock(service->state, name, service->report);
	if (lock < 0 || prepared_open(&reload.prepared, service->state, name, service->host,
				service->report) < 0)
		return -1;
	if (reload.prepared.state != PREPARED_GOOD)
		result = refuse_state(service, name, reload.prepared.state);
	else
		result = carry_out(&reload);
	reload_release(&reload);
	return result;
}
