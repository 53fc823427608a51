/* SPDX-License-Identifier: BSD-2-Clause */
/* An entry: what is known of it, from the question who may enter to the exec. */
#ifndef ENTRY_H
#define ENTRY_H

#include "common/identity.h"
#include "common/record.h"
#include "enter/xauthority.h"

#include <limits.h>
#include <stdbool.h>

struct options;
struct report;

struct entry {
	struct options *options; /* borrowed */
	struct report *report; /* borrowed */
	char **environment; /* borrowed; the caller's */
	bool is_superuser; /* the caller */
	struct identity caller;
	struct identity *target; /* borrowed; the caller, or the user that the superuser named */
	struct record record;
	int folder; /* owned; the directory of the root's record and pin, -1 before and after */
	int record_file; /* owned; the record that was read, -1 before and after */
	int namespace; /* owned; the pin, -1 before and after */
	struct xauthority xauthority;
	char directory[PATH_MAX]; /* the caller's working directory, "" if it has no name */
};

#endif
