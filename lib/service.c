#include "service.h"

#include "account.h"
#include "cleanup.h"
#include "inside.h"
#include "mount.h"
#include "namespace.h"
#include "record.h"
#include "report.h"
#include "root.h"
#include "state.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define STOP_TIMEOUT 10 /* seconds, for a record that does not say it */

int
service_open(struct service *service, struct report *report)
{
	*service = (struct service){.report = report, .state = -1, .host = -1, .minimal = -1};
	service->host = namespace_open_own();
	if (service->host < 0)
		return report_error(report, errno, "cannot open /proc/self/ns/mnt");
	return catalogue_find(&service->catalogue, report);
}

void
service_close(struct service *service)
{
	cleanup_fd_release(&service->state);
	cleanup_fd_release(&service->host);
	cleanup_fd_release(&service->minimal);
	mounts_host_release(&service->mounts);
	catalogue_release(&service->catalogue);
}

void
service_names_release(struct service_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->all[i]);
	free(names->all);
	*names = (struct service_names){0};
}

static int
add_name(struct service *service, struct service_names *names, const char *name)
{
	char **grown;

	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->all[i], name) == 0)
			return 0;
	grown = reallocarray(names->all, names->count + 1, sizeof(*grown));
	if (grown)
		names->all = grown;
	if (!grown || !(grown[names->count] = strdup(name)))
		return report_error(service->report, ENOMEM, "cannot list the roots");
	names->count++;
	return 0;
}

/* Reads the service's own file, once. */
static int
configure(struct service *service)
{
	if (service->is_configured)
		return 0;
	if (catalogue_read_service(&service->catalogue, service->report) < 0)
		return -1;
	service->is_configured = true;
	return 0;
}

/* `roots` in the service's file: some of the configured ones, in that order. */
static int
add_listed(struct service *service, struct service_names *names, const char *listed)
{
	cleanup_free char *copy = strdup(listed);
	char *rest = NULL;

	if (!copy)
		return report_error(service->report, ENOMEM, "cannot list the roots");
	for (char *name = strtok_r(copy, " \t\n", &rest); name;
		name = strtok_r(NULL, " \t\n", &rest)) {
		const struct catalogue_entry *entry = catalogue_entry(&service->catalogue, name);

		if (entry && entry->has_symlink)
			continue; /* its own service handles it */
		if (add_name(service, names, name) < 0)
			return -1;
	}
	return 0;
}

static int
add_configured(struct service *service, struct service_names *names)
{
	const struct catalogue *catalogue = &service->catalogue;
	const char *listed = "";

	/* a broken service file is said by whoever needs it for more than the order */
	if (service->is_configured && catalogue_service(catalogue))
		listed = config_value(&catalogue->service, NULL, CONFIG_ROOTS, NULL);
	if (listed[0] != '\0')
		return add_listed(service, names, listed);
	for (size_t i = 0; i < catalogue->count; i++)
		if (!catalogue->entries[i].has_symlink &&
			add_name(service, names, catalogue->entries[i].name) < 0)
			return -1;
	return 0;
}

static int
open_state(struct service *service)
{
	if (service->state < 0)
		service->state = state_open();
	return service->state;
}

static int
add_prepared(struct service *service, struct service_names *names)
{
	struct service_names prepared = {0};
	int result = 0;

	if (open_state(service) < 0)
		return 0; /* nothing was ever started */
	if (state_names(service->state, &prepared.all, &prepared.count) < 0)
		result = report_error(service->report, errno, "cannot read %s", STATE_DIRECTORY);
	for (size_t i = 0; result == 0 && i < prepared.count; i++) {
		const struct catalogue_entry *entry =
			catalogue_entry(&service->catalogue, prepared.all[i]);

		if (!entry || !entry->has_symlink)
			result = add_name(service, names, prepared.all[i]);
	}
	service_names_release(&prepared);
	return result;
}

