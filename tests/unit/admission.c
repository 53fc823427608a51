/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/namespace.h"
#include "common/owner.h"
#include "common/record.h"
#include "common/syscalls.h"
#include "enter/admission.h"
#include "enter/capabilities.h"
#include "enter/entry.h"
#include "enter/guard.h"
#include "enter/log.h"
#include "enter/options.h"
#include "enter/privileges.h"
#include "folder.h"
#include "helper/record_write.h"
#include "said.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio_ext.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define HOST_MOUNT 77
#define ON_HOST "host_mount=77 "
#define ELSEWHERE                                                                                  \
	"chroot-enter: cannot enter from another mount namespace than the host's; for a network "  \
	"namespace, type nsenter --net=/run/netns/NAME chroot-enter … in place of ip netns exec\n"

/* The `/` inside, as start recorded it. */
static const struct namespace_root inside = {
	.device = UINT64_C(8) << 32 | 17, .inode = 2, .mount = 42, .mode = S_IFDIR | 0755};

/* The state directory of a test. A pin is a file there, and its inode number the namespace's. */
static char place[PATH_MAX];
static int directory;

static struct entry entry;
static struct options options;
static int first_free; /* descriptor, before the entry opens any */

/* A kernel, as far as this room leans on it. */
static enum { NOTHING, TO_READ, TO_JOIN } raised;
static bool has_said_while_raised;
static struct namespace_root here; /* the `/` of the process */
static ino_t joined; /* the namespace; 0 for none */

/* Each call that asks the kernel or another room for something, a word with "; " behind it. */
static char calls[8192];
static int made;

/* The call, counted from 1, that fails; 0 for none. */
static bool is_configured = true; /* the root has a file */
static int failing, failing_error;

/* Added to the device number of the record in place. */
static dev_t shift;

/* Something that happens right before a call. */
static struct {
	int moment; /* the call, counted from 1; 0 for never */
	void (*happens)(void);
	char call[64]; /* its word, once it has happened */
} events[2];

/* Says of a call that it is made. Returns 0, or -1 with errno set for one that fails. */
static int note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static int
note(const char *format, ...)
{
	size_t length = strlen(calls);
	char call[64];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(call, sizeof(call), format, arguments);
	va_end(arguments);
	assert_true(length + sizeof(call) + 2 < sizeof(calls));
	snprintf(calls + length, sizeof(calls) - length, "%s; ", call);
	made++;
	for (size_t i = 0; i < sizeof(events) / sizeof(*events); i++)
		if (events[i].moment == made) {
			strcpy(events[i].call, call);
			events[i].happens();
		}
	if (made != failing)
		return 0;
	errno = failing_error;
	return -1;
}

/* Where the superuser alone can look. */
static int
reach(const char *call)
{
	if (note("%s", call) < 0)
		return -1;
	if (entry.is_superuser || raised != NOTHING)
		return 0;
	errno = EACCES;
	return -1;
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_fstatat(int folder, const char *path, struct stat *found, int flags);
int __wrap_fstatat64(int folder, const char *path, struct stat *found, int flags);
int __wrap_scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **));
int __wrap_scandir64(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **));
int __wrap_access(const char *path, int mode);
int __wrap_setns(int fd, int type);
ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
int __wrap_identity_find_caller(struct identity *identity, struct report *to);
int __wrap_capabilities_check(enum capabilities_use use, struct report *to);
int __wrap_capabilities_check_namespace(struct report *to);
int __wrap_privileges_become(const struct identity *identity, struct report *to);
int __wrap_privileges_raise(enum privileges_use use);
int __wrap_privileges_lower(void);
void __wrap_log_refusal(const char *program, uid_t uid, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool __real_owner_is_superuser_alone(uid_t owner, mode_t mode);
bool __wrap_owner_is_superuser_alone(uid_t owner, mode_t mode);
int __real_record_open(int folder, const char *name);
int __wrap_record_open(int folder, const char *name);
int __real_record_read_file(struct record *record, int fd);
int __wrap_record_read_file(struct record *record, int fd);
int __wrap_namespace_open_pin(int folder, const char *name);
int __real_namespace_number(int fd, uint64_t *number);
int __wrap_namespace_number(int fd, uint64_t *number);
int __wrap_namespace_read_root(struct namespace_root *root);
int __wrap_guard_close_descriptors(unsigned flags, struct report *to);

int
__wrap_open(const char *path, int flags, ...)
{
	static const char states[] = STATE_DIRECTORY "/";
	char call[64];

	if (strncmp(path, states, strlen(states)) != 0)
		return openat(AT_FDCWD, path, flags);
	snprintf(call, sizeof(call), "open %s", path + strlen(states));
	return reach(call) < 0 ? -1 : openat(directory, path + strlen(states), flags);
}

/* what glibc makes of it under _FILE_OFFSET_BITS=64, as of the next ones */
int
__wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

static int
look(int folder, const char *path, struct stat *found, int flags)
{
	struct statx known;

	if (folder == entry.folder && folder >= 0) {
		assert_string_equal(path, "record");
		assert_true(flags & AT_SYMLINK_NOFOLLOW);
		/* or the kernel gives its number to another one */
		assert_true(fcntl(entry.record_file, F_GETFD) >= 0);
		if (reach("look") < 0)
			return -1;
	}
	if (statx(folder, path, flags, STATX_BASIC_STATS, &known) < 0)
		return -1;
	/* all that is asked for, also by musl's fstat, which calls fstatat */
	*found = (struct stat){.st_dev = makedev(known.stx_dev_major, known.stx_dev_minor) + shift,
		.st_ino = known.stx_ino,
		.st_mode = known.stx_mode,
		.st_uid = known.stx_uid,
		.st_size = (off_t)known.stx_size};
	return 0;
}

int
__wrap_fstatat(int folder, const char *path, struct stat *found, int flags)
{
	return look(folder, path, found, flags);
}

int
__wrap_fstatat64(int folder, const char *path, struct stat *found, int flags)
{
	return look(folder, path, found, flags);
}

/* Puts an entry in front of those that it sorts before: with no compare, in front of all. */
static void
insert(struct dirent **all, int count, const struct dirent *one,
	int (*compare)(const struct dirent **, const struct dirent **))
{
	struct dirent *copy = calloc(1, sizeof(*copy));
	int at = count;

	assert_non_null(copy);
	strcpy(copy->d_name, one->d_name);
	for (; at > 0; at--) {
		const struct dirent *before = all[at - 1], *behind = copy;

		if (compare && compare(&before, &behind) <= 0)
			break;
		all[at] = all[at - 1];
	}
	all[at] = copy;
}

/* Memory that a list which fails leaves to the end of the process. */
static struct dirent **scanned;
static int scanned_count;

static void
free_scanned(void)
{
	for (int i = 0; i < scanned_count; i++)
		free(scanned[i]);
	free(scanned);
}

static int
scan(const char *path, struct dirent ***list,
	int (*compare)(const struct dirent **, const struct dirent **))
{
	const struct dirent *one;
	DIR *stream;
	int fd, count = 0;

	assert_string_equal(path, STATE_DIRECTORY);
	if (reach("scan") < 0)
		return -1;
	fd = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	stream = fdopendir(fd);
	*list = calloc(64, sizeof(**list));
	assert_non_null(stream);
	assert_non_null(*list);
	while (count < 64 && (one = readdir(stream)))
		insert(*list, count++, one, compare);
	closedir(stream);
	scanned = *list;
	scanned_count = count;
	return count;
}

int
__wrap_scandir(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **))
{
	(void)filter;
	return scan(path, list, compare);
}

