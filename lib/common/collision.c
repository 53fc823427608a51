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

/* An entry that one enters, and what it is judged by. */
struct check {
	const struct record *record; /* borrowed */
	const struct identity *identity; /* borrowed */
	const char *root; /* borrowed */
	struct report *report; /* borrowed */
};

static int
refuse_name(
	const struct check *check, const struct collision_kind *kind, const char *name, uint32_t id)
{
	const char *service = record_value(check->record, "service");

	report_mend(check->report, "rc-service %s reload, which mends it or says what does",
		*service ? service : "chroot-mounts");
	return report_error(check->report, 0,
		"%s %u is %s inside %s, and the service has not found it to be that on the host: setuid programs inside would take who has the number for %s",
		kind->noun, (unsigned)id, name, check->root, kind->taken);
}

static int
check_names(const struct check *check, const struct collision_kind *kind)
{
	cleanup_free char *text = NULL;
	const char *rest;
	char *name;
	uint32_t id;

	if (account_read_file(&text, kind->file, check->root, check->report) < 0)
		return -1;
	rest = text;
	while (rest && account_read_next(&rest, &name, &id) == 0) {
		int result = 0;

		if (collision_has_number(check->identity, kind, id) &&
			!record_has_account(check->record, kind->known, id, name))
			result = refuse_name(check, kind, name, id);

		free(name);
		if (result < 0)
			return -1;
	}
	return !rest || errno == ENOENT
		       ? 0
		       : report_error(check->report, errno, "cannot read %s inside %s", kind->file,
				 check->root);
}

int
collision_check(const struct record *record, const struct identity *identity, const char *root,
	struct report *report)
{
	const struct check check = {
		.record = record, .identity = identity, .root = root, .report = report};

	return check_names(&check, &collision_users) < 0 ? -1
							 : check_names(&check, &collision_groups);
}
