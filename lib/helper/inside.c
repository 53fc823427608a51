/* SPDX-License-Identifier: BSD-2-Clause */
#include "helper/inside.h"

#include "common/cleanup.h"
#include "common/number.h"
#include "common/report.h"
#include "common/syscalls.h"
#include "helper/process.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>

#define KILL_SECONDS 5 /* how long SIGKILL may take before a process counts as stuck */
#define LOOK_AGAIN_MS 50 /* a child born since the last look is found this much later */
#define EMPTY_LOOKS 3 /* pids come round, and one who forks on purpose with them */
#define HOLDING_LOOKS 3 /* for children unseen so far; more, and one could put SIGTERM off */
#define LATER_LOOKS 30 /* one who forks on purpose is seen by every other of them */
#define TURN_SECONDS 30 /* how long one waits for those of others */
#define DESCRIPTORS_OWN 64 /* that this command needs besides those of roots and processes */

/* A namespace that is known to hold something of a root. */
struct inside_copy {
	uint64_t number;
	int root;
	int fd; /* owned; keeps the number from going to another */
};

/* A namespace, seen from a root directory that decides how much of it mountinfo shows. */
struct inside_stranger {
	uint64_t namespace;
	uint64_t root;
};

/* A process of the machine, in one look at all. */
struct process {
	pid_t pid;
	pid_t parent;
	int root; /* EVIDENCE_NONE for one that is not inside */
	bool is_apart;
};

size_t
inside_room(size_t each)
{
	struct rlimit limit;
	size_t room;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return 1;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* fewer at a time if it cannot be */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < DESCRIPTORS_OWN)
		return 1;
	room = (limit.rlim_cur - DESCRIPTORS_OWN) / 4 * 3 / each;
	return room > 0 ? room : 1;
}

/* A directory is known by these two; the kernel gives the same in each mount namespace. */
static uint64_t
device_of(const struct statx *found)
{
	return (uint64_t)found->stx_dev_major << 32 | found->stx_dev_minor;
}

int
inside_know_host(struct inside *inside, int host)
{
	struct stat namespace;
	struct statx top;

	if (inside->host != 0)
		return 0;
	if (fstat(host, &namespace) < 0 ||
		statx(AT_FDCWD, "/", AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_INO, &top) < 0)
		return -1;
	inside->host = namespace.st_ino;
	inside->host_device = device_of(&top);
	inside->host_inode = top.stx_ino;
	return 0;
}

static void
forget_namespaces(struct inside *inside, int root)
{
	size_t kept = 0;

	for (size_t i = 0; i < inside->copy_count; i++) {
		if (root == EVIDENCE_NONE || inside->copies[i].root == root)
			close(inside->copies[i].fd);
		else
			inside->copies[kept++] = inside->copies[i];
	}
	inside->copy_count = kept;
	inside->stranger_count = 0;
}

void
inside_forget(struct inside *inside, int root)
{
	evidence_forget(&inside->evidence, root);
	forget_namespaces(inside, root);
}

void
inside_drop(struct inside *inside, int root)
{
	evidence_drop(&inside->evidence, root);
	forget_namespaces(inside, root);
}

void
inside_release(struct inside *inside)
{
	forget_namespaces(inside, EVIDENCE_NONE);
	free(inside->copies);
	free(inside->strangers);
	evidence_release(&inside->evidence);
	*inside = (struct inside){0};
}

static void
wake(int signal)
{
	(void)signal;
}

/* Not by trying again and again, for one who looks without a pause leaves no time between. */
static int
wait_for_turn(const struct inside *inside)
{
	const struct itimerval limit = {
		.it_value = {.tv_sec = TURN_SECONDS}, /* again, lest it comes before the wait */
		.it_interval = {.tv_sec = 1}};
	const struct itimerval none = {.it_value = {0}};
	const struct sigaction waking = {.sa_handler = wake};
	struct sigaction before;
	int result, error;

	if (sigaction(SIGALRM, &waking, &before) < 0)
		return -1;
	setitimer(ITIMER_REAL, &limit, NULL);
	result = flock(inside->turns, LOCK_EX);
	error = errno;
	setitimer(ITIMER_REAL, &none, NULL);
	sigaction(SIGALRM, &before, NULL);
	errno = error == EINTR ? ETIMEDOUT : error;
	return result;
}