int
service_names(struct service *service, bool prepared, struct service_names *names)
{
	*names = (struct service_names){0};
	/* with a broken file of its own the service still stops what it started */
	if (configure(service) < 0 && !prepared)
		return -1;
	if (add_configured(service, names) < 0 || (prepared && add_prepared(service, names) < 0)) {
		service_names_release(names);
		return -1;
	}
	return 0;
}

bool
service_knows(struct service *service, const char *name)
{
	cleanup_fd int folder = -1;

	if (catalogue_entry(&service->catalogue, name))
		return true;
	folder = open_state(service) < 0 ? -1 : state_open_folder(service->state, name, 0);
	return folder >= 0;
}

/* "chroot-mounts", or "chroot-mounts.NAME" for a root with a symlink: what rc-service takes. */
static const char *
service_of(const struct service *service, const char *name, char *text, size_t size)
{
	const struct catalogue_entry *entry = catalogue_entry(&service->catalogue, name);
	bool own = entry && entry->has_symlink;

	snprintf(text, size, "chroot-mounts%s%s", own ? "." : "", own ? name : "");
	return text;
}

static void
mend_by_service(struct service *service, const char *name, const char *verb)
{
	char text[64];

	report_mend(service->report, "rc-service %s %s",
		service_of(service, name, text, sizeof(text)), verb);
}

/* The configuration of a root, with the service's own beside it. */
static int
read_configuration(struct service *service, const char *name, struct config *config)
{
	*config = (struct config){0};
	if (configure(service) < 0)
		return -1;
	return catalogue_read(&service->catalogue, name, config, service->report);
}

/* A root that is being started. */
struct start {
	struct service *service; /* borrowed */
	const char *name; /* borrowed */
	struct config config;
	struct plan plan;
	struct mounts mounts;
	struct record record;
	char *path; /* owned; the tree, without links */
	int tree; /* its clone, which becomes `/` inside */
	int namespace;
};

static void
start_release(struct start *start)
{
	config_release(&start->config);
	plan_release(&start->plan);
	mounts_release(&start->mounts);
	record_release(&start->record);
	cleanup_free_release(&start->path);
	cleanup_fd_release(&start->tree);
	cleanup_fd_release(&start->namespace);
}

static const char *
value_of(const struct start *start, enum config_key key, const struct config **from)
{
	return config_value(
		&start->config, catalogue_service(&start->service->catalogue), key, from);
}

static int
cannot_record(const struct start *start)
{
	return report_error(start->service->report, errno, "cannot write the record");
}

/* Calls found for each word of a value that names users or groups, and says which word nobody has.
 */
static int
record_accounts(struct start *start, enum config_key key, const char *what,
	int (*find)(const char *word, uint64_t *number), const char *record_as)
{
	const struct config *from;
	cleanup_free char *copy = strdup(value_of(start, key, &from));
	char *rest = NULL;
	uint64_t number;

	if (!copy)
		return cannot_record(start);
	for (char *word = strtok_r(copy, " \t\n", &rest); word;
		word = strtok_r(NULL, " \t\n", &rest)) {
		if (find(word, &number) < 0)
			return config_error(from, key, 0, start->service->report,
				"no %s of the host is called %s", what, word);
		if (record_as && record_add_number(&start->record, record_as, number) < 0)
			return cannot_record(start);
	}
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
	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		if (record_add(&start->record, config_key_name(key), value_of(start, key, NULL)) <
			0)
			return cannot_record(start);
	if (catalogue_service(&start->service->catalogue) &&
		record_add(&start->record, "service_extra_mounts",
			config_value(&start->service->catalogue.service, NULL, CONFIG_EXTRA_MOUNTS,
				NULL)) < 0)
		return cannot_record(start);
	if (record_accounts(start, CONFIG_USERS, "user", find_user, "uid") < 0 ||
		record_accounts(start, CONFIG_GROUPS, "group", find_group, "gid") < 0)
		return -1;
	return record_accounts(start, CONFIG_DEFAULT_USER, "user", find_user, NULL);
}

