#include "inside.h"

#include "cleanup.h"
#include "number.h"
#include "report.h"
#include "syscalls.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <time.h>

#define KILL_SECONDS 5 /* how long SIGKILL may take before a process counts as stuck */
#define LOOK_AGAIN_MS 50 /* a child born since the last look is found this much later */
#define EMPTY_LOOKS 3 /* pids come round, and one who forks on purpose with them */
#define HOLDING_LOOKS 3 /* for children unseen so far; more, and one could put SIGTERM off */
#define LATER_LOOKS 30 /* one who forks on purpose is seen by every other of them */
/*
 * How much of a strange namespace's mountinfo is read. A copy of the pinned one begins with `/`.
 * Without a limit, anybody on the machine could hold up a stop with a namespace of a hundred
 * thousand mounts.
 */
#define MOUNTINFO_BYTES (256 * 1024)

/* A namespace that is known to hold something of the root. */
struct inside_namespace {
	uint64_t number;
	int fd; /* owned; keeps the number from going to another */
};

/* A namespace, seen from a root directory that decides how much of it mountinfo shows. */
struct inside_stranger {
	uint64_t namespace;
	uint64_t root;
};

/* One line of mountinfo(5), as far as it tells whose a mount is. */
struct mount_line {
	uint64_t id;
	uint64_t device;
	uint64_t shared; /* peer groups, 0 for none */
	uint64_t master;
};

/* A process of the machine, in one look at all. */
struct process {
	pid_t pid;
	pid_t parent;
	bool is_inside;
};

static int
add_number(uint64_t **numbers, size_t *count, uint64_t number)
{
	uint64_t *grown = reallocarray(*numbers, *count + 1, sizeof(*grown));

	if (!grown)
		return -1;
	*numbers = grown;
	grown[(*count)++] = number;
	return 0;
}

static bool
has_number(const uint64_t *numbers, size_t count, uint64_t number)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

void
inside_forget(struct inside *inside)
{
	cleanup_free_release(&inside->devices);
	cleanup_free_release(&inside->mounts);
	for (size_t i = 0; i < inside->copy_count; i++)
		close(inside->copies[i].fd);
	cleanup_free_release(&inside->copies);
	cleanup_free_release(&inside->strangers);
	cleanup_free_release(&inside->marks);
	cleanup_file_release(&inside->mountinfo);
	inside->device_count = inside->mount_count = inside->copy_count = 0;
	inside->stranger_count = inside->mark_count = 0;
	inside->group = 0;
}

void
inside_release(struct inside *inside)
{
	inside_forget(inside);
	*inside = (struct inside){0};
}

void
inside_processes_release(struct inside_processes *processes)
{
	free(processes->pids);
	*processes = (struct inside_processes){0};
}

/* The number behind "shared:" or "master:" among the optional fields. */
static uint64_t
peer_group(const char *fields, const char *word)
{
	const char *found = strstr(fields, word);

	return found ? strtoull(found + strlen(word), NULL, 10) : 0;
}

static bool
parse_mount_line(char *text, struct mount_line *line)
{
	unsigned major, minor;
	int fields = 0;
	char *end;

	if (sscanf(text, "%" SCNu64 " %*d %u:%u %*s %*s %*s%n", &line->id, &major, &minor,
		    &fields) != 3 ||
		fields == 0)
		return false;
	end = strstr(text + fields, " - ");
	if (end)
		*end = '\0';
	line->device = makedev(major, minor);
	line->shared = peer_group(text + fields, " shared:");
	line->master = peer_group(text + fields, " master:");
	return true;
}

/* A filesystem that start made is a slave of nobody: a mount of the host that came by later is. */
static bool
is_as_made(const struct mount_line *line, const struct inside_mark *marks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (marks[i].mount == line->id && marks[i].device == line->device &&
			line->master == 0)
			return true;
	return false;
}

int
inside_learn(struct inside *inside, FILE *mountinfo, uint64_t root, const struct inside_mark *marks,
	size_t count)
{
	cleanup_free char *text = NULL;
	size_t size = 0;

	while (getline(&text, &size, mountinfo) > 0) {
		struct mount_line line;

		if (!parse_mount_line(text, &line))
			continue;
		if (line.id == root)
			inside->group = line.shared;
		if (add_number(&inside->mounts, &inside->mount_count, line.id) < 0 ||
			(is_as_made(&line, marks, count) &&
				add_number(&inside->devices, &inside->device_count, line.device) <
					0))
			return -1;
	}
	return ferror(mountinfo) ? -1 : 0;
}

