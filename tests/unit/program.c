/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/cleanup.h"
#include "common/program.h"

#include <elf.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/utsname.h>

static int pread_error;

ssize_t __wrap_pread(int fd, void *bytes, size_t size, off_t offset);
ssize_t __wrap_pread64(int fd, void *bytes, size_t size, off_t offset);
ssize_t __wrap___pread64_chk(int fd, void *bytes, size_t size, off_t offset, size_t room);

/* A few bytes at a time, as from a filesystem that is slow. */
static ssize_t
read_some(int fd, void *bytes, size_t size, off_t offset)
{
	if (pread_error != 0) {
		errno = pread_error;
		return -1;
	}
	return preadv(fd, &(struct iovec){.iov_base = bytes, .iov_len = size}, 1, offset);
}

ssize_t
__wrap_pread(int fd, void *bytes, size_t size, off_t offset)
{
	return read_some(fd, bytes, size, offset);
}

/* what glibc makes of it under _FILE_OFFSET_BITS=64 */
ssize_t
__wrap_pread64(int fd, void *bytes, size_t size, off_t offset)
{
	return read_some(fd, bytes, size, offset);
}

/* and of that under _FORTIFY_SOURCE, as the compiler likes */
ssize_t
__wrap___pread64_chk(int fd, void *bytes, size_t size, off_t offset, size_t room)
{
	(void)room;
	return read_some(fd, bytes, size, offset);
}

/* How files are opened. */
static int open_flags;

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap___open64_2(const char *path, int flags);

int
__wrap_open(const char *path, int flags, ...)
{
	open_flags = flags;
	return __real_open(path, flags);
}

int
__wrap_open64(const char *path, int flags, ...)
{
	return __wrap_open(path, flags);
}

int
__wrap___open64_2(const char *path, int flags)
{
	return __wrap_open(path, flags);
}

static struct program program;

static const struct program *
read_bytes(const void *bytes, size_t size)
{
	cleanup_fd int fd = memfd_create("program", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, size), size);
	memset(&program, 0xff, sizeof(program));
	assert_int_equal(program_read(&program, fd), 0);
	return &program;
}

static void
assert_script(const char *text, size_t size, const char *interpreter)
{
	read_bytes(text, size);
	assert_int_equal(program.kind, PROGRAM_SCRIPT);
	assert_true(program.is_whole);
	assert_string_equal(program.interpreter, interpreter);
}

/* An ELF file, made for each test and then spoilt. */
struct image {
	unsigned char bytes[64 * 1024 + 8192];
	size_t size;
	unsigned bits;
	bool is_big_endian;
};

static void
put(struct image *image, size_t at, size_t size, uint64_t value)
{
	for (size_t i = 0; i < size; i++) {
		image->bytes[at + (image->is_big_endian ? size - 1 - i : i)] = (unsigned char)value;
		value >>= 8;
	}
}

