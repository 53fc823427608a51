/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/terminate.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/membership.h"
#include "helper/process.h"
#include "helper/scan.h"
#include "helper/turn.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define KILL_SECONDS 5 /* after SIGKILL, until a process counts as stuck */
#define SCAN_AGAIN_MS 50 /* delay in finding a child born since the last scan */
#define EMPTY_SCANS 3 /* pids wrap around, so a program that forks in a loop may evade one */
#define SCANS 3 /* for children not seen yet; more would let one delay SIGTERM */

/* The processes that are being ended. One that was inside stays a target, even if the evidence,
 * such as its parent, has gone. */
struct termination {
	struct membership *membership; /* borrowed */
	struct report *report; /* borrowed */
	int turns; /* borrowed */
	int signal; /* the one being sent */
	struct numbers targets; /* of struct scan_target */
	pid_t excluded[64]; /* init, this process and its ancestors */
	size_t excluded_count;
	bool *has_excluded; /* owned; by root: the last scan found one of them inside */
	bool found_excluded; /* in any root */
};

static void
exclude_ancestors(struct termination *termination)
{
	const size_t room = sizeof(termination->excluded) / sizeof(termination->excluded[0]);
	pid_t pid = getpid();

	termination->excluded[termination->excluded_count++] = 1;
	while (pid > 1 && termination->excluded_count < room) {
		cleanup_fd int directory = -1;
		struct process_stat stat;
		char path[32];

		termination->excluded[termination->excluded_count++] = pid;
		snprintf(path, sizeof(path), "/proc/%d", pid);
		directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (directory < 0 || process_read_stat(directory, &stat) < 0)
			break;
		pid = stat.parent;
	}
}

static bool
is_excluded(const struct termination *termination, uint64_t pid)
{
	for (size_t i = 0; i < termination->excluded_count; i++)
		if ((uint64_t)termination->excluded[i] == pid)
			return true;
	return false;
}

/* Sends the signal once, because a second SIGTERM means something else to many programs. */
static void
send_signal(const struct termination *termination, struct scan_target *target)
{
	if (target->sent == termination->signal)
		return;
	target->sent = termination->signal;
	syscall_pidfd_send_signal(target->pidfd, termination->signal);
	/* a stopped process does not handle SIGTERM before SIGCONT */
	if (termination->signal == SIGTERM)
		syscall_pidfd_send_signal(target->pidfd, SIGCONT);
}

static void
send_to_all(struct termination *termination, int signal)
{
	struct scan_target *targets = termination->targets.all;

	termination->signal = signal;
	for (size_t i = 0; i < termination->targets.count; i++)
		send_signal(termination, &targets[i]);
}

/* Makes a process a target, which takes over the pidfd; notes one that is excluded. Returns 0, or
 * -1 after reporting the error. */
static int
add_target(struct termination *termination, const struct scan_process *process, int *pidfd,
	size_t *added)
{
	struct scan_target *target;

	if (is_excluded(termination, process->pid)) {
		termination->found_excluded = true;
		termination->has_excluded[process->root] = true;
		return 0;
	}
	target = numbers_find(&termination->targets, sizeof(*target), process->pid);
	if (target)
		close(target->pidfd); /* of the pid's former owner, which has exited */
	else
		target = numbers_insert(&termination->targets, sizeof(*target), process->pid);
	if (!target)
		return report_error(termination->report, errno, "cannot look at the processes");
	target->root = process->root;
	target->pidfd = steal_fd(pidfd);
	target->sent = 0;
	if (termination->signal != SIGTERM)
		send_signal(termination, target);
	(*added)++;
	return 0;
}

static int
take_turn(const struct termination *termination)
{
	struct report *report = termination->report;

	if (turn_take(termination->turns) == 0)
		return 0;
	if (errno != ETIMEDOUT)
		return report_error(report, errno, "cannot wait for other commands");
	return report_error(report, 0,
		"other commands have been looking at the processes for %d seconds: see whether one of them is held, as by Ctrl-Z, and stop again",
		TURN_SECONDS);
}

/*
 * Scans until no new process is found, at most scans times: a program that forks in a loop is
 * always new. Sends any signal but SIGTERM as soon as a process is found. found: count of the last
 * scan. Returns 0, or -1 after reporting the error.
 */
