/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/program.h"
#include "enter/command.h"
#include "said.h"

#include <elf.h>
#include <endian.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char folder[PATH_MAX / 2];

static const char *const files[] = {"one/script", "two/script", "two/plain", "one/plain",
	"one/text", "one/lost", "one/arguments", "one/file", "one/next", "one/third"};

static int execve_error; /* what the kernel answers; 0 to ask it */
static bool is_unreadable; /* the files */

int __real_execve(const char *path, char *const *argv, char *const *environment);
int __wrap_execve(const char *path, char *const *argv, char *const *environment);
int __real_program_inspect(struct program *program, const char *path);
int __wrap_program_inspect(struct program *program, const char *path);

int
__wrap_execve(const char *path, char *const *argv, char *const *environment)
{
	if (execve_error == 0)
		return __real_execve(path, argv, environment);
	errno = execve_error;
	return -1;
}

int
__wrap_program_inspect(struct program *program, const char *path)
{
	if (!is_unreadable)
		return __real_program_inspect(program, path);
	errno = EACCES;
	return -1;
}

/* A file in the folder; two of them are what a PATH finds. */
static void
put_bytes(const char *name, const void *bytes, size_t size, mode_t mode)
{
	char path[PATH_MAX];
	cleanup_fd int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	assert_int_equal(fchmod(fd, mode), 0);
}

static void
put(const char *name, const char *text, mode_t mode)
{
	put_bytes(name, text, strlen(text), mode);
}

static struct program self; /* for this machine */
static struct program foreign; /* for another */
static struct program narrow; /* for this one, of 32 bits */

/* A program in the byte order of this machine: a header, an entry for the interpreter, its name. */
static void
put_elf(const char *name, const struct program *kind, unsigned type, const char *interpreter)
{
	size_t length = strlen(interpreter) + 1;
	char bytes[PATH_MAX] = ELFMAG;
	Elf64_Ehdr wide = {.e_type = (Elf64_Half)type,
		.e_machine = (Elf64_Half)kind->machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(wide),
		.e_ehsize = sizeof(wide),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 1};
	Elf32_Ehdr small = {.e_type = (Elf32_Half)type,
		.e_machine = (Elf32_Half)kind->machine,
		.e_version = EV_CURRENT,
		.e_phoff = sizeof(small),
		.e_ehsize = sizeof(small),
		.e_phentsize = sizeof(Elf32_Phdr),
		.e_phnum = 1};
	Elf64_Phdr wide_entry = {.p_type = PT_INTERP,
		.p_offset = sizeof(wide) + sizeof(wide_entry),
		.p_filesz = length};
	Elf32_Phdr small_entry = {.p_type = PT_INTERP,
		.p_offset = sizeof(small) + sizeof(small_entry),
		.p_filesz = (Elf32_Word)length};
	bool is_wide = kind->bits == 64;
	size_t header = is_wide ? sizeof(wide) : sizeof(small);
	size_t entry = is_wide ? sizeof(wide_entry) : sizeof(small_entry);

	memcpy(is_wide ? wide.e_ident : small.e_ident, ELFMAG, SELFMAG);
	(is_wide ? wide.e_ident : small.e_ident)[EI_CLASS] = is_wide ? ELFCLASS64 : ELFCLASS32;
	(is_wide ? wide.e_ident : small.e_ident)[EI_DATA] =
		BYTE_ORDER == BIG_ENDIAN ? ELFDATA2MSB : ELFDATA2LSB;
	memcpy(bytes, is_wide ? (void *)&wide : &small, header);
	memcpy(bytes + header, is_wide ? (void *)&wide_entry : &small_entry, entry);
	memcpy(bytes + header + entry, interpreter, length);
	put_bytes(name, bytes, header + entry + length, 0700);
}

