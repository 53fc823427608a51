/* SPDX-License-Identifier: BSD-2-Clause */
/* The helper that the service calls: command line, verbs and exit status. */
#include "common/cleanup.h"
#include "common/descriptors.h"
#include "common/name.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/add.h"
#include "helper/add_judge.h"
#include "helper/reload.h"
#include "helper/restart.h"
#include "helper/service.h"
#include "helper/show.h"
#include "helper/start.h"
#include "helper/state.h"
#include "helper/stop.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
	EXIT_USAGE = 2,
	STATUS_NONE = 3, /* OpenRC's "stopped" */
};

struct options {
	bool json;
	bool only_show;
	enum report_level level;
	const struct verb *verb;
	char **names; /* borrowed from argv */
	size_t count;
	const char *here; /* borrowed; the directory that the command was typed in, or NULL */
};

struct verb {
	const char *name;
	int (*run)(struct service *service, const struct options *options,
		const struct service_names *names);
	bool takes_json;
	bool for_prepared; /* without ROOT, also prepared roots that are no longer configured */
	bool looks_at_processes;
	bool makes_root; /* its words name no root that exists */
};

static const char usage[] =
	"usage: chroot-mounts [-qv] start [-n [-j]] [ROOT...]\n"
	"       chroot-mounts [-qv] reload [ROOT...]\n"
	"       chroot-mounts [-qv] stop [ROOT...]\n"
	"       chroot-mounts [-qv] restart [ROOT...]\n"
	"       chroot-mounts [-qv] status [-j] [ROOT...]\n"
	"       chroot-mounts [-qv] ps [-j] [ROOT...]\n"
	"       chroot-mounts [-qv] list [-j] [ROOT...]\n"
	"       chroot-mounts [-qv] add NAME DIRECTORY [USER...]\n"
	"       chroot-mounts -h | -V\n"
	"\n"
	"  start    prepare the mount namespace of each root; -n prints the plan and touches nothing\n"
	"  reload   bring the mounts to what is configured now; ends nothing inside\n"
	"  stop     end what runs inside and take the namespace away\n"
	"  restart  stop and start; a root that would not start is left as it is\n"
	"  status   how each root fares, with the number of processes inside\n"
	"  ps       the processes inside\n"
	"  list     the configured roots\n"
	"  add      from a tree to a root: write its file, start it, make the users' accounts inside\n"
	"\n"
	"  -j, --json       print JSON\n"
	"  -n, --dry-run    with start: print the plan\n"
	"  -q, --quiet      errors only\n"
	"  -v, --verbose    notes too\n"
	"\n"
	"No ROOT: list takes every configured root; the others those that the\n"
	"service chroot-mounts handles; stop, status and ps also what it prepared and that\n"
	"is configured no more.\n";

/* Runs a verb for each root, also after a failure in another. */
static int
run_for_each(struct service *service, const struct service_names *names,
	int (*act)(struct service *service, const char *name))
{
	int result = EXIT_SUCCESS;

	for (size_t i = 0; i < names->count; i++) {
		service->report->subject = names->all[i];
		if (act(service, names->all[i]) < 0)
			result = EXIT_FAILURE;
	}
	service->report->subject = NULL;
	return result;
}

/* Notes whether the service for all is started, for reload. */
static int
note_service(struct service *service, bool is_started)
{
	if (is_started && service_make_state(service) < 0)
		return -1;
	/* without a state directory nothing was ever started */
	return service->state < 0 ? 0
				  : state_note(service->state, NULL, is_started, service->report);
}

/* Notes roots that were stopped by their names while the service is started. */
static int
note_stopped(struct service *service, const struct service_names *names)
{
	int result = 0;

	if (service->state < 0 || !state_has_note(service->state, NULL))
		return 0;
	for (size_t i = 0; i < names->count; i++) {
		cleanup_fd int folder = state_open_folder(service->state, names->all[i], false);

		/* not one that could not be stopped */
		if (folder < 0 &&
			state_note(service->state, names->all[i], true, service->report) < 0)
			result = -1;
	}
	return result;
}

