#include "start.h"

#include "account.h"
#include "cleanup.h"
#include "mount.h"
#include "namespace.h"
#include "plan.h"
#include "prepared.h"
#include "report.h"
#include "root.h"
#include "service.h"
#include "state.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* A root that is being started. */
struct start {
	struct service *service; /* borrowed */
	const char *name; /* borrowed */
	struct config config;
	struct plan plan;
	struct root root;
	struct mounts mounts;
	struct record record;
	int namespace; /* owned */
};

static void
start_release(struct start *start)
{
	config_release(&start->config);
	plan_release(&start->plan);
	root_release(&start->root);
	mounts_release(&start->mounts);
	record_release(&start->record);
	cleanup_fd_release(&start->namespace);
}

static struct start
start_begin(struct service *service, const char *name)
{
	return (struct start){.service = service,
		.name = name,
		.root = {.tree = -1, .names = -1},
		.namespace = -1};
}

static const char *
value_of(const struct start *start, enum config_key key, const struct config **from)
{
	return config_value(
		&start->config, catalogue_service(&start->service->catalogue), key, from);
}

static bool
is_yes(const struct start *start, enum config_key key)
{
	return config_is_yes(&start->config, catalogue_service(&start->service->catalogue), key);
}

static int
cannot_record(const struct start *start)
{
	return report_error(start->service->report, errno, "cannot make the record");
}

/* The number of a user or a group. 0, or -1 with errno. */
typedef int find_function(const char *word, uint64_t *number);

static int
record_account(struct start *start, enum config_key key, const char *word, const char *what,
	find_function *find, const char *record_as)
{
	struct report *report = start->service->report;
	const struct config *from;
	uint64_t number;

	value_of(start, key, &from);
	if (find(word, &number) < 0)
		return errno == ENOENT ? config_error(from, key, 0, report,
						 "no %s of the host is called %s", what, word)
				       : config_error(from, key, 0, report,
						 "the host cannot say which %s %s is: %s", what,
						 word, strerror(errno));
	if (record_as && record_add_number(&start->record, record_as, number) < 0)
		return cannot_record(start);
	return 0;
}

/* Each word of a value that names users or groups. */
static int
record_accounts(struct start *start, enum config_key key, const char *what, find_function *find,
	const char *record_as)
{
	cleanup_free char *copy = strdup(value_of(start, key, NULL));
	char *rest = NULL;

	if (!copy)
		return cannot_record(start);
	for (char *word = strtok_r(copy, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest))
		if (record_account(start, key, word, what, find, record_as) < 0)
			return -1;
	return 0;
}

static int
find_user(const char *word, uint64_t *number)
{
	struct account account;

	if (account_by_name(&account, word) < 0)
		return -1;
	*number = account.uid;
	account_release(&account);
	return 0;
}

static int
find_group(const char *word, uint64_t *number)
{
	gid_t gid;

	if (account_group(word, &gid) < 0)
		return -1;
	*number = gid;
	return 0;
}

/* The configuration as it is now, by value, for entering and for what `status` compares. */
static int
record_configuration(struct start *start)
{
	const struct config *service = catalogue_service(&start->service->catalogue);
	const char *default_user = value_of(start, CONFIG_DEFAULT_USER, NULL);
	char text[64];

	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		if (record_add(&start->record, config_key_name(key), value_of(start, key, NULL)) <
			0)
			return cannot_record(start);
	if (record_add(&start->record, "service",
		    service_of(start->service, start->name, text, sizeof(text))) < 0 ||
		record_add(&start->record, "service_extra_mounts",
			service ? config_value(service, NULL, CONFIG_EXTRA_MOUNTS, NULL) : "") < 0)
		return cannot_record(start);
	if (record_accounts(start, CONFIG_USERS, "user", find_user, "uid") < 0 ||
		record_accounts(start, CONFIG_GROUPS, "group", find_group, "gid") < 0)
		return -1;
	if (*default_user == '\0')
		return 0;
	return record_account(start, CONFIG_DEFAULT_USER, default_user, "user", find_user, NULL);
}

static int
refuse_unsupported(const struct start *start)
{
	static const enum config_key keys[] = {CONFIG_ALLOW_SETUID, CONFIG_VISIBLE};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct config *from;

		if (!is_yes(start, keys[i]))
			continue;
		value_of(start, keys[i], &from);
		return config_error(from, keys[i], 0, start->service->report,
			"%s=yes is not supported by this version", config_key_name(keys[i]));
	}
	return 0;
}

/* Everything that can be decided before anything is touched. */
static int
decide(struct start *start)
{
	struct service *service = start->service;

	if (service_read(service, start->name, &start->config) < 0 || refuse_unsupported(start) < 0)
		return -1;
	if (value_of(start, CONFIG_ROOT, NULL)[0] == '\0') {
		report_mend(service->report, "add root=/path/of/the/tree to it");
		return report_error(service->report, 0, "%s does not say where the tree is",
			start->config.file);
	}
	if (plan_make(&start->plan, &start->config, catalogue_service(&service->catalogue),
		    service->report) < 0 ||
		service_need_mounts(service) < 0)
		return -1;
	if (plan_inherit_proc(&start->plan, mounts_host_proc_options(&service->mounts)) < 0)
		return report_error(service->report, errno, "cannot make the plan");
	return record_configuration(start);
}

int
start_plan(struct service *service, const char *name, struct plan *plan)
{
	struct start start = start_begin(service, name);
	int result = decide(&start);

	*plan = (struct plan){0};
	if (result == 0) {
		*plan = start.plan;
		start.plan = (struct plan){0};
	}
	start_release(&start);
	return result;
}

