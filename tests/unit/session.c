/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/account.h"
#include "common/cleanup.h"
#include "enter/command.h"
#include "enter/entry.h"
#include "enter/environment.h"
#include "enter/options.h"
#include "enter/session.h"
#include "folder.h"
#include "helper/record_write.h"
#include "proc_statx.h"
#include "said.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>

#define STATUS 42 /* of a command that was executed */

/* A directory of the test's own, with home/, work/ and a file; its path, and that of work/. */
static char place[PATH_MAX / 4], work[PATH_MAX / 2];

static struct entry entry;
static struct options options;
static struct identity another;

/* The root's passwd, % for the place; NULL for none. */
static const char *passwd;

/* The environment that was made, which an exec would end. */
static struct account account;
static char **environment;
static bool lacks_memory;

/* Directories below this one are outside the root. */
static char hidden[PATH_MAX];

/* The X authority file: the question and the answer. */
static char asked[PATH_MAX * 2];
static const char *shown;

/* The program that was executed, with its arguments. */
static struct {
	char file[PATH_MAX];
	char words[PATH_MAX]; /* a blank behind each */
	char search_path[64];
	char directory[PATH_MAX];
} executed;

static int status; /* of the execution */

static char personalities[64];
static bool fails_personality;

/* The programs in the root's /usr/sbin, with blanks between them. */
static const char *tools;

long __wrap_syscall(long number, ...);
int __wrap_personality(unsigned long persona);
int __wrap_access(const char *path, int mode);
char *__wrap_account_text(const char *path, bool follows);
int __real_account_find(struct account *found, const char *text, const char *name, uid_t uid);
int __wrap_account_find(struct account *found, const char *text, const char *name, uid_t uid);
char **__real_environment_make(const struct environment_rules *rules);
char **__wrap_environment_make(const struct environment_rules *rules);
void __wrap_xauthority_read(struct xauthority *xauthority, const char *variable, const char *home);
const char *__wrap_xauthority_show(struct xauthority *xauthority, const char *home,
	const char *runtime, const char *root, struct report *to);
int __wrap_command_execute(const char *file, char *const *argv, char *const *variables,
	const char *search_path, struct report *to);

long
__wrap_syscall(long number, ...)
{
	va_list words;
	char *text;
	size_t size;
	long result;

	va_start(words, number);
	if (number == SYS_statx) {
		result = proc_statx(words);
		va_end(words);
		return result;
	}
	assert_int_equal(number, SYS_getcwd);
	text = va_arg(words, char *);
	size = va_arg(words, size_t);
	va_end(words);
	result = __real_syscall(SYS_getcwd, text, size);
	if (result > 0 && hidden[0] != '\0' && strncmp(text, hidden, strlen(hidden)) == 0)
		result = snprintf(text, size, "(unreachable)/somewhere") + 1;
	if (result >= 0)
		errno = EBUSY; /* which a call that succeeds may leave */
	return result;
}

int
__wrap_personality(unsigned long persona)
{
	size_t length = strlen(personalities);

	snprintf(personalities + length, sizeof(personalities) - length, "%s",
		persona == PER_LINUX32 ? "linux32 "
		: persona == PER_LINUX ? "linux "
				       : "unknown ");
	errno = EPERM;
	return fails_personality ? -1 : 0;
}

int
__wrap_access(const char *path, int mode)
{
	static const char folder[] = "/usr/sbin/";

	if (mode == F_OK)
		return strcmp(path, "etc") == 0 ? 0 : -1;
	assert_memory_equal(path, folder, strlen(folder));
	return strncmp(tools, path + strlen(folder), strlen(path + strlen(folder))) == 0 ? 0 : -1;
}

/* Replaces % by the place. */
static const char *
in_place(const char *text)
{
	static char texts[4][PATH_MAX];
	static unsigned next;
	char *whole = texts[next++ % 4];
	size_t length = 0;

	whole[0] = '\0';
	for (; *text != '\0' && length < PATH_MAX; text++)
		length += (size_t)snprintf(whole + length, PATH_MAX - length, "%s",
			*text == '%' ? place : (char[]){*text, '\0'});
	return whole;
}

char *
__wrap_account_text(const char *path, bool follows)
{
	assert_string_equal(path, "/etc/passwd");
	assert_true(follows);
	errno = ENOENT;
	return passwd ? strdup(in_place(passwd)) : NULL;
}

