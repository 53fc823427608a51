/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/collision.h"

#include "common/account.h"
#include "common/cleanup.h"
#include "common/identity.h"
#include "common/record.h"
#include "common/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct collision_kind collision_users = {
	"user", "/etc/passwd", "known_user", "usermod", "-u", "them"};
const struct collision_kind collision_groups = {
	"group", "/etc/group", "known_group", "groupmod", "-g", "a member"};

bool
collision_has_number(
	const struct identity *identity, const struct collision_kind *kind, uint32_t id)
{
	return kind == &collision_users ? identity->uid == id : identity_has_group(identity, id);
}

/* A user or group of the tree that an entry is judged by. */
struct candidate {
	const struct collision_kind *kind; /* borrowed */
	char *name; /* owned */
	uint32_t id;
};

static int
refuse(const struct candidate *found, const char *root, struct report *report)
{
	report_mend(report, "chroot-mounts reload %s, which mends it or says what does", root);
	return report_error(report, 0,
		"%s %u is %s inside %s, and the service has not found it to be that on the host: setuid programs inside would take who has the number for %s",
		found->kind->noun, (unsigned)found->id, found->name, root, found->kind->taken);
}

int
collision_check(const struct record *record, const struct identity *identity, const char *root,
	struct report *report)
{
	const struct collision_kind *const kinds[] = {&collision_users, &collision_groups, NULL};

	for (size_t i = 0; kinds[i]; i++) {
		cleanup_free char *text = NULL;
		struct candidate found = {.kind = kinds[i]};
		const char *rest;

		if (account_read_file(&text, kinds[i]->file, root, report) < 0)
			return -1;
		rest = text;
		while (rest && account_read_next(&rest, &found.name, &found.id) == 0) {
			int result = 0;

			if (collision_has_number(identity, kinds[i], found.id) &&
				!record_has_account(record, kinds[i]->known, found.id, found.name))
				result = refuse(&found, root, report);
			free(found.name);
			if (result < 0)
				return -1;
		}
		if (rest && errno != ENOENT)
			return report_error(
				report, errno, "cannot read %s inside %s", kinds[i]->file, root);
	}
	return 0;
}