/* What was learned is out of date as soon as something is unmounted. */
static int
learn_again(struct inside *inside)
{
	if (!inside->mountinfo)
		return 0;
	inside->mount_count = inside->device_count = 0;
	inside->group = 0;
	rewind(inside->mountinfo);
	return inside_learn(
		inside, inside->mountinfo, inside->root, inside->marks, inside->mark_count);
}

int
inside_watch(struct inside *inside, FILE *mountinfo, uint64_t root, const struct inside_mark *marks,
	size_t count)
{
	inside->mountinfo = mountinfo;
	inside->root = root;
	inside->marks = calloc(count + 1, sizeof(*marks));
	if (!inside->marks)
		return -1;
	if (count > 0)
		memcpy(inside->marks, marks, count * sizeof(*marks));
	inside->mark_count = count;
	return 0;
}

int
inside_add_device(struct inside *inside, uint64_t device)
{
	return add_number(&inside->devices, &inside->device_count, device);
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

/* Asks about each mount that the thread's mountinfo shows, until one matches or limit bytes are
 * read. */
static bool
any_mount(int task, size_t limit, bool (*matches)(const struct mount_line *line, const void *data),
	const void *data)
{
	cleanup_file FILE *stream = open_mountinfo(task);
	cleanup_free char *text = NULL;
	size_t size = 0, total = 0;
	ssize_t length;

	while (stream && total < limit && (length = getline(&text, &size, stream)) > 0) {
		struct mount_line line;

		total += (size_t)length;
		if (parse_mount_line(text, &line) && matches(&line, data))
			return true;
	}
	return false;
}

/* Was the mount made for the root, or is it a copy of its `/`? */
static bool
is_marked(const struct mount_line *line, const void *data)
{
	const struct inside *inside = data;

	return has_number(inside->devices, inside->device_count, line->device) ||
	       (inside->group != 0 &&
		       (line->shared == inside->group || line->master == inside->group));
}

static bool
has_id(const struct mount_line *line, const void *id)
{
	return line->id == *(const uint64_t *)id;
}

/*
 * Is the root or the working directory of this thread on a mount of the pinned namespace? An id
 * that the thread's own namespace has too went to a mount there after it was freed inside.
 */
static bool
stands_inside(const struct inside *inside, int task, uint64_t namespace)
{
	static const char *const links[] = {"cwd", "root"};
	size_t limit = namespace == inside->host ? SIZE_MAX : MOUNTINFO_BYTES;
	struct statx found;

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
		uint64_t id;

		if (statx(task, links[i], AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID,
			    &found) < 0)
			continue;
		id = found.stx_mnt_id;
		if (has_number(inside->mounts, inside->mount_count, id) &&
			!any_mount(task, limit, has_id, &id))
			return true;
	}
	return false;
}

static bool
is_known_stranger(const struct inside *inside, const struct inside_stranger *stranger)
{
	for (size_t i = 0; i < inside->stranger_count; i++)
		if (inside->strangers[i].namespace == stranger->namespace &&
			inside->strangers[i].root == stranger->root)
			return true;
	return false;
}

static bool
is_known_inside(const struct inside *inside, uint64_t namespace)
{
	for (size_t i = 0; i < inside->copy_count; i++)
		if (inside->copies[i].number == namespace)
			return true;
	return namespace == inside->namespace;
}

/* So that who forks fast in it is known by one look at its number. */
static void
remember_copy(struct inside *inside, int task)
{
	cleanup_fd int fd = openat(task, "ns/mnt", O_RDONLY | O_CLOEXEC);
	struct inside_namespace *grown;
	struct stat found;

	if (fd < 0 || fstat(fd, &found) < 0 || is_known_inside(inside, found.st_ino))
		return;
	grown = reallocarray(inside->copies, inside->copy_count + 1, sizeof(*grown));
	if (!grown)
		return;
	inside->copies = grown;
	grown[inside->copy_count++] =
		(struct inside_namespace){.number = found.st_ino, .fd = steal_fd(&fd)};
}

/*
 * Reads a strange namespace once. Only that it holds nothing is remembered: its number may go to
 * another, and what is missed so is found by the next stop, what was hit wrongly is dead.
 */