int
__wrap_account_find(struct account *found, const char *text, const char *name, uid_t uid)
{
	int result = __real_account_find(found, text, name, uid);

	account = *found;
	return result;
}

char **
__wrap_environment_make(const struct environment_rules *rules)
{
	environment = lacks_memory ? NULL : __real_environment_make(rules);
	return environment;
}

static const char *
or_none(const char *text)
{
	return text ? text : "none";
}

void
__wrap_xauthority_read(struct xauthority *xauthority, const char *variable, const char *home)
{
	assert_ptr_equal(xauthority, &entry.xauthority);
	snprintf(asked, sizeof(asked), "read %s %s", or_none(variable), or_none(home));
}

const char *
__wrap_xauthority_show(struct xauthority *xauthority, const char *home, const char *runtime,
	const char *root, struct report *to)
{
	assert_ptr_equal(xauthority, &entry.xauthority);
	assert_ptr_equal(to, &report);
	snprintf(asked, sizeof(asked), "show %s %s %s", home, or_none(runtime), root);
	return shown;
}

int
__wrap_command_execute(const char *file, char *const *argv, char *const *variables,
	const char *search_path, struct report *to)
{
	size_t length = 0;

	assert_ptr_equal(to, &report);
	assert_ptr_equal(variables, environment);
	snprintf(executed.file, sizeof(executed.file), "%s", file);
	for (char *const *word = argv; *word; word++)
		length += (size_t)snprintf(
			executed.words + length, sizeof(executed.words) - length, "%s ", *word);
	snprintf(executed.search_path, sizeof(executed.search_path), "%s", search_path);
	assert_true(__real_syscall(SYS_getcwd, executed.directory, sizeof(executed.directory)) > 0);
	return status;
}

/* A path below the place; as many at a time as a test needs. */
static const char *
at(const char *name)
{
	static char paths[8][PATH_MAX / 2];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, sizeof(*paths), "%s/%s", place, name);
	return path;
}