int
inside_take_turn(const struct inside *inside)
{
	if (flock(inside->turns, LOCK_EX | LOCK_NB) == 0)
		return 0;
	return errno == EWOULDBLOCK ? wait_for_turn(inside) : -1;
}

void
inside_leave_turn(const struct inside *inside)
{
	flock(inside->turns, LOCK_UN);
}

void
inside_processes_release(struct inside_processes *processes)
{
	free(processes->all);
	*processes = (struct inside_processes){0};
}

/* What could not be looked at for want of something is not known to be outside. */
static void
note_shortage(struct inside *inside)
{
	inside->is_short |= errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

static int
learn_all(struct inside *inside)
{
	for (size_t i = 0; i < inside->evidence.count; i++)
		if (evidence_learn_again(&inside->evidence, (int)i) < 0)
			return -1;
	return evidence_sort(&inside->evidence);
}

static FILE *
open_mountinfo(int task)
{
	cleanup_fd int fd = openat(task, "mountinfo", O_RDONLY | O_CLOEXEC);
	FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");

	if (stream)
		steal_fd(&fd); /* the stream owns it now */
	return stream;
}

/* Asks about each mount until one matches or limit bytes are read. 1, 0 for none, or -1 with errno.
 */
static int
any_mount(int directory, size_t limit,
	bool (*matches)(const struct evidence_line *line, void *data), void *data)
{
	cleanup_file FILE *stream = open_mountinfo(directory);
	cleanup_free char *text = NULL;
	size_t size = 0, total = 0;
	ssize_t length;

	if (!stream)
		return -1;
	while (total < limit && (length = getline(&text, &size, stream)) > 0) {
		struct evidence_line line;

		total += (size_t)length;
		if (evidence_parse(text, &line) && matches(&line, data))
			return 1;
	}
	return ferror(stream) ? -1 : 0;
}

static bool
has_device(const struct evidence_line *line, void *device)
{
	return line->device == *(const uint64_t *)device;
}

int
inside_has_device(int directory, size_t limit, uint64_t device)
{
	return any_mount(directory, limit, has_device, &device);
}

/* Whose mark is found first in a mountinfo. */
struct marked {
	const struct evidence *evidence; /* borrowed */
	int root;
};

static bool
is_marked(const struct evidence_line *line, void *data)
{
	struct marked *marked = data;

	marked->root = evidence_of_line(marked->evidence, line);
	return marked->root != EVIDENCE_NONE;
}

int
inside_marked_root(const struct inside *inside, int directory)
{
	struct marked marked = {.evidence = &inside->evidence, .root = EVIDENCE_NONE};

	return any_mount(directory, INSIDE_STRANGE_BYTES, is_marked, &marked) < 0 ? INSIDE_UNKNOWN
										  : marked.root;
}

/*
 * True if the thread is on the host: in the host's mount namespace, or in a copy of it with the
 * host's `/` as root directory, as a session has (pam_namespace(8), unshare(1)). True as well for a
 * thread that cannot be looked at, because nothing is proved of it.
 */
static bool
is_on_host(const struct inside *inside, int task, uint64_t namespace)
{
	struct statx root;

	return namespace == inside->host ||
	       statx(task, "root", AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_INO, &root) < 0 ||
	       (device_of(&root) == inside->host_device && root.stx_ino == inside->host_inode);
}

/* True if a thread is an unprivileged one of a user whom chroot-enter would let in. */
static bool
is_listed(struct inside *inside, int task, int root)
{
	struct process_status status;
	bool result = false;

	if (process_read_status(task, &status) < 0) {
		note_shortage(inside);
		return false;
	}
	if (process_is_unprivileged(&status)) {
		result = evidence_has_user(&inside->evidence, root, status.uids[0]) ||
			 evidence_has_group(&inside->evidence, root, status.gid);
		for (size_t i = 0; i < status.group_count && !result; i++)
			result = evidence_has_group(&inside->evidence, root, status.groups[i]);
	}
	process_status_release(&status);
	return result;
}

/* Opens a directory of threads. Returns NULL where it is gone, or cannot be looked at, which is
 * noted.
 */
static DIR *
open_tasks(struct inside *inside, int directory, const char *name)
{
	cleanup_fd int fd = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *tasks = fd < 0 ? NULL : fdopendir(fd);

	if (tasks)
		steal_fd(&fd); /* the directory owns it now */
	else
		note_shortage(inside);
	return tasks;
}

/* True if all threads are: a signal ends them together, and each has credentials of its own. */
static bool
are_threads_listed(struct inside *inside, int task, int root)
{
	cleanup_directory DIR *tasks = open_tasks(inside, task, "..");
	struct dirent *entry;

	if (!tasks)
		return false;
	while ((entry = readdir(tasks))) {
		cleanup_fd int other = -1;

		if (inside_pid_of(entry) == 0)
			continue;
		other = openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (other < 0) {
			note_shortage(inside);
			return false;
		}
		if (!is_listed(inside, other, root))
			return false;
	}
	return true;
}

/*
 * Returns the root that the mount lies in to which the thread's link leads. The id may have gone to
 * a mount elsewhere after it was freed inside: root_of_stranger asks again.
 */
static int
root_of_link(const struct inside *inside, int task, const char *name)
{
	struct statx found;

	if (statx(task, name, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &found) < 0)
		return EVIDENCE_NONE;
	return evidence_of_mount(&inside->evidence, found.stx_mnt_id);
}

/*
 * Finds the root that the thread's root or working directory lies in.
 *
 * Threat: a listed user starts a program that becomes a daemon of the superuser, from a working
 * directory below /proc/PID/root of a process inside, and stop kills the daemon. Defence: on the
 * host, a working directory alone counts for an unprivileged process of a listed user only. The
 * others keep the root busy, and holders_find names them.
 */
static int
root_stood_in(struct inside *inside, int task, uint64_t namespace)
{
	int root = root_of_link(inside, task, "root");

	if (root != EVIDENCE_NONE)
		return root;
	root = root_of_link(inside, task, "cwd");
	if (root != EVIDENCE_NONE && is_on_host(inside, task, namespace) &&
		!are_threads_listed(inside, task, root))
		return EVIDENCE_NONE;
	return root;
}

static int
compare_strangers(const struct inside_stranger *one, const struct inside_stranger *other)
{
	if (one->namespace != other->namespace)
		return one->namespace > other->namespace ? 1 : -1;
	return (one->root > other->root) - (one->root < other->root);
}

/* Where it stands among the strangers, or would. */
static size_t
place_of_stranger(const struct inside *inside, const struct inside_stranger *stranger)
{
	size_t low = 0, high = inside->stranger_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_strangers(&inside->strangers[middle], stranger) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_known_stranger(const struct inside *inside, const struct inside_stranger *stranger)
{
	size_t place = place_of_stranger(inside, stranger);

	return place < inside->stranger_count &&
	       compare_strangers(&inside->strangers[place], stranger) == 0;
}

static void
remember_stranger(struct inside *inside, const struct inside_stranger *stranger)
{
	size_t place = place_of_stranger(inside, stranger);
	struct inside_stranger *grown =
		reallocarray(inside->strangers, inside->stranger_count + 1, sizeof(*grown));

	if (!grown)
		return;
	inside->strangers = grown;
	memmove(grown + place + 1, grown + place,
		(inside->stranger_count - place) * sizeof(*grown));
	grown[place] = *stranger;
	inside->stranger_count++;
}

static size_t
place_of_copy(const struct inside *inside, uint64_t number)
{
	size_t low = 0, high = inside->copy_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (inside->copies[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Whose it is, for the pinned namespaces and those found so far. */
static int
root_of_known(const struct inside *inside, uint64_t namespace)
{
	size_t place = place_of_copy(inside, namespace);

	if (place < inside->copy_count && inside->copies[place].number == namespace)
		return inside->copies[place].root;
	return evidence_of_namespace(&inside->evidence, namespace);
}

/* Each keeps a descriptor open: those that processes are held by must not run out for it. */
static bool
has_room_for_copy(const struct inside *inside)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) == 0 && inside->copy_count < limit.rlim_cur / 8;
}

/* So that who forks fast in it is known by one look at its number. */
static void
remember_copy(struct inside *inside, int task, int root)
{
	cleanup_fd int fd = -1;
	struct inside_copy *grown;
	struct stat found;
	size_t place;

	if (!has_room_for_copy(inside))
		return;
	fd = openat(task, "ns/mnt", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &found) < 0 || found.st_ino == inside->host ||
		root_of_known(inside, found.st_ino) != EVIDENCE_NONE)
		return;
	grown = reallocarray(inside->copies, inside->copy_count + 1, sizeof(*grown));
	if (!grown)
		return;
	inside->copies = grown;
	place = place_of_copy(inside, found.st_ino);
	memmove(grown + place + 1, grown + place, (inside->copy_count - place) * sizeof(*grown));
	grown[place] =
		(struct inside_copy){.number = found.st_ino, .root = root, .fd = steal_fd(&fd)};
	inside->copy_count++;
}

/*
 * Whose is a strange namespace? It is read once. Only that it holds nothing is remembered: its
 * number may go to another, and what is missed so is found by the next stop, what was hit wrongly
 * is dead.
 */
static int
root_of_strange(struct inside *inside, int task, uint64_t namespace)
{
	struct inside_stranger stranger = {.namespace = namespace};
	struct statx root;
	int marked;

	if (!evidence_has_marks(&inside->evidence))
		return EVIDENCE_NONE;
	if (statx(task, "root", AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &root) == 0)
		stranger.root = root.stx_mnt_id;
	if (is_known_stranger(inside, &stranger))
		return EVIDENCE_NONE;
	marked = inside_marked_root(inside, task);
	if (marked == INSIDE_UNKNOWN)
		note_shortage(inside);
	else if (marked == EVIDENCE_NONE)
		remember_stranger(inside, &stranger);
	return marked == INSIDE_UNKNOWN ? EVIDENCE_NONE : marked;
}

/* What speaks for a thread's being inside of a root. */
struct hint {
	int root;
	bool is_namespace; /* the namespace itself, and not only where the thread stands */
};

static struct hint
find_hint(struct inside *inside, int task, uint64_t namespace)
{
	struct hint hint = {.root = root_stood_in(inside, task, namespace)};

	if (hint.root == EVIDENCE_NONE && namespace != inside->host) {
		hint.root = root_of_strange(inside, task, namespace);
		hint.is_namespace = true;
	}
	return hint;
}

/*
 * A number may have gone from a root to somebody else just now: so that root is learned anew, until
 * one and the same is hinted at twice. A mount keeps its id as long as a thread stands on it, so
 * one that the thread stands on before and after, and that is inside in between, is inside.
 */
static int
root_of_stranger(struct inside *inside, int task, uint64_t namespace)
{
	struct hint hint = find_hint(inside, task, namespace);

	for (size_t tries = 0; hint.root != EVIDENCE_NONE && tries <= inside->evidence.count;
		tries++) {
		int root = hint.root;

		if (evidence_learn_again(&inside->evidence, root) < 0 ||
			evidence_sort(&inside->evidence) < 0) {
			inside->is_short = true;
			return EVIDENCE_NONE;
		}
		hint = find_hint(inside, task, namespace);
		if (hint.root != root)
			continue;
		if (hint.is_namespace)
			remember_copy(inside, task, root);
		return root;
	}
	return EVIDENCE_NONE;
}

static bool
is_apart(const struct inside *inside, uint64_t namespace)
{
	return namespace != inside->host &&
	       evidence_of_namespace(&inside->evidence, namespace) == EVIDENCE_NONE;
}

/*
 * parent_root: the root that the process' parent is inside of, or EVIDENCE_NONE.
 *
 * Threat: a listed user enters from a shell that has background jobs, or adopts a daemon of the
 * superuser (PR_SET_CHILD_SUBREAPER, prctl(2)), and stop kills a process that was never inside.
 * Defence: descent does not count on the host. A process inside cannot return to the host's
 * namespace, because setns(2) asks for the superuser's capabilities.
 */
static bool
is_thread_inside(struct inside *inside, int task, int parent_root, struct process *process)
{
	struct stat namespace;
	int root;

	if (fstatat(task, "ns/mnt", &namespace, 0) < 0)
		return false; /* it has exited */
	root = root_of_known(inside, namespace.st_ino);
	if (root == EVIDENCE_NONE && parent_root != EVIDENCE_NONE &&
		!is_on_host(inside, task, namespace.st_ino))
		root = parent_root;
	if (root == EVIDENCE_NONE)
		root = root_of_stranger(inside, task, namespace.st_ino);
	process->root = root;
	process->is_apart = root != EVIDENCE_NONE && is_apart(inside, namespace.st_ino);
	return root != EVIDENCE_NONE;
}

pid_t
inside_pid_of(const struct dirent *entry)
{
	uint64_t number;

	return number_parse(entry->d_name, INT32_MAX, &number) == 0 ? (pid_t)number : 0;
}

/*
 * The state and the parent in proc(5)'s PID/stat. They stand behind the last parenthesis: the
 * command before it may hold anything.
 */
static int
read_stat(int process, char *state, pid_t *parent)
{
	cleanup_fd int fd = openat(process, "stat", O_RDONLY | O_CLOEXEC);
	char text[512];
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	char *end;

	if (fd < 0 || length < 0)
		return -1;
	errno = ESRCH;
	text[length] = '\0';
	end = strrchr(text, ')');
	if (!end || sscanf(end + 1, " %c %d", state, parent) != 2)
		return -1;
	return 0;
}

/*
 * Looks at every thread, since one can live on when the leader has exited, and can have a
 * namespace of its own.
 */
static bool
is_process_inside(struct inside *inside, int directory, int parent_root, struct process *process)
{
	cleanup_directory DIR *tasks = open_tasks(inside, directory, "task");
	struct dirent *entry;

	if (!tasks)
		return false;
	while ((entry = readdir(tasks))) {
		cleanup_fd int task = -1;
		pid_t parent;
		char state;

		if (inside_pid_of(entry) == 0)
			continue;
		task = openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (task < 0 || read_stat(task, &state, &parent) < 0) {
			note_shortage(inside);
			continue;
		}
		if (state != 'Z' && state != 'X' &&
			is_thread_inside(inside, task, parent_root, process))
			return true;
	}
	return false;
}

/* One look at all processes of the machine, and what is done with each that is inside. */
struct look {
	struct inside *inside; /* borrowed */
	struct process *all; /* owned; in the order of their pids, as proc(5) lists them */
	size_t count;
	size_t found;
	/* called with a pidfd that was opened before the process was looked at; may take it */
	int (*act)(void *data, const struct process *process, int *pidfd);
	/*
	 * Whose is it, if it is being ended already and that very process lives? Then its children
	 * are inside, whatever it is still known by. NULL where nobody is ended.
	 */
	int (*held_root)(void *data, pid_t pid);
	void *data;
};

static int
compare_pids(const void *one, const void *other)
{
	const struct process *first = one;
	const struct process *second = other;

	return (first->pid > second->pid) - (first->pid < second->pid);
}

static struct process *
process_of(const struct look *look, pid_t pid)
{
	const struct process key = {.pid = pid};

	return look->count == 0 ? NULL
				: bsearch(&key, look->all, look->count, sizeof(key), compare_pids);
}

/* Not init's: it adopts anybody's. */
static int
root_of_parent(const struct look *look, pid_t pid)
{
	const struct process *parent = pid > 1 ? process_of(look, pid) : NULL;

	return parent ? parent->root : EVIDENCE_NONE;
}

/*
 * Whose is the process for its parent's sake? Where processes are ended, the parent may have been
 * waited for, and its pid may be another's, who has this child. Then it is the parent still; while
 * a child whose true parent has gone is adopted.
 */
static int
root_by_descent(const struct look *look, int directory, struct process *process)
{
	int root = root_of_parent(look, process->parent);
	pid_t parent = process->parent;
	char state;

	if (root == EVIDENCE_NONE || !look->held_root ||
		look->held_root(look->data, parent) != EVIDENCE_NONE)
		return root;
	return read_stat(directory, &state, &process->parent) == 0 && process->parent != parent
		       ? root
		       : EVIDENCE_NONE;
}

static struct process *
add_process(struct look *look, pid_t pid)
{
	struct process *grown;

	/* room is doubled, so that it is no matter how many there are */
	if ((look->count & (look->count - 1)) == 0) {
		size_t room = look->count ? look->count * 2 : 1;

		grown = reallocarray(look->all, room, sizeof(*grown));
		if (!grown)
			return NULL;
		look->all = grown;
	}
	look->all[look->count] = (struct process){.pid = pid, .root = EVIDENCE_NONE};
	return &look->all[look->count++];
}

static int
is_found(struct look *look, const struct process *process, int *pidfd)
{
	look->found++;
	return look->act(look->data, process, pidfd);
}

/*
 * The pidfd is opened first: if the pid goes to another process while this one is looked at, the
 * signal goes to the dead one and hits nobody.
 */
static int
look_again(struct look *look, int proc, const char *name, struct process *process)
{
	cleanup_fd int pidfd = syscall_pidfd_open(process->pid, 0);
	cleanup_fd int directory = -1;
	struct stat namespace;
	char path[32];
	char state;

	if (look->held_root)
		process->root = look->held_root(look->data, process->pid);
	if (process->root != EVIDENCE_NONE)
		return 0;
	if (pidfd < 0) {
		note_shortage(look->inside); /* or gone */
		return 0;
	}
	/* the short way first: a program that forks to get away lives no longer than the long one
	 * takes */
	snprintf(path, sizeof(path), "%s/ns/mnt", name);
	if (fstatat(proc, path, &namespace, 0) == 0)
		process->root = root_of_known(look->inside, namespace.st_ino);
	if (process->root != EVIDENCE_NONE) {
		process->is_apart = is_apart(look->inside, namespace.st_ino);
		return is_found(look, process, &pidfd);
	}
	directory = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 || read_stat(directory, &state, &process->parent) < 0) {
		note_shortage(look->inside);
		return 0;
	}
	if (is_process_inside(
		    look->inside, directory, root_by_descent(look, directory, process), process))
		return is_found(look, process, &pidfd);
	return 0;
}

static int
look_at(struct look *look, int proc, const char *name, pid_t pid)
{
	struct process *process = add_process(look, pid);

	return process ? look_again(look, proc, name, process) : -1;
}

/* Once the pids have come round, a child can stand before its parent. */
static int
look_at_younger_parents(struct look *look, int proc)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < look->count; i++) {
			const struct process *process = &look->all[i];
			size_t before = look->found;
			char name[16];

			if (process->root != EVIDENCE_NONE ||
				root_of_parent(look, process->parent) == EVIDENCE_NONE)
				continue;
			snprintf(name, sizeof(name), "%d", process->pid);
			if (look_again(look, proc, name, &look->all[i]) < 0)
				return -1;
			changed = changed || look->found > before;
		}
	}
	return 0;
}

