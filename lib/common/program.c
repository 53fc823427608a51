/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/program.h"

#include "common/cleanup.h"

#include <elf.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258 /* musl has it from 1.2.4 */
#endif

static const struct {
	unsigned machine, bits;
	bool is_big_endian;
	const char *name;
} machines[] = {
	{EM_X86_64, 64, false, "x86_64"},
	{EM_X86_64, 32, false, "x32"},
	{EM_386, 32, false, "i386"},
	{EM_AARCH64, 64, false, "aarch64"},
	{EM_AARCH64, 64, true, "aarch64_be"},
	{EM_ARM, 32, false, "arm"},
	{EM_ARM, 32, true, "armeb"},
	{EM_RISCV, 64, false, "riscv64"},
	{EM_RISCV, 32, false, "riscv32"},
	{EM_PPC64, 64, false, "ppc64le"},
	{EM_PPC64, 64, true, "ppc64"},
	{EM_PPC, 32, true, "ppc"},
	{EM_S390, 64, true, "s390x"},
	{EM_S390, 32, true, "s390"},
	{EM_MIPS, 32, true, "mips"},
	{EM_MIPS, 32, false, "mipsel"},
	{EM_MIPS, 64, true, "mips64"},
	{EM_MIPS, 64, false, "mips64el"},
	{EM_LOONGARCH, 64, false, "loongarch64"},
	{EM_SPARCV9, 64, true, "sparc64"},
	{EM_PARISC, 32, true, "hppa"},
	{EM_68K, 32, true, "m68k"},
	{EM_SH, 32, false, "sh4"},
};

/* A number in a header: its offset and size, in bytes. */
struct field {
	size_t at, size;
};

#define FIELD(type, member)                                                                        \
	{                                                                                          \
		offsetof(type, member), sizeof(((type *)NULL)->member)                             \
	}

/* The fields that are needed of headers of 32 or of 64 bits. */
struct layout {
	size_t entry_size;
	struct field entries, entry_size_said, entry_count; /* of the header */
	struct field kind, place, length; /* of an entry */
};

#define LAYOUT(header, entry)                                                                      \
	{                                                                                          \
		.entry_size = sizeof(entry), .entries = FIELD(header, e_phoff),                    \
		.entry_size_said = FIELD(header, e_phentsize),                                     \
		.entry_count = FIELD(header, e_phnum), .kind = FIELD(entry, p_type),               \
		.place = FIELD(entry, p_offset), .length = FIELD(entry, p_filesz),                 \
	}

static const struct layout layout_32 = LAYOUT(Elf32_Ehdr, Elf32_Phdr);
static const struct layout layout_64 = LAYOUT(Elf64_Ehdr, Elf64_Phdr);

/* type and machine have the same offset in both */
static const struct field type_field = FIELD(Elf32_Ehdr, e_type);
static const struct field machine_field = FIELD(Elf32_Ehdr, e_machine);

static uint64_t
get(const unsigned char *bytes, struct field field, bool is_big_endian)
{
	uint64_t value = 0;

	for (size_t i = 0; i < field.size; i++) {
		size_t at = is_big_endian ? i : field.size - 1 - i;

		value = value << 8 | bytes[field.at + at];
	}
	return value;
}

/* A read of a regular file is short at its end alone: no signal has a handler here. */
static bool
read_whole(int fd, void *bytes, size_t size, uint64_t offset)
{
	return pread(fd, bytes, size, (off_t)offset) == (ssize_t)size;
}

/* The kernel demands 2 to PATH_MAX bytes, the last of them NUL, and takes those before the first.
 */
static bool
read_interpreter(struct program *program, int fd, uint64_t place, uint64_t length)
{
	if (length >= 2 && length <= sizeof(program->interpreter) &&
		read_whole(fd, program->interpreter, length, place) &&
		program->interpreter[length - 1] == '\0')
		return true;
	program->interpreter[0] = '\0';
	return false;
}

/* Finds the first PT_INTERP, the only one that counts. False for headers that the kernel refuses.
 */
static bool
read_entries(struct program *program, int fd, const struct layout *layout, const void *header)
{
	bool big = program->is_big_endian;
	uint64_t entries = get(header, layout->entries, big);
	uint64_t count = get(header, layout->entry_count, big);
	unsigned char entry[sizeof(Elf64_Phdr)];

	/* 64 KiB: load_elf_phdrs in the kernel's fs/binfmt_elf.c */
	if (get(header, layout->entry_size_said, big) != layout->entry_size || count == 0 ||
		count * layout->entry_size > 65536)
		return false;
	/* a sum that wraps is not reached: the entry before it lies beyond the end of any file */
	for (uint64_t i = 0; i < count; i++) {
		if (!read_whole(fd, entry, layout->entry_size, entries + i * layout->entry_size))
			return false;
		if (get(entry, layout->kind, big) == PT_INTERP)
			return read_interpreter(program, fd, get(entry, layout->place, big),
				get(entry, layout->length, big));
	}
	return true;
}