static int
make_folder(void **state)
{
	const char *where = getenv("TMPDIR");
	char path[PATH_MAX];

	execve_error = 0;
	is_unreadable = false;
	program_inspect_self(&self);
	foreign = self;
	foreign.machine = self.machine == EM_AARCH64 ? EM_X86_64 : EM_AARCH64;
	narrow = self;
	narrow.bits = 32;
	if (self.machine == EM_X86_64)
		narrow.machine = EM_386;
	snprintf(folder, sizeof(folder), "%s/command.XXXXXX", where ? where : "/tmp");
	if (report_to_memory(state) != 0 || !mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/one", folder);
	if (mkdir(path, 0700) < 0)
		return -1;
	snprintf(path, sizeof(path), "%s/two", folder);
	return mkdir(path, 0700);
}

static int
remove_folder(void **state)
{
	static const char *const folders[] = {"one/folder", "one", "two"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, folders[i]);
		rmdir(path);
	}
	report_close(state);
	return rmdir(folder);
}

/* In a pattern "%" stands for the folder, and for a machine "@" this one, "&" the other, "~" the
 * narrow. */
static const char *
in_folder(char *text, size_t size, const char *pattern)
{
	size_t length = 0;
	char name[32];

	for (; *pattern != '\0' && length + 1 < size; pattern++) {
		if (*pattern == '%')
			length += (size_t)snprintf(text + length, size - length, "%s", folder);
		else if (strchr("@&~", *pattern))
			length += (size_t)snprintf(text + length, size - length, "%s",
				program_machine(*pattern == '@'   ? &self
						: *pattern == '&' ? &foreign
								  : &narrow,
					name, sizeof(name)));
		else
			text[length++] = *pattern;
	}
	text[length] = '\0';
	return text;
}

/* The status of a process that executes it, and what it wrote to standard output. */
static int
run(const char *file, const char *const *argv, const char *const *environment,
	const char *search_path, char *written, size_t size)
{
	char path[PATH_MAX], directories[PATH_MAX];
	cleanup_fd int output = memfd_create("output", MFD_CLOEXEC);
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		dup2(output, STDOUT_FILENO);
		_exit(command_execute(in_folder(path, sizeof(path), file), strings(argv),
			strings(environment),
			in_folder(directories, sizeof(directories), search_path), &report));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	read_back(output, written, size);
	return WEXITSTATUS(status);
}

/* Does execve(2) take a file that it should refuse? qemu-user has a new qemu load it, which ends
 * then. */
static bool
is_execve_emulated(void)
{
	static const char *const argv[] = {"emulated", NULL};
	char path[PATH_MAX];
	cleanup_fd int own = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	char header[sizeof(Elf64_Ehdr)];
	int status;
	pid_t child;

	assert_int_equal(read(own, header, sizeof(header)), sizeof(header));
	put_bytes("one/plain", header, sizeof(header), 0700);
	snprintf(path, sizeof(path), "%s/one/plain", folder);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		dup2(memfd_create("errors", MFD_CLOEXEC), STDERR_FILENO);
		__real_execve(path, strings(argv), strings(argv + 1));
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status != 0;
}

static void
assert_fails(const char *file, const char *search_path, int status, const char *message)
{
	static const char *const argv[] = {"argv0", NULL};
	static const char *const environment[] = {NULL};
	char expected[PATH_MAX], written[64];

	assert_int_equal(
		run(file, argv, environment, search_path, written, sizeof(written)), status);
	assert_string_equal(take_said(), in_folder(expected, sizeof(expected), message));
	assert_string_equal(written, "");
}

static void
execution_replaces_the_process_with_these_words_and_variables(void **state)
{
	static const char *const argv[] = {"0", "a b", "", "*", "\"", NULL};
	static const char *const environment[] = {"A=1 2", NULL};
	char written[256];

	(void)state;
	put("one/arguments",
		"#!/bin/sh\nprintf '<%s>' \"$#\" \"$@\" \"$A\" \"${HOME-none}\"\nexit 37\n", 0700);
	assert_int_equal(
		run("%/one/arguments", argv, environment, "", written, sizeof(written)), 37);
	assert_string_equal(written, "<4><a b><><*><\"><1 2><none>");
	assert_string_equal(take_said(), "");
}