static void
put_file(const char *name)
{
	cleanup_fd int fd = open(at(name), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
}

/* An entry of uid 1000, whose working directory is work/ and whose home inside is home/. */
static void
begin_entry(void)
{
	static char *variables[] = {NULL};
	int fd = report.fd;

	record_release(&entry.record);
	entry_init(&entry, &options, &report);
	report.fd = fd;
	options = (struct options){.root = "games"};
	entry.caller = (struct identity){.uid = 1000, .gid = 1000};
	another = (struct identity){.uid = 1001, .gid = 1001};
	entry.target = &entry.caller;
	entry.environment = variables;
	snprintf(entry.directory, sizeof(entry.directory), "%s", work);
	passwd = "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::%/home:/bin/zsh\n";
	memset(&executed, 0, sizeof(executed));
	hidden[0] = asked[0] = personalities[0] = '\0';
	shown = NULL;
	status = STATUS;
	tools = "";
	lacks_memory = fails_personality = false;
}

static int
make_place(void **state)
{
	char *where = realpath(getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", NULL);

	if (report_to_memory(state) != 0 || !where)
		return -1;
	snprintf(place, sizeof(place), "%s/session.XXXXXX", where);
	free(where);
	if (!mkdtemp(place) || mkdir(at("home"), 0700) != 0 || mkdir(at("work"), 0700) != 0)
		return -1;
	snprintf(work, sizeof(work), "%s/work", place);
	put_file("file");
	entry = (struct entry){0};
	begin_entry();
	return chdir("/");
}

static int
remove_place(void **state)
{
	record_release(&entry.record);
	return report_close(state) | chdir("/") | folder_remove(place);
}

static void
record(const char *key, const char *value)
{
	assert_int_equal(record_add(&entry.record, key, value), 0);
}

/* The variable of the environment that was made; NULL for none. */
static const char *
variable(const char *name)
{
	static char value[PATH_MAX];
	size_t length = strlen(name);

	for (char **string = environment; string && *string; string++)
		if (strncmp(*string, name, length) == 0 && (*string)[length] == '=') {
			snprintf(value, sizeof(value), "%s", *string + length + 1);
			return value;
		}
	return NULL;
}

/* Releases the memory that an exec would. */
static void
forget(void)
{
	environment_free(environment);
	environment = NULL;
	account_release(&account);
}

static void
execute(void)
{
	forget();
	executed.file[0] = executed.directory[0] = '\0';
	assert_int_equal(session_execute(&entry), STATUS);
}

/* Nothing is executed, and this is said. */
static void
assert_fails(const char *expected)
{
	forget();
	executed.file[0] = '\0';
	assert_int_equal(session_execute(&entry), COMMAND_FAILED);
	assert_string_equal(take_said(), in_place(expected));
	assert_string_equal(executed.file, "");
	forget();
}

static void
assert_executed_in(const char *path, const char *expected)
{
	execute();
	assert_string_equal(executed.directory, in_place(path));
	assert_string_equal(take_said(), in_place(expected));
	forget();
}

static void
assert_variable(const char *name, const char *expected)
{
	const char *value = variable(name);

	assert_non_null(value);
	assert_string_equal(value, in_place(expected));
}

#define COMMAND(...) ((char **)(uintptr_t)(const char *const[]){__VA_ARGS__, NULL})

static void
the_working_directory_is_what_the_kernel_calls_it(void **state)
{
	(void)state;
	entry.directory[0] = '\0';
	assert_int_equal(chdir(work), 0);
	session_find_directory(&entry);
	assert_string_equal(entry.directory, work);
}

static void
a_working_directory_without_a_path_is_none(void **state)
{
	(void)state;
	assert_int_equal(chdir(work), 0);
	strcpy(hidden, work);
	session_find_directory(&entry);
	assert_string_equal(entry.directory, "");
	strcpy(entry.directory, work);
	hidden[0] = '\0';
	assert_int_equal(rmdir(work), 0);
	session_find_directory(&entry);
	assert_string_equal(entry.directory, "");
}

static void
the_cookies_are_read_for_a_caller_with_a_display(void **state)
{
	(void)state;
	entry.environment = COMMAND("DISPLAY=:0", "XAUTHORITY=/cookies", "HOME=/home/alice");
	session_read_xauthority(&entry);
	assert_string_equal(asked, "read /cookies /home/alice");
	entry.environment = COMMAND("DISPLAY=:0");
	session_read_xauthority(&entry);
	assert_string_equal(asked, "read none none");
}

static void
the_cookies_are_not_read_without_a_display_or_for_another_user(void **state)
{
	(void)state;
	entry.environment = COMMAND("DISPLAYS=:0", "XDISPLAY=:0", "XAUTHORITY=/cookies", "DISPLAY");
	session_read_xauthority(&entry);
	entry.environment = NULL;
	session_read_xauthority(&entry);
	entry.environment = COMMAND("DISPLAY=:0", "XAUTHORITY=/cookies");
	entry.target = &another;
	session_read_xauthority(&entry);
	assert_string_equal(asked, "");
	/* the same number is the same user, by whatever way it was named */
	another.uid = 1000;
	session_read_xauthority(&entry);
	assert_string_equal(asked, "read /cookies none");
}

static void
the_last_assignment_of_a_variable_counts(void **state)
{
	(void)state;
	entry.environment = COMMAND("DISPLAY=:0", "HOME=/first", "HOMES=/other", "HOME=/last");
	session_read_xauthority(&entry);
	assert_string_equal(asked, "read none /last");
}

/* Records a line of the plan whose source is the file as it is now. */
static void
record_line(const char *source, const char *mount_options)
{
	struct record_mount mount = {.id = 5, .mount_point = "/file"};
	struct stat found;

	assert_int_equal(stat(at(source), &found), 0);
	mount.device = found.st_dev;
	mount.inode = found.st_ino;
	assert_int_equal(record_add_mount(&entry.record, "line", RECORD_LINE, &mount), 0);
	record("line_source", at(source));
	record("line_target", "/file");
	record("line_type", "none");
	record("line_options", mount_options);
}

/* As an editor does. */
static void
replace(const char *name)
{
	put_file("unfinished");
	assert_int_equal(rename(at("unfinished"), at(name)), 0);
}

#define REPLACED                                                                                   \
	"chroot-enter: %/file was replaced on the host, and games has the old one; chroot-mounts " \
	"reload games renews it\n"

static void
a_file_that_is_bound_and_was_replaced_is_reported(void **state)
{
	(void)state;
	record_line("file", "bind");
	session_report_replaced(&entry);
	assert_string_equal(take_said(), "");
	replace("file");
	session_report_replaced(&entry);
	assert_string_equal(take_said(), in_place(REPLACED));
}

static void
each_file_that_was_replaced_is_reported(void **state)
{
	(void)state;
	put_file("other");
	put_file("third");
	record_line("file", "bind,ro");
	record_line("other", "ro,bind");
	record_line("third", "nosuid,bind,ro");
	record("service", "chroot-mounts.games");
	replace("file");
	replace("third");
	session_report_replaced(&entry);
	assert_string_equal(take_said(),
		in_place("chroot-enter: %/file was replaced on the host, and games has the old "
			 "one; chroot-mounts reload games renews it\n"
			 "chroot-enter: %/third was replaced on the host, and games has the old "
			 "one; chroot-mounts reload games renews it\n"));
}

static void
a_file_of_that_number_on_another_filesystem_is_another_one(void **state)
{
	struct record_mount mount = {.id = 5, .mount_point = "/file"};
	struct stat found;

	(void)state;
	assert_int_equal(stat(at("file"), &found), 0);
	mount.device = found.st_dev + 1;
	mount.inode = found.st_ino;
	assert_int_equal(record_add_mount(&entry.record, "line", RECORD_LINE, &mount), 0);
	record("line_source", at("file"));
	record("line_options", "bind");
	session_report_replaced(&entry);
	assert_string_equal(take_said(), in_place(REPLACED));
}

static void
only_single_files_that_are_bound_are_looked_at(void **state)
{
	static const char *const others[] = {
		"rbind", "rbind,ro", "ro", "", "bind2", "x-bind", "bin"};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		record_line("file", others[i]);
	/* a directory */
	record_line("home", "bind");
	assert_int_equal(rename(at("home"), at("before")), 0);
	assert_int_equal(mkdir(at("home"), 0700), 0);
	/* one that start passed over, one without options, one that is no mount */
	record("line", "0:1:1:/file");
	record("line_source", at("file"));
	record("line_options", "bind");
	record("line", "5:1:x:/file");
	record("line_source", at("file"));
	record("line_options", "bind");
	/* one whose source is gone */
	put_file("gone");
	record_line("gone", "bind");
	assert_int_equal(unlink(at("gone")), 0);
	record("line", "5:1:1:/file");
	record("line_source", at("file"));
	replace("file");
	session_report_replaced(&entry);
	assert_string_equal(take_said(), "");
}

static void
the_output_of_a_command_has_no_word_of_replaced_files(void **state)
{
	(void)state;
	record_line("file", "bind");
	replace("file");
	options.command = COMMAND("true");
	session_report_replaced(&entry);
	assert_string_equal(take_said(), "");
}

static void
the_home_is_that_of_the_roots_passwd(void **state)
{
	(void)state;
	execute();
	assert_variable("HOME", "%/home");
	assert_string_equal(take_said(), "");
}

static void
a_home_that_is_missing_inside_is_told_to_a_shell_alone(void **state)
{
	static const char *const homes[] = {"%/nowhere", "%/file", "home", ""};
	char entry_of_passwd[PATH_MAX], expected[PATH_MAX * 2];

	(void)state;
	for (size_t i = 0; i < sizeof(homes) / sizeof(*homes); i++) {
		const char *home = in_place(homes[i]);

		snprintf(
			entry_of_passwd, sizeof(entry_of_passwd), "alice:x:1000:1000::%s:\n", home);
		passwd = entry_of_passwd;
		snprintf(expected, sizeof(expected),
			"chroot-enter: your home %s is missing inside games; make it there and "
			"give it to alice\n",
			home);
		assert_int_equal(chdir(place), 0);
		options.command = NULL;
		execute();
		assert_variable("HOME", "/");
		assert_string_equal(take_said(), expected);
		options.command = COMMAND("true");
		execute();
		assert_variable("HOME", "/");
		assert_string_equal(take_said(), "");
	}
}

static void
an_account_that_is_missing_inside_is_told_to_a_shell_alone(void **state)
{
	char *without[] = {NULL}, **named = COMMAND("LOGNAME=al ice");
	static const char *const texts[] = {NULL, "", "bob:x:1001:1001::/:/bin/sh\n"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		passwd = texts[i];
		options.command = NULL;
		execute();
		assert_variable("HOME", "/");
		assert_variable("SHELL", "/bin/sh");
		take_said();
		entry.environment = without;
		tools = "useradd adduser";
		execute();
		assert_string_equal(take_said(),
			"chroot-enter: games has no account with the number 1000; the superuser "
			"makes it: chroot-enter -u 0 -d / games useradd -m -u 1000 unknown\n");
		tools = "adduser";
		entry.environment = named;
		execute();
		assert_string_equal(take_said(),
			"chroot-enter: games has no account with the number 1000; the superuser "
			"makes it: chroot-enter -u 0 -d / games adduser -D -u 1000 'al ice'\n");
		tools = "";
		execute();
		assert_string_equal(take_said(),
			"chroot-enter: games has no account with the number 1000; its /etc/passwd "
			"wants a line such as al ice:x:1000:1000::/:/bin/sh\n");
		options.command = COMMAND("true");
		execute();
		assert_variable("HOME", "/");
		assert_string_equal(take_said(), "");
	}
}

static void
the_account_is_the_targets(void **state)
{
	(void)state;
	passwd = "alice:x:1000:1000::%/work:/bin/zsh\nbob:x:1001:1001::%/home:/bin/ksh\n";
	entry.target = &another;
	execute();
	assert_variable("HOME", "%/home");
	assert_variable("USER", "bob");
	assert_variable("LOGNAME", "bob");
	assert_string_equal(executed.file, "/bin/ksh");
}

static void
the_shell_is_the_options_the_records_the_accounts_or_sh(void **state)
{
	(void)state;
	options.shell = "/opt/fish";
	record("shell", "/bin/bash");
	execute();
	assert_string_equal(executed.file, "/opt/fish");
	assert_variable("SHELL", "/opt/fish");
	options.shell = NULL;
	execute();
	assert_string_equal(executed.file, "/bin/bash");
	assert_variable("SHELL", "/bin/bash");
	begin_entry();
	execute();
	assert_string_equal(executed.file, "/bin/zsh");
	record("shell", "");
	execute();
	assert_string_equal(executed.file, "/bin/zsh");
	passwd = "alice:x:1000:1000::%/home:\n";
	execute();
	assert_string_equal(executed.file, "/bin/sh");
	assert_variable("SHELL", "/bin/sh");
	passwd = NULL;
	execute();
	assert_string_equal(executed.file, "/bin/sh");
	take_said();
}

static void
a_login_shell_has_a_dash_before_its_name(void **state)
{
	(void)state;
	execute();
	assert_string_equal(executed.words, "zsh ");
	assert_string_equal(executed.search_path, "");
	options.login = true;
	execute();
	assert_string_equal(executed.file, "/bin/zsh");
	assert_string_equal(executed.words, "-zsh ");
	options.shell = "fish";
	execute();
	assert_string_equal(executed.file, "fish");
	assert_string_equal(executed.words, "-fish ");
}

static void
a_command_is_searched_for_on_the_path_of_the_record(void **state)
{
	(void)state;
	record("path", "/opt/bin:/bin");
	options.command = COMMAND("ls", "-l", "a b");
	options.login = true;
	execute();
	assert_string_equal(executed.file, "ls");
	assert_string_equal(executed.words, "ls -l a b ");
	assert_string_equal(executed.search_path, "/opt/bin:/bin");
	assert_variable("PATH", "/opt/bin:/bin");
}

static void
the_callers_directory_is_kept_where_the_root_has_it(void **state)
{
	(void)state;
	assert_executed_in("%/work", "");
	options.command = COMMAND("true");
	assert_executed_in("%/work", "");
}

static void
the_directory_of_the_option_counts_before_the_home_of_a_login(void **state)
{
	(void)state;
	options.login = true;
	assert_executed_in("%/home", "");
	options.command = COMMAND("true");
	assert_executed_in("%/home", "");
	options.directory = place;
	assert_executed_in("%", "");
	options.login = false;
	options.command = NULL;
	assert_executed_in("%", "");
}

static void
assert_not_found(const char *expected)
{
	forget();
	status = COMMAND_NOT_FOUND;
	assert_int_equal(session_execute(&entry), COMMAND_NOT_FOUND);
	assert_string_equal(take_said(), expected);
	forget();
}

static void
a_shell_that_is_missing_is_named_with_its_source(void **state)
{
	(void)state;
	options.words = COMMAND("-l", "games");
	assert_not_found("chroot-enter: cannot find the shell /bin/zsh inside games, which its "
			 "passwd names; to mend it: chroot-enter -s /bin/sh -l games\n");
	record("shell", "/bin/fish");
	assert_not_found("chroot-enter: cannot find the shell /bin/fish inside games, which the "
			 "key shell names; to mend it: chroot-enter -s /bin/sh -l games\n");
	options.shell = "/bin/ksh";
	assert_not_found("chroot-enter: cannot find the shell /bin/ksh inside games\n");
}

static void
a_command_that_is_missing_is_named(void **state)
{
	char **line = COMMAND("-e", "A=b c", "games", "--", "ls -l '/a b'");

	(void)state;
	options.command = COMMAND("absent", "a b");
	assert_not_found("chroot-enter: absent: command not found\n");
	options.command = COMMAND("");
	assert_not_found("chroot-enter: '': command not found\n");
	options.words = line;
	options.command = line + 4;
	assert_not_found("chroot-enter: ls -l '/a b': command not found: it is one word with "
			 "blanks; to mend it: chroot-enter -e 'A=b c' games -- sh -c 'ls -l "
			 "'\\''/a b'\\'''\n");
	/* a shell would not get the other words */
	options.command = COMMAND("ls -l", "/");
	assert_not_found("chroot-enter: ls -l: command not found\n");
}

static void
a_last_shell_that_is_missing_has_no_other_in_its_place(void **state)
{
	(void)state;
	passwd = "alice:x:1000:1000::%/home:\n";
	assert_not_found("chroot-enter: cannot find the shell /bin/sh inside games\n");
}

static void
a_command_that_could_harm_what_is_in_the_top_directory_is_not_named(void **state)
{
	(void)state;
	assert_int_equal(rmdir(work), 0);
	options.words = COMMAND("games", "rm", "-rf", "etc");
	options.command = options.words + 1;
	assert_fails("chroot-enter: cannot go to %/work inside games: No such file or directory; "
		     "-d says where it runs\n");
	options.words = COMMAND("games", "sh", "-c", "rm *");
	options.command = options.words + 1;
	assert_fails("chroot-enter: cannot go to %/work inside games: No such file or directory; "
		     "-d says where it runs\n");
}

static void
a_command_in_a_home_that_is_missing_learns_how_homes_are_shared(void **state)
{
	(void)state;
	options.command = options.words = COMMAND("make");
	strcpy(entry.directory, "/home/alice/games");
	assert_fails("chroot-enter: cannot go to /home/alice/games inside games "
		     "(extra_mounts=\"/home /home none rbind,rslave\" shares it): No such file or "
		     "directory; to mend it: chroot-enter -d / make\n");
}

static void
a_command_never_runs_in_another_directory(void **state)
{
	(void)state;
	assert_int_equal(rmdir(work), 0);
	options.words = COMMAND("-e", "A=$B", "games", "rm", "a b");
	options.command = options.words + 3;
	assert_fails(
		"chroot-enter: cannot go to %/work inside games: No such file or directory; to "
		"mend it: chroot-enter -d / -e 'A=$B' games rm 'a b'\n");
	entry.directory[0] = '\0';
	assert_fails("chroot-enter: cannot go to the current directory inside games: No such file "
		     "or directory; to mend it: chroot-enter -d / -e 'A=$B' games rm 'a b'\n");
	options.directory = work;
	assert_fails("chroot-enter: cannot go to %/work inside games: No such file or directory\n");
	options.directory = at("file");
	assert_fails("chroot-enter: cannot go to %/file inside games: Not a directory\n");
}

static void
a_directory_that_was_asked_for_is_not_replaced_by_another_one(void **state)
{
	(void)state;
	options.directory = at("nowhere");
	assert_fails("chroot-enter: cannot go to %/nowhere inside games: No such file or "
		     "directory\n");
	options.login = true;
	assert_fails("chroot-enter: cannot go to %/nowhere inside games: No such file or "
		     "directory\n");
}

static void
a_shell_without_its_directory_goes_home_and_says_it(void **state)
{
	(void)state;
	assert_int_equal(rmdir(work), 0);
	assert_executed_in("%/home", "chroot-enter: cannot go to %/work inside games: No such file "
				     "or directory; you are in %/home\n");
	entry.directory[0] = '\0';
	assert_executed_in("%/home", "chroot-enter: cannot go to the current directory inside "
				     "games: No such file or directory; you are in %/home\n");
	passwd = "alice:x:1000:1000::/:\n";
	assert_executed_in("/", "chroot-enter: cannot go to the current directory inside games: No "
				"such file or directory; you are in /\n");
}

static void
a_directory_that_is_unreachable_counts_as_missing(void **state)
{
	(void)state;
	strcpy(hidden, work);
	assert_executed_in("%/home", "chroot-enter: cannot go to %/work inside games: No such file "
				     "or directory; you are in %/home\n");
	options.command = COMMAND("rm");
	options.words = COMMAND("games", "rm");
	assert_fails(
		"chroot-enter: cannot go to %/work inside games: No such file or directory; to "
		"mend it: chroot-enter -d / games rm\n");
	options.directory = work;
	assert_fails("chroot-enter: cannot go to %/work inside games: No such file or directory\n");
	/* so does a home */
	begin_entry();
	strcpy(hidden, place);
	assert_executed_in("/", "chroot-enter: cannot go to %/work inside games: No such file or "
				"directory; you are in /\n");
	options.login = true;
	assert_executed_in("/", "chroot-enter: cannot go to %/home inside games: No such file or "
				"directory; you are in /\n");
}

static void
without_any_directory_nothing_is_executed(void **state)
{
	(void)state;
	strcpy(hidden, "/");
	assert_fails("chroot-enter: cannot go to / inside games: No such file or directory\n");
}

static void
the_name_is_the_trees_then_the_hosts_then_the_callers(void **state)
{
	char host_name[] = "hosts";

	(void)state;
	entry.environment = COMMAND("USER=user", "LOGNAME=logname");
	entry.caller.name = host_name;
	execute();
	assert_variable("USER", "alice");
	assert_variable("LOGNAME", "alice");
	passwd = NULL;
	execute();
	assert_variable("USER", "hosts");
	entry.caller.name = NULL;
	execute();
	assert_variable("USER", "logname");
	assert_variable("LOGNAME", "logname");
	entry.environment = COMMAND("USER=user");
	execute();
	assert_variable("USER", "user");
	entry.environment = NULL;
	take_said();
}

static void
the_callers_variables_name_nobody_else(void **state)
{
	char host_name[] = "bob";

	(void)state;
	passwd = NULL;
	entry.environment = COMMAND("USER=user", "LOGNAME=logname");
	entry.target = &another;
	execute();
	assert_variable("USER", "unknown");
	another.name = host_name;
	execute();
	assert_variable("USER", "bob");
	take_said();
}

static void
a_name_that_could_be_a_path_or_steer_a_terminal_is_unknown(void **state)
{
	static const char *const names[] = {
		"../../etc", "/", "a/b", "", "a\nb", "a\tb", "\033[2J", "a\x7f", "\1"};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		passwd = NULL;
		snprintf(text, sizeof(text), "LOGNAME=%s", names[i]);
		entry.environment = COMMAND(text);
		execute();
		assert_variable("USER", "unknown");
		assert_variable("LOGNAME", "unknown");
	}
	entry.environment = COMMAND("LOGNAME=j\xc3\xb6rg o'neill");
	execute();
	assert_variable("USER", "j\xc3\xb6rg o'neill");
	passwd = "a/b:x:1000:1000::%/home:/bin/sh\n";
	execute();
	assert_variable("USER", "unknown");
	take_said();
}

static void
the_cookies_are_shown_for_the_home_inside(void **state)
{
	(void)state;
	entry.environment = COMMAND("XDG_RUNTIME_DIR=/run/user/1000", "XAUTHORITY=/outside");
	execute();
	assert_string_equal(asked, in_place("show %/home /run/user/1000 games"));
	assert_variable("XAUTHORITY", "/outside");
	shown = "/run/user/1000/copy";
	execute();
	assert_variable("XAUTHORITY", "/run/user/1000/copy");
	passwd = NULL;
	entry.environment = COMMAND("TERM=vt100");
	execute();
	assert_string_equal(asked, "show / none games");
	take_said();
}

static void
the_environment_is_made_by_the_options_and_the_record(void **state)
{
	static const char *const added[] = {"ADDED=1", "PATH=/added"};

	(void)state;
	entry.environment =
		COMMAND("DISPLAY=:0", "SECRET=1", "LD_PRELOAD=/lib/evil.so", "TERM=vt100");
	record("path", "/bin");
	record("set_env", "SET=1");
	execute();
	assert_variable("DISPLAY", ":0");
	assert_variable("TERM", "vt100");
	assert_variable("CHROOT_NAME", "games");
	assert_variable("SET", "1");
	assert_variable("PATH", "/bin");
	assert_null(variable("SECRET"));
	assert_null(variable("ADDED"));
	options.keeps_all = true;
	options.added = (char **)(uintptr_t)added;
	options.added_count = 2;
	execute();
	assert_variable("SECRET", "1");
	assert_variable("ADDED", "1");
	assert_variable("PATH", "/added");
	assert_null(variable("LD_PRELOAD"));
}

static void
the_callers_session_is_not_another_users(void **state)
{
	(void)state;
	entry.environment = COMMAND("DISPLAY=:0", "TERM=vt100");
	entry.target = &another;
	execute();
	assert_null(variable("DISPLAY"));
	assert_variable("TERM", "vt100");
	another.uid = 1000;
	execute();
	assert_variable("DISPLAY", ":0");
	take_said();
}

static void
an_environment_that_cannot_be_made_ends_the_entry(void **state)
{
	char expected[128];

	(void)state;
	lacks_memory = true;
	snprintf(expected, sizeof(expected), "chroot-enter: cannot make the environment: %s\n",
		strerror(ENOMEM));
	assert_fails(expected);
}

static void
the_personality_is_taken_where_the_record_names_one(void **state)
{
	(void)state;
	execute();
	record("personality", "");
	execute();
	assert_string_equal(personalities, "");
	begin_entry();
	record("personality", "linux32");
	execute();
	assert_string_equal(personalities, "linux32 ");
	begin_entry();
	record("personality", "linux64");
	options.command = COMMAND("true");
	execute();
	assert_string_equal(personalities, "linux ");
}

static void
a_personality_that_cannot_be_taken_ends_the_entry(void **state)
{
	(void)state;
	record("personality", "linux32");
	fails_personality = true;
	assert_fails(
		"chroot-enter: cannot take the personality linux32: Operation not permitted\n");
}

static int
forget_last(void **state)
{
	forget();
	return remove_place(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, forget_last)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_working_directory_is_what_the_kernel_calls_it),
		TEST(a_working_directory_without_a_path_is_none),
		TEST(the_cookies_are_read_for_a_caller_with_a_display),
		TEST(the_cookies_are_not_read_without_a_display_or_for_another_user),
		TEST(the_last_assignment_of_a_variable_counts),
		TEST(a_file_that_is_bound_and_was_replaced_is_reported),
		TEST(each_file_that_was_replaced_is_reported),
		TEST(a_file_of_that_number_on_another_filesystem_is_another_one),
		TEST(only_single_files_that_are_bound_are_looked_at),
		TEST(the_output_of_a_command_has_no_word_of_replaced_files),
		TEST(the_home_is_that_of_the_roots_passwd),
		TEST(a_home_that_is_missing_inside_is_told_to_a_shell_alone),
		TEST(an_account_that_is_missing_inside_is_told_to_a_shell_alone),
		TEST(the_account_is_the_targets),
		TEST(the_shell_is_the_options_the_records_the_accounts_or_sh),
		TEST(a_login_shell_has_a_dash_before_its_name),
		TEST(a_command_is_searched_for_on_the_path_of_the_record),
		TEST(the_callers_directory_is_kept_where_the_root_has_it),
		TEST(the_directory_of_the_option_counts_before_the_home_of_a_login),
		TEST(a_shell_that_is_missing_is_named_with_its_source),
		TEST(a_command_that_is_missing_is_named),
		TEST(a_last_shell_that_is_missing_has_no_other_in_its_place),
		TEST(a_command_that_could_harm_what_is_in_the_top_directory_is_not_named),
		TEST(a_command_in_a_home_that_is_missing_learns_how_homes_are_shared),
		TEST(a_command_never_runs_in_another_directory),
		TEST(a_directory_that_was_asked_for_is_not_replaced_by_another_one),
		TEST(a_shell_without_its_directory_goes_home_and_says_it),
		TEST(a_directory_that_is_unreachable_counts_as_missing),
		TEST(without_any_directory_nothing_is_executed),
		TEST(the_name_is_the_trees_then_the_hosts_then_the_callers),
		TEST(the_callers_variables_name_nobody_else),
		TEST(a_name_that_could_be_a_path_or_steer_a_terminal_is_unknown),
		TEST(the_cookies_are_shown_for_the_home_inside),
		TEST(the_environment_is_made_by_the_options_and_the_record),
		TEST(the_callers_session_is_not_another_users),
		TEST(an_environment_that_cannot_be_made_ends_the_entry),
		TEST(the_personality_is_taken_where_the_record_names_one),
		TEST(a_personality_that_cannot_be_taken_ends_the_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
