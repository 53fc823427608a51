/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/terminate.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/membership_judge.h"
#include "helper/numbers.h"
#include "helper/process.h"
#include "helper/scan.h"
#include "helper/turn.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define KILL_SECONDS 5 /* how long SIGKILL may take before a process counts as stuck */
#define LOOK_AGAIN_MS 50 /* a child born since the last look is found this much later */
#define EMPTY_LOOKS 3 /* pids come round, and one who forks on purpose with them */
#define HOLDING_LOOKS 3 /* for children unseen so far; more, and one could put SIGTERM off */

/* A process that is being ended, held until it has gone. */
struct held {
	uint64_t pid;
	int root;
	int pidfd; /* owned */
	int told; /* the last signal that was sent to it, 0 for none */
};

/*
 * Those who are being ended. Who was inside once stays one of them, even when what it was known by,
 * its parent say, has gone before it.
 */
struct ending {
	struct membership *membership; /* borrowed */
	struct report *report; /* borrowed */
	struct numbers held; /* of struct held */
	pid_t spared[64]; /* init, this process and those above it */
	size_t spared_count;
	bool *spared_in; /* owned; for each root: one of them is inside */
	size_t spared_found;
	int signal;
};

static void
ending_release(struct ending *ending)
{
	const struct held *held = ending->held.all;

	for (size_t i = 0; i < ending->held.count; i++)
		close(held[i].pidfd);
	numbers_release(&ending->held);
	free(ending->spared_in);
}

static void
ending_spare_ancestors(struct ending *ending)
{
	pid_t pid = getpid();

	ending->spared[ending->spared_count++] = 1;
	while (pid > 1 &&
		ending->spared_count < sizeof(ending->spared) / sizeof(ending->spared[0])) {
		cleanup_fd int directory = -1;
		char path[32];
		char state;

		ending->spared[ending->spared_count++] = pid;
		snprintf(path, sizeof(path), "/proc/%d", pid);
		directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (directory < 0 || process_read_stat(directory, &state, &pid) < 0)
			break;
	}
}

static bool
is_spared(const struct ending *ending, pid_t pid)
{
	for (size_t i = 0; i < ending->spared_count; i++)
		if (ending->spared[i] == pid)
			return true;
	return false;
}

/* Sends the signal of the moment, once: a second SIGTERM means something else to many programs. */
static void
ending_send(const struct ending *ending, struct held *held)
{
	if (held->told == ending->signal)
		return;
	held->told = ending->signal;
	syscall_pidfd_send_signal(held->pidfd, ending->signal);
	/* a stopped process does not see SIGTERM before it goes on */
	if (ending->signal == SIGTERM)
		syscall_pidfd_send_signal(held->pidfd, SIGCONT);
}

static void
ending_send_all(struct ending *ending)
{
	struct held *held = ending->held.all;

	for (size_t i = 0; i < ending->held.count; i++)
		ending_send(ending, &held[i]);
}

/* The pid of one that was waited for may be another's. */
static int
ending_root_of(void *data, pid_t pid)
{
	const struct ending *ending = data;
	const struct held *held = numbers_find(&ending->held, sizeof(*held), (uint64_t)pid);

	return held && syscall_pidfd_send_signal(held->pidfd, 0) == 0 ? held->root
								      : MEMBERSHIP_NONE;
}

