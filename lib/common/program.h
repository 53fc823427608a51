/* SPDX-License-Identifier: BSD-2-Clause */
/* What a file is to execve(2): an ELF program, a script that names its interpreter, or neither. */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define PROGRAM_LINE 256 /* bytes of a script that the kernel looks at: its BINPRM_BUF_SIZE */

enum program_kind {
	PROGRAM_OTHER, /* bytes that the kernel has no use for */
	PROGRAM_EMPTY,
	PROGRAM_TEXT, /* without #! */
	PROGRAM_SCRIPT,
	PROGRAM_ELF,
};

struct program {
	enum program_kind kind;
	/* its headers are there as the kernel wants them; of a script: the name is not cut off */
	bool is_whole;
	char interpreter[PATH_MAX]; /* of PT_INTERP or the first line, "" for none */
	char argument[PROGRAM_LINE]; /* the only one that a first line gives, "" for none */
	/* of an ELF file */
	unsigned machine; /* e_machine: EM_... of <elf.h> */
	unsigned bits; /* 32 or 64; 0, and nothing else is known, if it is cut off */
	bool is_big_endian;
	bool is_executable; /* by its type: no object file and no core dump */
};

/*
 * Reads what the descriptor of a regular file shows: at most the headers, in bounded pieces, and
 * nothing else that they point to. 0, or -1 with errno set and nothing said, EINVAL for what is
 * no regular file.
 */
int program_read(struct program *program, int fd);

/* The same of a path. It waits for nobody, and opens no device. */
int program_inspect(struct program *program, const char *path);

/* What this very program is: how it was built is what this machine executes. */
void program_inspect_self(struct program *program);

/* A machine of another kind, whether 32 or 64 bits, than this one. */
bool program_is_foreign(const struct program *program, const struct program *self);

/* The machine's name, as uname(1) has it, else its number; text is where to put it. */
const char *program_machine(const struct program *program, char *text, size_t size);

#endif