static bool
is_marked_namespace(struct inside *inside, int task, uint64_t namespace)
{
	struct inside_stranger stranger = {.namespace = namespace};
	struct inside_stranger *grown;
	struct statx root;

	if (inside->device_count == 0 && inside->group == 0)
		return false;
	if (statx(task, "root", AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID, &root) == 0)
		stranger.root = root.stx_mnt_id;
	if (is_known_stranger(inside, &stranger))
		return false;
	if (any_mount(task, MOUNTINFO_BYTES, is_marked, inside))
		return true;
	grown = reallocarray(inside->strangers, inside->stranger_count + 1, sizeof(*grown));
	if (grown) {
		inside->strangers = grown;
		grown[inside->stranger_count++] = stranger;
	}
	return false;
}

static bool
has_evidence(struct inside *inside, int task, uint64_t namespace)
{
	return stands_inside(inside, task, namespace) ||
	       (namespace != inside->host && is_marked_namespace(inside, task, namespace));
}

static bool
is_thread_inside(struct inside *inside, int task)
{
	struct stat namespace;

	if (fstatat(task, "ns/mnt", &namespace, 0) < 0)
		return false; /* it has exited */
	if (is_known_inside(inside, namespace.st_ino))
		return true;
	if (!has_evidence(inside, task, namespace.st_ino))
		return false;
	/* a number may have gone from the root to somebody else just now: it must still be the
	 * root's */
	if (learn_again(inside) < 0 || !has_evidence(inside, task, namespace.st_ino))
		return false;
	if (!stands_inside(inside, task, namespace.st_ino))
		remember_copy(inside, task);
	return true;
}

static pid_t
number_of(const struct dirent *entry)
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

	if (length <= 0)
		return -1;
	text[length] = '\0';
	end = strrchr(text, ')');
	if (!end || sscanf(end + 1, " %c %d", state, parent) != 2)
		return -1;
	return 0;
}

/*
 * Looks at every thread, since one can live on when the leader has exited, and can have a
 * namespace of its own. parent_inside: then it is inside if one of them lives at all.
 */
