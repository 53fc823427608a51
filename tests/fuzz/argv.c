/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as the words of a command line: refused in one line, or options that keep promises. */
#include "common/cleanup.h"
#include "common/report.h"
#include "enter-as/binds.h"
#include "enter/environment.h"
#include "enter/options.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#define WORDS_MAX 300

int LLVMFuzzerInitialize(int *count, char ***words);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Words that lie one behind the other, as the kernel gives them. */
struct line {
	char *bytes;
	int count;
	char *words[WORDS_MAX + 1];
};

static struct report report;

/* What is said goes nowhere, the help too. */
int
LLVMFuzzerInitialize(int *count, char ***words)
{
	(void)count;
	(void)words;
	report_init(&report, "fuzz");
	report.fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (report.fd >= 0 && freopen("/dev/null", "w", stdout))
		return 0;
	perror("/dev/null");
	exit(1);
}

static void
expect(bool is_true)
{
	if (!is_true)
		abort();
}

/* Each word ends with NUL, or with the input; no byte is no word. */
static void
split(struct line *line, const uint8_t *data, size_t size)
{
	char *word = malloc(size + 1);

	if (!word)
		abort();
	memcpy(word, data, size);
	word[size] = '\0';
	line->bytes = word;
	line->count = 0;
	while (word < line->bytes + size && line->count < WORDS_MAX) {
		line->words[line->count++] = word;
		word += strlen(word) + 1;
	}
	line->words[line->count] = NULL;
}

/* Is it of a word before the root? None behind it is an option. */
static bool
is_before(const char *text, const char *root, const struct line *line)
{
	return text >= line->words[1] && text < root;
}

static void
check_place(const struct options *options, const struct line *line)
{
	int at = 1;

	while (at < line->count && line->words[at] != options->root)
		at++;
	expect(at < line->count);
	if (!options->command) {
		expect(at + 1 == line->count ||
			(at + 2 == line->count && strcmp(line->words[at + 1], "--") == 0));
		return;
	}
	expect(!options->login && !options->shell);
	if (options->command == &line->words[at + 2])
		expect(strcmp(line->words[at + 1], "--") == 0);
	else
		expect(options->command == &line->words[at + 1] &&
			strcmp(line->words[at + 1], "--") != 0);
	expect(options->command[0] != NULL);
}

static void
check_values(const struct options *options, const struct line *line)
{
	const char *root = options->root;
	const char *const values[] = {
		options->user, options->groups, options->directory, options->shell};

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		expect(!values[i] || is_before(values[i], root, line));
	expect(!options->directory || options->directory[0] == '/');
	expect(!options->shell || options->shell[0] == '/');
	expect(!options->groups || options->user);
	expect(options->added_count <= (size_t)line->count);
	for (size_t i = 0; i < options->added_count; i++)
		expect(is_before(options->added[i], root, line) &&
			environment_is_assignment(options->added[i]));
}

static void
check_binds(const struct options *options, const struct line *line)
{
	struct binds binds = {0};

	expect(options->bind_count <= (size_t)line->count);
	for (size_t i = 0; i < options->bind_count; i++)
		expect(is_before(options->binds[i].word, options->root, line));
	binds_read(&binds, options, &report);
	expect(binds.count <= options->bind_count);
	for (size_t i = 0; i < binds.count; i++) {
		const struct bind_entry *bind = &binds.all[i];
		size_t source = strlen(bind->source), target = strlen(bind->target);

		expect(bind->source[0] == '/' && (source == 1 || bind->source[source - 1] != '/'));
		expect(bind->target[0] == '/' && target > 1 && bind->target[target - 1] != '/');
		expect(bind->tree == -1);
	}
	binds_release(&binds);
}

static void
check(const struct options *options, const struct line *line)
{
	if (options->lists) {
		expect(line->count == 2 && strncmp(line->words[1], "--li", 4) == 0);
		expect(!options->root && !options->command && options->added_count == 0 &&
			options->bind_count == 0);
		return;
	}
	check_place(options, line);
	check_values(options, line);
	check_binds(options, line);
}

static void
release(struct options *options)
{
	free(options->added);
	free(options->binds);
}

/* Nothing is left of one command line when the next one is read. */
static void
check_again(const struct options *options, int result, struct line *line)
{
	struct options again;

	expect(options_read(&again, line->count, line->words, &report) == result);
	expect(again.user == options->user && again.groups == options->groups &&
		again.directory == options->directory && again.shell == options->shell &&
		again.login == options->login && again.keeps_all == options->keeps_all &&
		again.lists == options->lists && again.root == options->root &&
		again.command == options->command && again.added_count == options->added_count &&
		again.bind_count == options->bind_count);
	release(&again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct line line;
	struct options options;
	int result;

	split(&line, data, size);
	report.errors = 0;
	result = options_read(&options, line.count, line.words, &report);
	expect(result >= -1 && result <= 1 && report.errors == (result < 0));
	expect(memcmp(line.bytes, data, size) == 0 && line.words[line.count] == NULL);
	/* a refusal moves the root behind the options, to print the line */
	for (int i = 1; result >= 0 && i < line.count; i++)
		expect(line.words[i] == line.words[i - 1] + strlen(line.words[i - 1]) + 1);
	if (result == 0)
		check(&options, &line);
	if (result >= 0)
		check_again(&options, result, &line);
	release(&options);
	free(line.bytes);
	return 0;
}
