#include "inside.h"

#include "cleanup.h"
#include "number.h"
#include "report.h"
#include "syscalls.h"

#include <libmount/libmount.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>

#define KILL_SECONDS 5 /* how long SIGKILL may take before a process counts as stuck */
#define LOOK_AGAIN_MS 50 /* a child born since the last look is found this much later */

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

int
inside_add_device(struct inside *inside, uint64_t device)
{
	return add_number(&inside->devices, &inside->device_count, device);
}

void
inside_release(struct inside *inside)
{
	free(inside->devices);
	free(inside->groups);
	free(inside->mounts);
	*inside = (struct inside){0};
}

void
inside_processes_release(struct inside_processes *processes)
{
	free(processes->all);
	*processes = (struct inside_processes){0};
}

static int
skip_line(struct libmnt_table *table, const char *file, int line)
{
	(void)table;
	(void)file;
	(void)line;
	return 1; /* libmount: pass over it, go on */
}

static struct libmnt_table *
read_mountinfo(FILE *stream)
{
	struct libmnt_table *table = mnt_new_table();

	if (!table)
		return NULL;
	mnt_table_set_parser_errcb(table, skip_line);
	if (mnt_table_parse_stream(table, stream, "mountinfo") != 0) {
		mnt_unref_table(table);
		return NULL;
	}
	return table;
}

/* The number behind "shared:" or "master:" in the optional fields of mountinfo(5), 0 for none. */
static uint64_t
peer_group(struct libmnt_fs *mount, const char *word)
{
	const char *fields = mnt_fs_get_optional_fields(mount);
	const char *found = fields ? strstr(fields, word) : NULL;

	return found ? strtoull(found + strlen(word), NULL, 10) : 0;
}

int
inside_learn(struct inside *inside, FILE *mountinfo)
{
	struct libmnt_table *table = read_mountinfo(mountinfo);
	struct libmnt_iter *each = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *mount;
	int result = table && each ? 0 : -1;

	while (result == 0 && mnt_table_next_fs(table, each, &mount) == 0) {
		/* all sources are slaves, so a peer group in here was made in here */
		uint64_t group = peer_group(mount, "shared:");

		result = add_number(
			&inside->mounts, &inside->mount_count, (uint64_t)mnt_fs_get_id(mount));
		if (result == 0 && group)
			result = add_number(&inside->groups, &inside->group_count, group);
	}
	mnt_free_iter(each);
	mnt_unref_table(table);
	return result;
}

static bool
is_made_for_root(const struct inside *inside, struct libmnt_fs *mount)
{
	return has_number(inside->devices, inside->device_count, mnt_fs_get_devno(mount)) ||
	       has_number(inside->groups, inside->group_count, peer_group(mount, "shared:")) ||
	       has_number(inside->groups, inside->group_count, peer_group(mount, "master:"));
}

/* Does the namespace of this thread hold a mount that was made for the root? */
static bool
has_marked_mount(const struct inside *inside, int task)
{
	cleanup_fd int fd = openat(task, "mountinfo", O_RDONLY | O_CLOEXEC);
	cleanup_file FILE *stream = fd < 0 ? NULL : fdopen(fd, "r");
	struct libmnt_table *table;
	struct libmnt_iter *each = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *mount;
	bool found = false;

	if (stream)
		steal_fd(&fd); /* the stream owns it now */
	table = stream ? read_mountinfo(stream) : NULL;
	while (each && table && !found && mnt_table_next_fs(table, each, &mount) == 0)
		found = is_made_for_root(inside, mount);
	mnt_free_iter(each);
	mnt_unref_table(table);
	return found;
}

/* Is the root or the working directory of this thread on a mount of the pinned namespace? */
static bool
stands_inside(const struct inside *inside, int task)
{
	static const char *const links[] = {"cwd", "root"};
	struct statx found;

	for (size_t i = 0; i < sizeof(links) / sizeof(links[0]); i++)
		if (statx(task, links[i], AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_MNT_ID,
			    &found) == 0 &&
			has_number(inside->mounts, inside->mount_count, found.stx_mnt_id))
			return true;
	return false;
}