int
__wrap_scandir64(const char *path, struct dirent ***list, int (*filter)(const struct dirent *),
	int (*compare)(const struct dirent **, const struct dirent **))
{
	(void)filter;
	return scan(path, list, compare);
}

int
__wrap_access(const char *path, int mode)
{
	assert_int_equal(mode, F_OK);
	assert_string_equal(path, SYSCONFDIR "/conf.d/chroot-mounts.games");
	return is_configured ? 0 : -1;
}

int
__wrap_setns(int fd, int type)
{
	struct stat found;

	(void)type;
	if (note("setns") < 0)
		return -1;
	if (!entry.is_superuser && raised != TO_JOIN) {
		errno = EPERM;
		return -1;
	}
	assert_int_equal(fstat(fd, &found), 0);
	joined = found.st_ino;
	return 0;
}

/* A terminal may block for ever. */
ssize_t
__wrap_write(int fd, const void *bytes, size_t size)
{
	if (fd == report.fd && raised != NOTHING)
		has_said_while_raised = true;
	return __real_write(fd, bytes, size);
}

static uid_t caller;
static gid_t callers_groups[] = {27, 44};

int
__wrap_identity_find_caller(struct identity *identity, struct report *to)
{
	*identity = (struct identity){.uid = caller};
	return note("find") < 0 ? report_error(to, errno, "find") : 0;
}

int
__wrap_capabilities_check(enum capabilities_use use, struct report *to)
{
	return note(use == CAPABILITIES_OF_USER           ? "check a user"
		       : use == CAPABILITIES_OF_SUPERUSER ? "check the superuser"
							  : "check") < 0
		       ? report_error(to, errno, "check")
		       : 0;
}

int
__wrap_capabilities_check_namespace(struct report *to)
{
	return note("namespace") < 0 ? report_error(to, 0, "elsewhere") : 0;
}

int
__wrap_privileges_become(const struct identity *identity, struct report *to)
{
	return note("become %u", identity->uid) < 0 ? report_error(to, errno, "become") : 0;
}

int
__wrap_privileges_raise(enum privileges_use use)
{
	if (note(use == PRIVILEGES_TO_READ ? "to read" : "to join") < 0)
		return -1;
	raised = use == PRIVILEGES_TO_READ ? TO_READ : TO_JOIN;
	return 0;
}

int
__wrap_privileges_lower(void)
{
	int error = errno;

	if (note("lower") < 0)
		return -1;
	raised = NOTHING;
	errno = error;
	return 0;
}

void
__wrap_log_refusal(const char *program, uid_t uid, const char *format, ...)
{
	char text[64];
	va_list arguments;

	assert_string_equal(program, "chroot-enter");
	assert_int_equal(raised, NOTHING);
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	note("log %u%s", uid, text);
}

/* The files of whoever runs the test are the superuser's. */
bool
__wrap_owner_is_superuser_alone(uid_t owner, mode_t mode)
{
	return __real_owner_is_superuser_alone(owner == geteuid() ? 0 : owner, mode);
}

int
__wrap_record_open(int folder, const char *name)
{
	assert_int_equal(folder, entry.folder);
	return reach(name) < 0 ? -1 : __real_record_open(folder, name);
}

int
__wrap_record_read_file(struct record *record, int fd)
{
	*record = (struct record){0};
	return note("text") < 0 ? -1 : __real_record_read_file(record, fd);
}