static void
the_first_directory_that_has_it_counts(void **state)
{
	static const char *const argv[] = {"script", NULL};
	static const char *const environment[] = {NULL};
	char written[64];

	(void)state;
	put("one/script", "#!/bin/sh\nexit 1\n", 0700);
	put("two/script", "#!/bin/sh\nexit 2\n", 0700);
	assert_int_equal(
		run("script", argv, environment, "%/none:%/one:%/two", written, sizeof(written)),
		1);
	assert_int_equal(
		run("script", argv, environment, "%/two:%/one", written, sizeof(written)), 2);
	assert_string_equal(take_said(), "");
}

static void
one_that_may_not_be_executed_is_passed_over(void **state)
{
	static const char *const argv[] = {"script", NULL};
	static const char *const environment[] = {NULL};
	char written[64];

	(void)state;
	put("one/script", "#!/bin/sh\nexit 1\n", 0600);
	put("two/script", "#!/bin/sh\nexit 2\n", 0700);
	assert_int_equal(
		run("script", argv, environment, "%/one:%/two", written, sizeof(written)), 2);
	assert_string_equal(take_said(), "");
}

static void
what_no_directory_has_is_not_found(void **state)
{
	(void)state;
	put("one/plain", "", 0600);
	assert_fails("absent", "%/one:%/two:%/none:%/one/plain", COMMAND_NOT_FOUND, "");
	assert_fails("absent", "", COMMAND_NOT_FOUND, "");
	assert_fails("", "%/one", COMMAND_NOT_FOUND, "");
	assert_fails("%/one/absent", "%/one", COMMAND_NOT_FOUND, "");
	assert_fails("%/one/plain/absent", "", COMMAND_NOT_FOUND, "");
}

static void
a_word_with_a_slash_is_looked_for_nowhere_else(void **state)
{
	(void)state;
	put("one/script", "#!/bin/sh\nexit 1\n", 0700);
	assert_fails("./script", "%/one", COMMAND_NOT_FOUND, "");
}

