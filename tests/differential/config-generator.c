/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes random conf.d files, reads them with config_read, and keeps those it accepts, numbered
 * from 1, with what they mean: tests/differential/config has shells read them too.
 *
 *	config-generator SEED FILES DIRECTORY	at least FILES accepted and FILES refused
 *	config-generator keys			the keys, for the shells
 */
#include "common/cleanup.h"
#include "common/report.h"
#include "helper/config.h"
#include "helper/config_parse.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* What a file can have in it, good or not: each one is seen in accepted and in refused files. */
enum rule {
	BLANK_LINE,
	COMMENT_LINE,
	COMMENT_BEFORE_BACKSLASH,
	LEADING_BLANKS,
	TRAILING_BLANKS,
	TRAILING_COMMENT,
	NO_LAST_NEWLINE,
	LARGE,
	OPENRC_KEY,
	BARE,
	DOUBLE_QUOTED,
	SINGLE_QUOTED,
	EMPTY_BARE,
	EMPTY_DOUBLE_QUOTED,
	EMPTY_SINGLE_QUOTED,
	NEWLINE_IN_DOUBLE_QUOTES,
	NEWLINE_IN_SINGLE_QUOTES,
	JOINED_LINES,
	ESCAPED_QUOTE,
	ESCAPED_BACKSLASH,
	ESCAPED_DOLLAR,
	ESCAPED_BACKQUOTE,
	LITERAL_BACKSLASH,
	BACKSLASH_IN_SINGLE_QUOTES,
	SHELL_IN_SINGLE_QUOTES,
	OTHER_QUOTE_INSIDE,
	HASH_INSIDE,
	MARKS_INSIDE,
	UTF8_INSIDE,
	UTF8_IN_COMMENT,
	KEYS, /* one rule for each key from here */
	RULES = KEYS + CONFIG_KEYS,
};

static const char *const rule_names[KEYS] = {
	[BLANK_LINE] = "blank line",
	[COMMENT_LINE] = "comment",
	[COMMENT_BEFORE_BACKSLASH] = "backslash at the end of a comment",
	[LEADING_BLANKS] = "leading blanks",
	[TRAILING_BLANKS] = "trailing blanks",
	[TRAILING_COMMENT] = "comment behind a value",
	[NO_LAST_NEWLINE] = "no newline at the end",
	[LARGE] = "large value",
	[OPENRC_KEY] = "key of OpenRC",
	[BARE] = "bare value",
	[DOUBLE_QUOTED] = "double quotes",
	[SINGLE_QUOTED] = "single quotes",
	[EMPTY_BARE] = "nothing behind =",
	[EMPTY_DOUBLE_QUOTED] = "empty double quotes",
	[EMPTY_SINGLE_QUOTED] = "empty single quotes",
	[NEWLINE_IN_DOUBLE_QUOTES] = "newline in double quotes",
	[NEWLINE_IN_SINGLE_QUOTES] = "newline in single quotes",
	[JOINED_LINES] = "backslash and newline",
	[ESCAPED_QUOTE] = "escaped double quote",
	[ESCAPED_BACKSLASH] = "escaped backslash",
	[ESCAPED_DOLLAR] = "escaped dollar sign",
	[ESCAPED_BACKQUOTE] = "escaped backquote",
	[LITERAL_BACKSLASH] = "literal backslash",
	[BACKSLASH_IN_SINGLE_QUOTES] = "backslash in single quotes",
	[SHELL_IN_SINGLE_QUOTES] = "$ and ` in single quotes",
	[OTHER_QUOTE_INSIDE] = "the other quote inside",
	[HASH_INSIDE] = "# inside quotes",
	[MARKS_INSIDE] = "marks of the shell inside quotes",
	[UTF8_INSIDE] = "UTF-8 in a value",
	[UTF8_IN_COMMENT] = "UTF-8 in a comment",
};

struct piece {
	enum rule rule;
	const char *text;
};

