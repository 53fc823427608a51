/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/environment.h"

#include "common/cleanup.h"
#include "common/record.h"

#include <fnmatch.h>
#include <string.h>

/* Always kept. */
static const char *const everyday[] = {"TERM", "LANG", "LC_*", "TZ", "COLORTERM", "NO_COLOR", NULL};

/* Kept only if the uid stays: they lead to the session of the calling user. */
static const char *const session[] = {"DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR",
	"XDG_SESSION_*", "XDG_CURRENT_DESKTOP", "XDG_SEAT", "XDG_VTNR", "DBUS_SESSION_BUS_ADDRESS",
	"PULSE_SERVER", "PIPEWIRE_*", "SSH_AUTH_SOCK", NULL};

/* Never kept: those that glibc drops for a setuid program (its unsecvars.h), except TMPDIR. */
static const char *const unsafe[] = {"LD_*", "GCONV_PATH", "GETCONF_DIR", "GLIBC_TUNABLES",
	"HOSTALIASES", "LOCALDOMAIN", "LOCPATH", "MALLOC_*", "NIS_PATH", "NLSPATH",
	"RESOLV_HOST_CONF", "RES_OPTIONS", "TZDIR",
	/* it names a file descriptor, and none is passed */
	"WAYLAND_SOCKET",
	/* tmux(1) and screen(1) would start programs in a session of the host */
	"TMUX", "TMUX_PANE", "STY", NULL};

/* The strings of the environment, with room for all of them from the beginning on. */
struct list {
	char **strings; /* owned, as each string, ended by NULL */
	size_t count;
	bool failed; /* checked once, at the end */
};

static void
list_append(struct list *list, char *string)
{
	if (string)
		list->strings[list->count++] = string;
	else
		list->failed = true;
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

/* Orders by name, then by position. */
static int
compare_variables(const void *left, const void *right)
{
	char **a = *(char **const *)left;
	char **b = *(char **const *)right;
	int order = compare_variable_names(*a, *b);

	return order != 0 ? order : (a > b) - (a < b);
}

/* Keeps the last assignment of each name: later rules override earlier ones, and a duplicate is
 * resolved as dash, bash and busybox do (getenv(3) would return the first). */
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
	/* sorting keeps this fast for a hundred thousand variables */
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
	char *assignment;

	list_append(list, asprintf(&assignment, "%s=%s", name, value) < 0 ? NULL : assignment);
}

/* True if a pattern of the lists above, a name or the beginning of names, matches. */
static bool
matches_one(const char *assignment, const char *const *patterns)
{
	for (; *patterns; patterns++) {
		size_t length = strcspn(*patterns, "*");

		if (strncmp(assignment, *patterns, length) == 0 &&
			((*patterns)[length] == '*' || assignment[length] == '='))
			return true;
	}
	return false;
}

/* True if a pattern of the administrator matches, as fnmatch(3) has it. */
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

bool
environment_is_assignment(const char *word)
{
	size_t length =
		strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789");

	return word[length] == '=' && length > 0 && !(word[0] >= '0' && word[0] <= '9');
}

static void
append_kept(struct list *list, const struct environment_rules *rules)
{
	const char *passed = record_value(rules->record, "pass_env");

	for (char *const *string = rules->caller; *string; string++)
		/* a function that bash exports has no such name */
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
	const char *set = record_value(rules->record, "set_env");
	/* nine of its own, words with a blank behind each, and NULL */
	size_t room = rules->added_count + strlen(set) / 2 + 11;
	struct list list = {0};

	for (char *const *string = rules->caller; *string; string++)
		room++;
	list.strings = calloc(room, sizeof(*list.strings));
	if (!list.strings)
		return NULL;
	append_kept(&list, rules);
	list_append_value(&list, "HOME", rules->home);
	list_append_value(&list, "USER", rules->user);
	list_append_value(&list, "LOGNAME", rules->user);
	list_append_value(&list, "SHELL", rules->shell);
	list_append_value(&list, "PATH", record_value(rules->record, "path"));
	list_append_value(&list, "CHROOT_NAME", rules->root);
	list_append_value(&list, "debian_chroot", rules->root);
	/* in /tmp is the socket of the host's tmux server */
	list_append_value(&list, "TMUX_TMPDIR", "/var/tmp");
	if (rules->xauthority)
		list_append_value(&list, "XAUTHORITY", rules->xauthority);
	append_words(&list, set);
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