static int
refuse_unsupported(const struct start *start)
{
	static const enum config_key keys[] = {CONFIG_ALLOW_SETUID, CONFIG_VISIBLE};
	const struct config *service = catalogue_service(&start->service->catalogue);
	const struct config *from;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (!config_is_yes(&start->config, service, keys[i]))
			continue;
		value_of(start, keys[i], &from);
		return config_error(from, keys[i], 0, start->service->report,
			"%s=yes is not supported by this version", config_key_name(keys[i]));
	}
	return 0;
}

static int
need_host_mounts(struct service *service)
{
	return service->mounts.table ? 0 : mounts_host_read(&service->mounts, service->report);
}

/* Everything that can be decided before anything is touched. */
static int
decide(struct start *start)
{
	struct service *service = start->service;

	if (read_configuration(service, start->name, &start->config) < 0 ||
		refuse_unsupported(start) < 0)
		return -1;
	if (value_of(start, CONFIG_ROOT, NULL)[0] == '\0') {
		report_mend(service->report, "add root=/path/of/the/tree to it");
		return report_error(service->report, 0, "%s does not say where the tree is",
			start->config.file);
	}
	if (plan_make(&start->plan, &start->config, catalogue_service(&service->catalogue),
		    service->report) < 0 ||
		need_host_mounts(service) < 0)
		return -1;
	if (plan_inherit_proc(&start->plan, mounts_host_proc_options(&service->mounts)) < 0)
		return report_error(service->report, errno, "cannot make the plan");
	return record_configuration(start);
}