static const struct piece double_quoted_pieces[] = {
	{ESCAPED_QUOTE, "\\\""},
	{ESCAPED_BACKSLASH, "\\\\"},
	{ESCAPED_DOLLAR, "\\$"},
	{ESCAPED_DOLLAR, "\\${x}"},
	{ESCAPED_BACKQUOTE, "\\`"},
	{JOINED_LINES, "\\\n"},
	{LITERAL_BACKSLASH, "\\040"},
	{LITERAL_BACKSLASH, "\\n"},
	{LITERAL_BACKSLASH, "\\c"},
	{LITERAL_BACKSLASH, "\\'"},
	{LITERAL_BACKSLASH, "\\!"},
	{LITERAL_BACKSLASH, "\\}"},
	{LITERAL_BACKSLASH, "\\\t"},
	{LITERAL_BACKSLASH, "\\\303\266"},
	{LITERAL_BACKSLASH, "\\\303\200"},
	{NEWLINE_IN_DOUBLE_QUOTES, "\n"},
	{NEWLINE_IN_DOUBLE_QUOTES, "\n\n"},
	{OTHER_QUOTE_INSIDE, "'"},
};

static const struct piece single_quoted_pieces[] = {
	{BACKSLASH_IN_SINGLE_QUOTES, "\\"},
	{BACKSLASH_IN_SINGLE_QUOTES, "\\\\"},
	{BACKSLASH_IN_SINGLE_QUOTES, "\\\n"},
	{BACKSLASH_IN_SINGLE_QUOTES, "\\\""},
	{SHELL_IN_SINGLE_QUOTES, "$HOME"},
	{SHELL_IN_SINGLE_QUOTES, "`:`"},
	{SHELL_IN_SINGLE_QUOTES, "$("},
	{NEWLINE_IN_SINGLE_QUOTES, "\n"},
	{NEWLINE_IN_SINGLE_QUOTES, "\n\n"},
	{OTHER_QUOTE_INSIDE, "\""},
};

/* Plain in both kinds of quotes. */
static const struct piece plain_pieces[] = {
	{HASH_INSIDE, "#"},
	{HASH_INSIDE, " # no comment"},
	{MARKS_INSIDE, "~"},
	{MARKS_INSIDE, ":~/"},
	{MARKS_INSIDE, "*?[a-z]"},
	{MARKS_INSIDE, "{a,b}"},
	{MARKS_INSIDE, "!!"},
	{MARKS_INSIDE, ";&|<>()"},
	{MARKS_INSIDE, "users=x"},
	{UTF8_INSIDE, "\302\240"},
	{UTF8_INSIDE, "\303\237\304\201"},
	{UTF8_INSIDE, "\302\244\303\201\342\202\202\343\203\206"},
	{UTF8_INSIDE, "\360\237\216\256"},
	{MARKS_INSIDE, " "},
	{MARKS_INSIDE, "\t"},
	{MARKS_INSIDE, "%s%b"},
	{MARKS_INSIDE, "-n"},
};

/* One valid value at least for each key whose values have a rule; NULL ends a list. */
static const char *const good_values[CONFIG_KEYS][4] = {
	[CONFIG_ROOT] = {"/opt/games", "/srv/a b", "/srv/sch\303\266n", NULL},
	[CONFIG_DESCRIPTION] = {"games", "alice's \"old\" $x", "sch\303\266n # 1", NULL},
	[CONFIG_SHELL] = {"/bin/sh", "/bin/ba~sh", NULL},
	[CONFIG_PASS_ENV] = {"STEAM_*", "*", "A B_*\n\tC", NULL},
	[CONFIG_SET_ENV] = {"A=b", "A=~ B=\"$x\"", "A={}\\\n", NULL},
	[CONFIG_PATH] = {"/bin:/usr/bin", "/:/~:/$x", NULL},
	[CONFIG_PERSONALITY] = {"linux32", "linux64", NULL},
	[CONFIG_ALLOW_SETUID] = {"yes", "no", NULL},
	[CONFIG_VISIBLE] = {"yes", "no", NULL},
	[CONFIG_STOP_TIMEOUT] = {"0", "10", "3600", NULL},
	[CONFIG_ROOTS] = {"games", "build games", "\ngames\n", NULL},
};

