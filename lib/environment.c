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
	bool failed;
};

static void
list_append(struct list *list, char *string)
{
	char **grown = string ? reallocarray(list->strings, list->count + 2, sizeof(*grown)) : NULL;

	if (!grown) {
		free(string);
		list->failed = true;
		return;
	}
	list->strings = grown;
	grown[list->count++] = string;
	grown[list->count] = NULL;
}

static size_t
name_length(const char *assignment)
{
	return strcspn(assignment, "=");
}

/* Puts "NAME=value" in the place of an earlier one of that name, or behind the others. */
static void
list_set(struct list *list, const char *assignment)
{
	size_t length = name_length(assignment) + 1;
	char *copy = strdup(assignment);

	for (size_t i = 0; copy && i < list->count; i++) {
		if (strncmp(list->strings[i], assignment, length) != 0)
			continue;
		free(list->strings[i]);
		list->strings[i] = copy;
		return;
	}
	list_append(list, copy);
}

static void
list_set_value(struct list *list, const char *name, const char *value)
{
	size_t size = strlen(name) + 1 + strlen(value) + 1;
	cleanup_free char *assignment = malloc(size);

	if (!assignment) {
		list->failed = true;
		return;
	}
	snprintf(assignment, size, "%s=%s", name, value);
	list_set(list, assignment);
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
set_words(struct list *list, const char *words)
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
			list_set(list, word);
}

char **
environment_make(const struct environment_rules *rules)
{
	struct list list = {0};

	keep(&list, rules);
	list_set_value(&list, "HOME", rules->home);
	list_set_value(&list, "USER", rules->user);
	list_set_value(&list, "LOGNAME", rules->user);
	list_set_value(&list, "SHELL", rules->shell);
	list_set_value(&list, "PATH", record_value(rules->record, "path"));
	list_set_value(&list, "CHROOT_NAME", rules->root);
	list_set_value(&list, "debian_chroot", rules->root);
	/* /tmp is the host's, and so is the tmux server that has its socket there */
	list_set_value(&list, "TMUX_TMPDIR", "/var/tmp");
	set_words(&list, record_value(rules->record, "set_env"));
	for (size_t i = 0; i < rules->added_count; i++)
		list_set(&list, rules->added[i]);
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
