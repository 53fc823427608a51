/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/plan.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/config.h"
#include "helper/tickets.h"

#include <bsd/string.h>
#include <libmount/libmount.h>
#include <stdarg.h>
#include <string.h>

#define PROPAGATION (MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE)

/* Where a line of the plan stands, for what is said about it. */
struct place {
	const struct config_setting *setting; /* borrowed */
	unsigned offset; /* lines below the key's */
	struct report *report;
	bool hides_tickets; /* setuid programs inside work, so no line shows those of the host */
};

#define place_error(place, ...)                                                                    \
	config_error((place)->setting, (place)->offset, (place)->report, __VA_ARGS__)

/* MS_* of mount(2), as libmount's table of words gives them, and MOUNT_ATTR_* of mount_setattr(2)
 */
static const struct {
	unsigned long flag;
	uint64_t attribute;
	uint64_t field; /* what it replaces, where one of several holds */
} attributes[] = {
	{MS_RDONLY, MOUNT_ATTR_RDONLY, MOUNT_ATTR_RDONLY},
	{MS_NOSUID, MOUNT_ATTR_NOSUID, MOUNT_ATTR_NOSUID},
	{MS_NODEV, MOUNT_ATTR_NODEV, MOUNT_ATTR_NODEV},
	{MS_NOEXEC, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOEXEC},
	{MS_NODIRATIME, MOUNT_ATTR_NODIRATIME, MOUNT_ATTR_NODIRATIME},
	{MS_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW, MOUNT_ATTR_NOSYMFOLLOW},
	{MS_NOATIME, MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
	{MS_STRICTATIME, MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
	{MS_RELATIME, MOUNT_ATTR_RELATIME, MOUNT_ATTR__ATIME},
};

static void
plan_mount_release(struct plan_mount *mount)
{
	free(mount->source);
	free(mount->target);
	free(mount->type);
	free(mount->words);
	for (char **option = mount->options; option && *option; option++)
		free(*option);
	free(mount->options);
}

void
plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		plan_mount_release(&plan->mounts[i]);
	free(plan->mounts);
	if (plan->root)
		plan_mount_release(plan->root);
	free(plan->root);
	*plan = (struct plan){0};
}

static int
add_option(struct plan_mount *mount, const char *option)
{
	size_t count = 0;
	char **options;

	while (mount->options && mount->options[count])
		count++;
	options = reallocarray(mount->options, count + 2, sizeof(*options));
	if (!options)
		return -1;
	mount->options = options;
	options[count + 1] = NULL;
	options[count] = strdup(option);
	return options[count] ? 0 : -1;
}

/* A word of libmount's table sets bits, or (rw, suid, atime) takes bits away. */
static void
flags_of(const char *word, unsigned long *set, unsigned long *clear)
{
	const struct libmnt_optmap *map = mnt_get_builtin_optmap(MNT_LINUX_MAP);
	unsigned long all = ~0UL;

	*set = 0;
	if (mnt_optstr_get_flags(word, set, map) < 0)
		*set = 0;
	if (mnt_optstr_get_flags(word, &all, map) < 0)
		all = ~0UL;
	*clear = ~all;
}

/* Is it a VFS word that a single mount can carry? Then the mount takes it. */
static bool
take_attribute(struct plan_mount *mount, unsigned long set, unsigned long clear)
{
	for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++) {
		if (!((set | clear) & attributes[i].flag))
			continue;
		mount->clear |= attributes[i].field;
		mount->set &= ~attributes[i].field;
		if (set & attributes[i].flag)
			mount->set |= attributes[i].attribute;
		return true;
	}
	return false;
}

static int
no_memory(const struct place *place)
{
	return report_error(place->report, ENOMEM, "cannot make the plan");
}

static int
take_mkdir(struct plan_mount *mount, const char *mode, const struct place *place)
{
	char *end;

	mount->makes_target = true;
	if (!mode)
		return 0;
	mount->target_mode = (mode_t)strtoul(mode, &end, 8);
	if (*mode < '0' || *mode > '7' || *end != '\0' || mount->target_mode > 07777)
		return place_error(place, "x-mount.mkdir=%s: not a mode such as 0755", mode);
	return 0;
}

/* Words for mount(8) and for other programs: those that a line may carry without meaning here. */
static bool
is_without_meaning(const char *option)
{
	return strcmp(option, "defaults") == 0 || strcmp(option, "auto") == 0 ||
	       strcmp(option, "_netdev") == 0 || strncmp(option, "comment=", 8) == 0 ||
	       strncmp(option, "x-gvfs-", 7) == 0;
}