/* Lines that no file may have. */
static const char *const faults[] = {"users=$a", "users=a`id`", "users=\"$a\"", "users=\"`id`\"",
	"users=\"$\"", "users=\"${a}\"", "users=$'a'", "users=$((1))", "export users=a",
	"export users", "users+=a", "users = a", "users =a", "users= a", "users=\ta", "users=a b",
	"users=a groups=b", "users='a' b", "users=\"a\" ;", "users=a\"b\"", "users=a'b'",
	"users=\"a\"b", "users='a'\"b\"", "users=\"\"#", "users=a;", "users=a&", "users=a|b",
	"users=<(a)", "users=(a b)", "users=a>b", "users=~", "users=a:~", "users=a*", "users=a?",
	"users=[a]", "users={a,b}", "users=a\\", "users=a!", "users=a^", "users=a#b",
	"users=\303\266", "users[0]=a", "users", "users ", "users # a", "nokey=a", "Users=a",
	"1a=b", "=a", "\\", "\"users\"=a", ". ./other", "{ users=a; }", "if true", "users=a\r",
	"# a\r", "users='\001'", "# \177", "users=\"\033[m\"", "users=\"\201\"", "users='\303'",
	"# \302\201", "\357\273\277users=a", "\v", "\302\240users=a", "root=/a\nroots=a",
	"users=\nusers=", "users=a\nusers='b'", "users=\"a\nb\"c", "users='a\nb' c",
	"root=a\nroots=A", "root=/\nroots=..", "description='a\nb'", "shell=bash", "shell=/",
	"path=/bin:", "path=bin", "pass_env=-", "set_env=A", "personality=i386", "allow_setuid=on",
	"visible=YES", "stop_timeout=3601", "stop_timeout=010", "rc_need=$a", "rc_need=a b",
	"rc_need"};

/* These too, unless a later line happens to close the quote. */
static const char *const open_quotes[] = {"users=\"a", "users='a\nb", "users=\"\\"};

/* What is inserted into good files, to find what the parser wrongly takes. */
static const char marks[] =
	"\"\"\"'''\\\\\\$``#~;&|<>(){}[]!*?^%=+-,:@/. \t\n\n\r\0\001\177\201\210"
	"\303\266\342\202\254\377ab1_";

/* A piece of every message that refuses a file. */
static const char *const refusals[] = {
	"NUL byte",
	"carriage return",
	"control character",
	"begins no printable UTF-8",
	"larger than 64 KiB",
	"a line begins with a key",
	"`+=` is not understood",
	"no blanks may stand around",
	"is a command for a shell",
	"is not followed by `=`",
	"unknown key",
	"`roots` belongs in",
	"`root` belongs in",
	"was set on line",
	"`$` needs a shell; write",
	"``` needs a shell; write",
	"`$` needs a shell; for",
	"``` needs a shell; for",
	"is not closed",
	"ends here, and more follows it",
	"inside one pair of quotes",
	"letters beyond ASCII needs quotes",
	"` needs quotes",
	"two assignments on one line",
	"only a comment may follow",
	"a value with blanks needs quotes",
	"`root` is `/`",
	"`root`: `",
	"`description`: `",
	"`shell`: `",
	"`path`: `",
	"`pass_env`: `",
	"`set_env`: `",
	"`personality`: `",
	"`allow_setuid`: `",
	"`visible`: `",
	"`stop_timeout`: `",
	"`roots`: `",
};

struct file {
	char bytes[2 * CONFIG_FILE_SIZE];
	size_t size;
	uint64_t rules; /* one bit each */
	enum config_kind kind;
	bool is_refused; /* for certain */
};

struct tally {
	unsigned accepted, refused, wrong;
	unsigned rules[RULES][2]; /* in accepted, in refused files */
	unsigned refusals[COUNT(refusals)];
};

static uint64_t random_state;

/* xorshift64* (Vigna 2016): the same files everywhere from the same seed. */
static size_t
random_below(size_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (size_t)((random_state * UINT64_C(2685821657736338717)) >> 33) % limit;
}

static bool
one_in(size_t chances)
{
	return random_below(chances) == 0;
}

static void
add_bytes(struct file *file, const char *bytes, size_t size)
{
	if (file->size + size > sizeof(file->bytes))
		return;
	memcpy(file->bytes + file->size, bytes, size);
	file->size += size;
}

static void
add_text(struct file *file, const char *text)
{
	add_bytes(file, text, strlen(text));
}

static void
add_rule(struct file *file, enum rule rule, const char *text)
{
	file->rules |= UINT64_C(1) << rule;
	add_text(file, text);
}

static void
add_piece(struct file *file, const struct piece *pieces, size_t count)
{
	const struct piece *piece = &pieces[random_below(count)];

	add_rule(file, piece->rule, piece->text);
}

static void
add_word(struct file *file)
{
	static const char bytes[] = "abcXYZ019_./:,@%+=-";

	for (size_t left = 1 + random_below(6); left > 0; left--)
		add_bytes(file, &bytes[random_below(sizeof(bytes) - 1)], 1);
}