/*
 * Goes through the list from where it stands, and leaves it at the last process, behind which only
 * younger ones can stand.
 */
static int
look_on(struct look *look, DIR *proc)
{
	pid_t last = look->count ? look->all[look->count - 1].pid : 0;
	long here = telldir(proc);
	long stay = here;
	struct dirent *entry;

	for (; (errno = 0, entry = readdir(proc)); here = telldir(proc)) {
		pid_t pid = inside_pid_of(entry);

		if (pid == 0)
			continue;
		stay = here;
		if (pid > last && look_at(look, dirfd(proc), entry->d_name, pid) < 0)
			return -1;
	}
	seekdir(proc, stay);
	return errno == 0 ? 0 : -1;
}

/*
 * proc(5) lists processes by their pids, so who was born while one looked stands at the end: a
 * program that forks all the time, to be gone whenever its turn comes, is met there.
 */
static int
look_at_all(struct look *look, struct report *report)
{
	cleanup_directory DIR *proc = opendir("/proc");
	int result;

	if (!proc)
		return report_error(report, errno, "cannot read /proc");
	look->inside->is_short = false;
	result = look_on(look, proc);
	for (int looks = 0; result == 0 && looks < LATER_LOOKS; looks++)
		result = look_on(look, proc);
	if (result == 0)
		result = look_at_younger_parents(look, dirfd(proc));
	free(look->all);
	return result < 0 ? report_error(report, errno, "cannot look at the processes") : 0;
}