int
__wrap_namespace_open_pin(int folder, const char *name)
{
	assert_int_equal(folder, entry.folder);
	assert_string_equal(name, "ns");
	return reach("pin") < 0 ? -1 : openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

int
__wrap_namespace_number(int fd, uint64_t *number)
{
	return note("number") < 0 ? -1 : __real_namespace_number(fd, number);
}

int
__wrap_namespace_read_root(struct namespace_root *root)
{
	*root = here; /* and if it fails, what it says is not to be believed */
	return note("root");
}

static void
close_all(void)
{
	for (int fd = first_free; fd < first_free + 16; fd++)
		close(fd);
}

static int
count_open(void)
{
	int count = 0;

	for (int fd = first_free; fd < first_free + 16; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

int
__wrap_guard_close_descriptors(unsigned flags, struct report *to)
{
	if (note("close %u", flags) < 0)
		return report_error(to, errno, "close");
	/* what has been closed twice could have become another file */
	assert_int_equal(entry.folder, -1);
	assert_int_equal(entry.record_file, -1);
	assert_int_equal(entry.namespace, -1);
	/* folder, record and pin, however often they were opened */
	assert_int_equal(count_open(), 3);
	close_all();
	return 0;
}

/* Begins an entry of uid 1000 to games. */
static void
begin_entry(void)
{
	int fd = report.fd;

	entry_init(&entry, &options, &report);
	report.fd = fd;
	options = (struct options){.root = "games"};
	entry.caller = (struct identity){
		.uid = 1000, .gid = 100, .groups = callers_groups, .group_count = 2};
	entry.is_superuser = false;
	here = (struct namespace_root){.mount = HOST_MOUNT};
	raised = NOTHING;
	has_said_while_raised = false;
	joined = 0;
	calls[0] = '\0';
	made = failing = 0;
	failing_error = EPERM;
	shift = 0;
	memset(events, 0, sizeof(events));
}

static void
begin_entry_of_superuser(void)
{
	begin_entry();
	entry.is_superuser = true;
	entry.caller = (struct identity){0};
}

static void
end_entry(void)
{
	close_all();
	record_release(&entry.record);
	entry.folder = entry.record_file = entry.namespace = -1;
}

static int
make_place(void **state)
{
	const char *where = getenv("TMPDIR");

	snprintf(place, sizeof(place), "%s/admission.XXXXXX", where ? where : "/tmp");
	if (report_to_memory(state) != 0 || !mkdtemp(place))
		return -1;
	directory = openat(AT_FDCWD, place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	first_free = fcntl(report.fd, F_DUPFD_CLOEXEC, 0);
	close(first_free);
	begin_entry();
	return directory < 0;
}

static int
remove_place(void **state)
{
	end_entry();
	close(directory);
	return report_close(state) | folder_remove(place);
}

static void
begin_anew(void **state)
{
	assert_int_equal(remove_place(state), 0);
	assert_int_equal(make_place(state), 0);
}

static ino_t
pinned(const char *name)
{
	char path[64];
	struct statx found;

	snprintf(path, sizeof(path), "%s/ns", name);
	assert_int_equal(statx(directory, path, 0, STATX_INO, &found), 0);
	return found.stx_ino;
}

/* Pins another namespace. */
static void
pin(const char *name)
{
	char path[64], unfinished[64];
	int fd;

	snprintf(path, sizeof(path), "%s/ns", name);
	snprintf(unfinished, sizeof(unfinished), "%s/unfinished", name);
	fd = openat(directory, unfinished, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(renameat(directory, unfinished, directory, path), 0);
}

/* Writes the record anew, as a reload does. words: "KEY=VALUE KEY=VALUE". */
static void
write_record_of(const char *name, const char *words, char version)
{
	cleanup_fd int folder = openat(directory, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	cleanup_free char *copy = strdup(words);
	struct record record = {0};
	char *rest = copy, *word;

	assert_non_null(copy);
	assert_int_equal(record_add_number(&record, "namespace", pinned(name)), 0);
	assert_int_equal(record_add_root(&record, &inside), 0);
	while ((word = strsep(&rest, " "))) {
		const char *key = strsep(&word, "=");

		if (word)
			assert_int_equal(record_add(&record, key, word), 0);
	}
	record.text[strlen("version=")] = version;
	assert_int_equal(record_write(&record, folder, "record"), 0);
	record_release(&record);
}

static void
write_record(const char *name, const char *words)
{
	write_record_of(name, words, '0' + RECORD_VERSION);
}

/* Prepares a root. */
static void
prepare(const char *name, const char *words)
{
	assert_int_equal(mkdirat(directory, name, 0700), 0);
	pin(name);
	write_record(name, words);
}

/* Events that befall games during an entry. */
static void
reload(void)
{
	write_record("games", ON_HOST "uid=1000");
}

static void
delist(void)
{
	write_record("games", ON_HOST "uid=4000 gid=4000");
}

static void
reload_by_another_version(void)
{
	write_record_of("games", ON_HOST "uid=1000", '3');
}

static void
stop(void)
{
	assert_int_equal(
		renameat(directory, "games/record", directory, "games/record.stopping"), 0);
}

static void
restart(void)
{
	stop();
	assert_int_equal(renameat(directory, "games", directory, "before"), 0);
	prepare("games", ON_HOST "uid=1000");
}

static void
restart_in_the_same_folder(void)
{
	stop();
	pin("games");
	reload();
}

static const char refusal[] =
	"chroot-enter: games is not prepared (chroot-mounts start games), or you are not listed for it\n";
static const char absent[] =
	"chroot-enter: games is not prepared; to mend it: chroot-mounts start games\n";
static const char disturbed[] =
	"chroot-enter: games was stopped or reloaded at this moment; enter it again\n";

/* Returns the number of steps that were taken: 3 for all. */
static int
enter(void)
{
	if (admission_judge(&entry) < 0)
		return 0;
	if (admission_open_pin(&entry) < 0)
		return 1;
	return admission_join(&entry) < 0 ? 2 : 3;
}

static bool
ends_in(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* The one who asks is told no more than that, with no capability in effect. */
static void
assert_refused(void)
{
	assert_int_equal(admission_judge(&entry), -1);
	assert_string_equal(take_said(), refusal);
	assert_true(ends_in(calls, "; log 1000: games; "));
	assert_int_equal(raised, NOTHING);
	assert_false(has_said_while_raised);
	end_entry();
	begin_entry();
}

static void
assert_admitted(void)
{
	assert_int_equal(admission_judge(&entry), 0);
	assert_string_equal(take_said(), "");
	assert_int_equal(raised, NOTHING);
	assert_true(entry.folder >= 0);
	end_entry();
	begin_entry();
}

static void
assert_says(int result, const char *expected)
{
	assert_int_equal(result, -1);
	assert_string_equal(take_said(), expected);
	assert_int_equal(raised, NOTHING);
	assert_false(has_said_while_raised);
	end_entry();
}

static void
a_user_drops_the_superusers_identity_first(void **state)
{
	(void)state;
	caller = 1000;
	assert_int_equal(admission_begin(&entry), 0);
	assert_false(entry.is_superuser);
	assert_int_equal(entry.caller.uid, 1000);
	assert_string_equal(calls, "find; check a user; become 1000; ");
}

static void
the_superuser_keeps_their_identity(void **state)
{
	(void)state;
	caller = 0;
	assert_int_equal(admission_begin(&entry), 0);
	assert_true(entry.is_superuser);
	assert_string_equal(calls, "find; check the superuser; ");
}

static void
an_entry_whose_beginning_fails_goes_no_further(void **state)
{
	static const char *const until[] = {
		"find; ", "find; check a user; ", "find; check a user; become 1000; "};

	(void)state;
	caller = 1000;
	for (size_t i = 0; i < sizeof(until) / sizeof(*until); i++) {
		begin_entry();
		failing = (int)i + 1;
		assert_int_equal(admission_begin(&entry), -1);
		assert_string_equal(calls, until[i]);
		take_said();
	}
}

static void
a_caller_is_listed_by_their_uid_or_by_one_of_their_groups(void **state)
{
	static const char *const listing[] = {"uid=1000", "uid=7 uid=1000", "gid=100", "gid=27",
		"gid=44", "gid=7 gid=44", "uid=7 gid=44"};
	static const char *const others[] = {"", "uid=", "gid=", "uid=0 gid=0", "uid=100 gid=1000",
		"uid=27 uid=44", "uid=01000", "gid=044", "gid=0x2c", "gid=+44", "uid=4294968296",
		"gid=4294967340", "known_user=1000 users=1000 uidx=1000", "host=1000 group=44"};
	char words[128];

	(void)state;
	prepare("games", ON_HOST);
	for (size_t i = 0; i < sizeof(listing) / sizeof(*listing); i++) {
		snprintf(words, sizeof(words), ON_HOST "%s", listing[i]);
		write_record("games", words);
		assert_admitted();
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		snprintf(words, sizeof(words), ON_HOST "%s", others[i]);
		write_record("games", words);
		assert_refused();
	}
}

static void
a_user_hears_the_same_of_every_root_that_is_not_theirs(void **state)
{
	static const int errors[] = {EMFILE, ENOMEM, EACCES, EPERM, EIO, ESTALE, ENOENT};

	(void)state;
	assert_refused();
	prepare("games", ON_HOST "uid=4000");
	assert_refused();
	/* also from another mount namespace, which is nothing that they need to know */
	here.mount++;
	assert_refused();
	/* prepared by another version */
	write_record_of("games", ON_HOST "uid=4000", '3');
	assert_refused();
	/* one that would let them enter, if it could be read: open, record, text */
	reload();
	for (int call = 2; call <= 5; call++)
		for (size_t i = 0; call != 4 && i < sizeof(errors) / sizeof(*errors); i++) {
			failing = call;
			failing_error = errors[i];
			assert_refused();
		}
	assert_admitted();
	/* while it is stopped, and after */
	stop();
	assert_refused();
	assert_int_equal(unlinkat(directory, "games/record.stopping", 0), 0);
	assert_int_equal(unlinkat(directory, "games/ns", 0), 0);
	assert_refused();
	assert_int_equal(unlinkat(directory, "games", AT_REMOVEDIR), 0);
	assert_refused();
}

static void
a_damaged_record_lists_nobody(void **state)
{
	static const char text[] = "uid=1000";
	cleanup_fd int fd = -1;

	(void)state;
	prepare("games", ON_HOST "uid=1000");
	fd = openat(directory, "games/record", O_WRONLY | O_TRUNC | O_CLOEXEC);
	assert_int_equal(__real_write(fd, text, sizeof(text)), sizeof(text));
	cleanup_fd_release(&fd);
	assert_refused();
	begin_entry_of_superuser();
	assert_says(admission_judge(&entry),
		"chroot-enter: cannot read the record of games: Bad message\n");
}

static void
a_root_is_reached_through_no_link(void **state)
{
	(void)state;
	prepare("other", ON_HOST "uid=1000");
	assert_int_equal(symlinkat("other", directory, "games"), 0);
	assert_refused();
	assert_int_equal(unlinkat(directory, "games", 0), 0);
	prepare("games", ON_HOST "uid=1000");
	assert_int_equal(unlinkat(directory, "games/record", 0), 0);
	assert_int_equal(symlinkat("../other/record", directory, "games/record"), 0);
	assert_refused();
}

static void
the_superuser_is_told_what_is_wrong(void **state)
{
	char expected[128];

	(void)state;
	begin_entry_of_superuser();
	assert_says(admission_judge(&entry), absent);
	assert_string_equal(calls, "open games; namespace; ");
	prepare("games", "");
	begin_entry_of_superuser();
	assert_int_equal(admission_judge(&entry), 0);
	assert_string_equal(calls, "open games; record; text; ");
	end_entry();
	begin_entry_of_superuser();
	failing = 1;
	assert_says(admission_judge(&entry),
		"chroot-enter: cannot look at games: Operation not permitted\n");
	assert_string_equal(calls, "open games; namespace; ");
	begin_entry_of_superuser();
	failing = 2;
	failing_error = EMFILE;
	snprintf(expected, sizeof(expected), "chroot-enter: cannot read the record of games: %s\n",
		strerror(EMFILE));
	assert_says(admission_judge(&entry), expected);
	begin_entry_of_superuser();
	failing = 3;
	assert_says(admission_judge(&entry),
		"chroot-enter: cannot read the record of games: Operation not permitted\n");
	stop();
	begin_entry_of_superuser();
	assert_says(admission_judge(&entry), absent);
	assert_string_equal(calls, "open games; record; namespace; ");
	is_configured = false;
	begin_entry_of_superuser();
	assert_says(admission_judge(&entry),
		"chroot-enter: no root is called games (chroot-mounts list)\n");
	is_configured = true;
	/* who is not on the host cannot know whether it is prepared */
	begin_entry_of_superuser();
	failing = 3;
	assert_says(admission_judge(&entry), "chroot-enter: elsewhere\n");
}

static void
a_name_that_is_none_touches_no_file(void **state)
{
	static const char *const names[] = {"../games", ".", "..", "-u", "_", "Games", "a/b",
		"games/", "games\n", "games ", "ga\xc3\xa4mes",
		"abcdefghijklmnopqrstuvwxyz0123456"};
	char expected[128];

	(void)state;
	prepare("games", ON_HOST "uid=1000");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		begin_entry();
		options.root = names[i];
		assert_int_equal(admission_judge(&entry), -1);
		snprintf(expected, sizeof(expected), "log 1000: %s; ", names[i]);
		assert_string_equal(calls, expected);
		begin_entry_of_superuser();
		options.root = names[i];
		assert_int_equal(admission_judge(&entry), -1);
		assert_string_equal(calls, "namespace; ");
	}
	take_said();
	begin_entry();
	options.root = "";
	assert_says(admission_judge(&entry),
		"chroot-enter: '' is no name of a root, which has small letters, digits, - and _ (chroot-enter --list)\n");
	assert_string_equal(calls, "log 1000: ; ");
}

static void
who_is_listed_is_told_of_another_version(void **state)
{
	(void)state;
	prepare("games", ON_HOST);
	reload_by_another_version();
	assert_says(admission_judge(&entry),
		"chroot-enter: games was prepared by another version; to mend it: chroot-mounts "
		"restart games\n");
	begin_entry_of_superuser();
	assert_says(admission_judge(&entry),
		"chroot-enter: games was prepared by another version; to mend it: chroot-mounts "
		"restart games\n");
	write_record_of("games", ON_HOST "uid=1000 service=chroot-mounts.games", '1');
	begin_entry();
	assert_says(admission_judge(&entry),
		"chroot-enter: games was prepared by another version; to mend it: chroot-mounts "
		"restart games\n");
}

static void
a_user_enters_from_the_host_alone(void **state)
{
	static const char elsewhere[] = ELSEWHERE;

	(void)state;
	prepare("games", ON_HOST "uid=1000");
	here.mount = HOST_MOUNT + 1;
	assert_says(admission_judge(&entry), elsewhere);
	begin_entry();
	write_record("games", "uid=1000");
	assert_says(admission_judge(&entry), elsewhere);
	begin_entry();
	write_record("games", "uid=1000 mount=77 host=77");
	assert_says(admission_judge(&entry), elsewhere);
	begin_entry();
	failing = 6;
	reload();
	assert_says(admission_judge(&entry),
		"chroot-enter: cannot look at /: Operation not permitted\n");
	assert_true(ends_in(calls, "; text; root; "));
}

static void
no_namespace_is_joined_but_the_one_that_start_made(void **state)
{
	static const char damaged[] = "chroot-enter: games is damaged: another namespace is pinned "
				      "than start made; to mend it: chroot-mounts restart "
				      "games\n";

	(void)state;
	prepare("games", ON_HOST "uid=1000");
	pin("games");
	assert_int_equal(admission_judge(&entry), 0);
	assert_says(admission_open_pin(&entry), damaged);
	begin_entry_of_superuser();
	assert_int_equal(admission_judge(&entry), 0);
	assert_says(admission_open_pin(&entry), damaged);
	begin_entry();
	write_record("games", ON_HOST "uid=1000");
	assert_int_equal(admission_judge(&entry), 0);
	assert_int_equal(admission_open_pin(&entry), 0);
	end_entry();
	/* one whose number cannot be read */
	begin_entry();
	failing = 11;
	assert_int_equal(admission_judge(&entry), 0);
	assert_says(admission_open_pin(&entry), damaged);
}

static void
a_root_without_a_pin_is_as_good_as_absent(void **state)
{
	(void)state;
	prepare("games", ON_HOST "uid=1000");
	assert_int_equal(unlinkat(directory, "games/ns", 0), 0);
	assert_int_equal(admission_judge(&entry), 0);
	assert_says(admission_open_pin(&entry), refusal);
	assert_true(ends_in(calls, "; pin; look; lower; log 1000: games; "));
	begin_entry_of_superuser();
	assert_int_equal(admission_judge(&entry), 0);
	assert_says(admission_open_pin(&entry), absent);
	assert_true(ends_in(calls, "; pin; look; namespace; "));
	begin_entry_of_superuser();
	failing = 4;
	failing_error = ESTALE; /* no mount namespace */
	assert_int_equal(admission_judge(&entry), 0);
	assert_says(admission_open_pin(&entry), absent);
	begin_entry_of_superuser();
	failing = 4;
	assert_int_equal(admission_judge(&entry), 0);
	assert_says(admission_open_pin(&entry),
		"chroot-enter: cannot look at games: Operation not permitted\n");
}

static void
capabilities_are_in_effect_around_these_calls_alone(void **state)
{
	(void)state;
	prepare("games", ON_HOST "gid=44");
	assert_int_equal(enter(), 3);
	assert_string_equal(calls,
		/* judge */
		"to read; open games; record; lower; text; root; "
		/* open the pin */
		"to read; pin; look; lower; number; "
		/* join */
		"to join; setns; look; close 0; ");
	assert_string_equal(take_said(), "");
	assert_int_equal(joined, pinned("games"));
	assert_int_equal(raised, TO_JOIN);
}

static void
the_superuser_raises_and_lowers_nothing(void **state)
{
	(void)state;
	prepare("games", "");
	begin_entry_of_superuser();
	assert_int_equal(enter(), 3);
	assert_string_equal(
		calls, "open games; record; text; pin; look; number; setns; look; close 0; ");
	assert_int_equal(joined, pinned("games"));
	assert_string_equal(take_said(), "");
}

static void
a_record_that_was_replaced_is_read_without_capabilities(void **state)
{
	(void)state;
	prepare("games", ON_HOST "uid=1000");
	events[0].moment = 13;
	events[0].happens = reload;
	assert_int_equal(enter(), 3);
	assert_string_equal(calls,
		"to read; open games; record; lower; text; root; to read; pin; look; lower; "
		"number; "
		"to join; setns; look; record; lower; text; number; to join; look; close 0; ");
	assert_int_equal(raised, TO_JOIN);
}

static void
move_away(void)
{
	shift = 1;
}

static void
move_back(void)
{
	shift = 0;
}

static void
a_record_of_that_number_on_another_filesystem_is_another_one(void **state)
{
	(void)state;
	prepare("games", ON_HOST "uid=1000");
	events[0].moment = 9;
	events[0].happens = move_away;
	events[1].moment = 10;
	events[1].happens = move_back;
	assert_int_equal(enter(), 3);
	assert_non_null(strstr(calls, "look; lower; to read; open games; record; "));
}

static void
a_call_that_fails_ends_the_entry(void **state)
{
	static const char raising[] =
		"cannot use the capabilities that joining needs: Operation not permitted";
	static const char lowering[] = "cannot drop the capabilities: Operation not permitted";
	static const struct {
		const char *last; /* calls */
		int steps;
		bool is_raised; /* still */
		const char *message; /* NULL for the refusal of a root that is not theirs */
	} cases[] = {
		{"to read; ", 0, false, raising},
		{"to read; open games; lower; log 1000: games; ", 0, false, NULL},
		{"record; lower; log 1000: games; ", 0, false, NULL},
		{"record; lower; ", 0, true, lowering},
		{"lower; text; log 1000: games; ", 0, false, NULL},
		{"text; root; ", 0, false, "cannot look at /: Operation not permitted"},
		{"root; to read; ", 1, false, raising},
		{"pin; look; lower; log 1000: games; ", 1, false, NULL},
		/* judged again */
		{"look; lower; to read; open games; record; lower; text; root; to read; pin; look; "
		 "lower; number; to join; setns; look; close 0; ",
			3, true, ""},
		{"pin; look; lower; ", 1, true, lowering},
		{"lower; number; ", 1, false,
			"games is damaged: another namespace is pinned than start made; to mend "
			"it: chroot-mounts restart games"},
		{"number; to join; ", 2, false, raising},
		{"to join; setns; lower; ", 2, false,
			"cannot join the namespace of games: Operation not permitted"},
		/* judged again */
		{"setns; look; record; lower; text; number; to join; look; close 0; ", 3, true, ""},
		{"look; close 0; ", 2, true, "close: Operation not permitted"},
	};
	char expected[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin_anew(state);
		prepare("games", ON_HOST "uid=1000");
		failing = (int)i + 1;
		assert_int_equal(enter(), cases[i].steps);
		assert_true(ends_in(calls, cases[i].last));
		assert_int_equal(raised != NOTHING, cases[i].is_raised);
		assert_int_equal(report.errors, cases[i].steps < 3);
		snprintf(expected, sizeof(expected), "chroot-enter: %s\n",
			cases[i].message ? cases[i].message : "");
		assert_string_equal(take_said(), !cases[i].message           ? refusal
						 : *cases[i].message == '\0' ? ""
									     : expected);
		assert_int_equal(has_said_while_raised, cases[i].steps < 3 && cases[i].is_raised);
	}
}

/* The same while the record is judged again, after the join. */
static void
a_call_that_fails_when_a_caller_is_judged_again_ends_the_entry(void **state)
{
	static const struct {
		const char *last; /* calls */
		bool is_raised; /* still */
		const char *message;
	} cases[] = {
		{"look; record; lower; ", false, NULL},
		{"record; lower; ", true,
			"chroot-enter: cannot drop the capabilities: Operation not permitted\n"},
		{"lower; text; ", false, NULL},
		{"text; number; ", false, NULL},
		{"number; to join; ", false,
			"chroot-enter: cannot use the capabilities that joining needs: Operation "
			"not permitted\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		begin_anew(state);
		prepare("games", ON_HOST "uid=1000");
		events[0].moment = 14;
		events[0].happens = reload;
		failing = 15 + (int)i;
		assert_int_equal(enter(), 2);
		assert_true(ends_in(calls, cases[i].last));
		assert_int_equal(raised != NOTHING, cases[i].is_raised);
		assert_string_equal(take_said(), cases[i].message ? cases[i].message : disturbed);
		assert_int_equal(has_said_while_raised, cases[i].is_raised);
	}
}

/* Something happens before each call of an entry in turn. Calls judge with the steps that were
 * taken, and whether it happened too late for the entry to see. Returns the number of entries that
 * came in. */
static int
disturb(void **state, void (*begin)(void), void (*happens)(void),
	void (*judge)(int steps, bool late))
{
	int steps, count = 0;

	for (int moment = 1;; moment++) {
		begin_anew(state);
		begin();
		prepare("games", ON_HOST "uid=1000");
		events[0].moment = moment;
		events[0].happens = happens;
		steps = enter();
		if (events[0].call[0] == '\0')
			break;
		judge(steps, strcmp(events[0].call, "close 0") == 0);
		count += steps == 3;
	}
	assert_int_equal(steps, 3);
	assert_true(made > 8);
	return count;
}

static void
assert_kept_out(int steps, bool late)
{
	const char *words = take_said();

	assert_int_equal(steps == 3, late);
	if (late) {
		assert_string_equal(words, "");
		return;
	}
	assert_int_equal(report.errors, 1);
	assert_string_equal(words, joined != 0 ? disturbed : entry.is_superuser ? absent : refusal);
	assert_int_equal(raised, NOTHING);
	assert_false(has_said_while_raised);
}

static void
who_is_delisted_at_any_moment_is_kept_out(void **state)
{
	assert_int_equal(disturb(state, begin_entry, delist, assert_kept_out), 1);
}

static void
a_root_that_is_stopped_at_any_moment_is_not_entered(void **state)
{
	assert_int_equal(disturb(state, begin_entry, stop, assert_kept_out), 1);
	assert_int_equal(disturb(state, begin_entry_of_superuser, stop, assert_kept_out), 1);
}

static void
assert_in(int steps, bool late)
{
	(void)late;
	assert_int_equal(steps, 3);
	assert_string_equal(take_said(), "");
	assert_int_equal(joined, pinned("games"));
}

static void
a_reload_at_any_moment_keeps_out_nobody_who_is_listed(void **state)
{
	disturb(state, begin_entry, reload, assert_in);
	disturb(state, begin_entry_of_superuser, reload, assert_in);
}

static void
assert_in_the_new_one_or_kept_out(int steps, bool late)
{
	if (late)
		assert_int_equal(steps, 3);
	else if (steps == 3)
		assert_int_equal(joined, pinned("games"));
	else
		assert_kept_out(steps, late);
	take_said();
}

static void
after_a_restart_at_any_moment_the_new_namespace_is_entered_or_none(void **state)
{
	assert_true(disturb(state, begin_entry, restart, assert_in_the_new_one_or_kept_out) > 5);
	assert_true(disturb(state, begin_entry_of_superuser, restart,
			    assert_in_the_new_one_or_kept_out) > 3);
}

/* A pin that is open is of the one that was stopped, and the record that was read with it too. */
static void
assert_in_the_new_one_damaged_or_kept_out(int steps, bool late)
{
	if (steps == 1 && strstr(calls, "number; ")) {
		assert_non_null(strstr(take_said(), "another namespace is pinned than start made"));
		assert_int_equal(raised, NOTHING);
		return;
	}
	assert_in_the_new_one_or_kept_out(steps, late);
}

static void
a_namespace_that_was_exchanged_at_any_moment_is_not_taken_for_the_old_one(void **state)
{
	assert_true(disturb(state, begin_entry, restart_in_the_same_folder,
			    assert_in_the_new_one_damaged_or_kept_out) > 5);
	assert_true(disturb(state, begin_entry_of_superuser, restart_in_the_same_folder,
			    assert_in_the_new_one_damaged_or_kept_out) > 3);
}

static void
assert_told_or_kept_out(int steps, bool late)
{
	const char *words = take_said();

	assert_int_equal(steps == 3, late);
	if (!late && joined == 0)
		assert_non_null(strstr(words, "games was prepared by another version"));
	else
		assert_string_equal(words, late ? "" : disturbed);
	assert_true(late || raised == NOTHING);
}

static void
a_root_that_another_version_takes_over_is_not_entered(void **state)
{
	disturb(state, begin_entry, reload_by_another_version, assert_told_or_kept_out);
	disturb(state, begin_entry_of_superuser, reload_by_another_version,
		assert_told_or_kept_out);
}

static void
who_is_delisted_after_a_reload_is_kept_out(void **state)
{
	int steps, count = 0;

	for (int first = 1; first <= 15; first++)
		for (int second = first + 1;; second++) {
			begin_anew(state);
			prepare("games", ON_HOST "uid=1000");
			events[0].moment = first;
			events[0].happens = reload;
			events[1].moment = second;
			events[1].happens = delist;
			steps = enter();
			if (events[1].call[0] == '\0') {
				assert_int_equal(steps, 3);
				break;
			}
			assert_kept_out(steps, strcmp(events[1].call, "close 0") == 0);
			count++;
		}
	assert_true(count > 100);
}

static void
a_user_of_another_namespace_is_kept_out_after_a_reload(void **state)
{
	(void)state;
	prepare("games", ON_HOST "uid=1000");
	assert_int_equal(admission_judge(&entry), 0);
	write_record("games", "host_mount=78 uid=1000");
	assert_says(admission_open_pin(&entry), ELSEWHERE);
}

static void
the_root_inside_must_be_the_one_that_start_made(void **state)
{
	static const char damaged[] = "chroot-enter: games is damaged: / inside is not what start "
				      "made; to mend it: chroot-mounts restart games\n";

	(void)state;
	prepare("games", "");
	begin_entry_of_superuser();
	assert_int_equal(enter(), 3);
	here = inside;
	assert_int_equal(admission_check_root(&entry, false), 0);
	assert_int_equal(admission_check_root(&entry, true), 0);
	here.mount++;
	assert_int_equal(admission_check_root(&entry, true), 0);
	assert_string_equal(take_said(), "");
	assert_int_equal(admission_check_root(&entry, false), -1);
	assert_string_equal(take_said(), damaged);
	for (int i = 0; i < 2; i++) {
		here = inside;
		here.inode += i == 0;
		here.device += i == 1;
		assert_int_equal(admission_check_root(&entry, false), -1);
		assert_string_equal(take_said(), damaged);
		assert_int_equal(admission_check_root(&entry, true), -1);
		assert_string_equal(take_said(), damaged);
	}
	here = inside;
	failing = made + 1;
	assert_int_equal(admission_check_root(&entry, true), -1);
	assert_string_equal(take_said(), damaged);
}

static void
the_top_directory_inside_is_the_superusers_alone(void **state)
{
	static const char unsafe[] = "chroot-enter: games is not safe to enter: its top directory "
				     "can be written by others than the superuser\n";
	static const mode_t modes[] = {0775, 0757, 01777};

	(void)state;
	prepare("games", "");
	begin_entry_of_superuser();
	assert_int_equal(enter(), 3);
	here = inside;
	here.owner = geteuid() + 1;
	assert_int_equal(admission_check_root(&entry, false), -1);
	assert_string_equal(take_said(), unsafe);
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
		here = inside;
		here.mode = S_IFDIR | modes[i];
		assert_int_equal(admission_check_root(&entry, true), -1);
		assert_string_equal(take_said(), unsafe);
	}
}

static int list_result;

/* Returns what is printed. spare: descriptors that can be opened, -1 for no limit. */
static const char *
list(int spare)
{
	static char text[1024];
	cleanup_fd int output = memfd_create("output", MFD_CLOEXEC);
	cleanup_fd int before = -1;
	struct rlimit limit, low;

	fflush(stdout);
	before = dup(STDOUT_FILENO);
	assert_true(output >= 0 && before >= 0);
	assert_true(dup2(output, STDOUT_FILENO) >= 0);
	low.rlim_cur = (rlim_t)fcntl(report.fd, F_DUPFD_CLOEXEC, 0);
	close((int)low.rlim_cur);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	low.rlim_max = limit.rlim_max;
	low.rlim_cur += (rlim_t)spare;
	if (spare >= 0)
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	list_result = admission_list(&entry);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	fflush(stdout);
	dup2(before, STDOUT_FILENO);
	cleanup_fd_release(&entry.folder);
	cleanup_fd_release(&entry.record_file);
	cleanup_fd_release(&entry.namespace);
	record_release(&entry.record);
	assert_int_equal(raised, NOTHING);
	assert_false(has_said_while_raised);
	return read_back(output, text, sizeof(text));
}

/* The uid 1000 may enter a, b and d. */
static void
prepare_many(void)
{
	prepare("d", ON_HOST "uid=1000");
	prepare("b", ON_HOST "gid=44");
	prepare("c", ON_HOST "uid=4000");
	prepare("a", ON_HOST "uid=1000");
	prepare("e", ON_HOST "uid=1000"); /* stopped */
	assert_int_equal(renameat(directory, "e/record", directory, "e/record.stopping"), 0);
	prepare("f", ON_HOST "uid=1000"); /* without a pin */
	assert_int_equal(unlinkat(directory, "f/ns", 0), 0);
	assert_int_equal(mkdirat(directory, "g", 0700), 0);
	prepare("H", ON_HOST "uid=1000"); /* no name */
	assert_int_equal(symlinkat("a", directory, "i"), 0);
}

static void
a_user_sees_in_order_what_they_may_enter(void **state)
{
	(void)state;
	prepare_many();
	assert_string_equal(list(-1), "a\nb\nd\n");
	assert_int_equal(list_result, 0);
	assert_string_equal(take_said(), "");
	assert_string_equal(calls, "to read; scan; lower; "
				   "to read; open a; record; pin; lower; text; root; "
				   "to read; open b; record; pin; lower; text; root; "
				   "to read; open c; record; pin; lower; text; "
				   "to read; open d; record; pin; lower; text; root; "
				   "to read; open e; record; lower; "
				   "to read; open f; record; pin; lower; text; root; "
				   "to read; open g; record; lower; "
				   "to read; open i; lower; ");
}

static void
the_superuser_sees_in_order_what_is_prepared(void **state)
{
	(void)state;
	prepare_many();
	begin_entry_of_superuser();
	here.mount++;
	assert_string_equal(list(-1), "a\nb\nc\nd\n");
	assert_int_equal(list_result, 0);
	assert_string_equal(take_said(), "");
}

/* It is theirs, and what is wrong is said when they enter it. */
static void
a_root_of_another_version_is_seen_by_who_is_listed(void **state)
{
	(void)state;
	prepare("games", ON_HOST);
	reload_by_another_version();
	assert_string_equal(list(-1), "games\n");
	write_record_of("games", ON_HOST "uid=4000", '3');
	assert_string_equal(list(-1), "");
	assert_string_equal(take_said(), "");
}

static void
without_a_state_directory_there_is_nothing_to_see(void **state)
{
	(void)state;
	failing = 2;
	failing_error = ENOENT;
	assert_string_equal(list(-1), "");
	assert_int_equal(list_result, 0);
	assert_string_equal(take_said(), "");
	begin_entry();
	failing = 2;
	assert_string_equal(list(-1), "");
	assert_int_equal(list_result, -1);
	assert_string_equal(
		take_said(), "chroot-enter: cannot look at the roots: Operation not permitted\n");
}

static void
a_list_from_another_namespace_is_refused_once(void **state)
{
	(void)state;
	prepare_many();
	here.mount++;
	assert_string_equal(list(-1), "");
	assert_int_equal(list_result, -1);
	assert_string_equal(take_said(), ELSEWHERE);
	/* who is listed nowhere is not told that there is something */
	begin_entry();
	here.mount++;
	entry.caller = (struct identity){.uid = 1234, .gid = 1234};
	assert_string_equal(list(-1), "");
	assert_int_equal(list_result, 0);
	assert_string_equal(take_said(), "");
}

/* No root is missing because a file could not be opened. */
static void
a_list_that_lacks_descriptors_is_refused_once(void **state)
{
	char expected[128];

	(void)state;
	prepare_many();
	snprintf(expected, sizeof(expected), "chroot-enter: cannot look at the roots: %s\n",
		strerror(EMFILE));
	for (int spare = 0; spare < 3; spare++) {
		begin_entry();
		assert_string_equal(list(spare), "");
		assert_int_equal(list_result, -1);
		assert_string_equal(take_said(), expected);
	}
	assert_string_equal(list(3), "a\nb\nd\n");
	assert_int_equal(list_result, 0);
	assert_string_equal(take_said(), "");
}

static void
a_capability_that_cannot_be_raised_or_dropped_ends_a_list(void **state)
{
	static const int moments[] = {1, 3, 4, 8};

	(void)state;
	prepare("games", ON_HOST "uid=1000");
	for (size_t i = 0; i < sizeof(moments) / sizeof(*moments); i++) {
		bool is_lower = moments[i] == 3 || moments[i] == 8;

		begin_entry();
		failing = moments[i];
		assert_int_equal(admission_list(&entry), -1);
		assert_int_equal(report.errors, 1);
		assert_string_equal(take_said(),
			is_lower ? "chroot-enter: cannot drop the capabilities: Operation not "
				   "permitted\n"
				 : "chroot-enter: cannot use the capabilities that joining needs: "
				   "Operation not permitted\n");
		assert_true(ends_in(calls, is_lower ? "; lower; " : "to read; "));
		assert_int_equal(made, moments[i]);
		if (made == 3)
			free_scanned();
		end_entry();
	}
}

static void
a_list_that_cannot_be_written_is_an_error(void **state)
{
	cleanup_fd int full = openat(AT_FDCWD, "/dev/full", O_WRONLY | O_CLOEXEC);
	cleanup_fd int before = -1;
	int result;

	(void)state;
	prepare("games", ON_HOST "uid=1000");
	fflush(stdout);
	before = dup(STDOUT_FILENO);
	assert_true(full >= 0 && before >= 0);
	dup2(full, STDOUT_FILENO);
	result = admission_list(&entry);
	__fpurge(stdout);
	clearerr(stdout);
	dup2(before, STDOUT_FILENO);
	assert_int_equal(result, -1);
	assert_string_equal(take_said(), "chroot-enter: cannot write: No space left on device\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_user_drops_the_superusers_identity_first),
		TEST(the_superuser_keeps_their_identity),
		TEST(an_entry_whose_beginning_fails_goes_no_further),
		TEST(a_caller_is_listed_by_their_uid_or_by_one_of_their_groups),
		TEST(a_user_hears_the_same_of_every_root_that_is_not_theirs),
		TEST(a_damaged_record_lists_nobody),
		TEST(a_root_is_reached_through_no_link),
		TEST(the_superuser_is_told_what_is_wrong),
		TEST(a_name_that_is_none_touches_no_file),
		TEST(who_is_listed_is_told_of_another_version),
		TEST(a_user_enters_from_the_host_alone),
		TEST(no_namespace_is_joined_but_the_one_that_start_made),
		TEST(a_root_without_a_pin_is_as_good_as_absent),
		TEST(capabilities_are_in_effect_around_these_calls_alone),
		TEST(the_superuser_raises_and_lowers_nothing),
		TEST(a_record_that_was_replaced_is_read_without_capabilities),
		TEST(a_record_of_that_number_on_another_filesystem_is_another_one),
		TEST(a_call_that_fails_ends_the_entry),
		TEST(a_call_that_fails_when_a_caller_is_judged_again_ends_the_entry),
		TEST(who_is_delisted_at_any_moment_is_kept_out),
		TEST(a_root_that_is_stopped_at_any_moment_is_not_entered),
		TEST(a_reload_at_any_moment_keeps_out_nobody_who_is_listed),
		TEST(after_a_restart_at_any_moment_the_new_namespace_is_entered_or_none),
		TEST(a_namespace_that_was_exchanged_at_any_moment_is_not_taken_for_the_old_one),
		TEST(a_root_that_another_version_takes_over_is_not_entered),
		TEST(who_is_delisted_after_a_reload_is_kept_out),
		TEST(a_user_of_another_namespace_is_kept_out_after_a_reload),
		TEST(the_root_inside_must_be_the_one_that_start_made),
		TEST(the_top_directory_inside_is_the_superusers_alone),
		TEST(a_user_sees_in_order_what_they_may_enter),
		TEST(the_superuser_sees_in_order_what_is_prepared),
		TEST(a_root_of_another_version_is_seen_by_who_is_listed),
		TEST(without_a_state_directory_there_is_nothing_to_see),
		TEST(a_list_from_another_namespace_is_refused_once),
		TEST(a_list_that_lacks_descriptors_is_refused_once),
		TEST(a_capability_that_cannot_be_raised_or_dropped_ends_a_list),
		TEST(a_list_that_cannot_be_written_is_an_error),
	};

	/* those of the test are counted */
	for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
		close(fd);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