bool
start_is_live(struct service *service, const struct plan_mount *line)
{
	/* made private, it hears nothing whatever its source is */
	if (line->propagation & (MS_PRIVATE | MS_UNBINDABLE))
		return false;
	return line->is_live || (service_need_mounts(service) == 0 &&
					mounts_host_is_shared(&service->mounts, line->source));
}

/* Every mount of the plan, detached. */
static int
make_detached(struct start *start)
{
	struct service *service = start->service;
	int shared;

	if (root_open(&start->root, value_of(start, CONFIG_ROOT, NULL), service->report) < 0)
		return -1;
	shared = mounts_share_live(&service->mounts, &start->plan, service->report);
	if (shared < 0)
		return -1;
	if (shared)
		mounts_host_release(&service->mounts);
	if (mounts_clone_root(&start->root, is_yes(start, CONFIG_ALLOW_SETUID), service->report) <
		0)
		return -1;
	return mounts_make(&start->mounts, &start->plan, service->report);
}

/* What stop knows a copy of the namespace by: the superblocks that no other root has. */
static int
record_filesystems(struct start *start)
{
	for (size_t i = 0; i < start->plan.count; i++) {
		const struct plan_mount *line = &start->plan.mounts[i];
		struct stat found;
		char mark[PATH_MAX + 64];

		if (start->mounts.ids[i] == 0 ||
			(strcmp(line->type, "proc") != 0 && strcmp(line->type, "tmpfs") != 0))
			continue;
		if (fstat(start->mounts.fds[i], &found) < 0)
			return cannot_record(start);
		snprintf(mark, sizeof(mark), "%" PRIu64 ":%" PRIu64 ":%s", start->mounts.ids[i],
			(uint64_t)found.st_dev, line->target);
		if (record_add(&start->record, "filesystem", mark) < 0)
			return cannot_record(start);
	}
	return 0;
}

static int
record_place(struct start *start)
{
	struct namespace_place place;
	uint64_t namespace, host;

	if (namespace_place(&place) < 0 || namespace_number(start->namespace, &namespace) < 0 ||
		namespace_number(start->service->host, &host) < 0 ||
		record_add_number(&start->record, "host", host) < 0 ||
		record_add_number(&start->record, "namespace", namespace) < 0 ||
		record_add_number(&start->record, "device", place.device) < 0 ||
		record_add_number(&start->record, "inode", place.inode) < 0 ||
		record_add_number(&start->record, "mount", place.mount) < 0)
		return cannot_record(start);
	return record_filesystems(start);
}

/* The part that stands inside the new namespace. */
static int
fill_namespace(struct start *start)
{
	/* only now: a pivot wants private mounts. stop knows copies of the namespace by this peer
	 * group. */
	const struct mount_change marked = {.propagation = MS_SHARED};
	struct service *service = start->service;

	start->namespace = namespace_enter_new(
		service->host, service->minimal, start->root.tree, service->report);
	if (start->namespace < 0 ||
		mounts_attach(&start->mounts, &start->plan, &start->root, service->report) < 0)
		return -1;
	if (mount_change(start->root.tree, &marked) < 0)
		return report_error(service->report, errno, "cannot make / inside a shared mount");
	return record_place(start);
}

static int
build_namespace(struct start *start)
{
	struct service *service = start->service;
	int result;

	if (service->minimal < 0)
		service->minimal = namespace_make_minimal(service->host, service->report);
	if (service->minimal < 0)
		return -1;
	result = fill_namespace(start);
	if (namespace_join(service->host) < 0)
		return report_error(
			service->report, errno, "cannot return to the host's namespace");
	return result;
}

/* The pin is the last step. */
static int
prepare(struct service *service, const char *name)
{
	struct start start = start_begin(service, name);
	int result = -1;

	if (decide(&start) == 0 && make_detached(&start) == 0 && build_namespace(&start) == 0)
		result = prepared_pin(
			&start.record, service->state, name, start.namespace, service->report);
	if (result < 0)
		state_remove_folder(service->state, name);
	start_release(&start);
	return result;
}

/* 1 for a root that is prepared, 0 for one that is not, -1 with the error said. */
static int
is_prepared(struct service *service, const char *name)
{
	struct prepared prepared;
	struct report *report = service->report;
	int result = 1;

	if (prepared_open(&prepared, service->state, name, service->host, report) < 0)
		return -1;
	if (prepared.state == PREPARED_HALF || prepared.state == PREPARED_DAMAGED)
		report_mend(report, "chroot-mounts stop %s", name);
	switch (prepared.state) {
	case PREPARED_NOT:
		result = 0;
		break;
	case PREPARED_GOOD:
		report_note(report, "is prepared already");
		break;
	case PREPARED_BY_OTHERS:
		report_warning(report, "was prepared by another version; restart the service");
		break;
	case PREPARED_HALF:
		result = report_error(report, 0, "was not stopped completely");
		break;
	case PREPARED_DAMAGED:
		result = report_error(report, 0, "is damaged: / inside is not what start made");
		break;
	}
	prepared_release(&prepared);
	return result;
}

int
start_root(struct service *service, const char *name)
{
	cleanup_fd int lock = -1;
	int prepared;

	if (service_be_home(service) < 0)
		return -1;
	cleanup_fd_release(&service->state);
	service->state = state_make(service->report);
	if (service->state < 0)
		return -1;
	lock = state_lock(service->state, name, service->report);
	if (lock < 0)
		return -1;
	prepared = is_prepared(service, name);
	if (prepared != 0)
		return prepared < 0 ? -1 : 0;
	if (state_remove_folder(service->state, name) < 0)
		return report_error(
			service->report, errno, "cannot take %s/%s away", STATE_DIRECTORY, name);
	if (prepare(service, name) == 0)
		return 0;
	state_unlock_for_good(service->state, name);
	return -1;
}
