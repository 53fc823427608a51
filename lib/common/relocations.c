/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/relocations.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>

/* Takes the first object alone: in dl_iterate_phdr(3) that is the program. */
static int
protect(struct dl_phdr_info *program, size_t size, void *data)
{
	const uintptr_t page = getauxval(AT_PAGESZ);

	(void)size;
	(void)data;
	for (size_t i = 0; i < program->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &program->dlpi_phdr[i];
		uintptr_t begin = program->dlpi_addr + segment->p_vaddr;
		uintptr_t end = begin + segment->p_memsz;

		if (segment->p_type != PT_GNU_RELRO)
			continue;
		/* the data that stays writable begins on the page of the end */
		begin -= begin % page;
		end -= end % page;
		if (mprotect((void *)begin, end - begin, PROT_READ) < 0)
			return -1;
	}
	return 1;
}

/*
 * Threat: a fault in chroot-enter lets its caller write to the tables of options and of the
 * environment. Defence: they are read-only. A dynamic loader does that, and so does glibc in a
 * static program, but musl ignores PT_GNU_RELRO there (src/env/__init_tls.c). getauxval(3): AT_BASE
 * is the address of the dynamic loader.
 */
int
relocations_protect(void)
{
	return getauxval(AT_BASE) != 0 || dl_iterate_phdr(protect, NULL) > 0 ? 0 : -1;
}
