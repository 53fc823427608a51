/* SPDX-License-Identifier: BSD-2-Clause */
#include "enter/options.h"

#include "common/cleanup.h"
#include "common/report.h"
#include "common/report_word.h"
#include "enter/environment.h"

#include <getopt.h>
#include <limits.h>
#include <string.h>

static const char usage[] =
	"usage: chroot-enter [OPTION...] ROOT [--] [COMMAND [ARG...]]\n"
	"       chroot-enter --list\n"
	"\n"
	"Runs COMMAND, or your shell, inside ROOT, as who you are.\n"
	"\n"
	"  -b, --bind SRC[:DST]      bind SRC of the host on DST, for this entry alone; only for the\n"
	"                            superuser\n"
	"      --bind-ro SRC[:DST]   the same, read-only\n"
	"  -d, --directory DIR       start in DIR, a directory inside\n"
	"  -e, --env NAME=VALUE      set a variable\n"
	"  -E, --keep-env            keep the whole environment, but for LD_* and their like\n"
	"  -G, --groups GROUP,...    with these supplementary groups; only with -u\n"
	"      --list                the roots that you may enter\n"
	"  -l, --login               a login shell, in your home\n"
	"  -s, --shell SHELL         this shell, a path inside\n"
	"  -u, --user USER[:GROUP]   as another user; only for the superuser\n"
	"  -h, --help                this help\n"
	"  -V, --version             the version\n"
	"\n"
	"Status: COMMAND's own; 125 chroot-enter failed, 126 COMMAND cannot be executed, 127 it is\n"
	"not there.\n";

static const char version[] = "chroot-enter " VERSION "\n";

#define MEND_SIZE 4096 /* bytes at most of the words of a command line that is printed */

/* "+": the words behind ROOT belong to the command */
static const char option_letters[] = "+:b:d:e:EG:ls:u:hV";

enum { OPTION_BIND_RO = UCHAR_MAX + 1, OPTION_LIST }; /* without a letter */