static int
ending_add(void *data, const struct scan_process *process, int *pidfd)
{
	struct ending *ending = data;
	struct held *held;

	if (is_spared(ending, process->pid)) {
		ending->spared_found++;
		ending->spared_in[process->root] = true;
		return 0;
	}
	held = numbers_find(&ending->held, sizeof(*held), (uint64_t)process->pid);
	if (held) /* the pid's former owner, who has gone */
		close(held->pidfd);
	else
		held = numbers_insert(&ending->held, sizeof(*held), (uint64_t)process->pid);
	if (!held)
		return -1;
	held->root = process->root;
	held->pidfd = steal_fd(pidfd);
	held->told = 0;
	if (ending->signal != SIGTERM)
		ending_send(ending, held);
	return 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
forget_gone(struct ending *ending, const struct pollfd *pidfds)
{
	struct held *held = ending->held.all;
	size_t kept = 0;

	for (size_t i = 0; i < ending->held.count; i++) {
		if (pidfds[i].revents != 0)
			close(held[i].pidfd);
		else
			held[kept++] = held[i];
	}
	ending->held.count = kept;
}

/* Waits until all have gone, but no longer than ms, and forgets who has. 0, or -1 with the error
 * said. */
static int
ending_wait(struct ending *ending, int64_t ms)
{
	cleanup_free struct pollfd *pidfds = calloc(ending->held.count + 1, sizeof(*pidfds));
	int64_t end = now_ms() + ms;
	int left = (int)ms;

	if (!pidfds)
		return report_error(ending->report, errno, "cannot wait for the processes inside");
	while (ending->held.count > 0) {
		for (size_t i = 0; i < ending->held.count; i++)
			pidfds[i] = (struct pollfd){
				.fd = ((const struct held *)ending->held.all)[i].pidfd,
				.events = POLLIN};
		if (poll(pidfds, (nfds_t)ending->held.count, left) <= 0)
			break;
		forget_gone(ending, pidfds);
		left = end > now_ms() ? (int)(end - now_ms()) : 0;
	}
	return 0;
}

static int
refuse_to_wait(struct report *report)
{
	if (errno != ETIMEDOUT)
		return report_error(report, errno, "cannot wait for other commands");
	report_mend(report, "see whether one of them is held, as by Ctrl-Z, and stop again");
	return report_error(report, 0,
		"other commands have been looking at the processes for %d seconds", TURN_SECONDS);
}

static int
look_once(struct ending *ending, size_t *found)
{
	struct scan scan = {.membership = ending->membership,
		.act = ending_add,
		.held_root = ending_root_of,
		.data = ending};
	int result;

	ending->spared_found = 0;
	memset(ending->spared_in, 0, ending->membership->count * sizeof(bool));
	if (turn_take(ending->membership->turns) < 0)
		return refuse_to_wait(ending->report);
	result = scan_all(&scan, ending->report);
	turn_leave(ending->membership->turns);
	if (result < 0)
		return -1;
	if (ending->membership->is_short && ending->held.count == 0)
		return report_error(ending->report, EMFILE, "cannot look at every process");
	*found = scan.found - ending->spared_found;
	return 0;
}

/* Looks until nobody new is found, but not for ever: one who forks all the time is always new. */
static int
hold_all(struct ending *ending)
{
	size_t found = 1;

	for (int looks = 0; looks < HOLDING_LOOKS && found > 0; looks++)
		if (look_once(ending, &found) < 0)
			return -1;
	return 0;
}

/* SIGTERM. First all are held: a child that is known by its parent alone is lost when the parent
 * ends before it was seen. */
static int
tell_all(struct ending *ending)
{
	if (hold_all(ending) < 0)
		return -1;
	ending_send_all(ending);
	return 0;
}

/* For the same reason all are stopped before the first is killed: so none of them has another
 * child. */
static int
freeze_all(struct ending *ending)
{
	ending->signal = SIGSTOP;
	ending_send_all(ending);
	return hold_all(ending);
}

/* Until all have gone, or the time is over. 0, or -1 with the error said. */
static int
end_kindly(struct ending *ending, int64_t until)
{
	do {
		if (tell_all(ending) < 0 || ending_wait(ending, LOOK_AGAIN_MS) < 0)
			return -1;
	} while (ending->held.count > 0 && now_ms() < until);
	return 0;
}

/*
 * SIGKILL, the moment one is seen, and without a pause: a program that forks faster than it can be
 * looked at is not caught otherwise. 1 when some are left, 0, or -1 with the error said.
 */
static int
end_now(struct ending *ending, int64_t until)
{
	size_t empty = 0;

	if (membership_learn_all(ending->membership, ending->report) < 0 ||
		(ending->held.count > 0 && freeze_all(ending) < 0))
		return -1;
	ending->signal = SIGKILL;
	ending_send_all(ending);
	while (empty < EMPTY_LOOKS) {
		size_t found = 0;

		if (look_once(ending, &found) < 0 ||
			ending_wait(ending, found == 0 ? LOOK_AGAIN_MS : 0) < 0)
			return -1;
		empty = found == 0 && ending->held.count == 0 && !ending->membership->is_short
				? empty + 1
				: 0;
		/* who is gone now may have mounted something last, for another to stand on */
		if (empty == 1 && membership_learn_all(ending->membership, ending->report) < 0)
			return -1;
		/* a look at very many processes takes long: it is no reason to give up that nobody
		 * was found */
		if (empty == 0 && now_ms() >= until)
			return 1;
	}
	return ending->spared_found > 0;
}

struct pids {
	char text[256];
};

static void
add_pid(struct pids *pids, pid_t pid)
{
	size_t length = strlen(pids->text);

	if (length + 16 < sizeof(pids->text))
		snprintf(pids->text + length, sizeof(pids->text) - length, " %d", pid);
}

/* Who is left in one root. Is anybody? Then it is said. */
static bool
name_left_in(struct ending *ending, int root, const struct scan_processes *found)
{
	struct report *report = ending->report;
	const struct held *held = ending->held.all;
	struct pids pids = {""};

	for (size_t i = 0; i < found->count; i++)
		if (found->all[i].root == root && !is_spared(ending, found->all[i].pid))
			add_pid(&pids, found->all[i].pid);
	/* whoever is still being ended is most likely among those found */
	for (size_t i = 0; pids.text[0] == '\0' && i < ending->held.count; i++)
		if (held[i].root == root)
			add_pid(&pids, (pid_t)held[i].pid);
	if (pids.text[0] == '\0' && !ending->spared_in[root])
		return false;
	report->subject = ending->membership->roots[root].name;
	if (pids.text[0] == '\0') {
		report_error(report, 0,
			"this command was itself called from inside; call it from the host");
	} else {
		report_mend(report, "see what holds them, and stop again");
		report_error(report, 0, "cannot end the processes inside:%s", pids.text);
	}
	return true;
}

static int
name_left(struct ending *ending, bool *left)
{
	const char *subject = ending->report->subject;
	struct scan_processes found;

	if (scan_inside(ending->membership, &found, ending->report) < 0)
		return -1;
	for (size_t i = 0; i < ending->membership->count; i++)
		left[i] = name_left_in(ending, (int)i, &found);
	ending->report->subject = subject;
	scan_processes_release(&found);
	return 0;
}

int
terminate_inside(struct membership *membership, unsigned timeout, bool *left, struct report *report)
{
	struct ending ending = {.membership = membership, .report = report, .signal = SIGTERM};
	int result;

	memset(left, 0, membership->count * sizeof(*left));
	ending.spared_in = calloc(membership->count + 1, sizeof(bool));
	if (!ending.spared_in)
		return report_error(report, errno, "cannot look at the processes");
	ending_spare_ancestors(&ending);
	result = membership_learn_all(membership, report);
	if (result == 0)
		result = end_kindly(&ending, now_ms() + (int64_t)timeout * 1000);
	if (result == 0)
		result = end_now(&ending, now_ms() + KILL_SECONDS * 1000);
	if (result > 0)
		result = name_left(&ending, left);
	ending_release(&ending);
	return result;
}
