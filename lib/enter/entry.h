/* SPDX-License-Identifier: BSD-2-Clause */
/* An entry: all that is known of it, from the identity of the caller to the exec. */
#ifndef ENTRY_H
#define ENTRY_H

#include "common/identity.h"
#include "common/record.h"
#include "common/report.h"
#include "enter/xauthority.h"

#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

struct options;

struct entry {
	struct options *options; /* borrowed */
	struct report *report; /* borrowed */
	char **environment; /* borrowed; the caller's */
	bool is_superuser; /* the caller */
	struct identity caller;
	struct identity *target; /* borrowed; the caller, or the user that the superuser named */
	struct record record;
	int folder; /* owned; the directory of the root's record and pin, or -1 */
	int record_file; /* owned; the record that was read, or -1 */
	int namespace; /* owned; the pin, or -1 */
	struct xauthority xauthority;
	char directory[PATH_MAX]; /* the caller's working directory, "" if it has no path */
};

/* Begins an entry, which is zeroed, with the caller's environment. */
static inline void
entry_init(struct entry *entry, struct options *options, struct report *report)
{
	report_init(report, "chroot-enter");
	entry->options = options;
	entry->report = report;
	entry->environment = environ;
	entry->target = &entry->caller;
	entry->folder = entry->record_file = entry->namespace = -1;
}

#endif