static void
add_bare(struct file *file)
{
	if (one_in(8)) {
		add_rule(file, EMPTY_BARE, "");
		return;
	}
	add_rule(file, BARE, "");
	add_word(file);
}

static size_t
random_length(struct file *file)
{
	if (!one_in(1000))
		return random_below(8);
	file->rules |= UINT64_C(1) << LARGE;
	return 10000;
}

static void
add_quoted(struct file *file, char quote)
{
	bool is_double = quote == '"';
	size_t length = random_length(file);

	if (length == 0)
		add_rule(file, is_double ? EMPTY_DOUBLE_QUOTED : EMPTY_SINGLE_QUOTED, "");
	add_rule(file, is_double ? DOUBLE_QUOTED : SINGLE_QUOTED, is_double ? "\"" : "'");
	for (; length > 0; length--) {
		if (one_in(3))
			add_word(file);
		else if (one_in(2))
			add_piece(file, plain_pieces, COUNT(plain_pieces));
		else if (is_double)
			add_piece(file, double_quoted_pieces, COUNT(double_quoted_pieces));
		else
			add_piece(file, single_quoted_pieces, COUNT(single_quoted_pieces));
	}
	add_text(file, is_double ? "\"" : "'");
}

static void
add_any_value(struct file *file)
{
	if (one_in(4))
		add_bare(file);
	else
		add_quoted(file, one_in(3) ? '\'' : '"');
}