static bool
is_thread_inside(const struct inside *inside, int task)
{
	struct stat namespace;

	if (fstatat(task, "ns/mnt", &namespace, 0) < 0)
		return false; /* it has exited */
	if (namespace.st_ino == inside->namespace || stands_inside(inside, task))
		return true;
	return namespace.st_ino != inside->host && has_marked_mount(inside, task);
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
 * namespace of its own. 1 when one of them lives, with process filled in; 0 for a process that
 * has gone.
 */
static int
look_at(const struct inside *inside, int proc, const char *name, struct inside_process *process)
{
	cleanup_fd int here = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_directory DIR *tasks = NULL;
	struct dirent *entry;
	int tasks_fd;
	int lives = 0;
	char state;

	if (here < 0 || read_stat(here, &state, &process->parent) < 0)
		return 0;
	tasks_fd = openat(here, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	tasks = tasks_fd < 0 ? NULL : fdopendir(tasks_fd);
	while (tasks && (entry = readdir(tasks))) {
		cleanup_fd int task = -1;
		pid_t ignored;

		if (number_of(entry) == 0)
			continue;
		task = openat(tasks_fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (task < 0 || read_stat(task, &state, &ignored) < 0 || state == 'Z' ||
			state == 'X')
			continue;
		lives = 1;
		if (is_thread_inside(inside, task)) {
			process->is_inside = true;
			return 1;
		}
	}
	return lives;
}

static int
compare_pids(const void *one, const void *other)
{
	const struct inside_process *first = one;
	const struct inside_process *second = other;

	return (first->pid > second->pid) - (first->pid < second->pid);
}

/* proc(5) lists processes in the order of their pids */
static struct inside_process *
process_of(const struct inside_processes *processes, pid_t pid)
{
	const struct inside_process key = {.pid = pid};

	return processes->count == 0
		       ? NULL
		       : bsearch(&key, processes->all, processes->count, sizeof(key), compare_pids);
}

/* A child of a process inside is inside, however deep. */
static void
add_descendants(struct inside_processes *processes)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < processes->count; i++) {
			struct inside_process *process = &processes->all[i];
			struct inside_process *parent;

			if (process->is_inside)
				continue;
			parent = process_of(processes, process->parent);
			if (parent && parent->is_inside)
				changed = process->is_inside = true;
		}
	}
}

/* Every process of the machine; those inside are marked. */
static int
look_at_all(const struct inside *inside, struct inside_processes *processes, struct report *report)
{
	cleanup_directory DIR *proc = opendir("/proc");
	struct dirent *entry;

	*processes = (struct inside_processes){0};
	if (!proc)
		return report_error(report, errno, "cannot read /proc");
	while ((entry = readdir(proc))) {
		struct inside_process process = {.pid = number_of(entry)};
		struct inside_process *grown;

		if (process.pid == 0 || !look_at(inside, dirfd(proc), entry->d_name, &process))
			continue;
		grown = reallocarray(processes->all, processes->count + 1, sizeof(*grown));
		if (!grown) {
			inside_processes_release(processes);
			return report_error(report, ENOMEM, "cannot look at the processes");
		}
		processes->all = grown;
		grown[processes->count++] = process;
	}
	add_descendants(processes);
	return 0;
}

static void
keep_those_inside(struct inside_processes *processes)
{
	size_t kept = 0;

	for (size_t i = 0; i < processes->count; i++)
		if (processes->all[i].is_inside)
			processes->all[kept++] = processes->all[i];
	processes->count = kept;
}

int
inside_find(const struct inside *inside, struct inside_processes *processes, struct report *report)
{
	if (look_at_all(inside, processes, report) < 0)
		return -1;
	keep_those_inside(processes);
	return 0;
}

/* Init, this process and those above it are never ended. */
static void
spare_ancestors(struct inside_processes *processes)
{
	struct inside_process *process;
	pid_t pid = getpid();

	while (pid > 0 && (process = process_of(processes, pid))) {
		process->is_inside = false;
		pid = process->parent;
	}
	process = process_of(processes, 1);
	if (process)
		process->is_inside = false;
}

/* Those who were told to end and have not gone yet. */
struct told {
	struct pollfd *pidfds; /* owned, as the descriptors in it */
	pid_t *pids; /* owned */
	size_t count;
};

static void
told_release(struct told *told)
{
	for (size_t i = 0; i < told->count; i++)
		close(told->pidfds[i].fd);
	free(told->pidfds);
	free(told->pids);
}

static bool
told_has(const struct told *told, pid_t pid)
{
	for (size_t i = 0; i < told->count; i++)
		if (told->pids[i] == pid)
			return true;
	return false;
}

