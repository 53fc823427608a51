#include "environment.h"

#include "cleanup.h"
#include "record.h"

#include <fnmatch.h>
#include <string.h>

/* Always kept. */
static const char *const everyday[] = {"TERM", "LANG", "LC_*", "TZ", "COLORTERM", "NO_COLOR", NULL};

/* Kept only while the uid stays: they lead to the session of the user who called. */
static const char *const session[] = {"DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR",
	"XDG_SESSION_*", "XDG_CURRENT_DESKTOP", "XDG_SEAT", "XDG_VTNR", "DBUS_SESSION_BUS_ADDRESS",
	"PULSE_SERVER", "PIPEWIRE_*", "SSH_AUTH_SOCK", NULL};

/* Never kept: what glibc itself drops for a setuid program (its unsecvars.h), but for TMPDIR. */
static const char *const unsafe[] = {"LD_*", "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES",
	"HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "MALLOC_*", "NIS_PATH", "NLSPATH",
	"RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
	/* it names a descriptor, and none passes */
	"WAYLAND_SOCKET", NULL};

/* A list of strings that grows; failed is asked once, at the end. */
struct list {
	char **strings; /* owned, as each string, ended by NULL */
	size_t count;
	size_t room;
	bool failed;
};

static bool
list_make_room(struct list *list)
{
	size_t room = list->room == 0 ? 64 : list->room * 2;
	char **grown;

	if (list->count + 1 < list->room)
		return true;
	grown = reallocarray(list->strings, room, sizeof(*grown));
	if (!grown)
		return false;
	list->strings = grown;
	list->room = room;
	return true;
}

static void
list_append(struct list *list, char *string)
{
	if (!string || !list_make_room(list)) {
		free(string);
		list->failed = true;
		return;
	}
	list->strings[list->count++] = string;
	list->strings[list->count] = NULL;
}

static size_t
name_length(const char *assignment)
{
	return strcspn(assignment, "=");
}

static int
compare_names(const char *left, const char *right)
{
	return strncmp(left, right, name_length(left) + 1);
}

/* By name, and of one name by place. */
static int
compare_places(const void *left, const void *right)
{
	char **a = *(char **const *)left;
	char **b = *(char **const *)right;
	int order = compare_names(*a, *b);

	return order != 0 ? order : (a > b) - (a < b);
}

/*
 * Of each name the last one stays: so the rules below overrule the caller and each other, and what
 * the caller has twice is what dash, bash and busybox read. getenv(3) would read the first, and
 * nobody inside should see another value than the shell that started them.
 */
static void
list_unify(struct list *list)
{
	cleanup_free char ***places = calloc(list->count + 1, sizeof(*places));
	size_t kept = 0;

	if (!places) {
		list->failed = true;
		return;
	}
	for (size_t i = 0; i < list->count; i++)
		places[i] = &list->strings[i];
	/* sorted, since a caller may have a hundred thousand */
	qsort(places, list->count, sizeof(*places), compare_places);
	for (size_t i = 1; i < list->count; i++) {
		if (compare_names(*places[i - 1], *places[i]) != 0)
			continue;
		free(*places[i - 1]);
		*places[i - 1] = NULL;
	}
	for (size_t i = 0; i < list->count; i++)
		if (list->strings[i])
			list->strings[kept++] = list->strings[i];
	list->strings[kept] = NULL;
	list->count = kept;
}

static void
list_append_value(struct list *list, const char *name, const char *value)
{
	size_t size = strlen(name) + 1 + strlen(value) + 1;
	char *assignment = malloc(size);

	if (assignment)
		snprintf(assignment, size, "%s=%s", name, value);
	list_append(list, assignment);
}

static bool
matches_one(const char *name, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (fnmatch(*patterns, name, 0) == 0)
			return true;
	return false;
}

static bool
is_passed(const struct record *record, const char *name)
{
	cleanup_free char *patterns = strdup(record_value(record, "pass_env"));
	char *rest = NULL;

	if (!patterns)
		return false;
	for (char *word = strtok_r(patterns, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (fnmatch(word, name, 0) == 0)
			return true;
	return false;
}

static bool
is_kept(const struct environment_rules *rules, const char *name)
{
	if (matches_one(name, unsafe))
		return false;
	return rules->keeps_all || matches_one(name, everyday) ||
	       (rules->keeps_session && matches_one(name, session)) ||
	       is_passed(rules->record, name);
}

bool
environment_is_assignment(const char *word)
{
	size_t length =
		strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

	return length > 0 && word[length] == '=' && (word[0] < '0' || word[0] > '9');
}

static void
keep(struct list *list, const struct environment_rules *rules)
{
	for (char *const *string = rules->caller; *string; string++) {
		cleanup_free char *name = strndup(*string, name_length(*string));

		if (!name) {
			list->failed = true;
			return;
		}
		/* a shell's exported functions are no names that a shell would take */
		if (environment_is_assignment(*string) && is_kept(rules, name))
			list_append(list, strdup(*string));
	}
}

static void
append_words(struct list *list, const char *words)
{
	cleanup_free char *copy = strdup(words);
	char *rest = NULL;

	if (!copy) {
		list->failed = true;
		return;
	}
	for (char *word = strtok_r(copy, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (environment_is_assignment(word))
			list_append(list, strdup(word));
}

char **
environment_make(const struct environment_rules *rules)
{
	struct list list = {0};

	keep(&list, rules);
	list_append_value(&list, "HOME", rules->home);
	list_append_value(&list, "USER", rules->user);
	list_append_value(&list, "LOGNAME", rules->user);
	list_append_value(&list, "SHELL", rules->shell);
	list_append_value(&list, "PATH", record_value(rules->record, "path"));
	list_append_value(&list, "CHROOT_NAME", rules->root);
	list_append_value(&list, "debian_chroot", rules->root);
	/* /tmp is the host's, and so is the tmux server that has its socket there */
	list_append_value(&list, "TMUX_TMPDIR", "/var/tmp");
	if (rules->authority)
		list_append_value(&list, "XAUTHORITY", rules->authority);
	append_words(&list, record_value(rules->record, "set_env"));
	for (size_t i = 0; i < rules->added_count; i++)
		list_append(&list, strdup(rules->added[i]));
	if (!list.failed)
		list_unify(&list);
	if (!list.failed)
		return list.strings;
	environment_free(list.strings);
	return NULL;
}

void
environment_free(char **environment)
{
	for (char **string = environment; string && *string; string++)
		free(*string);
	free(environment);
}