int
service_plan(struct service *service, const char *name, struct plan *plan)
{
	struct start start = {.service = service, .name = name, .tree = -1, .namespace = -1};
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
service_is_live(struct service *service, const struct plan_mount *line)
{
	return line->is_live || (need_host_mounts(service) == 0 &&
					mounts_host_is_shared(&service->mounts, line->source));
}

/* Every mount of the plan, detached: all that can fail for the user's reasons fails here. */
static int
make_detached(struct start *start)
{
	struct service *service = start->service;
	cleanup_fd int root =
		root_open(value_of(start, CONFIG_ROOT, NULL), &start->path, service->report);
	int shared;

	if (root < 0)
		return -1;
	shared = mounts_share_live(&service->mounts, &start->plan, service->report);
	if (shared < 0)
		return -1;
	if (shared)
		mounts_host_release(&service->mounts);
	start->tree = mounts_clone_root(root,
		config_is_yes(&start->config, catalogue_service(&service->catalogue),
			CONFIG_ALLOW_SETUID),
		service->report);
	if (start->tree < 0)
		return -1;
	return mounts_make(&start->mounts, &start->plan, start->tree, start->path, service->report);
}

/* What stop knows a nested namespace by: the superblocks that no other root has. */
static int
record_filesystems(struct start *start)
{
	struct stat found;

	for (size_t i = 0; i < start->plan.count; i++) {
		const struct plan_mount *line = &start->plan.mounts[i];

		if (start->mounts.fds[i] < 0 ||
			(strcmp(line->type, "proc") != 0 && strcmp(line->type, "tmpfs") != 0))
			continue;
		if (fstat(start->mounts.fds[i], &found) < 0 ||
			record_add_number(&start->record, "filesystem", found.st_dev) < 0)
			return cannot_record(start);
	}
	return 0;
}

static int
record_place(struct start *start)
{
	struct namespace_place place;
	uint64_t namespace, host;
	char text[64];

	if (record_add(&start->record, "service",
		    service_of(start->service, start->name, text, sizeof(text))) < 0 ||
		namespace_place(&place) < 0 || namespace_number(start->namespace, &namespace) < 0 ||
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
	/* only now: a pivot wants private mounts. Copies of the namespace are known by this peer
	 * group at stop. */
	const struct mount_change marked = {.propagation = MS_SHARED};
	struct report *report = start->service->report;

	start->namespace = namespace_enter_new(
		start->service->host, start->service->minimal, start->tree, report);
	if (start->namespace < 0 ||
		mounts_attach(&start->mounts, &start->plan, start->tree, start->path, report) < 0)
		return -1;
	if (mount_change(start->tree, &marked) < 0)
		return report_error(report, errno, "cannot make / inside a shared mount");
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

/*
 * The pin is the last step: before it, the kernel takes everything away with this process. What
 * a crash can leave is a folder without a pin, which the next start takes for nothing.
 */
static int
pin(struct start *start)
{
	struct service *service = start->service;
	cleanup_fd int folder = state_open_folder(service->state, start->name, 1);
	cleanup_fd int file = -1;
	char path[sizeof(STATE_DIRECTORY "//ns") + NAME_LENGTH];

	snprintf(path, sizeof(path), STATE_DIRECTORY "/%s/ns", start->name);
	if (folder < 0)
		return report_error(
			service->report, errno, "cannot make %s/%s", STATE_DIRECTORY, start->name);
	if (record_write(&start->record, folder, "record") < 0)
		return cannot_record(start);
	file = openat(folder, "ns", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0)
		return report_error(service->report, errno, "cannot make %s", path);
	if (mount_pin(start->namespace, path) < 0)
		return report_error(service->report, errno, "cannot pin the namespace to %s", path);
	return 0;
}

static int
prepare(struct service *service, const char *name)
{
	struct start start = {.service = service, .name = name, .tree = -1, .namespace = -1};
	int result = -1;

	if (need_host_mounts(service) == 0 && decide(&start) == 0 && make_detached(&start) == 0 &&
		build_namespace(&start) == 0)
		result = pin(&start);
	if (result < 0)
		state_remove_folder(service->state, name);
	start_release(&start);
	return result;
}

/* What lies in the folder of a root. */
struct prepared {
	int folder;
	int pin; /* -1 where there is none */
	struct record record; /* empty where there is none, or none that can be read */
	int error; /* why the record could not be read, 0 where it could */
};

static void
prepared_release(struct prepared *prepared)
{
	cleanup_fd_release(&prepared->folder);
	cleanup_fd_release(&prepared->pin);
	record_release(&prepared->record);
}

/* Looks what there is; nothing is no error. */
static void
prepared_open(struct prepared *prepared, int state, const char *name)
{
	*prepared = (struct prepared){.folder = state_open_folder(state, name, 0), .pin = -1};
	if (prepared->folder < 0)
		return;
	prepared->pin = namespace_open_pin(prepared->folder, "ns");
	if (record_read(&prepared->record, prepared->folder, "record") < 0)
		prepared->error = errno;
}

static bool
is_other_version(const struct prepared *prepared)
{
	return prepared->error == EPROTO;
}

/* 1 for a root that is prepared, 0 for one that is not, -1 with the error said. */
static int
is_prepared(struct service *service, const char *name)
{
	struct prepared prepared;
	int result = 0;

	prepared_open(&prepared, service->state, name);
	if (prepared.pin >= 0 && prepared.error != 0 && !is_other_version(&prepared)) {
		mend_by_service(service, name, "stop");
		result = report_error(service->report, 0, "was not stopped completely");
	} else if (prepared.pin >= 0) {
		result = 1;
		if (is_other_version(&prepared))
			report_warning(service->report,
				"was prepared by another version; restart the service");
		else
			report_note(service->report, "is prepared already");
	}
	prepared_release(&prepared);
	return result;
}

int
service_start(struct service *service, const char *name)
{
	cleanup_fd int lock = -1;
	int prepared;

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
		return report_error(service->report, errno, "cannot take away what lies in %s/%s",
			STATE_DIRECTORY, name);
	if (prepare(service, name) == 0)
		return 0;
	state_unlock_for_good(service->state, name);
	return -1;
}

/* Carries out a step inside a namespace, with /proc of the host at hand, and comes back. */
static int
with_namespace(struct service *service, int pinned, int (*step)(int proc, void *data), void *data)
{
	cleanup_fd int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int result;

	if (proc < 0 || namespace_join(pinned) < 0)
		return report_error(service->report, errno, "cannot join the namespace");
	result = step(proc, data);
	if (namespace_join(service->host) < 0)
		return report_error(
			service->report, errno, "cannot return to the host's namespace");
	return result;
}

static int
learn(int proc, void *data)
{
	cleanup_fd int fd = openat(proc, "self/mountinfo", O_RDONLY | O_CLOEXEC);
	cleanup_file FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");

	if (!stream)
		return -1;
	steal_fd(&fd); /* the stream owns it now */
	return inside_learn(data, stream);
}

/* What the processes inside are known by. */
static int
know_inside(struct service *service, const struct prepared *prepared, struct inside *inside)
{
	const char *value = NULL;

	*inside = (struct inside){0};
	if (namespace_number(prepared->pin, &inside->namespace) < 0 ||
		namespace_number(service->host, &inside->host) < 0)
		return report_error(service->report, errno, "cannot look at the namespace");
	while ((value = record_next(&prepared->record, "filesystem", value)))
		if (inside_add_device(inside, strtoull(value, NULL, 10)) < 0)
			return report_error(service->report, errno, "cannot look at the namespace");
	if (with_namespace(service, prepared->pin, learn, inside) < 0) {
		inside_release(inside);
		return report_error(service->report, errno, "cannot read what is mounted inside");
	}
	return 0;
}

static int
empty(int proc, void *data)
{
	(void)proc;
	(void)data;
	/* EINVAL: `/` has been taken away already, by the superuser inside or by a stop that was
	 * interrupted */
	return namespace_empty() == 0 || errno == EINVAL ? 0 : -1;
}

/* Nobody enters from here on, and a stop that is interrupted finds its record under the other name.
 */
static int
close_door(struct service *service, struct prepared *prepared)
{
	if (renameat(prepared->folder, "record", prepared->folder, "record.stopping") < 0 &&
		errno != ENOENT)
		return report_error(service->report, errno, "cannot put the record away");
	if (prepared->error == ENOENT)
		record_read(&prepared->record, prepared->folder, "record.stopping");
	return 0;
}

static unsigned
stop_timeout(const struct record *record)
{
	uint64_t seconds;

	return record->size && record_number(record, "stop_timeout", &seconds) == 0
		       ? (unsigned)seconds
		       : STOP_TIMEOUT;
}

static int
end_all(struct service *service, struct prepared *prepared, const char *name)
{
	struct inside inside;
	int result = know_inside(service, prepared, &inside);

	if (result < 0)
		return -1;
	result = inside_end(&inside, stop_timeout(&prepared->record), service->report);
	/* from inside, so that nothing lives on in a descriptor that somebody holds on the pin */
	if (result == 0 && with_namespace(service, prepared->pin, empty, NULL) < 0)
		result = report_error(service->report, errno, "cannot take the mounts inside away");
	cleanup_fd_release(&prepared->pin);
	if (result == 0 && state_remove_folder(service->state, name) < 0)
		result = report_error(service->report, errno, "cannot take the pin away");
	/* one who had the namespace open before the door was closed may have come in since */
	if (result == 0)
		result = inside_end(&inside, stop_timeout(&prepared->record), service->report);
	inside_release(&inside);
	return result;
}

int
service_stop(struct service *service, const char *name)
{
	struct prepared prepared;
	cleanup_fd int lock = -1;
	int result = 0;

	if (open_state(service) < 0)
		return errno == ENOENT ? 0
				       : report_error(service->report, errno, "cannot open %s",
						 STATE_DIRECTORY);
	lock = state_lock(service->state, name, service->report);
	if (lock < 0)
		return -1;
	prepared_open(&prepared, service->state, name);
	if (prepared.pin >= 0) {
		result = close_door(service, &prepared);
		if (result == 0)
			result = end_all(service, &prepared, name);
	} else if (state_remove_folder(service->state, name) < 0) {
		result = report_error(service->report, errno, "cannot take away what lies in %s/%s",
			STATE_DIRECTORY, name);
	}
	prepared_release(&prepared);
	if (result == 0)
		state_unlock_for_good(service->state, name);
	return result;
}

static int
look(int proc, void *data)
{
	(void)proc;
	return namespace_place(data);
}

/* Is `/` inside what start made? */
static bool
is_damaged(struct service *service, const struct prepared *prepared)
{
	struct namespace_place place = {0};
	uint64_t device, inode, mount;

	if (record_number(&prepared->record, "device", &device) < 0 ||
		record_number(&prepared->record, "inode", &inode) < 0 ||
		record_number(&prepared->record, "mount", &mount) < 0 ||
		with_namespace(service, prepared->pin, look, &place) < 0)
		return true;
	return place.device != device || place.inode != inode || place.mount != mount;
}

/* The first key whose value is not what it was at start, or NULL. */
static const char *
changed_key(struct service *service, const struct prepared *prepared, const struct config *config)
{
	const struct config *own = catalogue_service(&service->catalogue);

	for (enum config_key key = 0; key < CONFIG_KEYS; key++)
		if (key != CONFIG_ROOTS &&
			strcmp(config_value(config, own, key, NULL),
				record_value(&prepared->record, config_key_name(key))) != 0)
			return config_key_name(key);
	if (strcmp(own ? config_value(own, NULL, CONFIG_EXTRA_MOUNTS, NULL) : "",
		    record_value(&prepared->record, "service_extra_mounts")) != 0)
		return config_key_name(CONFIG_EXTRA_MOUNTS);
	return NULL;
}

static void
judge_configuration(struct service *service, const char *name, const struct prepared *prepared,
	struct service_status *status)
{
	struct config config;
	const char *key;

	if (!catalogue_entry(&service->catalogue, name)) {
		status->state = SERVICE_STALE;
		snprintf(status->reason, sizeof(status->reason), "not configured any more");
		return;
	}
	if (read_configuration(service, name, &config) < 0) {
		status->state = SERVICE_STALE;
		snprintf(status->reason, sizeof(status->reason), "the configuration has an error");
		return;
	}
	key = changed_key(service, prepared, &config);
	if (key) {
		status->state = SERVICE_STALE;
		snprintf(status->reason, sizeof(status->reason), "%s has changed since start", key);
	}
	config_release(&config);
}

static int
count_inside(struct service *service, const struct prepared *prepared, size_t *count)
{
	struct inside inside;
	struct inside_processes processes;
	int result;

	if (know_inside(service, prepared, &inside) < 0)
		return -1;
	result = inside_find(&inside, &processes, service->report);
	if (result == 0) {
		*count = processes.count;
		inside_processes_release(&processes);
	}
	inside_release(&inside);
	return result;
}

static void
judge_prepared(struct service *service, const char *name, const struct prepared *prepared,
	struct service_status *status)
{
	const char *damage = NULL;

	if (is_other_version(prepared))
		damage = "prepared by another version; restart the service";
	else if (prepared->error)
		damage = "not stopped completely; stop it again";
	else if (is_damaged(service, prepared))
		damage = "/ inside is not what start made; restart the service";
	status->state = damage ? SERVICE_DAMAGED : SERVICE_STARTED;
	if (damage)
		snprintf(status->reason, sizeof(status->reason), "%s", damage);
	else
		judge_configuration(service, name, prepared, status);
}

int
service_status(struct service *service, const char *name, struct service_status *status)
{
	struct prepared prepared;
	int result = 0;

	*status = (struct service_status){.state = SERVICE_STOPPED};
	if (open_state(service) < 0)
		return errno == ENOENT ? 0
				       : report_error(service->report, errno, "cannot open %s",
						 STATE_DIRECTORY);
	prepared_open(&prepared, service->state, name);
	if (prepared.pin >= 0) {
		judge_prepared(service, name, &prepared, status);
		result = count_inside(service, &prepared, &status->inside);
	}
	prepared_release(&prepared);
	return result;
}