static int
find_targets(struct termination *termination, int scans, size_t *found)
{
	struct membership *membership = termination->membership;

	do {
		const struct scan_process *process;
		struct scan scan;
		int result;

		*found = 0;
		termination->found_excluded = false;
		memset(termination->has_excluded, 0, membership->count * sizeof(bool));
		if (take_turn(termination) < 0)
			return -1;
		result = scan_begin(&scan, membership, &termination->targets, termination->report);
		while (result == 0 && (result = scan_next(&scan, &process)) > 0)
			result = add_target(termination, process, &scan.pidfd, found);
		scan_end(&scan);
		turn_leave(termination->turns);
		if (result < 0)
			return -1;
		if (membership->is_short && termination->targets.count == 0)
			return report_error(
				termination->report, EMFILE, "cannot look at every process");
	} while (--scans > 0 && *found > 0);
	return 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits at most ms until all targets have exited, and removes those that have. Returns 0, or -1
 * after reporting the error. */
static int
wait_for_targets(struct termination *termination, int64_t ms)
{
	struct scan_target *targets = termination->targets.all;
	size_t *count = &termination->targets.count;
	cleanup_free struct pollfd *pidfds = calloc(*count + 1, sizeof(*pidfds));
	int64_t end = now_ms() + ms;
	int left = (int)ms;

	if (!pidfds)
		return report_error(
			termination->report, errno, "cannot wait for the processes inside");
	while (*count > 0) {
		size_t kept = 0;

		for (size_t i = 0; i < *count; i++)
			pidfds[i] = (struct pollfd){.fd = targets[i].pidfd, .events = POLLIN};
		if (poll(pidfds, (nfds_t)*count, left) <= 0)
			break;
		for (size_t i = 0; i < *count; i++) {
			if (pidfds[i].revents != 0)
				close(targets[i].pidfd);
			else
				targets[kept++] = targets[i];
		}
		*count = kept;
		left = end > now_ms() ? (int)(end - now_ms()) : 0;
	}
	return 0;
}

static void
add_pid(char *text, size_t size, uint64_t pid)
{
	size_t length = strlen(text);

	if (length + 16 < size)
		snprintf(text + length, size - length, " %d", (int)pid);
}

/* Names the processes that remain in a root. Returns false if there are none. */
static bool
name_remaining_in(struct termination *termination, int root, const struct scan_processes *processes)
{
	const struct scan_target *targets = termination->targets.all;
	struct report *report = termination->report;
	char pids[256] = "";

	for (size_t i = 0; i < processes->count; i++)
		if (processes->all[i].root == root &&
			!is_excluded(termination, processes->all[i].pid))
			add_pid(pids, sizeof(pids), processes->all[i].pid);
	/* a target that has not exited is most likely among those found */
	for (size_t i = 0; pids[0] == '\0' && i < termination->targets.count; i++)
		if (targets[i].root == root)
			add_pid(pids, sizeof(pids), targets[i].pid);
	if (pids[0] == '\0' && !termination->has_excluded[root])
		return false;
	report->subject = termination->membership->roots[root].name;
	if (pids[0] == '\0') {
		report_error(report, 0,
			"this command was itself called from inside; call it from the host");
	} else {
		report_error(report, 0,
			"cannot end the processes inside:%s; see what holds them, and stop again",
			pids);
	}
	return true;
}

static int
name_remaining(struct termination *termination, bool *remaining)
{
	const char *subject = termination->report->subject;
	struct scan_processes processes;

	if (scan_inside(termination->membership, &processes, termination->report) < 0)
		return -1;
	for (size_t i = 0; i < termination->membership->count; i++)
		remaining[i] = name_remaining_in(termination, (int)i, &processes);
	termination->report->subject = subject;
	scan_processes_release(&processes);
	return 0;
}

static void
termination_release(struct termination *termination)
{
	const struct scan_target *targets = termination->targets.all;

	for (size_t i = 0; i < termination->targets.count; i++)
		close(targets[i].pidfd);
	numbers_release(&termination->targets);
	free(termination->has_excluded);
}

int
terminate_inside(struct membership *membership, int turns, unsigned timeout, bool *remaining,
	struct report *report)
{
	__attribute__((cleanup(termination_release))) struct termination termination = {
		.membership = membership,
		.report = report,
		.turns = turns,
		.signal = SIGTERM,
		.has_excluded = calloc(membership->count + 1, sizeof(bool))};
	const size_t *count = &termination.targets.count;
	int64_t until;
	size_t found, empty = 0;

	memset(remaining, 0, membership->count * sizeof(*remaining));
	if (!termination.has_excluded)
		return report_error(report, errno, "cannot look at the processes");
	exclude_ancestors(&termination);
	if (membership_refresh_all(membership, report) < 0)
		return -1;
	/* all are found first: a child identified only by its parent is lost once that exits */
	until = now_ms() + (int64_t)timeout * 1000;
	do {
		if (find_targets(&termination, SCANS, &found) < 0)
			return -1;
		send_to_all(&termination, SIGTERM);
		if (wait_for_targets(&termination, SCAN_AGAIN_MS) < 0)
			return -1;
	} while (*count > 0 && now_ms() < until);
	until = now_ms() + KILL_SECONDS * 1000;
	if (membership_refresh_all(membership, report) < 0)
		return -1;
	/* stopped first for the same reason, so that none has another child */
	if (*count > 0) {
		send_to_all(&termination, SIGSTOP);
		if (find_targets(&termination, SCANS, &found) < 0)
			return -1;
	}
	/* without a pause, to catch a program that forks faster than it can be examined */
	send_to_all(&termination, SIGKILL);
	while (empty < EMPTY_SCANS) {
		if (find_targets(&termination, 1, &found) < 0 ||
			wait_for_targets(&termination, found == 0 ? SCAN_AGAIN_MS : 0) < 0)
			return -1;
		empty = found == 0 && *count == 0 && !membership->is_short ? empty + 1 : 0;
		/* a process that has exited may have mounted something last, for another to be
		 * on */
		if (empty == 1 && membership_refresh_all(membership, report) < 0)
			return -1;
		/* an empty scan that took long, with very many processes, is no reason to give
		 * up */
		if (empty == 0 && now_ms() >= until)
			return name_remaining(&termination, remaining);
	}
	return termination.found_excluded ? name_remaining(&termination, remaining) : 0;
}
