/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * look-in CALLER UID[,UID] PROGRAM [ARG...]: starts the program as the user CALLER, once for each
 * system call that it makes, and stops it behind that one. While it stands there, untraced, a
 * process of each UID tries to look in. Goes on until the program executes another one, or ends.
 * Prints a line for each phase of privilege that was met: its name, the stops, the attempts, how
 * many succeeded and which. The last attempt of each stop is a signal that makes a core dump.
 *
 * The tracer is the superuser, so the kernel honours the setuid bit; it lets go before others try.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/kcmp.h>
#include <linux/ptrace.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum phase { AS_ROOT, AS_USER, JOINED, DROPPED_OUTSIDE, DROPPED_INSIDE, PHASES };

static const char *const phases[PHASES] = {"root", "user", "joined", "outside", "inside"};

static struct tally {
	unsigned stops;
	unsigned attempts;
	unsigned successes;
	unsigned which; /* a bit for each of `attempts` below */
	unsigned cores;
} tallies[PHASES];

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(2);
}

static void
name_file(char path[64], pid_t pid, const char *file)
{
	snprintf(path, 64, "/proc/%d/%s", (int)pid, file);
}

static bool
can_read_link(pid_t pid, const char *file)
{
	char path[64];
	char target[4096];

	name_file(path, pid, file);
	return readlink(path, target, sizeof(target)) >= 0;
}

static bool
can_open(pid_t pid, const char *file)
{
	char path[64];
	int fd;

	name_file(path, pid, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
can_attach(pid_t pid, const char *file)
{
	(void)file;
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) < 0)
		return false;
	waitpid(pid, NULL, __WALL);
	ptrace(PTRACE_DETACH, pid, NULL, NULL);
	return true;
}

static bool
can_take_descriptor(pid_t pid, const char *file)
{
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	(void)file;
	if (pidfd < 0)
		die("pidfd_open");
	for (int fd = 0; fd < 8; fd++)
		if (syscall(SYS_pidfd_getfd, pidfd, fd, 0) >= 0)
			return true;
	return false;
}

/* A wrong address is found out about behind the gate. */
static bool
can_copy(pid_t pid, long call)
{
	char byte = 0;
	struct iovec here = {.iov_base = &byte, .iov_len = 1};
	struct iovec there = {.iov_base = &byte, .iov_len = 1};

	return syscall(call, pid, &here, 1, &there, 1, 0) >= 0 || errno == EFAULT;
}

static bool
can_read_memory(pid_t pid, const char *file)
{
	(void)file;
	return can_copy(pid, SYS_process_vm_readv);
}

static bool
can_write_memory(pid_t pid, const char *file)
{
	(void)file;
	return can_copy(pid, SYS_process_vm_writev);
}

static bool
can_compare(pid_t pid, const char *file)
{
	(void)file;
	return syscall(SYS_kcmp, pid, getpid(), KCMP_VM, 0, 0) >= 0;
}

static const struct attempt {
	const char *name;
	bool (*can)(pid_t pid, const char *file);
	const char *file;
} attempts[] = {
	{"exe", can_read_link, "exe"}, {"cwd", can_read_link, "cwd"},
	{"root", can_read_link, "root"}, {"root-open", can_open, "root"}, {"fd", can_open, "fd"},
	{"fd-link", can_read_link, "fd/0"}, {"fdinfo", can_open, "fdinfo/0"},
	{"mem", can_open, "mem"}, {"maps", can_open, "maps"}, {"environ", can_open, "environ"},
	{"auxv", can_open, "auxv"}, {"ns-mnt", can_read_link, "ns/mnt"},
	{"ns-open", can_open, "ns/mnt"}, {"pidfd_getfd", can_take_descriptor, NULL},
	{"process_vm_readv", can_read_memory, NULL}, {"process_vm_writev", can_write_memory, NULL},
	{"kcmp", can_compare, NULL}, {"ptrace", can_attach, NULL}, /* last, since it disturbs */
};

/* No capability stays: the change of uid takes them, as for whoever logs in. */
static void
become(uid_t uid)
{
	if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
		die("cannot become the user");
}

/* What the user can do to the process: a bit for each attempt. */
static unsigned
look_in(uid_t uid, pid_t pid)
{
	int ends[2];
	unsigned found = 0;
	pid_t prober;

	if (pipe2(ends, O_CLOEXEC) < 0 || (prober = fork()) < 0)
		die("cannot fork");
	if (prober == 0) {
		become(uid);
		for (size_t i = 0; i < COUNT(attempts); i++)
			found |= (unsigned)attempts[i].can(pid, attempts[i].file) << i;
		_exit(write(ends[1], &found, sizeof(found)) == sizeof(found) ? 0 : 1);
	}
	close(ends[1]);
	if (read(ends[0], &found, sizeof(found)) != sizeof(found))
		die("the one who looks in said nothing");
	close(ends[0]);
	waitpid(prober, NULL, 0);
	return found;
}

static unsigned long long
status_number(const char *status, const char *key, int base)
{
	const char *line = strstr(status, key);

	if (!line)
		die(key);
	return strtoull(line + strlen(key), NULL, base);
}

