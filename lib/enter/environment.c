/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/environment.h"

#include "common/cleanup.h"
#include "common/record.h"

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
	"WAYLAND_SOCKET",
	/* a session of the host's, where tmux(1) and screen(1) would run what is asked of them */
	"TMUX", "TMUX_PANE", "STY", NULL};

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

static int
compare_variable_names(const char *left, const char *right)
{
	while (*left == *right && *left != '=' && *left != '\0') {
		left++;
		right++;
	}
	return (unsigned char)*left - (unsigned char)*right;
}

/* By name, and of one name by place. */
static int
compare_variables(const void *left, const void *right)
{
	char **a = *(char **const *)left;
	char **b = *(char **const *)right;
	int order = compare_variable_names(*a, *b);

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
	qsort(places, list->count, sizeof(*places), compare_variables);
	for (size_t i = 1; i < list->count; i++) {
		if (compare_variable_names(*places[i - 1], *places[i]) != 0)
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
	size_t length = strlen(name), size = strlen(value) + 1;
	char *assignment = malloc(length + 1 + size);

	if (assignment) {
		memcpy(assignment, name, length + 1);
		assignment[length] = '=';
		memcpy(assignment + length + 1, value, size);
	}
	list_append(list, assignment);
}

/* A pattern of the lists above: a name, or how names begin. */
static bool
matches(const char *assignment, const char *pattern)
{
	while (*pattern != '\0' && *pattern == *assignment) {
		pattern++;
		assignment++;
	}
	return *pattern == '*' || (*pattern == '\0' && *assignment == '=');
}

static bool
matches_one(const char *assignment, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (matches(assignment, *patterns))
			return true;
	return false;
}

/* The administrator's patterns: fnmatch(3)'s. */
static bool
is_passed(struct list *list, const char *words, const char *assignment)
{
	cleanup_free char *patterns = NULL, *name = NULL;
	char *rest = NULL;

	if (*words == '\0')
		return false;
	patterns = strdup(words);
	name = strndup(assignment, strcspn(assignment, "="));
	list->failed |= !patterns || !name;
	for (char *word = list->failed ? NULL : strtok_r(patterns, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (fnmatch(word, name, 0) == 0)
			return true;
	return false;
}

static bool
is_name_byte(char byte, bool is_first)
{
	return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') || byte == '_' ||
	       (!is_first && byte >= '0' && byte <= '9');
}

bool
environment_is_assignment(const char *word)
{
	size_t length = 0;

	while (is_name_byte(word[length], length == 0))
		length++;
	return length > 0 && word[length] == '=';
}

static void
keep(struct list *list, const struct environment_rules *rules)
{
	const char *passed = record_value(rules->record, "pass_env");

	for (char *const *string = rules->caller; *string; string++)
		/* a shell's exported functions are no names that a shell would take */
		if (environment_is_assignment(*string) && !matches_one(*string, unsafe) &&
			(rules->keeps_all || matches_one(*string, everyday) ||
				(rules->keeps_session && matches_one(*string, session)) ||
				is_passed(list, passed, *string)))
			list_append(list, strdup(*string));
}

static void
append_words(struct list *list, const char *words)
{
	cleanup_free char *copy = NULL;
	char *rest = NULL;

	if (*words == '\0')
		return;
	copy = strdup(words);
	list->failed |= !copy;
	for (char *word = copy ? strtok_r(copy, " \t\n", &rest) : NULL; word;
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
	if (rules->xauthority)
		list_append_value(&list, "XAUTHORITY", rules->xauthority);
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
