/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs: files as execve(2) sees them, ELF programs, scripts, or neither. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define PROGRAM_LINE 256 /* bytes of a script that the kernel looks at: its BINPRM_BUF_SIZE */

enum program_kind {
	PROGRAM_OTHER, /* bytes that the kernel cannot execute */
	PROGRAM_EMPTY,
	PROGRAM_TEXT, /* without #! */
	PROGRAM_SCRIPT,
	PROGRAM_ELF,
};

struct program {
	enum program_kind kind;
	/* its headers are as the kernel demands; of a script: the name is not cut off */
	bool is_whole;
	char interpreter[PATH_MAX]; /* of PT_INTERP or the first line, "" for none */
	/* of an ELF file: */
	unsigned machine; /* e_machine: EM_... of <elf.h> */
	unsigned bits; /* 32 or 64; 0 if the header is cut off, and nothing else is known */
	bool is_big_endian;
	bool is_executable; /* by its type: no object file and no core dump */
};

/*
 * Reads the headers of a regular file, in bounded pieces. Returns 0, or -1 with errno set, EINVAL
 * if it is no regular file; reports nothing.
 */
int program_read(struct program *program, int fd);

/* The same for a path. Does not wait for a FIFO, and opens no device. */
int program_inspect(struct program *program, const char *path);

/* Reads the header of this very program: the machine executes its kind. */
void program_inspect_self(struct program *program);

/* True if program is for another kind of machine than self; 32 and 64 bits of one kind agree. */
bool program_is_foreign(const struct program *program, const struct program *self);

/* Returns the machine's name (uname(1)), else its number, put into text. */
const char *program_machine(const struct program *program, char *text, size_t size);

#endif