static bool
is_in_our_namespace(pid_t pid)
{
	char path[64];
	char own[64] = "";
	char other[64] = "";

	name_file(path, pid, "ns/mnt");
	if (readlink(path, other, sizeof(other) - 1) < 0 ||
		readlink("/proc/self/ns/mnt", own, sizeof(own) - 1) < 0)
		die(path);
	return strcmp(own, other) == 0;
}

static enum phase
phase_of(pid_t pid)
{
	char path[64];
	char status[8192] = "";
	bool is_outside = is_in_our_namespace(pid);
	int fd;

	name_file(path, pid, "status");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, status, sizeof(status) - 1) <= 0)
		die(path);
	close(fd);
	/* the effective one stands behind the real one */
	if (strtoull(strchr(strstr(status, "\nUid:\t") + 6, '\t'), NULL, 10) == 0)
		return AS_ROOT;
	if (status_number(status, "\nCapPrm:", 16) != 0)
		return is_outside ? AS_USER : JOINED;
	return is_outside ? DROPPED_OUTSIDE : DROPPED_INSIDE;
}

/* Whoever may send a signal reads in the core what the program knew. */
static void
crash(pid_t pid, struct tally *tally)
{
	int status;

	tally->attempts++;
	if (kill(pid, SIGSEGV) < 0 || kill(pid, SIGCONT) < 0 || waitpid(pid, &status, 0) < 0)
		die("cannot crash the program");
	if (!WIFSIGNALED(status) || !WCOREDUMP(status))
		return;
	tally->successes++;
	tally->cores++;
}

/* The program stands still and is nobody's tracee. */
static void
probe(pid_t pid, const char *probers, struct tally *tally)
{
	char *end;

	tally->stops++;
	for (const char *word = probers; *word != '\0'; word = *end == ',' ? end + 1 : end) {
		unsigned found = look_in((uid_t)strtoul(word, &end, 10), pid);

		tally->attempts += COUNT(attempts);
		tally->successes += (unsigned)__builtin_popcount(found);
		tally->which |= found;
	}
}

static pid_t
start(uid_t caller, char **argv)
{
	const struct rlimit whole = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
	pid_t pid = fork();
	int null;

	if (pid < 0)
		die("fork");
	if (pid > 0)
		return pid;
	null = open("/dev/null", O_RDWR);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0)
		_exit(2);
	if (setrlimit(RLIMIT_CORE, &whole) < 0)
		_exit(2);
	/* before the change of uid: the kernel keeps the powers of now for the tracer's */
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		_exit(2);
	if (caller != 0)
		become(caller);
	execv(argv[0], argv);
	_exit(2);
}

/* Lets the program run behind its next system call. Has it come that far? */
static bool
step(pid_t pid)
{
	struct ptrace_syscall_info info = {0};
	int status;

	do {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0)
			die("PTRACE_SYSCALL");
		if (waitpid(pid, &status, 0) < 0)
			die("waitpid");
		if (!WIFSTOPPED(status) || status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8))
			return false;
		if (WSTOPSIG(status) == (SIGTRAP | 0x80) &&
			ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info) < 0)
			die("PTRACE_GET_SYSCALL_INFO");
	} while (info.op != PTRACE_SYSCALL_INFO_EXIT);
	return true;
}

/* One start, stopped behind so many system calls. Did it make as many? */
static bool
run(uid_t caller, const char *probers, unsigned calls, char **argv)
{
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
	pid_t pid = start(caller, argv);
	bool is_there = true;
	enum phase phase;
	int status;

	if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status) ||
		ptrace(PTRACE_SETOPTIONS, pid, NULL, options) < 0)
		die("the program did not start");
	for (unsigned call = 0; is_there && call < calls; call++)
		is_there = step(pid);
	if (is_there) {
		kill(pid, SIGSTOP);
		if (ptrace(PTRACE_DETACH, pid, NULL, NULL) < 0 ||
			waitpid(pid, &status, WUNTRACED) < 0 || !WIFSTOPPED(status))
			die("the program did not stop");
		phase = phase_of(pid);
		probe(pid, probers, &tallies[phase]);
		/* only the superuser signals what is theirs alone, and reads its core */
		if (caller != 0 || phase != AS_ROOT) {
			crash(pid, &tallies[phase]);
			return true;
		}
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return is_there;
}

int
main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	for (unsigned calls = 0; run((uid_t)strtoul(argv[1], NULL, 10), argv[2], calls, argv + 3);
		calls++)
		;
	for (size_t phase = 0; phase < PHASES; phase++) {
		const struct tally *tally = &tallies[phase];

		if (tally->stops == 0)
			continue;
		printf("%s: stops %u, attempts %u, successes %u:", phases[phase], tally->stops,
			tally->attempts, tally->successes);
		for (size_t i = 0; i < COUNT(attempts); i++)
			if (tally->which & 1U << i)
				printf(" %s", attempts[i].name);
		if (tally->cores > 0)
			printf(" core");
		putchar('\n');
	}
	return 0;
}
