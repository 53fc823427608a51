/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "helper/escape.h"

#define LIBBSD_NETBSD_VIS

#include <bsd/vis.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

static size_t
	asked; /* bytes of the first buffer: a libbsd that is linked statically asks for more */
static char *pages; /* a buffer is taken from their end, and behind it no byte can be written */
static size_t pages_size;
static const int *vis_fails; /* what strvis returns in place of its work */

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
int __real_strvis(char *to, const char *from, int flags);
int __wrap_strvis(char *to, const char *from, int flags);

void *
__wrap_malloc(size_t size)
{
	char *from = pages;

	if (asked == 0)
		asked = size;
	if (!from)
		return __real_malloc(size);
	pages = NULL; /* for this one alone */
	assert_true(size <= pages_size);
	return from + pages_size - size;
}

int
__wrap_strvis(char *to, const char *from, int flags)
{
	return vis_fails ? *vis_fails : __real_strvis(to, from, flags);
}

/*
 * As musl has it in the C locale (src/multibyte/mbtowc.c, CODEUNIT), for libbsd with whichever
 * libc: a byte of 0x80 or above is a wide character of two bytes.
 */
int
mbtowc(wchar_t *wide, const char *text, size_t size)
{
	if (!text)
		return 0;
	if (size == 0)
		return -1;
	if (wide)
		*wide = (signed char)*text < 0 ? 0xdfff & (signed char)*text : *text;
	return *text != '\0';
}

static void
assert_escaped(const char *text, const char *expected)
{
	char *escaped;

	asked = 0;
	escaped = escape_unprintable(text);
	assert_non_null(escaped);
	assert_true(strlen(escaped) < asked);
	assert_string_equal(escaped, expected);
	free(escaped);
}

static void
printable_ascii_stays(void **state)
{
	(void)state;
	assert_escaped("", "");
	assert_escaped("a", "a");
	assert_escaped("sleep 1000 \"$HOME\" 'x'; #~", "sleep 1000 \"$HOME\" 'x'; #~");
}

static void
characters_of_a_terminal_do_not(void **state)
{
	(void)state;
	assert_escaped("\033[31m", "\\033[31m");
	assert_escaped("\n\r\t\b\a\177", "\\012\\015\\011\\010\\007\\177");
}

/* "\n" typed as two characters is told apart from a newline. */
static void
the_backslash_does_not(void **state)
{
	(void)state;
	assert_escaped("\\n\\012", "\\134n\\134012");
}

static void
a_byte_of_0x80_or_above_takes_four_bytes(void **state)
{
	(void)state;
	assert_escaped("\377", "\\377");
	assert_escaped("\200\377", "\\200\\377");
	assert_escaped("\xff\xc3\xb6x\n", "\\377\\303\\266x\\012");
}

static void
each_byte_is_itself_or_three_octal_digits(void **state)
{
	char text[256], expected[4 * sizeof(text)], *end = expected;

	(void)state;
	for (int byte = 1; byte <= 255; byte++) {
		text[byte - 1] = (char)byte;
		if (byte >= ' ' && byte <= '~' && byte != '\\') {
			*end++ = (char)byte;
		} else {
			*end++ = '\\';
			*end++ = (char)('0' + byte / 64);
			*end++ = (char)('0' + byte / 8 % 8);
			*end++ = (char)('0' + byte % 8);
		}
	}
	text[255] = *end = '\0';
	assert_escaped(text, expected);
}

static void
a_long_text_fits_its_buffer(void **state)
{
	static char text[4096 + 1], expected[4 * 4096 + 1];

	(void)state;
	memset(text, 0xff, sizeof(text) - 1);
	for (size_t i = 0; i < sizeof(expected) - 1; i++)
		expected[i] = "\\377"[i % 4];
	assert_escaped(text, expected);
	assert_int_equal(asked, sizeof(expected));
}

/* With every libc: the sanitizers, which would see it too, are not to be had with musl. */
static void
nothing_is_written_behind_the_buffer(void **state)
{
	static const char *const texts[] = {
		"", "a", "\n", "\377", "\\", "\xc3\xb6", "sleep \xff\xfe\xfd"};
	char text[] = "?", *escaped;
	size_t page = (size_t)sysconf(_SC_PAGESIZE), size = 4 * page;
	char *mapped =
		mmap(NULL, size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)state;
	assert_true(mapped != MAP_FAILED);
	assert_int_equal(mprotect(mapped + size, page, PROT_NONE), 0);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts) + 255; i++) {
		text[0] = (char)(i + 1);
		pages_size = size;
		pages = mapped;
		escaped = escape_unprintable(i < 255 ? text : texts[i - 255]);
		assert_true(escaped >= mapped && escaped < mapped + size);
	}
	munmap(mapped, size + page);
}

/* libbsd returns -1, or 0 and an empty string, by which of its tables it has no memory for. */
static void
without_memory_there_is_no_string(void **state)
{
	static const int results[] = {-1, 0};

	(void)state;
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++) {
		vis_fails = &results[i];
		errno = 0;
		assert_null(escape_unprintable("a"));
		assert_int_equal(errno, ENOMEM);
		vis_fails = NULL;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(printable_ascii_stays),
		cmocka_unit_test(characters_of_a_terminal_do_not),
		cmocka_unit_test(the_backslash_does_not),
		cmocka_unit_test(a_byte_of_0x80_or_above_takes_four_bytes),
		cmocka_unit_test(each_byte_is_itself_or_three_octal_digits),
		cmocka_unit_test(a_long_text_fits_its_buffer),
		cmocka_unit_test(nothing_is_written_behind_the_buffer),
		cmocka_unit_test(without_memory_there_is_no_string),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
