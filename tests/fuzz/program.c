/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a file to execute: what is said of it is whole, bounded, and found again. */
#include "common/program.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
read_bytes(struct program *program, const void *bytes, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("program", MFD_CLOEXEC);
	if (ftruncate(fd, 0) < 0 || pwrite(fd, bytes, size, 0) != (ssize_t)size ||
		program_read(program, fd) < 0)
		abort();
}

/* A line with the interpreter alone must be the same script. */
static void
check_script(const struct program *program)
{
	char line[PROGRAM_LINE + 8];
	struct program again;
	int length = snprintf(line, sizeof(line), "#!%s\n", program->interpreter);

	if (!program->is_whole && program->interpreter[0] != '\0')
		abort();
	if (program->interpreter[strcspn(program->interpreter, " \t\n")] != '\0')
		abort();
	if (program->interpreter[0] == '\0' || length > PROGRAM_LINE)
		return;
	read_bytes(&again, line, (size_t)length);
	if (again.kind != PROGRAM_SCRIPT || !again.is_whole ||
		strcmp(again.interpreter, program->interpreter) != 0)
		abort();
}

static void
check_elf(const struct program *program)
{
	struct program self;
	char text[32];

	if (!program->is_whole && program->interpreter[0] != '\0')
		abort();
	if (program->bits != 32 && program->bits != 64 && (program->bits != 0 || program->is_whole))
		abort();
	program_inspect_self(&self);
	program_is_foreign(program, &self);
	if (program_machine(program, text, sizeof(text))[0] == '\0')
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct program program;

	memset(&program, 0xff, sizeof(program));
	read_bytes(&program, data, size);
	if (strnlen(program.interpreter, sizeof(program.interpreter)) ==
		sizeof(program.interpreter))
		abort();
	if ((program.kind == PROGRAM_EMPTY) != (size == 0))
		abort();
	if (program.kind == PROGRAM_SCRIPT)
		check_script(&program);
	else if (program.kind == PROGRAM_ELF)
		check_elf(&program);
	else if (program.interpreter[0] != '\0' || program.is_whole)
		abort();
	return 0;
}