bool
plan_is_tree_of_host(const struct plan *plan)
{
	return !plan->root || plan->root->is_bind;
}

void
plan_paths_release(char **paths)
{
	for (char **path = paths; path && *path; path++)
		free(*path);
	free(paths);
}

static int
add_path(char ***paths, size_t *count, const char *text, size_t length)
{
	char **grown = reallocarray(*paths, *count + 2, sizeof(*grown));

	if (!grown)
		return -1;
	*paths = grown;
	grown[*count] = strndup(text, length);
	grown[*count + 1] = NULL;
	return grown[*count] ? (++*count, 0) : -1;
}

/* Documentation/filesystems/overlayfs.rst: colons between the layers, one of a path's own behind a
 * backslash; the kernel takes the backslashes away. */
static int
add_layers(char ***paths, size_t *count, const char *value)
{
	cleanup_free char *layer = malloc(strlen(value) + 1);
	size_t length = 0;

	if (!layer)
		return -1;
	for (;; value++) {
		if (*value == '\\' && value[1] != '\0') {
			layer[length++] = *++value;
		} else if (*value != ':' && *value != '\0') {
			layer[length++] = *value;
		} else {
			if (length > 0 && add_path(paths, count, layer, length) < 0)
				return -1;
			length = 0;
			if (*value == '\0')
				return 0;
		}
	}
}

