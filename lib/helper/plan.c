/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/plan.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "helper/config.h"
#include "helper/plan_line.h"
#include "helper/tickets.h"

#include <libmount/libmount.h>
#include <string.h>

static int
no_memory(const struct config_place *place)
{
	return report_error(place->report, ENOMEM, "cannot make the plan");
}

void
plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		plan_line_release(&plan->mounts[i]);
	free(plan->mounts);
	if (plan->root)
		plan_line_release(plan->root);
	free(plan->root);
	*plan = (struct plan){0};
}

bool
plan_is_tree_of_host(const struct plan *plan)
{
	return !plan->root || plan->root->is_bind;
}

static bool
is_below(const char *path, const char *above)
{
	size_t length = strlen(above);

	if (strcmp(above, "/") == 0)
		return path[0] == '/' && path[1] != '\0';
	return strncmp(path, above, length) == 0 && path[length] == '/';
}

bool
plan_is_nested(const struct plan *plan, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (is_below(plan->mounts[index].target, plan->mounts[i].target))
			return true;
	return false;
}

bool
plan_is_at_or_below(const char *path, const char *target)
{
	return strcmp(path, target) == 0 || is_below(path, target);
}

/* Moves the line just added, the one for `/`, to plan->root. */
static int
take_root(struct plan *plan, const struct config_place *place)
{
	if (plan->root)
		return config_error(place, "there are two lines for /");
	plan->root = calloc(1, sizeof(*plan->root));
	if (!plan->root)
		return no_memory(place);
	*plan->root = plan->mounts[--plan->count];
	return 0;
}

static int
add_mount(struct plan *plan, const char *source, const char *target, const char *type,
	const char *options_text, const struct config_place *place)
{
	struct plan_mount *mounts = reallocarray(plan->mounts, plan->count + 1, sizeof(*mounts));
	struct plan_mount *mount;

	if (!mounts)
		return no_memory(place);
	plan->mounts = mounts;
	/* counted at once, so that plan_release frees it after an error */
	mount = &mounts[plan->count++];
	if (plan_line_fill(mount, source, target, type, options_text, place) < 0)
		return -1;
	if (strcmp(mount->target, "/") == 0)
		return take_root(plan, place);
	if (mount->makes_target && plan_is_nested(plan, plan->count - 1))
		return config_error(place,
			"x-mount.mkdir would make %s on the host, since it lies below another line",
			mount->target);
	return 0;
}

/* Adds a cover right behind the line, so that a later line for the same place covers it in turn. */
static int
add_cover(struct plan *plan, const char *target, const char *below, mode_t mode,
	const struct config_place *place)
{
	cleanup_free char *whole = NULL;
	char options_text[64];

	if (asprintf(&whole, "%s%s", target, below) < 0) {
		whole = NULL;
		return no_memory(place);
	}
	/* nofail: a bind that is not recursive may show no /run to cover */
	snprintf(options_text, sizeof(options_text), "nofail,nosuid,nodev,noexec,mode=%04o,size=1m",
		(unsigned)mode);
	return add_mount(plan, "tmpfs", whole, "tmpfs", options_text, place);
}

/*
 * Threat: a user types a password of the tree to the tree's sudo, and its ticket in the shared /run
 * opens the host's sudo without a password (measured with sudo 1.9.13). Failures that the tree's
 * pam_faillock counts lock an account of the host. Defence: an empty tmpfs covers each directory of
 * tickets that a line shows.
 */
static int
cover_tickets(struct plan *plan, size_t index, const struct config_place *place)
{
	for (size_t i = 0; i < TICKETS_DIRECTORIES; i++) {
		const struct tickets_directory *directory = tickets_directory(i);
		/* add_cover moves the lines in memory */
		const struct plan_mount *line = &plan->mounts[index];
		const char *below = tickets_below(directory, line->source);

		if (tickets_contain(directory, line->source))
			return config_error(place,
				"cannot bind %s: allow_setuid=yes shows nothing of the host's %s",
				line->source, directory->path);
		if (below && add_cover(plan, line->target, below, directory->mode, place) < 0)
			return -1;
	}
	return 0;
}

/* Adds a configured line, and covers for the tickets that it would show. */
static int
add_written(struct plan *plan, const char *source, const char *target, const char *type,
	const char *options_text, const struct config_place *place)
{
	size_t index = plan->count;

	if (add_mount(plan, source, target, type, options_text, place) < 0)
		return -1;
	/* the line for `/` is in plan->root now */
	if (!plan->hides_tickets || index == plan->count || !plan->mounts[index].is_bind)
		return 0;
	return cover_tickets(plan, index, place);
}