/* Takes the fields that are the same for 32 and 64 bits. Leaves bits 0 if the header is cut off. */
static void
take_header(struct program *program, const unsigned char *header, size_t size)
{
	uint64_t type;

	program->kind = PROGRAM_ELF;
	if (size < sizeof(Elf32_Ehdr))
		return;
	program->is_big_endian = header[EI_DATA] == ELFDATA2MSB;
	program->bits = header[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	program->machine = (unsigned)get(header, machine_field, program->is_big_endian);
	type = get(header, type_field, program->is_big_endian);
	program->is_executable = type == ET_EXEC || type == ET_DYN;
	program->is_whole = true; /* so far */
}

/*
 * Cuts the line as load_script in the kernel's fs/binfmt_script.c does: the name ends at a blank.
 * A name without a newline behind it counts if it ends within the line. line has PROGRAM_LINE
 * bytes and a NUL.
 */
static void
take_first_line(struct program *program, char *line)
{
	static const char blanks[] = " \t";
	const char *newline = strchr(line, '\n'), *name = line + 2;
	size_t end = newline ? (size_t)(newline - line) : strlen(line), length;
	bool is_cut = !newline && end == PROGRAM_LINE;
	bool ends_in_blank = strchr(blanks, line[PROGRAM_LINE - 1]);

	program->kind = PROGRAM_SCRIPT;
	line[is_cut ? end - 1 : end] = '\0'; /* the kernel puts one there too */
	name += strspn(name, blanks);
	length = strcspn(name, blanks);
	if (is_cut && name[length] == '\0' && !ends_in_blank)
		return;
	program->is_whole = true;
	memcpy(program->interpreter, name, length);
}

static bool
is_text(const char *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = (unsigned char)bytes[i];

		if (byte == '\0' || byte == 0x7f || (byte < ' ' && !strchr("\t\n\f\r\033", byte)))
			return false;
	}
	return true;
}

int
program_read(struct program *program, int fd)
{
	char bytes[PROGRAM_LINE + 1] = "";
	struct stat found;
	ssize_t size;

	*program = (struct program){.kind = PROGRAM_OTHER};
	if (fstat(fd, &found) < 0)
		return -1;
	if (!S_ISREG(found.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	size = pread(fd, bytes, PROGRAM_LINE, 0);
	if (size < 0)
		return -1;
	if (size >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0) {
		take_header(program, (unsigned char *)bytes, (size_t)size);
		if (program->is_whole)
			program->is_whole = read_entries(
				program, fd, program->bits == 64 ? &layout_64 : &layout_32, bytes);
	} else if (size >= 2 && memcmp(bytes, "#!", 2) == 0) {
		take_first_line(program, bytes);
	} else if (size == 0) {
		program->kind = PROGRAM_EMPTY;
	} else if (is_text(bytes, (size_t)size)) {
		program->kind = PROGRAM_TEXT;
	}
	return 0;
}

int
program_inspect(struct program *program, const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	*program = (struct program){.kind = PROGRAM_OTHER};
	return fd < 0 ? -1 : program_read(program, fd);
}

/* The program's own header in memory, by the linker's name. */
extern const unsigned char __ehdr_start[sizeof(Elf32_Ehdr)] __attribute__((visibility("hidden")));

void
program_inspect_self(struct program *program)
{
	*program = (struct program){.kind = PROGRAM_OTHER};
	take_header(program, __ehdr_start, sizeof(__ehdr_start));
}

/* Returns the 64-bit machine whose kernel also executes programs of this one. */
static unsigned
family(unsigned machine)
{
	return machine == EM_386   ? EM_X86_64
	       : machine == EM_ARM ? EM_AARCH64
	       : machine == EM_PPC ? EM_PPC64
				   : machine;
}

bool
program_is_foreign(const struct program *program, const struct program *self)
{
	return family(program->machine) != family(self->machine) ||
	       program->is_big_endian != self->is_big_endian;
}

const char *
program_machine(const struct program *program, char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(*machines); i++)
		if (machines[i].machine == program->machine && machines[i].bits == program->bits &&
			machines[i].is_big_endian == program->is_big_endian)
			return machines[i].name;
	snprintf(text, size, "machine %u", program->machine);
	return text;
}