static bool
is_process_inside(struct inside *inside, int process, bool parent_inside)
{
	cleanup_fd int fd = openat(process, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_directory DIR *tasks = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!tasks)
		return false;
	steal_fd(&fd); /* the directory owns it now */
	while ((entry = readdir(tasks))) {
		cleanup_fd int task = -1;
		pid_t parent;
		char state;

		if (number_of(entry) == 0)
			continue;
		task = openat(dirfd(tasks), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (task < 0 || read_stat(task, &state, &parent) < 0 || state == 'Z' ||
			state == 'X')
			continue;
		if (parent_inside || is_thread_inside(inside, task))
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
	int (*act)(void *data, pid_t pid, int *pidfd);
	/* is it being ended already? Then its children are inside, whatever it is still known by */
	bool (*is_held)(void *data, pid_t pid);
	void *data;
	bool is_short_of_descriptors;
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
	look->all[look->count] = (struct process){.pid = pid};
	return &look->all[look->count++];
}

static int
is_found(struct look *look, struct process *process, int *pidfd)
{
	process->is_inside = true;
	look->found++;
	return look->act(look->data, process->pid, pidfd);
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
	const struct process *parent;
	struct stat namespace;
	char path[32];
	char state;

	if (look->is_held && look->is_held(look->data, process->pid)) {
		process->is_inside = true;
		return 0;
	}
	if (pidfd < 0) {
		/* gone; or its turn comes when others have gone */
		look->is_short_of_descriptors |= errno == EMFILE || errno == ENFILE;
		return 0;
	}
	/* the short way first: a program that forks to get away lives no longer than the long one
	 * takes */
	snprintf(path, sizeof(path), "%s/ns/mnt", name);
	if (fstatat(proc, path, &namespace, 0) == 0 &&
		is_known_inside(look->inside, namespace.st_ino))
		return is_found(look, process, &pidfd);
	directory = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 || read_stat(directory, &state, &process->parent) < 0)
		return 0;
	parent = process_of(look, process->parent);
	process->is_inside =
		is_process_inside(look->inside, directory, parent && parent->is_inside);
	return process->is_inside ? is_found(look, process, &pidfd) : 0;
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
			const struct process *parent = process_of(look, process->parent);
			size_t before = look->found;
			char name[16];

			if (process->is_inside || !parent || !parent->is_inside)
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
		pid_t pid = number_of(entry);

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
	if (learn_again(look->inside) < 0)
		return report_error(report, errno, "cannot read what is mounted inside");
	result = look_on(look, proc);
	for (int looks = 0; result == 0 && looks < LATER_LOOKS; looks++)
		result = look_on(look, proc);
	if (result == 0)
		result = look_at_younger_parents(look, dirfd(proc));
	free(look->all);
	return result < 0 ? report_error(report, errno, "cannot look at the processes") : 0;
}

static int
take_pid(void *data, pid_t pid, int *pidfd)
{
	struct inside_processes *processes = data;
	pid_t *grown = reallocarray(processes->pids, processes->count + 1, sizeof(*grown));

	(void)pidfd;
	if (!grown)
		return -1;
	processes->pids = grown;
	grown[processes->count++] = pid;
	return 0;
}

int
inside_find(struct inside *inside, struct inside_processes *processes, struct report *report)
{
	struct look look = {.inside = inside, .act = take_pid, .data = processes};

	*processes = (struct inside_processes){0};
	if (look_at_all(&look, report) == 0 && !look.is_short_of_descriptors)
		return 0;
	inside_processes_release(processes);
	return look.is_short_of_descriptors
		       ? report_error(report, EMFILE, "cannot look at every process")
		       : -1;
}

/*
 * Those who are being ended: held by pidfd until they have gone. Who was inside once stays one of
 * them, even when what it was known by, its parent say, has gone before it.
 */
struct ending {
	struct pollfd *pidfds; /* owned, as the descriptors in it */
	pid_t *pids; /* owned */
	size_t count;
	pid_t spared[64]; /* init, this process and those above it */
	size_t spared_count;
	size_t spared_found;
	int signal;
};

static void
ending_release(struct ending *ending)
{
	for (size_t i = 0; i < ending->count; i++)
		close(ending->pidfds[i].fd);
	free(ending->pidfds);
	free(ending->pids);
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
has_pid(const pid_t *pids, size_t count, pid_t pid)
{
	for (size_t i = 0; i < count; i++)
		if (pids[i] == pid)
			return true;
	return false;
}

static void
ending_send(const struct ending *ending, int pidfd)
{
	syscall_pidfd_send_signal(pidfd, ending->signal);
	/* a stopped process does not see SIGTERM before it goes on */
	if (ending->signal == SIGTERM)
		syscall_pidfd_send_signal(pidfd, SIGCONT);
}

static bool
ending_has(void *data, pid_t pid)
{
	const struct ending *ending = data;

	return has_pid(ending->pids, ending->count, pid);
}

static int
ending_add(void *data, pid_t pid, int *pidfd)
{
	struct ending *ending = data;
	struct pollfd *pidfds;
	pid_t *pids;

	if (has_pid(ending->spared, ending->spared_count, pid)) {
		ending->spared_found++;
		return 0;
	}
	pidfds = reallocarray(ending->pidfds, ending->count + 1, sizeof(*pidfds));
	if (!pidfds)
		return -1;
	ending->pidfds = pidfds;
	pids = reallocarray(ending->pids, ending->count + 1, sizeof(*pids));
	if (!pids)
		return -1;
	ending->pids = pids;
	if (ending->signal != SIGTERM)
		ending_send(ending, *pidfd);
	pidfds[ending->count] = (struct pollfd){.fd = steal_fd(pidfd), .events = POLLIN};
	pids[ending->count++] = pid;
	return 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until all have gone, but no longer than ms, and forgets who has. */
static void
ending_wait(struct ending *ending, int64_t ms)
{
	int64_t end = now_ms() + ms;
	int left = (int)ms;

	while (ending->count > 0 && poll(ending->pidfds, (nfds_t)ending->count, left) > 0) {
		for (size_t i = ending->count; i-- > 0;) {
			if (ending->pidfds[i].revents == 0)
				continue;
			close(ending->pidfds[i].fd);
			ending->count--;
			ending->pidfds[i] = ending->pidfds[ending->count];
			ending->pids[i] = ending->pids[ending->count];
		}
		left = end > now_ms() ? (int)(end - now_ms()) : 0;
	}
}

static int
look_once(struct inside *inside, struct ending *ending, size_t *found, struct report *report)
{
	struct look look = {
		.inside = inside, .act = ending_add, .is_held = ending_has, .data = ending};

	ending->spared_found = 0;
	if (look_at_all(&look, report) < 0)
		return -1;
	if (look.is_short_of_descriptors && ending->count == 0)
		return report_error(report, EMFILE, "cannot look at every process");
	*found = look.found - ending->spared_found;
	return 0;
}

static void
send_from(const struct ending *ending, size_t first)
{
	for (size_t i = first; i < ending->count; i++)
		ending_send(ending, ending->pidfds[i].fd);
}

/* Looks until nobody new is found, but not for ever: one who forks all the time is always new. */
static int
hold_all(struct inside *inside, struct ending *ending, struct report *report)
{
	size_t before = ending->count, found;

	for (int looks = 0; looks < HOLDING_LOOKS && (looks == 0 || ending->count > before);
		looks++) {
		before = ending->count;
		if (look_once(inside, ending, &found, report) < 0)
			return -1;
	}
	return 0;
}

/*
 * SIGTERM, once to each, since a second one means something else to many programs. First all are
 * held: a child that is known by its parent alone is lost when the parent ends before it was seen.
 */
static int
tell_all(struct inside *inside, struct ending *ending, struct report *report)
{
	size_t told = ending->count;

	if (hold_all(inside, ending, report) < 0)
		return -1;
	send_from(ending, told);
	return 0;
}

/* For the same reason all are stopped before the first is killed: so none of them has another
 * child. */
static int
freeze_all(struct inside *inside, struct ending *ending, struct report *report)
{
	ending->signal = SIGSTOP;
	send_from(ending, 0);
	return hold_all(inside, ending, report);
}

/* Until all have gone, or the time is over. 0, or -1 with the error said. */
static int
end_kindly(struct inside *inside, struct ending *ending, int64_t until, struct report *report)
{
	do {
		if (tell_all(inside, ending, report) < 0)
			return -1;
		ending_wait(ending, LOOK_AGAIN_MS);
	} while (ending->count > 0 && now_ms() < until);
	return 0;
}

/*
 * SIGKILL, the moment one is seen, and without a pause: a program that forks faster than it can be
 * looked at is not caught otherwise. 1 when some are left, 0, or -1 with the error said.
 */
static int
end_now(struct inside *inside, struct ending *ending, int64_t until, struct report *report)
{
	size_t empty = 0;

	if (ending->count > 0 && freeze_all(inside, ending, report) < 0)
		return -1;
	ending->signal = SIGKILL;
	send_from(ending, 0);
	for (;;) {
		size_t found = 0;

		if (look_once(inside, ending, &found, report) < 0)
			return -1;
		ending_wait(ending, found == 0 ? LOOK_AGAIN_MS : 0);
		empty = found == 0 && ending->count == 0 ? empty + 1 : 0;
		if (empty == EMPTY_LOOKS)
			return ending->spared_found > 0;
		/* a look at very many processes takes long: it is no reason to give up that nobody
		 * was found */
		if (empty == 0 && now_ms() >= until)
			return 1;
	}
}

/* Each process that is being ended is held by a descriptor. */
static void
allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit); /* fewer are ended at a time if it cannot be */
}

static void
add_pids(char *text, size_t size, const pid_t *pids, size_t count, const struct ending *ending)
{
	for (size_t i = 0; i < count && strlen(text) + 16 < size; i++)
		if (!has_pid(ending->spared, ending->spared_count, pids[i]))
			snprintf(text + strlen(text), size - strlen(text), " %d", pids[i]);
}

static int
name_those_left(struct inside *inside, const struct ending *ending, struct report *report)
{
	struct inside_processes left;
	char pids[256] = "";

	if (inside_find(inside, &left, report) < 0)
		return -1;
	/* whoever is still being ended is most likely among those found */
	if (left.count == 0)
		add_pids(pids, sizeof(pids), ending->pids, ending->count, ending);
	add_pids(pids, sizeof(pids), left.pids, left.count, ending);
	inside_processes_release(&left);
	if (pids[0] == '\0' && ending->spared_found == 0)
		return 0; /* the last has gone by now */
	if (pids[0] == '\0')
		return report_error(report, 0,
			"this command was itself called from inside; call it from the host");
	report_mend(report, "see what holds them, and stop again");
	return report_error(report, 0, "cannot end the processes inside:%s", pids);
}

int
inside_end(struct inside *inside, unsigned timeout, struct report *report)
{
	struct ending ending = {.signal = SIGTERM};
	int result;

	allow_descriptors();
	ending_spare_ancestors(&ending);
	result = end_kindly(inside, &ending, now_ms() + (int64_t)timeout * 1000, report);
	if (result == 0)
		result = end_now(inside, &ending, now_ms() + KILL_SECONDS * 1000, report);
	if (result > 0)
		result = name_those_left(inside, &ending, report);
	ending_release(&ending);
	return result;
}