static int
told_add(struct told *told, pid_t pid)
{
	struct pollfd *pidfds = reallocarray(told->pidfds, told->count + 1, sizeof(*pidfds));
	pid_t *pids;
	int fd;

	if (!pidfds)
		return -1;
	told->pidfds = pidfds;
	pids = reallocarray(told->pids, told->count + 1, sizeof(*pids));
	if (!pids)
		return -1;
	told->pids = pids;
	fd = syscall_pidfd_open(pid, 0);
	if (fd < 0)
		return errno == ESRCH ? 0 : -1;
	pidfds[told->count] = (struct pollfd){.fd = fd, .events = POLLIN};
	pids[told->count++] = pid;
	return 0;
}

static void
told_remove(struct told *told, size_t index)
{
	close(told->pidfds[index].fd);
	told->count--;
	told->pidfds[index] = told->pidfds[told->count];
	told->pids[index] = told->pids[told->count];
}

static int
find_others(const struct inside *inside, struct inside_processes *processes, struct report *report)
{
	if (look_at_all(inside, processes, report) < 0)
		return -1;
	spare_ancestors(processes);
	keep_those_inside(processes);
	return 0;
}

/*
 * Signals those who were not told before. They are held by pidfd, looked for again, and signalled
 * when they are still there: a pid that went to somebody else in between is never hit.
 */
static int
tell(const struct inside *inside, const struct inside_processes *found, struct told *told,
	int number, struct report *report)
{
	struct inside_processes again;
	size_t old = told->count;

	for (size_t i = 0; i < found->count; i++)
		if (!told_has(told, found->all[i].pid) && told_add(told, found->all[i].pid) < 0)
			return report_error(
				report, errno, "cannot hold the process %d", found->all[i].pid);
	if (told->count == old)
		return 0;
	if (find_others(inside, &again, report) < 0)
		return -1;
	for (size_t i = told->count; i-- > old;) {
		if (!process_of(&again, told->pids[i])) {
			told_remove(told, i);
			continue;
		}
		syscall_pidfd_send_signal(told->pidfds[i].fd, number);
		/* a stopped process does not see SIGTERM before it goes on */
		syscall_pidfd_send_signal(told->pidfds[i].fd, SIGCONT);
	}
	inside_processes_release(&again);
	return 0;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until all who were told have gone, or it is time for another look; forgets who has gone. */
static void
told_wait(struct told *told, int64_t until)
{
	int64_t end = now_ms() + LOOK_AGAIN_MS;

	if (end > until)
		end = until;
	while (told->count > 0 && now_ms() < end) {
		if (poll(told->pidfds, (nfds_t)told->count, (int)(end - now_ms())) <= 0)
			break;
		for (size_t i = told->count; i-- > 0;)
			if (told->pidfds[i].revents & POLLIN)
				told_remove(told, i);
	}
}

/* Signals whoever is found inside until nobody is, or the time is over. 1 when some are left. */
static int
end_until(const struct inside *inside, int number, int64_t until, struct report *report)
{
	struct told told = {0};
	int result;

	do {
		struct inside_processes found;

		result = find_others(inside, &found, report);
		if (result < 0)
			break;
		result = found.count > 0;
		if (result > 0 && tell(inside, &found, &told, number, report) < 0)
			result = -1;
		inside_processes_release(&found);
		if (result > 0)
			told_wait(&told, until);
	} while (result > 0 && now_ms() < until);
	told_release(&told);
	return result;
}

static int
name_those_left(const struct inside_processes *left, struct report *report)
{
	char pids[256] = "";

	for (size_t i = 0; i < left->count && strlen(pids) + 16 < sizeof(pids); i++)
		snprintf(pids + strlen(pids), sizeof(pids) - strlen(pids), " %d", left->all[i].pid);
	return report_error(report, 0, "cannot end the processes inside:%s", pids);
}

int
inside_end(const struct inside *inside, unsigned timeout, struct report *report)
{
	struct inside_processes left;
	int result = end_until(inside, SIGTERM, now_ms() + (int64_t)timeout * 1000, report);

	if (result > 0)
		result = end_until(inside, SIGKILL, now_ms() + KILL_SECONDS * 1000, report);
	if (result < 0 || inside_find(inside, &left, report) < 0)
		return -1;
	result = left.count > 0 ? name_those_left(&left, report) : 0;
	inside_processes_release(&left);
	return result;
}