static const struct option option_names[] = {
	{"bind", required_argument, NULL, 'b'},
	{"bind-ro", required_argument, NULL, OPTION_BIND_RO},
	{"directory", required_argument, NULL, 'd'},
	{"env", required_argument, NULL, 'e'},
	{"keep-env", no_argument, NULL, 'E'},
	{"groups", required_argument, NULL, 'G'},
	{"list", no_argument, NULL, OPTION_LIST},
	{"login", no_argument, NULL, 'l'},
	{"shell", required_argument, NULL, 's'},
	{"user", required_argument, NULL, 'u'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{0},
};

/* word: the wrong one, or NULL. */
static int
say_usage(struct report *report, const char *what, const char *word)
{
	if (word && *word == '\0')
		word = "''";
	return report_error(
		report, 0, "%s%s; chroot-enter -h says what there is", what, word ? word : "");
}

/* optopt is 0 for an unknown name, and a known letter for a name that was given a value but takes
 * none. */
static int
say_unknown(struct report *report, const char *word)
{
	const char letter[] = {'-', (char)optopt, '\0'};

	for (const struct option *known = option_names; known->name; known++)
		if (known->val == optopt)
			return say_usage(report, word, " takes no value");
	return say_usage(report, "unknown option ", optopt == 0 ? word : letter);
}

/* word: the word of the option. */
static int
take_option(struct options *options, int option, const char *word, struct report *report)
{
	const char **text = option == 'd'   ? &options->directory
			    : option == 'G' ? &options->groups
			    : option == 's' ? &options->shell
			    : option == 'u' ? &options->user
					    : NULL;
	bool *flag = option == 'E'           ? &options->keeps_all
		     : option == 'l'         ? &options->login
		     : option == OPTION_LIST ? &options->lists
					     : NULL;

	if (text)
		*text = optarg;
	else if (flag)
		*flag = true;
	else if (option == 'b' || option == OPTION_BIND_RO)
		options->binds[options->bind_count++] =
			(struct options_bind){.word = optarg, .is_read_only = option != 'b'};
	else if (option == 'e' && environment_is_assignment(optarg))
		options->added[options->added_count++] = optarg;
	else if (option == 'e')
		return say_usage(report, "-e wants NAME=VALUE, not ", optarg);
	else if (option == ':')
		return say_usage(report, "a value is missing behind ", word);
	else
		return say_unknown(report, word);
	return 0;
}

void
options_mend(struct report *report, const char *first, char *const *words, char *const *end)
{
	size_t length = 0;

	report_mend(report, "chroot-enter%s", first);
	for (; words != end && *words; words++) {
		length += strlen(*words);
		report->lacks_word |= length > MEND_SIZE;
		report_mend(report, "%s %s", report->mending, report_word(report, *words));
	}
}

/* Refuses an option in the place of the command. The command line that mends it has the root,
 * words[0], behind the options. */
static int
refuse_option(int argc, char **argv, char **words, struct report *report)
{
	char *root = words[0], *option = words[1];
	int taken;

	do
		taken = getopt_long(argc, argv, option_letters, option_names, NULL);
	while (taken != -1 && taken != '?' && taken != ':' && taken != OPTION_LIST);
	if (taken != -1 || argv[optind] == option || strcmp(words[-1], "--") == 0)
		return report_error(report, 0,
			"cannot run %s: a command that begins with - stands behind --", option);
	for (; words + 1 < argv + optind; words++)
		words[0] = words[1];
	words[0] = root;
	options_mend(report, "", argv + 1, NULL);
	return report_error(report, 0, "cannot run %s: options stand before the root", option);
}

static int
check_options(const struct options *options, struct report *report)
{
	if (options->directory && options->directory[0] != '/')
		return say_usage(report, "-d wants an absolute path, not ", options->directory);
	if (options->shell && options->shell[0] != '/')
		return say_usage(report, "-s wants an absolute path, not ", options->shell);
	if (options->groups && !options->user)
		return say_usage(report, "-G is for the user of -u", NULL);
	if (options->command && (options->login || options->shell))
		return say_usage(
			report, options->login ? "-l" : "-s", " is for a shell, not for a command");
	return 0;
}

static int
say_text(const char *text, struct report *report)
{
	/* musl writes a part in fputs, which alone reports its failure */
	if (fputs(text, stdout) < 0 || fflush(stdout) < 0)
		return report_error(report, errno, "cannot write");
	return 1;
}

int
options_answer(int argc, char **argv, struct report *report)
{
	const char *word = argc > 1 ? argv[1] : "";
	bool wants_help = strcmp(word, "-h") == 0 || strcmp(word, "--help") == 0;

	if (wants_help || strcmp(word, "-V") == 0 || strcmp(word, "--version") == 0)
		return say_text(wants_help ? usage : version, report);
	return 0;
}

int
options_read(struct options *options, int argc, char **argv, struct report *report)
{
	int option, at = 1; /* index of the option's word */

	*options = (struct options){0};
	if (argc < 1)
		return report_error(report, 0, "it was called without a name of its own");
	options->added = calloc((size_t)argc, sizeof(char *));
	options->binds = calloc((size_t)argc, sizeof(*options->binds));
	if (!options->added || !options->binds)
		return report_error(report, ENOMEM, "cannot read the options");
	opterr = 0;
	optind = 0; /* forgets an earlier call: getopt(3), NOTES */
	while ((option = getopt_long(argc, argv, option_letters, option_names, NULL)) != -1) {
		if (option == 'h' || option == 'V')
			return say_text(option == 'h' ? usage : version, report);
		if (take_option(options, option, argv[at], report) < 0)
			return -1;
		at = optind;
	}
	if (options->lists)
		return argc == 2 ? 0 : say_usage(report, "--list stands alone", NULL);
	if (optind >= argc)
		return say_usage(report, "a root is missing", NULL);
	options->words = argv + 1;
	options->root = argv[optind++];
	if (optind < argc && strcmp(argv[optind], "--") == 0)
		optind++;
	else if (optind < argc && argv[optind][0] == '-')
		return refuse_option(argc, argv, argv + optind - 1, report);
	options->command = optind < argc ? argv + optind : NULL;
	return check_options(options, report);
}
