/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * odd-environment DIRECTORY COMMAND [ARG...]: runs the command with all the variables that steer a
 * library to files, each to one below DIRECTORY; with 10,000 more; and with strings that are none.
 */
#include <stdio.h>
#include <unistd.h>

#define MANY 10000

static const char *const odd[] = {"", "=", "=nameless", "valueless", "LD_PRELOAD", "PATH",
	"===", "TZ", "BAD NAME=1", "BASH_FUNC_x%%=() { :; }"};

/* each leads to the file of its own name */
static const char *const leading[] = {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT",
	"LD_DEBUG_OUTPUT", "LD_PROFILE_OUTPUT", "LD_ORIGIN_PATH", "GCONV_PATH", "GETCONF_DIR",
	"LOCPATH", "NLSPATH", "TZ", "TZDIR", "MALLOC_TRACE", "HOSTALIASES", "RESOLV_HOST_CONF",
	"NIS_PATH", "LIBMOUNT_FSTAB", "LIBMOUNT_MTAB", "LIBMOUNT_UTAB", "TMPDIR", "HOME",
	"XAUTHORITY", "XDG_RUNTIME_DIR", "PATH", "ENV", "BASH_ENV"};

static const char *const speaking[] = {"LD_DEBUG=all", "LD_PROFILE=libc.so.6", "LD_BIND_NOT=1",
	"LIBMOUNT_DEBUG=all", "MALLOC_CHECK_=3", "MALLOC_PERTURB_=165",
	"GLIBC_TUNABLES=glibc.malloc.check=3", "LANG=xx_XX.KOI8-R", "LC_ALL=xx_XX.KOI8-R",
	"LANGUAGE=xx", "DISPLAY=:0"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char texts[MANY + COUNT(leading)][256];
static const char *variables[MANY + COUNT(odd) + COUNT(leading) + COUNT(speaking) + 1];

int
main(int argc, char **argv)
{
	size_t count = 0;

	if (argc < 3)
		return 2;
	for (size_t i = 0; i < COUNT(odd); i++)
		variables[count++] = odd[i];
	for (size_t i = 0; i < COUNT(speaking); i++)
		variables[count++] = speaking[i];
	for (size_t i = 0; i < COUNT(texts); i++) {
		if (i < COUNT(leading))
			snprintf(texts[i], sizeof(texts[i]), "%s=%s/%s", leading[i], argv[1],
				leading[i]);
		else
			snprintf(texts[i], sizeof(texts[i]), "MANY_%zu=%s/many", i, argv[1]);
		variables[count++] = texts[i];
	}
	execve(argv[2], argv + 2, (char *const *)(void *)variables);
	perror(argv[2]);
	return 127;
}
