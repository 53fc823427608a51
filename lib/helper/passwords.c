/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/passwords.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "helper/plan.h"
#include "superuser/root.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>

bool
passwords_next(const char **text, struct passwords_entry *found)
{
	while (**text != '\0') {
		const char *line = *text;
		const char *end = strchrnul(line, '\n');
		const char *name = line + strspn(line, " \t\v\f\r");
		const char *colon = memchr(name, ':', (size_t)(end - name));

		*text = *end == '\0' ? end : end + 1;
		if (!colon || colon == name || strchr("+-", *name) ||
			!memchr(colon + 1, ':', (size_t)(end - colon) - 1))
			continue;
		*found = (struct passwords_entry){.name = name,
			.name_end = colon,
			.is_indented = name > line,
			.is_empty = colon[1] == ':'};
		return true;
	}
	return false;
}

/* Writes a sed script that locks the account: "NAME::" becomes "NAME:!:". */
static void
write_lock(const struct passwords_entry *account, char *script, size_t size)
{
	char pattern[256];
	size_t length = 0;

	/* 3 = an escaped byte and NUL */
	for (const char *at = account->name; at < account->name_end; at++) {
		if (length + 3 > sizeof(pattern))
			break;
		if (strchr(".*[]^$\\/", *at))
			pattern[length++] = '\\';
		pattern[length++] = *at;
	}
	pattern[length] = '\0';
	snprintf(script, size, "/^%s%s::/s/:/:!/", account->is_indented ? "[[:space:]]*" : "",
		pattern);
}

/* Names a file of the tree on the host, where a bind of the plan may show another one. */
static void
name_on_host(
	const struct root *root, const struct plan *plan, const char *file, char *name, size_t size)
{
	const char *above = root->path, *below = file;

	for (size_t i = plan->count; i-- > 0;) {
		const struct plan_mount *line = &plan->mounts[i];

		if (!line->is_bind || !plan_is_at_or_below(file, line->target))
			continue;
		above = strcmp(line->source, "/") == 0 ? "" : line->source;
		below = file + strlen(line->target);
		break;
	}
	snprintf(name, size, "%s%s", above, below);
}

/* Refuses the account. other: the second file that gives it an empty password, or NULL. */
static int
refuse_password(const struct root *root, const struct plan *plan,
	const struct passwords_entry *account, const char *file, const char *other,
	struct report *report)
{
	char script[512], path[2 * PATH_MAX], other_path[2 * PATH_MAX];
	int length = (int)(account->name_end - account->name);

	write_lock(account, script, sizeof(script));
	name_on_host(root, plan, file, path, sizeof(path));
	name_on_host(root, plan, other ? other : file, other_path, sizeof(other_path));
	/* not usermod(8): Alpine lacks it, and it misses lines that only one libc takes for an
	 * account */
	report_mend(report, "sed -i %s %s%s%s # or set allow_setuid=no",
		report_word(report, script), report_word(report, path), other ? " " : "",
		other ? report_word(report, other_path) : "");
	return report_error(report, 0,
		"%.*s has an empty password in %s, so su inside would make every user %.*s", length,
		account->name, path, length, account->name);
}

static bool
is_same_name(const struct passwords_entry *one, const struct passwords_entry *other)
{
	size_t length = (size_t)(one->name_end - one->name);

	return length == (size_t)(other->name_end - other->name) &&
	       memcmp(one->name, other->name, length) == 0;
}

/* True if the text has the account; with is_empty, if the password there is empty. */
static bool
has_account(const char *text, const struct passwords_entry *account, bool is_empty)
{
	struct passwords_entry found;

	while (text && passwords_next(&text, &found))
		if (is_same_name(&found, account) && (found.is_empty || !is_empty))
			return true;
	return false;
}

/*
 * Threat: a permitted user becomes, by su, an account of the tree with an empty password. Uid 0 is
 * the host's superuser; any other uid is a user of the host, with files in /tmp and /run. Defence:
 * no account has an empty password in passwd or in shadow, regardless of the other file.
 */
static int
judge_texts(const struct root *root, const struct plan *plan, const char *passwd,
	const char *shadow, struct report *report)
{
	struct passwords_entry account;
	const char *rest = passwd;

	while (rest && passwords_next(&rest, &account))
		if (account.is_empty)
			return refuse_password(root, plan, &account, PASSWORDS_PASSWD,
				has_account(shadow, &account, true) ? PASSWORDS_SHADOW : NULL,
				report);
	rest = shadow;
	while (rest && passwords_next(&rest, &account))
		if (account.is_empty && has_account(passwd, &account, false))
			return refuse_password(
				root, plan, &account, PASSWORDS_SHADOW, NULL, report);
	return 0;
}

/* Reads a file of the tree; mount: the one that is to cover it, or -1. */
static int
read_accounts(
	const struct root *root, const char *file, int mount, char **text, struct report *report)
{
	cleanup_fd int fd = -1;

	if (mount < 0)
		return account_read_file(text, file, root->path, report);
	fd = root_open_again(root, mount);
	*text = fd < 0 ? NULL : account_text_of(fd, false);
	return *text ? 0 : report_error(report, errno, "cannot read the new %s", file);
}

int
passwords_judge(const struct root *root, const struct plan *plan, int passwd, int shadow,
	struct report *report)
{
	cleanup_free char *passwd_text = NULL;
	cleanup_free char *shadow_text = NULL;

	if (read_accounts(root, PASSWORDS_PASSWD, passwd, &passwd_text, report) < 0 ||
		read_accounts(root, PASSWORDS_SHADOW, shadow, &shadow_text, report) < 0)
		return -1;
	return judge_texts(root, plan, passwd_text, shadow_text, report);
}