/* Options of an overlay that name one path. */
static bool
is_layer(const char *option, size_t length)
{
	static const char *const keys[] = {"lowerdir+", "datadir+", "upperdir", "workdir"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (strlen(keys[i]) == length && strncmp(option, keys[i], length) == 0)
			return true;
	return false;
}

int
plan_paths(const struct plan_mount *line, char ***paths)
{
	bool is_overlay = strcmp(line->type, "overlay") == 0;
	size_t count = 0;
	int result = 0;

	*paths = calloc(1, sizeof(**paths));
	if (!*paths)
		return -1;
	for (char **option = line->options; result == 0 && option && *option; option++) {
		size_t key = strcspn(*option, "=");
		const char *value = (*option)[key] == '=' ? *option + key + 1 : "";

		if (is_overlay && key == 8 && strncmp(*option, "lowerdir", key) == 0)
			result = add_layers(paths, &count, value);
		else if ((value[0] == '/' && strncmp(*option, "subvol=", 7) != 0) ||
			 (is_overlay && is_layer(*option, key)))
			result = add_path(paths, &count, value, strlen(value));
	}
	if (result < 0) {
		plan_paths_release(*paths);
		*paths = NULL;
	}
	return result;
}

bool
plan_is_loop_word(const char *option)
{
	return strcmp(option, "loop") == 0 || strncmp(option, "offset=", 7) == 0 ||
	       strncmp(option, "sizelimit=", 10) == 0;
}

/* Words of ours, which no filesystem knows: 1 taken, 0 not one of them, -1 said. */
static int
take_own_word(struct plan_mount *mount, const char *option, const struct place *place)
{
	if (strcmp(option, "nofail") == 0)
		mount->may_fail = true;
	else if (strcmp(option, "x-live") == 0)
		mount->is_live = true;
	else if (strcmp(option, "x-mount.mkdir") == 0)
		return take_mkdir(mount, NULL, place) < 0 ? -1 : 1;
	else if (strncmp(option, "x-mount.mkdir=", 14) == 0)
		return take_mkdir(mount, option + 14, place) < 0 ? -1 : 1;
	else if (!is_without_meaning(option))
		return strncmp(option, "x-", 2) == 0 || strncmp(option, "X-", 2) == 0
			       ? place_error(place, "unknown option %s", option)
			       : 0;
	return 1;
}

/* Words of mount(8) that mean something to it but cannot be done here; a loop device can. */
static bool
is_for_mount_program(const char *option)
{
	unsigned long flags = 0;

	if (plan_is_loop_word(option))
		return false;
	return mnt_optstr_get_flags(option, &flags, mnt_get_builtin_optmap(MNT_USERSPACE_MAP)) ==
		       0 &&
	       flags;
}

static int
take_option(struct plan_mount *mount, const char *option, const struct place *place)
{
	unsigned long set, clear;
	int own = take_own_word(mount, option, place);

	if (own != 0)
		return own < 0 ? -1 : 0;
	flags_of(option, &set, &clear);
	if (set & MS_BIND) {
		mount->is_bind = true;
		mount->is_recursive = set & MS_REC;
		return 0;
	}
	if (set & PROPAGATION) {
		/* whether the mounts below come along is what rbind says, not rslave */
		mount->propagation = set & PROPAGATION;
		mount->propagates_below = set & MS_REC;
		return 0;
	}
	if (set & (MS_REMOUNT | MS_MOVE))
		return place_error(place, "%s: a plan only makes mounts", option);
	/* first: libmount has nosuid and more in what `user` stands for */
	if (is_for_mount_program(option))
		return place_error(place, "the option %s is not understood here", option);
	if (take_attribute(mount, set, clear))
		return 0;
	return add_option(mount, option) < 0 ? no_memory(place) : 0;
}

static int
take_options(struct plan_mount *mount, const char *words, const struct place *place)
{
	cleanup_free char *copy = strdup(words);
	char *rest = copy;
	char *name, *value;
	size_t name_size, value_size;
	int more;

	if (!copy)
		return no_memory(place);
	while ((more = mnt_optstr_next_option(&rest, &name, &name_size, &value, &value_size)) ==
		0) {
		cleanup_free char *option =
			strndup(name, value ? (size_t)(value + value_size - name) : name_size);

		if (!option)
			return no_memory(place);
		if (take_option(mount, option, place) < 0)
			return -1;
	}
	/* an open quote is the end to libmount too */
	return more < 0 || strchr(rest, '"')
		       ? place_error(
				 place, "the options %s cannot be read: is a quote open?", words)
		       : 0;
}

/* An absolute path without ".", ".." and "//", so that which line lies below which can be read off
 * it. */
static bool
is_plain_path(const char *path)
{
	if (path[0] != '/')
		return false;
	for (const char *slash = path; slash; slash = strchr(slash + 1, '/')) {
		size_t length = strcspn(slash + 1, "/");

		if ((length == 0 && path[1] != '\0') || (length == 1 && slash[1] == '.') ||
			(length == 2 && slash[1] == '.' && slash[2] == '.'))
			return false;
	}
	return true;
}

static bool
needs_mount_helper(const char *type)
{
	static const char *const types[] = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "davfs",
		"sshfs", "glusterfs", "ntfs-3g", NULL};

	for (size_t i = 0; types[i]; i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return strncmp(type, "fuse", 4) == 0;
}

static int
check_bind(const struct plan_mount *mount, const struct place *place)
{
	if (!is_plain_path(mount->source))
		return place_error(place,
			"the source %s of a bind is no absolute path without ., .. and //",
			mount->source);
	if (mount->options)
		return place_error(
			place, "the option %s has no meaning for a bind", mount->options[0]);
	if (strcmp(mount->type, "none") != 0 && strcmp(mount->type, "bind") != 0)
		return place_error(
			place, "a bind has no filesystem type: write none for %s", mount->type);
	if (mount->is_live && mount->propagation & MS_PRIVATE)
		return place_error(place, "x-live and private exclude each other: a private mount "
					  "hears nothing of the host");
	if (mount->is_live && mount->propagation & MS_UNBINDABLE)
		return place_error(place, "x-live and unbindable exclude each other: an unbindable "
					  "mount hears nothing of the host");
	return 0;
}

static int
check_filesystem(const struct plan_mount *mount, const struct place *place)
{
	if (mount->is_live)
		return place_error(place,
			"x-live is for binds: nothing of the host is below a new filesystem");
	if (strcmp(mount->type, "none") == 0 || strcmp(mount->type, "bind") == 0 ||
		strcmp(mount->type, "rbind") == 0)
		return place_error(place,
			"%s is mounted on %s: as a bind (the option bind), or as which filesystem "
			"type?",
			mount->source, mount->target);
	return 0;
}

static void
cut_last_slash(char *path)
{
	size_t length = strlen(path);

	if (length > 1 && path[length - 1] == '/')
		path[length - 1] = '\0';
}

/* The line for `/` says what the root is: there is nothing around it to be made or to be live. */
static int
check_root(const struct plan_mount *mount, const struct place *place)
{
	if (mount->may_fail || mount->makes_target || mount->is_live)
		return place_error(place, "the line for / takes no nofail, x-mount.mkdir and "
					  "x-live: without it there is "
					  "no root");
	if (mount->propagation & ~(uint64_t)MS_SLAVE && mount->propagation != MS_PRIVATE)
		return place_error(place, "the line for / can be slave or private alone");
	/* kernels differ in whether they take it away: so it is not known which path it names */
	for (char **option = mount->options; option && *option; option++)
		if (is_layer(*option, strcspn(*option, "=")) && strchr(*option, '\\'))
			return place_error(place,
				"%s: the path has a backslash; name it by one without", *option);
	return 0;
}

static int
check_mount(struct plan_mount *mount, const struct place *place)
{
	cut_last_slash(mount->target);
	cut_last_slash(mount->source);
	if (!is_plain_path(mount->target))
		return place_error(place,
			"the mount point %s is no absolute path without ., .. and //",
			mount->target);
	if (strcmp(mount->target, "/") == 0 && check_root(mount, place) < 0)
		return -1;
	return mount->is_bind ? check_bind(mount, place) : check_filesystem(mount, place);
}

static int
fill_mount(struct plan_mount *mount, const char *source, const char *target, const char *type,
	const char *words, const struct place *place)
{
	*mount = (struct plan_mount){
		.source = strdup(source ? source : "none"),
		.target = strdup(target ? target : ""),
		.type = strdup(type ? type : "none"),
		.words = strdup(words ? words : ""),
	};
	if (!mount->source || !mount->target || !mount->type || !mount->words)
		return no_memory(place);
	/* first: its options are those of that program, and nothing to be mended here */
	if (needs_mount_helper(mount->type))
		return place_error(place,
			"%s needs a mount program of its own: mount it on the host and bind it "
			"here",
			mount->type);
	if (take_options(mount, mount->words, place) < 0)
		return -1;
	return check_mount(mount, place);
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

/* The line just added is the one for `/`: it stands apart. */
static int
take_root(struct plan *plan, const struct place *place)
{
	if (plan->root)
		return place_error(place, "there are two lines for /");
	plan->root = calloc(1, sizeof(*plan->root));
	if (!plan->root)
		return no_memory(place);
	*plan->root = plan->mounts[--plan->count];
	return 0;
}

static int
add_mount(struct plan *plan, const char *source, const char *target, const char *type,
	const char *words, const struct place *place)
{
	struct plan_mount *mounts = reallocarray(plan->mounts, plan->count + 1, sizeof(*mounts));
	struct plan_mount *mount;

	if (!mounts)
		return no_memory(place);
	plan->mounts = mounts;
	/* counted at once, so that plan_release frees what an error leaves in it */
	mount = &mounts[plan->count++];
	if (fill_mount(mount, source, target, type, words, place) < 0)
		return -1;
	if (strcmp(mount->target, "/") == 0)
		return take_root(plan, place);
	if (mount->makes_target && plan_is_nested(plan, plan->count - 1))
		return place_error(place,
			"x-mount.mkdir would make %s on the host, since it lies below another line",
			mount->target);
	return 0;
}

/* Right behind the line, so that a later line of the user's for the same place covers it in turn.
 */
static int
add_cover(struct plan *plan, const char *target, const char *below, mode_t mode,
	const struct place *place)
{
	cleanup_free char *whole = NULL;
	char words[64];

	if (asprintf(&whole, "%s%s", target, below) < 0) {
		whole = NULL;
		return no_memory(place);
	}
	/* nofail: where a bind without what is mounted below shows no /run, nothing is to be
	 * covered
	 */
	snprintf(words, sizeof(words), "nofail,nosuid,nodev,noexec,mode=%04o,size=1m",
		(unsigned)mode);
	return add_mount(plan, "tmpfs", whole, "tmpfs", words, place);
}

/*
 * Threat: a user who knows a password of the tree types it to the tree's sudo. Its ticket in the
 * shared /run opens the host's sudo without a password (measured with sudo 1.9.13). Failures that
 * the tree's pam_faillock counts lock an account of the host. Defence: where a line shows the
 * directories for tickets, an empty tmpfs covers each.
 */
static int
cover_tickets(struct plan *plan, size_t index, const struct place *place)
{
	for (size_t i = 0; i < TICKETS_DIRECTORIES; i++) {
		const struct tickets_directory *directory = tickets_directory(i);
		/* the lines move in memory when one is added */
		const struct plan_mount *line = &plan->mounts[index];
		const char *below = tickets_below(directory, line->source);

		if (tickets_contain(directory, line->source))
			return place_error(place,
				"cannot bind %s: allow_setuid=yes shows nothing of the host's %s",
				line->source, directory->path);
		if (below && add_cover(plan, line->target, below, directory->mode, place) < 0)
			return -1;
	}
	return 0;
}

/* Adds a line of the configuration, and the covers for the tickets that it would show. */
static int
add_written(struct plan *plan, const char *source, const char *target, const char *type,
	const char *words, const struct place *place)
{
	size_t index = plan->count;

	if (add_mount(plan, source, target, type, words, place) < 0)
		return -1;
	/* the line for / has gone to its own place */
	if (!place->hides_tickets || index == plan->count || !plan->mounts[index].is_bind)
		return 0;
	return cover_tickets(plan, index, place);
}

int
plan_add(struct plan *plan, const char *source, const char *target, const char *type,
	const char *words, struct report *report)
{
	static const struct config_setting by_default = {.key = CONFIG_MOUNTS};
	const struct place place = {.setting = &by_default, .report = report};

	return add_mount(plan, source, target, type, words, &place);
}

static bool
is_same_text(const char *one, const char *other)
{
	return strcmp(one, other) == 0;
}

bool
plan_is_same_mount(const struct plan_mount *one, const struct plan_mount *other)
{
	return is_same_text(one->source, other->source) &&
	       is_same_text(one->target, other->target) && is_same_text(one->type, other->type) &&
	       one->is_bind == other->is_bind && one->is_recursive == other->is_recursive &&
	       one->is_live == other->is_live;
}

/* libmount passes over a line that it cannot read, and says it here alone: the first is kept. */
static int
note_bad_line(struct libmnt_table *table, const char *file, int line)
{
	int *first = mnt_table_get_userdata(table);

	(void)file;
	if (*first == 0)
		*first = line;
	return 1;
}

/* The lines of fstab(5) are counted here as libmount reads them: those that are blank or begin with
 * a # are none. */
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
bad_line(const char *value, int number, struct place *place)
{
	for (; number > 1; number--, place->offset++)
		value = strchr(value, '\n') + 1;
	return place_error(place, "not a line of fstab(5): %.*s", (int)strcspn(value, "\n"), value);
}

static int
add_table(struct plan *plan, struct libmnt_table *table, const char *value, struct place *place)
{
	struct libmnt_iter *each = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *line = NULL;
	int result = each ? 0 : no_memory(place);

	while (result == 0 && mnt_table_next_fs(table, each, &line) == 0) {
		place->offset = next_line(&value, place->offset);
		result = add_written(plan, mnt_fs_get_source(line), mnt_fs_get_target(line),
			mnt_fs_get_fstype(line), mnt_fs_get_options(line), place);
		value += strcspn(value, "\n");
		if (*value == '\n') {
			value++;
			place->offset++;
		}
	}
	mnt_free_iter(each);
	return result;
}

static int
add_lines(struct plan *plan, struct place place)
{
	const char *value = place.setting->text;
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
		/* without its own, those of the service hold, and are there already */
		extra->file == service_extra->file ? NULL : extra};
	struct place place = {
		.report = report, .hides_tickets = config_is_yes(config, CONFIG_ALLOW_SETUID)};

	*plan = (struct plan){0};
	for (size_t i = 0; i < sizeof(all) / sizeof(*all) && all[i]; i++) {
		place.setting = all[i];
		if (add_lines(plan, place) < 0) {
			plan_release(plan);
			return -1;
		}
	}
	return 0;
}

static bool
has_option(const struct plan_mount *mount, const char *name)
{
	size_t length = strlen(name);

	for (char **option = mount->options; option && *option; option++)
		if (strncmp(*option, name, length) == 0 && (*option)[length] == '=')
			return true;
	return false;
}

/* Takes over one option of the host's own proc, unless the line names it. */
static int
inherit(struct plan_mount *mount, const char *name, const char *host_options)
{
	char option[64];
	char *value;
	size_t size;

	if (has_option(mount, name) ||
		mnt_optstr_get_option(host_options, name, &value, &size) != 0 || !value)
		return 0;
	snprintf(option, sizeof(option), "%s=%.*s", name, (int)size, value);
	if (mnt_optstr_append_option(&mount->words, option, NULL) < 0) {
		errno = ENOMEM;
		return -1;
	}
	return add_option(mount, option);
}

int
plan_inherit_proc(struct plan *plan, const char *host_options)
{
	for (size_t i = 0; i < plan->count; i++) {
		struct plan_mount *mount = &plan->mounts[i];

		if (mount->is_bind || strcmp(mount->type, "proc") != 0)
			continue;
		if (inherit(mount, "hidepid", host_options) < 0 ||
			inherit(mount, "gid", host_options) < 0 ||
			inherit(mount, "subset", host_options) < 0)
			return -1;
	}
	return 0;
}