static int
take_process(void *data, const struct process *process, int *pidfd)
{
	struct inside_processes *processes = data;
	struct inside_process *grown =
		reallocarray(processes->all, processes->count + 1, sizeof(*grown));

	(void)pidfd;
	if (!grown)
		return -1;
	processes->all = grown;
	grown[processes->count++] = (struct inside_process){
		.pid = process->pid, .root = process->root, .is_apart = process->is_apart};
	return 0;
}

static int
learn(struct inside *inside, struct report *report)
{
	return learn_all(inside) == 0
		       ? 0
		       : report_error(report, errno, "cannot read what is mounted inside");
}

int
inside_find(struct inside *inside, struct inside_processes *processes, struct report *report)
{
	struct look look = {.inside = inside, .act = take_process, .data = processes};

	*processes = (struct inside_processes){0};
	if (learn(inside, report) < 0)
		return -1;
	if (look_at_all(&look, report) == 0 && !inside->is_short)
		return 0;
	inside_processes_release(processes);
	return inside->is_short ? report_error(report, EMFILE, "cannot look at every process") : -1;
}

/* A process that is being ended, held until it has gone. */
struct held {
	pid_t pid;
	int root;
	int pidfd; /* owned */
	int told; /* the last signal that was sent to it, 0 for none */
};