int
plan_add(struct plan *plan, const char *source, const char *target, const char *type,
	const char *options_text, struct report *report)
{
	static const struct config_setting by_default = {.key = CONFIG_MOUNTS};
	const struct config_place place = {.setting = &by_default, .report = report};

	return add_mount(plan, source, target, type, options_text, &place);
}

/* Notes the first line that libmount cannot read, which it skips and reports only here. */
static int
note_bad_line(struct libmnt_table *table, const char *file, int line)
{
	int *first = mnt_table_get_userdata(table);

	(void)file;
	if (*first == 0)
		*first = line;
	return 1;
}

/* True for a line of fstab(5) as libmount counts them: neither blank nor a comment. */
static bool
is_line(const char *text)
{
	text += strspn(text, " \t");
	return *text != '\0' && *text != '\n' && *text != '#';
}

static unsigned
next_line(const char **text, unsigned offset)
{
	const char *end;

	while (!is_line(*text) && (end = strchr(*text, '\n'))) {
		*text = end + 1;
		offset++;
	}
	return offset;
}

static int
bad_line(const char *value, int number, struct config_place *place)
{
	for (; number > 1; number--, place->offset++)
		value = strchr(value, '\n') + 1;
	return config_error(place, "not SOURCE TARGET TYPE OPTIONS, as in fstab(5): %.*s",
		(int)strcspn(value, "\n"), value);
}

static int
add_table(struct plan *plan, struct libmnt_table *table, const char *value,
	struct config_place *place)
{
	struct libmnt_iter *iterator = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *line = NULL;
	int result = iterator ? 0 : no_memory(place);

	while (result == 0 && mnt_table_next_fs(table, iterator, &line) == 0) {
		place->offset = next_line(&value, place->offset);
		result = add_written(plan, mnt_fs_get_source(line), mnt_fs_get_target(line),
			mnt_fs_get_fstype(line), mnt_fs_get_options(line), place);
		value += strcspn(value, "\n");
		if (*value == '\n') {
			value++;
			place->offset++;
		}
	}
	mnt_free_iter(iterator);
	return result;
}

static int
add_lines(struct plan *plan, const struct config_setting *setting, struct report *report)
{
	struct config_place place = {.setting = setting, .report = report};
	const char *value = setting->text;
	cleanup_file FILE *stream = NULL;
	struct libmnt_table *table;
	int bad = 0, result;

	if (*value == '\0')
		return 0;
	stream = fmemopen((char *)(uintptr_t)value, strlen(value), "r");
	table = stream ? mnt_new_table() : NULL;
	if (!table)
		return no_memory(&place);
	mnt_table_set_parser_errcb(table, note_bad_line);
	mnt_table_set_userdata(table, &bad);
	if (mnt_table_parse_stream(table, stream, "fstab") != 0 && bad == 0)
		result = no_memory(&place);
	else
		result = bad ? bad_line(value, bad, &place) : add_table(plan, table, value, &place);
	mnt_unref_table(table);
	return result;
}

int
plan_make(struct plan *plan, const struct config *config, struct report *report)
{
	const struct config_setting *service_extra = &config->service_extra_mounts;
	const struct config_setting *extra = &config->settings[CONFIG_EXTRA_MOUNTS];
	const struct config_setting *const all[] = {&config->settings[CONFIG_MOUNTS], service_extra,
		/* without its own, the root has the service's, already added */
		extra->file == service_extra->file ? NULL : extra, NULL};

	*plan = (struct plan){.hides_tickets = config_is_yes(config, CONFIG_ALLOW_SETUID)};
	for (const struct config_setting *const *one = all; *one; one++) {
		if (add_lines(plan, *one, report) < 0) {
			plan_release(plan);
			return -1;
		}
	}
	return 0;
}

int
plan_inherit_proc(struct plan *plan, const char *host_options)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_mount *mount = &plan->mounts[i];

		if (mount->is_bind || strcmp(mount->type, "proc") != 0)
			continue;
		if (plan_options_inherit(mount, "hidepid", host_options) < 0 ||
			plan_options_inherit(mount, "gid", host_options) < 0 ||
			plan_options_inherit(mount, "subset", host_options) < 0)
			return -1;
	}
	return 0;
}

void
plan_warn_of_gaps(const struct plan *plan, struct report *report)
{
	static const char *const needed[] = {"/dev", "/proc"};

	for (size_t i = 0; i < sizeof(needed) / sizeof(*needed); i++) {
		bool is_there = false;

		for (size_t line = 0; line < plan->count; line++)
			is_there |= strcmp(plan->mounts[line].target, needed[i]) == 0;
		if (!is_there)
			report_warning(report,
				"no line of the plan mounts %s, which most programs need; chroot-mounts(5) has the default plan",
				needed[i]);
	}
}