static void
what_is_found_and_no_program_is_126(void **state)
{
	char path[PATH_MAX];

	(void)state;
	put("one/plain", "#!/bin/sh\nexit 1\n", 0600);
	put("two/plain", "#!/bin/sh\nexit 1\n", 0600);
	assert_fails("%/one/plain", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/plain: it may not be executed by anybody (chmod +x)\n");
	/* of several the first is named */
	assert_fails("plain", "%/one:%/two", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/plain: it may not be executed by anybody (chmod +x)\n");
	assert_int_equal(mkdir(in_folder(path, sizeof(path), "%/one/folder"), 0700), 0);
	assert_fails("%/one/folder", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/folder: it is a directory\n");
	assert_fails("%/one/folder/", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/folder/: it is a directory\n");
}

/* %/one/file cannot be executed, and this is why. */
static void
assert_because(const char *why)
{
	char message[PATH_MAX];

	snprintf(message, sizeof(message), "test: cannot execute %%/one/file: %s\n", why);
	assert_fails("%/one/file", "", COMMAND_NOT_EXECUTABLE, message);
}

/* A script with an interpreter in the folder. */
static void
put_script(const char *name, const char *interpreter)
{
	char text[PATH_MAX], line[PATH_MAX];

	snprintf(line, sizeof(line), "#!%s", interpreter);
	put(name, in_folder(text, sizeof(text), line), 0700);
}

static void
put_elf_in_folder(const char *name, const struct program *kind, const char *interpreter)
{
	char text[PATH_MAX];

	put_elf(name, kind, ET_DYN, in_folder(text, sizeof(text), interpreter));
}

static void
a_missing_interpreter_is_named(void **state)
{
	(void)state;
	if (is_execve_emulated())
		skip();
	put("one/lost", "#!/nowhere/at/all -x\n", 0700);
	assert_fails("%/one/lost", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/lost: the interpreter /nowhere/at/all of its first "
		"line is missing inside\n");
	assert_fails("lost", "%/two:%/one", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/lost: the interpreter /nowhere/at/all of its first "
		"line is missing inside\n");
	put("one/file", "#!/dev/null/sh\n", 0700);
	assert_because("the interpreter /dev/null/sh of its first line is missing inside");
	put("one/file", "#!/nowhere/sh\r\n", 0700);
	assert_because("the interpreter /nowhere/sh\\015 of its first line is missing inside; the "
		       "line ends in a carriage return, as those of DOS do");
	put_elf("one/file", &self, ET_DYN, "/nowhere/ld.so");
	assert_because(self.bits == 64 ? "its interpreter /nowhere/ld.so is missing inside; a "
					 "64-bit program for @ needs it"
				       : "its interpreter /nowhere/ld.so is missing inside; a "
					 "32-bit program for @ needs it");
}

static void
a_program_of_fewer_bits_needs_its_libraries(void **state)
{
	(void)state;
	if (self.bits != 64)
		return; /* then it is the case of the test above */
	put_elf("one/file", &narrow, ET_EXEC, "/nowhere/ld.so");
	execve_error = ENOENT; /* also from a kernel that would not execute it */
	assert_because("its interpreter /nowhere/ld.so is missing inside; a 32-bit program for ~ "
		       "needs it and the 32-bit libraries");
	execve_error = ENOEXEC;
	assert_because("it is a 32-bit program (~), and this kernel executes none of those");
}

static void
the_way_is_followed_from_script_to_program(void **state)
{
	(void)state;
	put_script("one/file", "%/one/next\n");
	put_script("one/next", "/nowhere/sh\n");
	assert_because("the interpreter /nowhere/sh of the first line of %/one/next is missing "
		       "inside");
	put_script("one/next", "%/one/third\n");
	put_elf("one/third", &self, ET_DYN, "/nowhere/ld.so");
	execve_error = ENOENT;
	assert_because(self.bits == 64
			       ? "the interpreter /nowhere/ld.so of %/one/third is missing inside; "
				 "a 64-bit program for @ needs it"
			       : "the interpreter /nowhere/ld.so of %/one/third is missing inside; "
				 "a 32-bit program for @ needs it");
	execve_error = 0;
	put("one/third", "", 0700);
	assert_because("the interpreter %/one/third of the first line of %/one/next is empty");
	put_script("one/next", "%/one/file\n");
	assert_because("first lines lead from script to script, further than the kernel follows");
}

static void
who_may_not_execute_is_told_which_file(void **state)
{
	char path[PATH_MAX], why[128];

	(void)state;
	if (is_execve_emulated())
		skip();
	put_script("one/file", "%/one/next\n");
	put("one/next", "", 0600);
	assert_because("the interpreter %/one/next of its first line may not be executed by "
		       "anybody (chmod +x)");
	put_elf_in_folder("one/file", &self, "%/one/next");
	assert_because("its interpreter %/one/next may not be executed by anybody (chmod +x)");
	put_elf_in_folder("one/file", &self, "%/two");
	assert_because("its interpreter %/two is a directory");
	put_script("one/file", "%/two\n");
	assert_because("the interpreter %/two of its first line is a directory");
	assert_int_equal(mkfifo(in_folder(path, sizeof(path), "%/one/third"), 0700), 0);
	put_script("one/file", "%/one/third\n");
	assert_because("the interpreter %/one/third of its first line is no regular file");
	assert_int_equal(unlink(in_folder(path, sizeof(path), "%/one/file")), 0);
	assert_int_equal(symlink("file", path), 0);
	snprintf(why, sizeof(why), "it cannot be reached: %s", strerror(ELOOP));
	assert_because(why);
}

static void
no_shell_is_tried_for_what_the_kernel_refuses(void **state)
{
	(void)state;
	put("one/text", "exit 0\n", 0700);
	assert_fails("text", "%/one", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/text: it is a text whose first line names no "
		"interpreter (#!)\n");
	put("one/file", "", 0700);
	assert_because("it is empty");
	put("one/file", "MZ\1\2", 0700);
	assert_because("it is neither a program for this machine nor a script with #!");
	put("one/file", "#! \nexit 0\n", 0700);
	assert_because("it names no interpreter behind #!");
	put("one/file", "#!", 0700); /* EACCES of the kernel: it takes "" for the folder it is in */
	assert_because("it names no interpreter behind #!");
}

static void
a_first_line_can_be_too_long(void **state)
{
	char line[PROGRAM_LINE * 2];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "#!/", 3);
	put_bytes("one/file", line, sizeof(line), 0700);
	assert_because("it has a first line longer than the kernel reads");
}

static void
a_program_says_what_it_is_for(void **state)
{
	(void)state;
	put_elf("one/file", &foreign, ET_EXEC, "/nowhere/ld.so");
	execve_error = ENOEXEC; /* another kernel may have an emulator */
	assert_because("it is for &, and this machine is @");
	execve_error = ENOENT;
	assert_because("it is for &, and what executes those here (binfmt_misc) is missing inside");
	execve_error = ENOEXEC;
	put_script("one/next", "%/one/file\n");
	assert_fails("%/one/next", "", COMMAND_NOT_EXECUTABLE,
		"test: cannot execute %/one/next: the interpreter %/one/file of its first line is "
		"for &, and this machine is @\n");
}

static void
a_spoilt_program_is_said_as_such(void **state)
{
	(void)state;
	if (is_execve_emulated())
		skip();
	put("one/file", ELFMAG, 0700);
	assert_because("it is a program cut off in its first bytes");
	execve_error = ENOENT; /* an emulator that takes it, and is missing */
	assert_because("it names an interpreter that is missing inside");
	execve_error = EIO; /* what the kernel says where an interpreter's name is cut off */
	put_elf("one/file", &self, ET_DYN, "");
	assert_because("it is a damaged program");
	execve_error = 0;
	put_elf("one/file", &self, ET_REL, "/nowhere/ld.so");
	assert_because("it is an object file or a core dump, no program");
	put_elf("one/file", &self, ET_DYN, "");
	assert_because("it is a damaged program");
	put_elf_in_folder("one/file", &self, "%/one/next");
	put("one/next", "x", 0700);
	execve_error = ENOEXEC;
	assert_because("it is not what the kernel takes: Exec format error");
	execve_error = EINVAL; /* about what is behind it, and that is no cause for the kernel */
	put_elf("one/next", &self, ET_DYN, "/nowhere");
	assert_because("its interpreter %/one/next is not what the kernel takes: Invalid argument");
}

static void
a_loader_must_be_one_for_the_program(void **state)
{
	(void)state;
	if (is_execve_emulated())
		skip();
	put_elf_in_folder("one/file", &self, "%/one/next");
	put("one/next", "", 0700);
	assert_because("its interpreter %/one/next is empty");
	put_script("one/next", "/bin/sh\n");
	assert_because("its interpreter %/one/next is no program");
	put("one/next", "#!", 0700);
	assert_because("its interpreter %/one/next is no program");
	put_elf("one/next", &foreign, ET_DYN, "/nowhere");
	assert_because("its interpreter %/one/next is for &, and the program for @");
	put_elf("one/next", &self, ET_REL, "/nowhere");
	execve_error = ELIBBAD;
	assert_because("its interpreter %/one/next is an object file or a core dump, no program");
	if (self.bits != 64)
		return;
	put_elf("one/next", &narrow, ET_DYN, "/nowhere");
	assert_because("its interpreter %/one/next is for ~, and the program for @");
}

static void
what_has_nothing_to_do_with_the_file_is_said_too(void **state)
{
	(void)state;
	put("one/file", "#!/bin/sh\n", 0700);
	execve_error = E2BIG;
	assert_because(strerror(E2BIG));
	execve_error = ETXTBSY;
	assert_because(strerror(ETXTBSY));
	execve_error = ENOMEM;
	assert_because(strerror(ENOMEM));
	execve_error = EACCES; /* a security module's */
	assert_because("Permission denied");
	put_elf_in_folder("one/file", &self, "%/one/next");
	put_elf("one/next", &self, ET_DYN, "/nowhere"); /* which no kernel looks for */
	assert_because("Permission denied");
}

static void
an_unreadable_file_is_explained_by_the_error_alone(void **state)
{
	(void)state;
	put("one/file", "#!/bin/sh\n", 0700);
	is_unreadable = true;
	execve_error = ENOENT;
	assert_because("it names an interpreter that is missing inside");
	execve_error = ENOEXEC;
	assert_because("it is neither a program for this machine nor a script with #!");
	execve_error = ELIBBAD;
	assert_because(strerror(ELIBBAD));
}

static void
too_many_bytes_of_arguments_are_the_kernels_e2big(void **state)
{
	static char word[1024 * 1024];
	static const char *const argv[] = {"0", word, NULL};
	static const char *const environment[] = {NULL};
	char expected[PATH_MAX], written[64];

	(void)state;
	memset(word, 'x', sizeof(word) - 1);
	put("one/file", "#!/bin/sh\n", 0700);
	assert_int_equal(run("%/one/file", argv, environment, "", written, sizeof(written)),
		COMMAND_NOT_EXECUTABLE);
	assert_string_equal(
		take_said(), in_folder(expected, sizeof(expected),
				     "test: cannot execute %/one/file: Argument list too long\n"));
}

static void
an_endless_name_is_not_found_on_a_path(void **state)
{
	static const char *const argv[] = {"n", NULL};
	char name[PATH_MAX + 8], end[64];

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(command_execute(name, strings(argv), strings(argv + 1), "/bin", &report),
		COMMAND_NOT_FOUND);
	take_said();
	/* longer than any directory's entry can be */
	name[NAME_MAX + 2] = '\0';
	assert_int_equal(command_execute(name, strings(argv), strings(argv + 1), "/bin", &report),
		COMMAND_NOT_FOUND);
	assert_string_equal(take_said(), "");
	name[0] = '/';
	assert_int_equal(command_execute(name, strings(argv), strings(argv + 1), "/bin", &report),
		COMMAND_NOT_EXECUTABLE);
	snprintf(end, sizeof(end), "cannot be reached: %s\n", strerror(ENAMETOOLONG));
	assert_true(strstr(take_said(), end));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(execution_replaces_the_process_with_these_words_and_variables),
		TEST(the_first_directory_that_has_it_counts),
		TEST(one_that_may_not_be_executed_is_passed_over),
		TEST(what_no_directory_has_is_not_found),
		TEST(a_word_with_a_slash_is_looked_for_nowhere_else),
		TEST(what_is_found_and_no_program_is_126),
		TEST(a_missing_interpreter_is_named),
		TEST(a_program_of_fewer_bits_needs_its_libraries),
		TEST(the_way_is_followed_from_script_to_program),
		TEST(who_may_not_execute_is_told_which_file),
		TEST(no_shell_is_tried_for_what_the_kernel_refuses),
		TEST(a_first_line_can_be_too_long),
		TEST(a_program_says_what_it_is_for),
		TEST(a_spoilt_program_is_said_as_such),
		TEST(a_loader_must_be_one_for_the_program),
		TEST(what_has_nothing_to_do_with_the_file_is_said_too),
		TEST(an_unreadable_file_is_explained_by_the_error_alone),
		TEST(too_many_bytes_of_arguments_are_the_kernels_e2big),
		TEST(an_endless_name_is_not_found_on_a_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