#define PUT(image, base, bits, name, member, value)                                                \
	put(image, (base) + offsetof(Elf##bits##_##name, member),                                  \
		sizeof(((Elf##bits##_##name *)NULL)->member), value)

/* Behind the header entries of PT_LOAD, the last of which is PT_INTERP; then the interpreter. */
#define FILL(image, bits, machine, entries, text, length)                                          \
	do {                                                                                       \
		size_t last = sizeof(Elf##bits##_Ehdr) +                                           \
			      ((size_t)(entries)-1) * sizeof(Elf##bits##_Phdr);                    \
		size_t place = last + sizeof(Elf##bits##_Phdr);                                    \
                                                                                                   \
		PUT(image, 0, bits, Ehdr, e_type, ET_DYN);                                         \
		PUT(image, 0, bits, Ehdr, e_machine, machine);                                     \
		PUT(image, 0, bits, Ehdr, e_phoff, sizeof(Elf##bits##_Ehdr));                      \
		PUT(image, 0, bits, Ehdr, e_phentsize, sizeof(Elf##bits##_Phdr));                  \
		PUT(image, 0, bits, Ehdr, e_phnum, entries);                                       \
		for (size_t at = sizeof(Elf##bits##_Ehdr); at < last;                              \
			at += sizeof(Elf##bits##_Phdr))                                            \
			PUT(image, at, bits, Phdr, p_type, PT_LOAD);                               \
		PUT(image, last, bits, Phdr, p_type, PT_INTERP);                                   \
		PUT(image, last, bits, Phdr, p_offset, place);                                     \
		PUT(image, last, bits, Phdr, p_filesz, length);                                    \
		memcpy((image)->bytes + place, text, length);                                      \
		(image)->size = place + (length);                                                  \
	} while (0)

static struct image image;

static void
make_image(unsigned bits, bool is_big_endian, unsigned machine, size_t entries, const char *text,
	size_t length)
{
	image = (struct image){.bits = bits, .is_big_endian = is_big_endian};
	memcpy(image.bytes, ELFMAG, SELFMAG);
	image.bytes[EI_CLASS] = bits == 64 ? ELFCLASS64 : ELFCLASS32;
	image.bytes[EI_DATA] = is_big_endian ? ELFDATA2MSB : ELFDATA2LSB;
	if (bits == 64)
		FILL(&image, 64, machine, entries, text, length);
	else
		FILL(&image, 32, machine, entries, text, length);
}

static const char loader[] = "/lib/ld.so.1";

static void
make_plain(void)
{
	make_image(64, false, EM_X86_64, 2, loader, sizeof(loader));
}

static const struct program *
read_image(void)
{
	return read_bytes(image.bytes, image.size);
}

static void
assert_damaged(void)
{
	read_image();
	assert_int_equal(program.kind, PROGRAM_ELF);
	assert_false(program.is_whole);
	assert_string_equal(program.interpreter, "");
}

static void
an_elf_file_of_either_size_and_order_names_machine_and_interpreter(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		make_image(i & 1 ? 64 : 32, i & 2, EM_MIPS, 3, loader, sizeof(loader));
		read_image();
		assert_int_equal(program.kind, PROGRAM_ELF);
		assert_true(program.is_whole);
		assert_true(program.is_executable);
		assert_int_equal(program.bits, i & 1 ? 64 : 32);
		assert_int_equal(program.is_big_endian, (i & 2) != 0);
		assert_int_equal(program.machine, EM_MIPS);
		assert_string_equal(program.interpreter, loader);
	}
}

static void
a_static_program_names_no_interpreter(void **state)
{
	(void)state;
	make_plain();
	PUT(&image, 0, 64, Ehdr, e_phnum, 1);
	read_image();
	assert_true(program.is_whole);
	assert_string_equal(program.interpreter, "");
}

static void
only_programs_by_their_type_are_executable(void **state)
{
	(void)state;
	make_plain();
	PUT(&image, 0, 64, Ehdr, e_type, ET_EXEC);
	assert_true(read_image()->is_executable);
	PUT(&image, 0, 64, Ehdr, e_type, ET_REL);
	assert_false(read_image()->is_executable);
	PUT(&image, 0, 64, Ehdr, e_type, ET_CORE);
	assert_false(read_image()->is_executable);
}

static void
a_file_cut_off_anywhere_is_damaged(void **state)
{
	(void)state;
	for (unsigned bits = 32; bits <= 64; bits += 32) {
		make_image(bits, false, EM_RISCV, 2, loader, sizeof(loader));
		while (image.size-- > SELFMAG) {
			assert_damaged();
			assert_int_equal(program.bits, image.size < sizeof(Elf32_Ehdr) ? 0 : bits);
		}
	}
}

static void
entries_that_the_kernel_refuses_are_damage(void **state)
{
	static const uint64_t places[] = {INT64_MAX, UINT64_MAX, UINT64_MAX - 55, 1U << 30};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		make_plain();
		PUT(&image, 0, 64, Ehdr, e_phoff, places[i]);
		assert_damaged();
	}
	make_plain();
	PUT(&image, 0, 64, Ehdr, e_phnum, 0);
	assert_damaged();
	make_plain();
	PUT(&image, 0, 64, Ehdr, e_phentsize, sizeof(Elf64_Phdr) + 1);
	assert_damaged();
	/* 64 KiB of them at most */
	make_image(32, false, EM_386, 65536 / sizeof(Elf32_Phdr), loader, sizeof(loader));
	assert_string_equal(read_image()->interpreter, loader);
	make_image(64, false, EM_X86_64, 65536 / sizeof(Elf64_Phdr), loader, sizeof(loader));
	assert_string_equal(read_image()->interpreter, loader);
	make_image(64, false, EM_X86_64, 65536 / sizeof(Elf64_Phdr) + 1, loader, sizeof(loader));
	assert_damaged();
}

static void
an_interpreter_that_the_kernel_refuses_is_damage(void **state)
{
	static const uint64_t places[] = {INT64_MAX, UINT64_MAX, UINT64_MAX - 12, 1U << 30};
	const size_t entry = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
	char text[PATH_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		make_plain();
		PUT(&image, entry, 64, Phdr, p_offset, places[i]);
		assert_damaged();
	}
	for (uint64_t length = 0; length < 2; length++) {
		make_plain();
		PUT(&image, entry, 64, Phdr, p_filesz, length);
		assert_damaged();
	}
	make_image(64, false, EM_X86_64, 1, loader, sizeof(loader) - 1); /* without its NUL */
	assert_damaged();
	memset(text, 'x', sizeof(text));
	text[PATH_MAX] = '\0';
	make_image(64, false, EM_X86_64, 1, text, sizeof(text));
	assert_damaged();
	make_image(64, false, EM_X86_64, 1, text + 1, sizeof(text) - 1);
	assert_string_equal(read_image()->interpreter, text + 1);
}

static void
an_interpreter_ends_at_its_first_nul(void **state)
{
	(void)state;
	make_image(32, true, EM_PPC, 1, "/a\0/b", 6);
	assert_string_equal(read_image()->interpreter, "/a");
}

static void
a_first_line_is_cut_as_the_kernel_cuts_it(void **state)
{
	static const struct {
		const char *text, *interpreter;
	} lines[] = {
		{"#!/bin/sh\n", "/bin/sh"},
		{"#!/bin/sh", "/bin/sh"},
		{"#! \t/bin/sh -e  -u \t\nexit\n", "/bin/sh"},
		{"#!/usr/bin/env python3", "/usr/bin/env"},
		{"#!/bin/sh \n", "/bin/sh"},
		{"#!/bin/sh -e ", "/bin/sh"},
		{"#!sh\n", "sh"},
		{"#!/bin/sh\r\n", "/bin/sh\r"},
		{"#!/bin/sh -e\r\n", "/bin/sh"},
		{"#!", ""},
		{"#!\n", ""},
		{"#! \t \n/bin/sh\n", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		assert_script(lines[i].text, strlen(lines[i].text), lines[i].interpreter);
	assert_script("#!/bin/sh\0x\n", 12, "/bin/sh");
}

static void
a_name_must_end_in_the_bytes_that_the_kernel_reads(void **state)
{
	char line[PROGRAM_LINE * 2], name[PROGRAM_LINE];

	(void)state;
	memset(line, 'x', sizeof(line));
	memcpy(line, "#!/", 3);
	memcpy(name, line + 2, PROGRAM_LINE - 3);
	name[PROGRAM_LINE - 3] = '\0';
	assert_false(read_bytes(line, sizeof(line))->is_whole);
	assert_int_equal(program.kind, PROGRAM_SCRIPT);
	assert_string_equal(program.interpreter, "");
	/* one byte less, and the file ends in time: the kernel's buffer ends with a NUL then */
	assert_false(read_bytes(line, PROGRAM_LINE)->is_whole);
	assert_script(line, PROGRAM_LINE - 1, name);
	line[PROGRAM_LINE - 1] = ' ';
	assert_script(line, sizeof(line), name);
	line[PROGRAM_LINE - 1] = '\n';
	assert_script(line, sizeof(line), name);
	line[PROGRAM_LINE - 1] = 'x';
	line[PROGRAM_LINE] = '\n';
	assert_false(read_bytes(line, sizeof(line))->is_whole);
	memset(line + 2, ' ', sizeof(line) - 2);
	assert_script(line, sizeof(line), "");
}

static void
other_files_are_known_as_what_they_are(void **state)
{
	(void)state;
	assert_int_equal(read_bytes("", 0)->kind, PROGRAM_EMPTY);
	assert_int_equal(read_bytes("#", 1)->kind, PROGRAM_TEXT);
	assert_int_equal(read_bytes(" #!/bin/sh\n", 11)->kind, PROGRAM_TEXT);
	assert_int_equal(read_bytes("\xc3\xa4\t\r\n\f\033", 7)->kind, PROGRAM_TEXT);
	assert_int_equal(read_bytes("\177EL", 3)->kind, PROGRAM_OTHER);
	assert_int_equal(read_bytes("MZ\1", 3)->kind, PROGRAM_OTHER);
	assert_int_equal(read_bytes("MZ\0", 3)->kind, PROGRAM_OTHER);
	assert_string_equal(program.interpreter, "");
}

static void
what_is_no_regular_file_is_never_read(void **state)
{
	cleanup_fd int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	cleanup_fd int made = -1;
	const char *where = getenv("TMPDIR");
	char path[PATH_MAX];
	int result, error;

	(void)state;
	assert_int_equal(program_read(&program, null), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(program_read(&program, -1), -1);
	assert_int_equal(errno, EBADF);
	assert_int_equal(program_inspect(&program, "/dev/null"), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(program_inspect(&program, "/"), -1);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(program_inspect(&program, "/nowhere/at/all"), -1);
	assert_int_equal(errno, ENOENT);
	snprintf(path, sizeof(path), "%s/program.XXXXXX", where ? where : "/tmp");
	assert_true((made = mkstemp(path)) >= 0);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	result = program_inspect(&program, path);
	error = errno;
	unlink(path);
	assert_int_equal(result, -1);
	assert_int_equal(error, EINVAL);
	/* a FIFO is not waited for, and a terminal does not become ours */
	assert_int_equal(open_flags & O_ACCMODE, O_RDONLY);
	assert_int_equal(open_flags & (O_NONBLOCK | O_NOCTTY | O_CLOEXEC),
		O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static void
a_failed_read_is_an_error(void **state)
{
	cleanup_fd int fd = memfd_create("program", MFD_CLOEXEC);

	(void)state;
	assert_int_equal(write(fd, "#!/x\n", 5), 5);
	assert_int_equal(program_read(&program, fd), 0);
	assert_string_equal(program.interpreter, "/x");
	pread_error = EIO;
	assert_int_equal(program_read(&program, fd), -1);
	assert_int_equal(errno, EIO);
	pread_error = 0;
	assert_string_equal(program.interpreter, "");
}

static void
this_program_is_one_for_this_machine(void **state)
{
	struct program self, file;
	struct utsname machine;
	char text[32];

	(void)state;
	program_inspect_self(&self);
	assert_int_equal(program_inspect(&file, "/proc/self/exe"), 0);
	assert_true(file.is_whole);
	assert_int_equal(self.kind, PROGRAM_ELF);
	assert_int_equal(self.machine, file.machine);
	assert_int_equal(self.bits, sizeof(void *) * 8);
	assert_int_equal(self.is_big_endian, file.is_big_endian);
	assert_false(program_is_foreign(&self, &self));
	assert_int_equal(uname(&machine), 0);
	if (self.machine == EM_X86_64 || self.machine == EM_AARCH64)
		assert_string_equal(program_machine(&self, text, sizeof(text)), machine.machine);
}

static void
a_machine_executes_its_own_kind_of_either_size(void **state)
{
	static const struct {
		unsigned one, other;
		bool is_foreign;
	} pairs[] = {
		{EM_386, EM_X86_64, false},
		{EM_ARM, EM_AARCH64, false},
		{EM_PPC, EM_PPC64, false},
		{EM_S390, EM_S390, false},
		{EM_AARCH64, EM_X86_64, true},
		{EM_ARM, EM_X86_64, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		struct program one = {.machine = pairs[i].one};
		struct program other = {.machine = pairs[i].other};

		assert_int_equal(program_is_foreign(&one, &other), pairs[i].is_foreign);
		assert_int_equal(program_is_foreign(&other, &one), pairs[i].is_foreign);
		one.is_big_endian = true;
		assert_true(program_is_foreign(&one, &other));
	}
}

static void
a_machine_has_a_name_or_a_number(void **state)
{
	struct program one = {.machine = EM_X86_64, .bits = 64};
	char text[32];

	(void)state;
	assert_string_equal(program_machine(&one, text, sizeof(text)), "x86_64");
	one.bits = 32;
	assert_string_equal(program_machine(&one, text, sizeof(text)), "x32");
	one = (struct program){.machine = EM_PPC64, .bits = 64};
	assert_string_equal(program_machine(&one, text, sizeof(text)), "ppc64le");
	one.is_big_endian = true;
	assert_string_equal(program_machine(&one, text, sizeof(text)), "ppc64");
	one.machine = 65535;
	assert_string_equal(program_machine(&one, text, sizeof(text)), "machine 65535");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_elf_file_of_either_size_and_order_names_machine_and_interpreter),
		cmocka_unit_test(a_static_program_names_no_interpreter),
		cmocka_unit_test(only_programs_by_their_type_are_executable),
		cmocka_unit_test(a_file_cut_off_anywhere_is_damaged),
		cmocka_unit_test(entries_that_the_kernel_refuses_are_damage),
		cmocka_unit_test(an_interpreter_that_the_kernel_refuses_is_damage),
		cmocka_unit_test(an_interpreter_ends_at_its_first_nul),
		cmocka_unit_test(a_first_line_is_cut_as_the_kernel_cuts_it),
		cmocka_unit_test(a_name_must_end_in_the_bytes_that_the_kernel_reads),
		cmocka_unit_test(other_files_are_known_as_what_they_are),
		cmocka_unit_test(what_is_no_regular_file_is_never_read),
		cmocka_unit_test(a_failed_read_is_an_error),
		cmocka_unit_test(this_program_is_one_for_this_machine),
		cmocka_unit_test(a_machine_executes_its_own_kind_of_either_size),
		cmocka_unit_test(a_machine_has_a_name_or_a_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
