/* SPDX-License-Identifier: BSD-2-Clause */
/* The part of the program's own data that relocations write before main: RELRO in ld(1). */
#ifndef RELOCATIONS_H
#define RELOCATIONS_H

/*
 * Makes that data read-only in a static program, as the dynamic loader does in any other. Returns
 * 0, or -1 with errno set; reports nothing.
 */
int relocations_protect(void);

#endif