/* The value itself, in quotes that keep it as it is. */
static void
add_good_value(struct file *file, const char *value)
{
	static const char bare[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:,@%+=-";

	if (value[strspn(value, bare)] == '\0' && one_in(2)) {
		add_rule(file, BARE, value);
	} else if (one_in(2)) {
		add_rule(file, SINGLE_QUOTED, "'");
		add_text(file, value);
		add_text(file, "'");
	} else {
		add_rule(file, DOUBLE_QUOTED, "\"");
		for (; *value != '\0'; value++) {
			if (strchr("\"\\$`", *value))
				add_text(file, "\\");
			add_bytes(file, value, 1);
		}
		add_text(file, "\"");
	}
}

static void
add_value(struct file *file, enum config_key key)
{
	const char *const *values = good_values[key];
	size_t count = 0;

	while (values[count] != NULL)
		count++;
	if (count == 0)
		add_any_value(file);
	else if (one_in(10))
		add_good_value(file, "");
	else
		add_good_value(file, values[random_below(count)]);
}

static void
add_comment(struct file *file)
{
	static const struct piece comments[] = {
		{COMMENT_LINE, ""},
		{COMMENT_LINE, " a \"comment' with $x `:` marks"},
		{COMMENT_LINE, "users=nobody"},
		{COMMENT_BEFORE_BACKSLASH, " a\\"},
		{UTF8_IN_COMMENT, " sch\303\266n"},
	};

	add_text(file, "#");
	add_piece(file, comments, COUNT(comments));
}

/* A key that the file has not yet, or CONFIG_KEYS. */
static enum config_key
random_key(const struct file *file)
{
	enum config_key key = (enum config_key)random_below(CONFIG_KEYS);

	if (file->rules & UINT64_C(1) << (KEYS + key))
		return CONFIG_KEYS;
	if (key == (file->kind == CONFIG_SERVICE ? CONFIG_ROOT : CONFIG_ROOTS))
		return CONFIG_KEYS;
	return key;
}

static void
add_assignment(struct file *file)
{
	enum config_key key = random_key(file);

	if (one_in(4))
		add_rule(file, LEADING_BLANKS, one_in(2) ? "  " : "\t ");
	if (key == CONFIG_KEYS) {
		add_rule(file, OPENRC_KEY, one_in(2) ? "rc_need=" : "rc_9A=");
		add_any_value(file);
	} else {
		file->rules |= UINT64_C(1) << (KEYS + key);
		add_text(file, config_key_name(key));
		add_text(file, "=");
		add_value(file, key);
	}
	if (one_in(4)) {
		add_rule(file, TRAILING_COMMENT, one_in(2) ? " " : "\t\t");
		add_comment(file);
	} else if (one_in(4)) {
		add_rule(file, TRAILING_BLANKS, " \t");
	}
}

static void
add_line(struct file *file)
{
	if (one_in(8))
		add_comment(file);
	else if (one_in(10))
		add_rule(file, BLANK_LINE, one_in(2) ? "" : "\t ");
	else
		add_assignment(file);
	add_text(file, "\n");
}

static void
add_fault(struct file *file)
{
	file->is_refused = true;
	if (one_in(20)) {
		file->is_refused = false;
		add_text(file, open_quotes[random_below(COUNT(open_quotes))]);
	} else if (one_in(200)) {
		add_bytes(file, "\0", 1);
	} else if (one_in(500)) {
		while (file->size <= CONFIG_FILE_SIZE)
			add_text(file, "# all work and no play\n");
	} else {
		add_text(file, faults[random_below(COUNT(faults))]);
	}
	add_text(file, "\n");
}

/* One byte is lost, changed or put in. */
static void
mutate(struct file *file)
{
	size_t at = random_below(file->size + 1);
	char *place = file->bytes + at;

	if (at < file->size && one_in(2)) {
		memmove(place, place + 1, file->size - at - 1);
		file->size--;
	}
	if (one_in(4) || file->size == sizeof(file->bytes))
		return;
	memmove(place + 1, place, file->size - at);
	file->size++;
	*place = marks[random_below(sizeof(marks) - 1)];
}

static void
generate(struct file *file)
{
	size_t lines = 1 + random_below(8);
	size_t fault = one_in(4) ? random_below(lines) : lines;

	file->size = 0;
	file->rules = 0;
	file->is_refused = false;
	file->kind = one_in(2) ? CONFIG_SERVICE : CONFIG_INSTANCE;
	for (size_t line = 0; line < lines; line++) {
		if (line == fault)
			add_fault(file);
		add_line(file);
	}
	if (one_in(4)) {
		file->rules |= UINT64_C(1) << NO_LAST_NEWLINE;
		file->size--;
	}
	if (!file->is_refused && one_in(2))
		for (size_t left = 1 + random_below(3); left > 0; left--)
			mutate(file);
}

/* TAP is text. */
static void
print_byte(char byte)
{
	if (byte == '\n')
		fputs("\n# ", stdout);
	else if (byte >= ' ' && byte < 0x7f)
		putchar(byte);
	else
		printf("\\%03o", (unsigned char)byte);
}

static void
complain(const struct file *file, struct tally *tally, const char *reason)
{
	/* the first ones are enough to mend it */
	if (tally->wrong++ < 5) {
		printf("# %s:\n# ", reason);
		for (size_t i = 0; i < file->size && i < 500; i++)
			print_byte(file->bytes[i]);
		printf("\n");
	}
}

/* "config-generator: file:LINE: reason" with a line that the file has. */
static bool
is_on_a_line(const struct file *file, const char *said)
{
	static const char begins[] = "config-generator: file:";
	unsigned lines = 1, line = 0;

	for (size_t i = 0; i < file->size; i++)
		lines += file->bytes[i] == '\n';
	if (strncmp(said, begins, sizeof(begins) - 1) != 0)
		return false;
	if (strstr(said, "larger than 64 KiB"))
		return true;
	line = (unsigned)strtoul(said + sizeof(begins) - 1, NULL, 10);
	return line >= 1 && line <= lines;
}

static bool
tally_refusal(struct tally *tally, const char *said)
{
	for (size_t i = 0; i < COUNT(refusals); i++) {
		if (strstr(said, refusals[i])) {
			tally->refusals[i]++;
			return true;
		}
	}
	return false;
}

static void
tally_rules(struct tally *tally, const struct file *file, bool is_refused)
{
	for (size_t rule = 0; rule < RULES; rule++)
		if (file->rules & UINT64_C(1) << rule)
			tally->rules[rule][is_refused]++;
}

static void
check_refused(const struct file *file, const struct config_file *config, const char *said,
	struct tally *tally)
{
	static const struct config_file nothing;

	tally->refused++;
	tally_rules(tally, file, true);
	if (memcmp(config, &nothing, sizeof(nothing)) != 0)
		complain(file, tally, "refused, but values are held");
	if (!is_on_a_line(file, said))
		complain(file, tally, "refused without a line");
	if (!tally_refusal(tally, said))
		complain(file, tally, said);
}

static int
keep(const struct file *file, const char *directory, unsigned number)
{
	char path[4096];
	cleanup_file FILE *stream = NULL;

	snprintf(path, sizeof(path), "%s/%u", directory, number);
	stream = fopen(path, "w");
	if (!stream || fwrite(file->bytes, 1, file->size, stream) != file->size) {
		perror(path);
		return -1;
	}
	return 0;
}

/* "NUMBER KEY" or "NUMBER KEY=VALUE", and a NUL, for each key. */
static void
expect(const struct config_file *config, unsigned number, FILE *expected)
{
	for (enum config_key key = 0; key < CONFIG_KEYS; key++) {
		const char *text = config->values[key].text;

		fprintf(expected, "%u %s%s%s", number, config_key_name(key), text ? "=" : "",
			text ? text : "");
		fputc('\0', expected);
	}
}

/* Reads what the report has for this file. */
static void
take_said(int fd, char *said, size_t size)
{
	ssize_t length = pread(fd, said, size - 1, 0);

	said[length > 0 ? length : 0] = '\0';
	if (ftruncate(fd, 0) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		perror("memfd");
}

static int
try_file(const struct file *file, struct report *report, const char *directory, FILE *expected,
	struct tally *tally)
{
	struct config_file config;
	char said[4096];
	int result = 0;
	cleanup_file FILE *stream =
		fmemopen((void *)(uintptr_t)file->bytes, file->size > 0 ? file->size : 1, "r");

	if (config_read(&config, stream, "file", file->kind, true, report) < 0) {
		take_said(report->fd, said, sizeof(said));
		check_refused(file, &config, said, tally);
		return 0;
	}
	tally_rules(tally, file, false);
	if (file->is_refused)
		complain(file, tally, "accepted");
	result = keep(file, directory, ++tally->accepted);
	expect(&config, tally->accepted, expected);
	config_release(&config);
	return result;
}

static const char *
rule_name(size_t rule)
{
	return rule < KEYS ? rule_names[rule] : config_key_name((enum config_key)(rule - KEYS));
}

static bool
every_rule_is_hit(const struct tally *tally, bool is_refused)
{
	bool result = true;

	for (size_t rule = 0; rule < RULES; rule++) {
		printf("# %6u %s\n", tally->rules[rule][is_refused], rule_name(rule));
		result = result && tally->rules[rule][is_refused] > 0;
	}
	for (size_t i = 0; is_refused && i < COUNT(refusals); i++) {
		printf("# %6u refused: %s\n", tally->refusals[i], refusals[i]);
		result = result && tally->refusals[i] > 0;
	}
	return result;
}

static int
print_results(const struct tally *tally)
{
	bool accepts = every_rule_is_hit(tally, false);
	bool refuses = every_rule_is_hit(tally, true);

	printf("%s 1 - %u files are accepted, with every rule of the grammar in them\n",
		accepts ? "ok" : "not ok", tally->accepted);
	printf("%s 2 - %u files are refused, with every rule in them and for every reason\n",
		refuses ? "ok" : "not ok", tally->refused);
	printf("%s 3 - what is refused names a line and holds nothing, what is wrong is refused\n",
		tally->wrong == 0 ? "ok" : "not ok");
	return accepts && refuses && tally->wrong == 0 ? 0 : 1;
}

static int
run(unsigned files, const char *directory, FILE *expected)
{
	static struct file file;
	static struct tally tally;
	struct report report;

	report_init(&report, "config-generator");
	report.fd = memfd_create("report", MFD_CLOEXEC);
	while (tally.accepted < files || tally.refused < files) {
		generate(&file);
		if (try_file(&file, &report, directory, expected, &tally) < 0)
			return 1;
	}
	close(report.fd);
	return print_results(&tally);
}

int
main(int argc, char *argv[])
{
	cleanup_file FILE *expected = NULL;
	char path[4096];

	if (argc == 2 && strcmp(argv[1], "keys") == 0) {
		for (enum config_key key = 0; key < CONFIG_KEYS; key++)
			puts(config_key_name(key));
		return 0;
	}
	if (argc != 4) {
		fputs("usage: config-generator SEED FILES DIRECTORY\n", stderr);
		return 2;
	}
	/* 0 would stay 0 */
	random_state = strtoull(argv[1], NULL, 10) * 2 + 1;
	snprintf(path, sizeof(path), "%s/expected", argv[3]);
	expected = fopen(path, "w");
	if (!expected) {
		perror(path);
		return 1;
	}
	return run((unsigned)strtoul(argv[2], NULL, 10), argv[3], expected);
}