static int
run_start(struct service *service, const struct options *options, const struct service_names *names)
{
	if (options->only_show)
		return show_plans(service, names, options->json) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
	if (options->count == 0)
		catalogue_warn_of_names(service->report);
	if (names->count == 0)
		report_warning(service->report, "no root is configured");
	if (options->count == 0 && note_service(service, true) < 0)
		return EXIT_FAILURE;
	return run_for_each(service, names, start_root);
}

static int
run_reload(
	struct service *service, const struct options *options, const struct service_names *names)
{
	return run_for_each(
		service, names, options->count > 0 ? reload_root : reload_or_start_root);
}

static int
run_stop(struct service *service, const struct options *options, const struct service_names *names)
{
	int result =
		stop_roots(service, names->all, names->count) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;

	if (options->count == 0)
		return note_service(service, false) < 0 ? EXIT_FAILURE : result;
	return note_stopped(service, names) < 0 ? EXIT_FAILURE : result;
}

static int
run_restart(
	struct service *service, const struct options *options, const struct service_names *names)
{
	(void)options;
	return restart_roots(service, names) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
run_status(
	struct service *service, const struct options *options, const struct service_names *names)
{
	size_t started;

	if (show_status(service, names, options->json, &started) < 0)
		return EXIT_FAILURE;
	if (started == 0)
		return STATUS_NONE;
	return started == names->count ? EXIT_SUCCESS : EXIT_FAILURE;
}

static int
run_ps(struct service *service, const struct options *options, const struct service_names *names)
{
	return show_processes(service, names, options->json) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
run_list(struct service *service, const struct options *options, const struct service_names *names)
{
	if (options->count == 0)
		catalogue_warn_of_names(service->report);
	return show_list(service, options->count > 0 ? names : NULL, options->json) < 0
		       ? EXIT_FAILURE
		       : EXIT_SUCCESS;
}

static int
run_add(struct service *service, const struct options *options, const struct service_names *names)
{
	const struct add_request request = {
		.name = options->names[0],
		.directory = options->names[1],
		.users = options->names + 2,
		.count = options->count - 2,
		.here = options->here,
	};

	(void)names;
	return add_root(service, &request) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const struct verb verbs[] = {
	{.name = "start", .run = run_start, .takes_json = true, .looks_at_processes = true},
	{.name = "reload", .run = run_reload},
	{.name = "stop", .run = run_stop, .for_prepared = true, .looks_at_processes = true},
	{.name = "restart", .run = run_restart, .looks_at_processes = true},
	{.name = "status",
		.run = run_status,
		.takes_json = true,
		.for_prepared = true,
		.looks_at_processes = true},
	{.name = "ps",
		.run = run_ps,
		.takes_json = true,
		.for_prepared = true,
		.looks_at_processes = true},
	{.name = "list", .run = run_list, .takes_json = true},
	{.name = "add", .run = run_add, .looks_at_processes = true, .makes_root = true},
};

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static int
report_usage(struct report *report, const char *what, const char *which)
{
	report_error(report, 0, "%s%s; chroot-mounts -h says what there is", what, which);
	return EXIT_USAGE;
}

/* Names the unknown option: optopt (getopt(3)) if it is a short one, else word. */
static int
report_unknown(struct report *report, const char *word)
{
	const char name[] = {'-', (char)optopt, '\0'};

	return report_usage(report, "unknown option ", optopt ? name : word);
}

/* Returns 0 to continue, or -1 with the exit status in *status. */
static int
read_options(int argc, char **argv, struct options *options, struct report *report, int *status)
{
	static const struct option words[] = {
		{"json", no_argument, NULL, 'j'},
		{"dry-run", no_argument, NULL, 'n'},
		{"quiet", no_argument, NULL, 'q'},
		{"verbose", no_argument, NULL, 'v'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, 'V'},
		{0},
	};
	int option;

	*options = (struct options){.level = REPORT_WARNINGS};
	*status = EXIT_SUCCESS;
	opterr = 0;
	while ((option = getopt_long(argc, argv, ":jnqvhV", words, NULL)) != -1) {
		switch (option) {
		case 'j':
			options->json = true;
			break;
		case 'n':
			options->only_show = true;
			break;
		case 'q':
			options->level = REPORT_ERRORS;
			break;
		case 'v':
			options->level = REPORT_NOTES;
			break;
		case 'h':
			fputs(usage, stdout);
			return -1;
		case 'V':
			puts("chroot-mounts " VERSION);
			return -1;
		default:
			*status = report_unknown(report, argv[optind - 1]);
			return -1;
		}
	}
	if (optind >= argc) {
		*status = report_usage(report, "a verb is missing", "");
		return -1;
	}
	options->verb = find_verb(argv[optind]);
	options->names = argv + optind + 1;
	options->count = (size_t)(argc - optind - 1);
	if (!options->verb)
		*status = report_usage(report, "unknown verb ", argv[optind]);
	else if (options->verb->makes_root && options->count < 2)
		*status = report_usage(report, options->verb->name,
			" needs a name and a directory: add games /opt/games alice");
	else if (options->only_show && options->verb->run != run_start)
		*status =
			report_usage(report, "-n goes with start, not with ", options->verb->name);
	else if (options->json && (!options->verb->takes_json ||
					  (options->verb->run == run_start && !options->only_show)))
		*status = report_usage(report, "-j does not go with ", options->verb->name);
	return *status == EXIT_SUCCESS ? 0 : -1;
}

/* Lists the named roots that are configured or prepared. Returns the exit status. */
static int
take_names(struct service *service, const struct options *options, struct service_names *names)
{
	int result = EXIT_SUCCESS;

	*names = (struct service_names){.all = calloc(options->count, sizeof(*names->all))};
	for (size_t i = 0; names->all && i < options->count; i++) {
		const char *name = options->names[i];

		if (!name_is_valid(name)) {
			report_error(service->report, 0,
				"%s is no name of a root, which has small letters, digits, - and _ (chroot-mounts list)",
				*name != '\0' ? name : "''");
			result = EXIT_FAILURE;
		} else if (!service_knows(service, name)) {
			report_error(service->report, 0,
				"no root is called %s (chroot-mounts list)", name);
			result = EXIT_FAILURE;
		} else if ((names->all[names->count] = strdup(name))) {
			names->count++;
		} else {
			report_error(service->report, ENOMEM, "cannot take the root %s", name);
			result = EXIT_FAILURE;
		}
	}
	if (names->all)
		return result;
	report_error(service->report, ENOMEM, "cannot take the roots");
	return EXIT_FAILURE;
}

static int
run(const struct options *options, struct report *report)
{
	struct service service;
	struct service_names names = {0};
	int chosen = EXIT_SUCCESS;
	int result;

	if (service_open(&service, report) < 0 ||
		(options->verb->looks_at_processes && service_check_proc(&service) < 0)) {
		service_close(&service);
		return EXIT_FAILURE;
	}
	if (options->count > 0 && !options->verb->makes_root)
		chosen = take_names(&service, options, &names);
	else if (options->count == 0 &&
		 service_names(&service, options->verb->for_prepared, &names) < 0)
		chosen = EXIT_FAILURE;
	/* known roots are served all the same */
	result = chosen != EXIT_SUCCESS && names.count == 0
			 ? chosen
			 : options->verb->run(&service, options, &names);
	service_names_release(&names);
	service_close(&service);
	return result == EXIT_SUCCESS ? chosen : result;
}

int
main(int argc, char **argv)
{
	cleanup_free char *here = NULL;
	struct report report;
	struct options options;
	int status;

	if (descriptors_fill() < 0)
		return EXIT_FAILURE;
	report_init(&report, "chroot-mounts");
	/* openrc-run passes on its umask, its working directory and open descriptors */
	if (syscall_close_range(STDERR_FILENO + 1, ~0U, 0) < 0 && errno == ENOSYS) {
		report_error(&report, 0, "this kernel is too old: Linux 5.12 or later is needed");
		return EXIT_FAILURE;
	}
	umask(0);
	if (read_options(argc, argv, &options, &report, &status) < 0)
		return status;
	report.level = options.level;
	if (geteuid() != 0) {
		report_error(&report, 0,
			"only the superuser can run it; chroot-enter --list prints the roots that you may enter");
		return EXIT_FAILURE;
	}
	if (options.verb->makes_root)
		options.here = here = getcwd(NULL, 0);
	if (chdir("/") < 0) {
		report_error(&report, errno, "cannot go to /");
		return EXIT_FAILURE;
	}
	return run(&options, &report);
}
