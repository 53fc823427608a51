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

static int
check_kind(const struct record *record, const struct identity *identity,
	const struct collision_kind *kind, const char *root, struct report *report)
{
	cleanup_free char *text = NULL;
	int result = account_read_file(&text, kind->file, root, report);
	const char *rest = text;
	char *name;
	uint32_t id;

	for (; result == 0 && rest && account_read_next(&rest, &name, &id) == 0; free(name)) {
		if (!collision_has_number(identity, kind, id) ||
			record_has_account(record, kind->known, id, name))
			continue;
		report_mend(report, "chroot-mounts reload %s", root);
		result = report_error(report, 0,
			"%s %u is %s inside %s, and the service has not found it to be that on the host: setuid programs inside would take the owner of the number for %s (a reload accepts the number or says what mends it)",
			kind->noun, (unsigned)id, name, root, kind->taken);
	}
	if (result == 0 && rest && errno != ENOENT)
		result = report_error(report, errno, "cannot read %s inside %s", kind->file, root);
	return result;
}

int
collision_check(const struct record *record, const struct identity *identity, const char *root,
	struct report *report)
{
	if (check_kind(record, identity, &collision_users, root, report) < 0)
		return -1;
	return check_kind(record, identity, &collision_groups, root, report);
}