/*
 * Those who are being ended. Who was inside once stays one of them, even when what it was known by,
 * its parent say, has gone before it.
 */
struct ending {
	struct inside *inside; /* borrowed */
	struct report *report; /* borrowed */
	struct held *held; /* owned; rising by pid */
	size_t count;
	pid_t spared[64]; /* init, this process and those above it */
	size_t spared_count;
	bool *spared_in; /* owned; for each root: one of them is inside */
	size_t spared_found;
	int signal;
};

static void
ending_release(struct ending *ending)
{
	for (size_t i = 0; i < ending->count; i++)
		close(ending->held[i].pidfd);
	free(ending->held);
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
		if (directory < 0 || read_stat(directory, &state, &pid) < 0)
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
	for (size_t i = 0; i < ending->count; i++)
		ending_send(ending, &ending->held[i]);
}

static size_t
place_of_held(const struct ending *ending, pid_t pid)
{
	size_t low = 0, high = ending->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (ending->held[middle].pid < pid)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
has_place(const struct ending *ending, size_t place, pid_t pid)
{
	return place < ending->count && ending->held[place].pid == pid;
}

/* The pid of one that was waited for may be another's. */
static int
ending_root_of(void *data, pid_t pid)
{
	const struct ending *ending = data;
	size_t place = place_of_held(ending, pid);

	return has_place(ending, place, pid) &&
			       syscall_pidfd_send_signal(ending->held[place].pidfd, 0) == 0
		       ? ending->held[place].root
		       : EVIDENCE_NONE;
}

/* Makes room for one of that pid; the pid's former owner, who has gone, is let go. */
static struct held *
ending_make_place(struct ending *ending, pid_t pid)
{
	size_t place = place_of_held(ending, pid);
	struct held *grown;

	if (has_place(ending, place, pid)) {
		close(ending->held[place].pidfd);
		return &ending->held[place];
	}
	grown = reallocarray(ending->held, ending->count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	ending->held = grown;
	memmove(grown + place + 1, grown + place, (ending->count - place) * sizeof(*grown));
	ending->count++;
	return &grown[place];
}

static int
ending_add(void *data, const struct process *process, int *pidfd)
{
	struct ending *ending = data;
	struct held *held;

	if (is_spared(ending, process->pid)) {
		ending->spared_found++;
		ending->spared_in[process->root] = true;
		return 0;
	}
	held = ending_make_place(ending, process->pid);
	if (!held)
		return -1;
	*held = (struct held){.pid = process->pid, .root = process->root, .pidfd = steal_fd(pidfd)};
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
	size_t kept = 0;

	for (size_t i = 0; i < ending->count; i++) {
		if (pidfds[i].revents != 0)
			close(ending->held[i].pidfd);
		else
			ending->held[kept++] = ending->held[i];
	}
	ending->count = kept;
}

/* Waits until all have gone, but no longer than ms, and forgets who has. 0, or -1 with the error
 * said. */
static int
ending_wait(struct ending *ending, int64_t ms)
{
	cleanup_free struct pollfd *pidfds = calloc(ending->count + 1, sizeof(*pidfds));
	int64_t end = now_ms() + ms;
	int left = (int)ms;

	if (!pidfds)
		return report_error(ending->report, errno, "cannot wait for the processes inside");
	while (ending->count > 0) {
		for (size_t i = 0; i < ending->count; i++)
			pidfds[i] = (struct pollfd){.fd = ending->held[i].pidfd, .events = POLLIN};
		if (poll(pidfds, (nfds_t)ending->count, left) <= 0)
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
	struct look look = {.inside = ending->inside,
		.act = ending_add,
		.held_root = ending_root_of,
		.data = ending};
	int result;

	ending->spared_found = 0;
	memset(ending->spared_in, 0, ending->inside->evidence.count * sizeof(bool));
	if (inside_take_turn(ending->inside) < 0)
		return refuse_to_wait(ending->report);
	result = look_at_all(&look, ending->report);
	inside_leave_turn(ending->inside);
	if (result < 0)
		return -1;
	if (ending->inside->is_short && ending->count == 0)
		return report_error(ending->report, EMFILE, "cannot look at every process");
	*found = look.found - ending->spared_found;
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
	} while (ending->count > 0 && now_ms() < until);
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

	if (learn(ending->inside, ending->report) < 0 ||
		(ending->count > 0 && freeze_all(ending) < 0))
		return -1;
	ending->signal = SIGKILL;
	ending_send_all(ending);
	while (empty < EMPTY_LOOKS) {
		size_t found = 0;

		if (look_once(ending, &found) < 0 ||
			ending_wait(ending, found == 0 ? LOOK_AGAIN_MS : 0) < 0)
			return -1;
		empty = found == 0 && ending->count == 0 && !ending->inside->is_short ? empty + 1
										      : 0;
		/* who is gone now may have mounted something last, for another to stand on */
		if (empty == 1 && learn(ending->inside, ending->report) < 0)
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
name_left_in(struct ending *ending, int root, const struct inside_processes *found)
{
	struct report *report = ending->report;
	struct pids pids = {""};

	for (size_t i = 0; i < found->count; i++)
		if (found->all[i].root == root && !is_spared(ending, found->all[i].pid))
			add_pid(&pids, found->all[i].pid);
	/* whoever is still being ended is most likely among those found */
	for (size_t i = 0; pids.text[0] == '\0' && i < ending->count; i++)
		if (ending->held[i].root == root)
			add_pid(&pids, ending->held[i].pid);
	if (pids.text[0] == '\0' && !ending->spared_in[root])
		return false;
	report->subject = ending->inside->evidence.roots[root].name;
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
	struct inside_processes found;

	if (inside_find(ending->inside, &found, ending->report) < 0)
		return -1;
	for (size_t i = 0; i < ending->inside->evidence.count; i++)
		left[i] = name_left_in(ending, (int)i, &found);
	ending->report->subject = subject;
	inside_processes_release(&found);
	return 0;
}

int
inside_end(struct inside *inside, unsigned timeout, bool *left, struct report *report)
{
	struct ending ending = {.inside = inside, .report = report, .signal = SIGTERM};
	int result;

	memset(left, 0, inside->evidence.count * sizeof(*left));
	ending.spared_in = calloc(inside->evidence.count + 1, sizeof(bool));
	if (!ending.spared_in)
		return report_error(report, errno, "cannot look at the processes");
	ending_spare_ancestors(&ending);
	result = learn(inside, report);
	if (result == 0)
		result = end_kindly(&ending, now_ms() + (int64_t)timeout * 1000);
	if (result == 0)
		result = end_now(&ending, now_ms() + KILL_SECONDS * 1000);
	if (result > 0)
		result = name_left(&ending, left);
	ending_release(&ending);
	return result;
}
