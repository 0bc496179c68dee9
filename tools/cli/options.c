/* options.c - parsing the command line
 *
 * SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "status/message.h"
#include "output/output.h"
#include "cli/action.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Options without a letter. */
enum {
	LONG_COLOR = 256,
	LONG_JSON,
	LONG_NO_MMAP,
	LONG_PROGRESS,
	LONG_LAST
};

/* The most threads. No machine has more processors. */
#define MAX_THREADS 4096

/* The widest row, which limits its buffer. No terminal is wider. */
#define MAX_WIDTH 4096

static const char help_text[] =
	"Print files of any size, or parts of them, without loading them into memory.\n"
	"If there is no FILE, or if it is -, standard input is read.\n"
	"\n"
	"Selection (-b and -l can be repeated; output is in the order given)\n"
	"  -b, --bytes=RANGE       select bytes START:END, counted from 0, END excluded;\n"
	"                          -N counts from the end; or START:+LENGTH\n"
	"  -l, --lines=RANGE       select lines likewise; or FIRST,LAST as in sed,\n"
	"                          counted from 1, LAST included\n"
	"  -s, --shard=K/N         select shard K of N, cut at line ends; \"auto\": take K\n"
	"                          and N from Slurm, Open MPI or PMI\n"
	"Action\n"
	"  -r, --reverse           print the lines in reverse order\n"
	"  -c, --count             print the number of lines, matches or records\n"
	"  -e, --find=TEXT         print the offset of each match of TEXT, with escapes\n"
	"                          \\n \\t \\r \\0 \\\\ \\xHH\n"
	"  -E, --regex=PATTERN     the same for a Perl-compatible regular expression\n"
	"  -x, --hex               print bytes in hexadecimal and as text\n"
	"  -t, --type=LAYOUT       print numbers or records: u8 i16 u32be f64 16s, or\n"
	"                          name:type,name:type; -l, -m and -s count records\n"
	"  -i, --info              show type, encoding, size, lines, holes, cached bytes\n"
	"  -f, --follow            keep printing as the file grows or is replaced\n"
	"Details\n"
	"  -d, --delimiter=BYTE    lines end with BYTE instead of newline (\"\\0\" for NUL)\n"
	"  -m, --max-count=N       stop after N lines, matches or records\n"
	"  -w, --width=N           bytes per row of -x, records per line of -t\n"
	"  -a, --text              print binary data even to a terminal\n"
	"  -j, --threads=N         number of threads (default: one per processor)\n"
	"      --json[=lines]      print JSON, for -i, -c, -e, -E and -t; \"lines\": with\n"
	"                          the line number of each match, counted from 0\n"
	"      --color=WHEN        color -x: always, never or auto (obeys NO_COLOR)\n"
	"      --no-mmap           read files instead of mapping them\n"
	"  -v, --verbose           report time, speed and memory on standard error\n"
	"      --progress          always show progress\n"
	"  -q, --quiet             show no progress; with -f, no file names\n"
	"  -h, --help   -V, --version\n"
	"\n"
	"Numbers: 5000 5_000 5e3 0x1388. K M G T P E are powers of 1000, for -b and -w\n"
	"of 1024; KB MB ... are powers of 1000, KiB MiB ... of 1024.\n"
	"Exit status: 0 success, 1 no match for -e or -E, 2 error.\n";

enum status options_hint(void)
{
	fprintf(stderr, "Usage: %s [OPTION]... [FILE]...\nTry '%s --help' for more information.\n",
		program_name, program_name);
	return STATUS_TROUBLE;
}

static void print_help(void)
{
	char usage[512];
	int len;

	len = snprintf(usage, sizeof(usage), "Usage: %s [OPTION]... [FILE]...\n", program_name);
	output_write(usage, (size_t)len);
	output_write(help_text, sizeof(help_text) - 1);
	output_close();
	exit(STATUS_DONE);
}

static void print_version(void)
{
	char version[256];
	int len;

	len = snprintf(version, sizeof(version), "mmcat (mmreader) %s\nscan kernels: %s\n",
		mmr_version(), mmr_kernel_name());
	output_write(version, (size_t)len);
	output_close();
	exit(STATUS_DONE);
}

static _Noreturn void refuse(const char *combination)
{
	exit((int)message("cannot use %s", combination));
}

static void add_selection(struct options *options, enum part part, const char *value)
{
	struct selection *selection;
	const char *hint = NULL;

	if (options->n_selections == MAX_SELECTIONS)
		exit((int)message("cannot use -b and -l more than %d times", MAX_SELECTIONS));
	selection = &options->selections[options->n_selections];
	if (options->n_selections > 0 &&
		(part == PART_SHARD) != (options->selections[0].part == PART_SHARD))
		refuse("-s with -b or -l");
	selection->part = part;
	if (part == PART_SHARD)
		selection->shard = value_shard(value);
	else
		hint = range_parse(value, part == PART_BYTES ? NUMBER_OF_BYTES : NUMBER_OF_ITEMS,
			&selection->range);
	if (hint)
		value_wrong("range", value, hint);
	/* once_only has compared the values of two -s: the second one adds nothing. */
	if (part != PART_SHARD || options->n_selections == 0)
		options->n_selections++;
}

static void set_action(struct options *options, enum action_id action)
{
	if (options->action != ACTION_PRINT && options->action != action)
		exit((int)message("cannot use -%c with -%c", actions[options->action].letter,
			actions[action].letter));
	options->action = action;
}

static void set_search(struct options *options, enum action_id action, mmr_slice text)
{
	bool same = options->action == action && options->text.len == text.len &&
		    (text.len == 0 || memcmp(options->text.ptr, text.ptr, text.len) == 0);

	if (action_has(options, ACTION_SEARCHES) && !same)
		refuse("more than one -e or -E; use -E 'A|B' to search for several texts");
	set_action(options, action);
	options->text = text;
}

/* Whether --color asks for color, or a terminal can show it and NO_COLOR is not set. */
static bool wants_color(enum color color)
{
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");

	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

static void settle_follow(const struct options *options)
{
	const struct selection *selection = &options->selections[0];

	if (options->action != ACTION_PRINT)
		refuse("-f with another action");
	if (options->n_selections > 1)
		refuse("-f with more than one -b or -l");
	if (selection->part == PART_SHARD)
		refuse("-f with -s");
	/* The end of the file moves, so a selection that ends relative to it never ends. */
	if (range_from_end(&selection->range) && selection->range.stop != MMR_END)
		refuse("-f with a range that counts from the end of the file and has an end");
}

static void settle_json(const struct options *options)
{
	if (!action_has(options, ACTION_HAS_JSON))
		refuse("--json without -i, -c, -e, -E or -t");
	if (options->json == JSON_LINES && options->count_only)
		refuse("--json=lines with -c");
	if (options->json == JSON_LINES && !action_has(options, ACTION_SEARCHES))
		refuse("--json=lines without -e or -E");
	if (action_has(options, ACTION_HAS_WIDTH) && options->width > 0)
		refuse("--json with -w");
}

/* The checks that need the whole command line. */
static void settle(struct options *options, bool count, bool delimiter)
{
	/* -c counts matches with -e and -E, records with -t, else lines. */
	if (count && !action_of(options)->unit)
		set_action(options, ACTION_COUNT);
	options->count_only = count;
	if (options->n_selections == 0)
		options->selections[options->n_selections++] =
			(struct selection){.range = {0, MMR_END, false, 0}};
	if (options->width > 0 && !action_has(options, ACTION_HAS_WIDTH))
		refuse("-w without -x or -t");
	if (options->width > 0 && count)
		refuse("-w with -c");
	if (delimiter && action_has(options, ACTION_HAS_RECORDS))
		refuse("-d with -t");
	if (options->follow)
		settle_follow(options);
	if (options->progress && options->quiet)
		refuse("--progress with -q");
	if (options->progress && options->follow)
		refuse("--progress with -f");
	if (options->json != JSON_NONE)
		settle_json(options);
}

static const struct option long_options[] = {
	{"bytes", required_argument, NULL, 'b'},
	{"color", required_argument, NULL, LONG_COLOR},
	{"count", no_argument, NULL, 'c'},
	{"delimiter", required_argument, NULL, 'd'},
	{"find", required_argument, NULL, 'e'},
	{"follow", no_argument, NULL, 'f'},
	{"help", no_argument, NULL, 'h'},
	{"hex", no_argument, NULL, 'x'},
	{"info", no_argument, NULL, 'i'},
	{"json", optional_argument, NULL, LONG_JSON},
	{"lines", required_argument, NULL, 'l'},
	{"max-count", required_argument, NULL, 'm'},
	{"no-mmap", no_argument, NULL, LONG_NO_MMAP},
	{"progress", no_argument, NULL, LONG_PROGRESS},
	{"quiet", no_argument, NULL, 'q'},
	{"regex", required_argument, NULL, 'E'},
	{"reverse", no_argument, NULL, 'r'},
	{"shard", required_argument, NULL, 's'},
	{"text", no_argument, NULL, 'a'},
	{"threads", required_argument, NULL, 'j'},
	{"type", required_argument, NULL, 't'},
	{"verbose", no_argument, NULL, 'v'},
	{"version", no_argument, NULL, 'V'},
	{"width", required_argument, NULL, 'w'},
	{NULL, 0, NULL, 0},
};

/* Whether a word, up to its "=", is the start of the name of a long option. */
static bool begins(const char *word, const char *name)
{
	size_t len = strcspn(word, "=");

	return strncmp(word, name, len) == 0;
}

/* Lists the long options that an abbreviation can mean. Returns: how many there are. */
static size_t candidates_of(const char *word, char *names, size_t room)
{
	size_t n = 0, i, len;

	*names = '\0';
	for (i = 0; long_options[i].name; i++) {
		if (!begins(word, long_options[i].name))
			continue;
		len = strlen(names);
		snprintf(names + len, room - len, "%s--%s", n++ > 0 ? ", " : "",
			long_options[i].name);
	}
	return n;
}

/* Reports an option that getopt(3) does not know, or that lacks its argument. */
static enum status unknown(char **argv, int letter)
{
	char text[3] = {'-', (char)optopt, '\0'}, names[256];
	const char *word = argv[optind - 1], *option = text;
	bool in_cluster = letter == '?' && optopt != 0;
	size_t i, n = 0;

	/* Inside a word like -qz, optind is still the index of this word, and argv[optind - 1] is
	 * the word before. If optopt is a known option, the option is long and has a value. */
	for (i = 0; long_options[i].name; i++)
		in_cluster &= long_options[i].val != optopt;
	/* Some C libraries take the NULL after the last word as the missing argument. */
	if (!in_cluster && word && strncmp(word, "--", 2) == 0 && word[2]) {
		option = word;
		n = candidates_of(word + 2, names, sizeof(names));
	}
	if (letter == ':')
		message("option '%s' requires an argument", message_quote(option));
	else if (n > 1)
		message("option '%s' is ambiguous: %s", message_quote(option), names);
	else if (n == 1)
		message("option '%s' takes no argument", names);
	else
		message("invalid option '%s'", message_quote(option));
	return options_hint();
}

/* Refuses an option that is given twice with different values. `given` has the last value of each
 * letter. */
static void once_only(const char **given, int letter)
{
	const char *value = optarg ? optarg : "", *before = given[letter];
	char name[16] = {'-', (char)letter, '\0'};
	size_t i;

	given[letter] = value;
	if (!before || strcmp(before, value) == 0)
		return;
	for (i = 0; letter > UINT8_MAX && long_options[i].name; i++)
		if (long_options[i].val == letter)
			snprintf(name, sizeof(name), "--%s", long_options[i].name);
	exit((int)message("cannot use %s with two values: '%s' and '%s'", name,
		message_quote(before), message_quote(value)));
}

void options_parse(int argc, char **argv, struct options *ret_options)
{
	static const char *const colors[] = {"auto", "always", "never", NULL};
	static const char *const jsons[] = {"lines", NULL};
	static char *standard_input[] = {"-", NULL};
	struct options *options = ret_options;
	const char *given[LONG_LAST] = {NULL};
	enum color color = COLOR_AUTO;
	bool count = false;
	int letter;

	*options = (struct options){.delimiter = '\n', .maximum = NO_MAXIMUM};
	opterr = 0;
	while ((letter = getopt_long(
			argc, argv, ":ab:cd:e:E:fhij:l:m:qrs:t:vVw:x", long_options, NULL)) != -1) {
		if (letter == LONG_COLOR || letter == LONG_JSON ||
			(letter <= UINT8_MAX && strchr("sdjmtw", letter)))
			once_only(given, letter);
		switch (letter) {
		case 'b':
			add_selection(options, PART_BYTES, optarg);
			break;
		case 'l':
			add_selection(options, PART_LINES, optarg);
			break;
		case 's':
			add_selection(options, PART_SHARD, optarg);
			break;
		case 'c':
			count = true;
			break;
		case 'e':
			set_search(options, ACTION_FIND, value_bytes("text", optarg));
			break;
		case 'E':
			set_search(options, ACTION_REGEX, mmr_slice_of(optarg));
			break;
		case 'f':
			options->follow = true;
			break;
		case 'i':
			set_action(options, ACTION_INFO);
			break;
		case 'r':
			set_action(options, ACTION_REVERSE);
			break;
		case 't':
			set_action(options, ACTION_TYPE);
			options->layout = optarg;
			break;
		case 'x':
			set_action(options, ACTION_HEX);
			break;
		case 'a':
			options->binary = true;
			break;
		case 'd':
			options->delimiter = value_delimiter(optarg);
			break;
		case 'j':
			options->n_threads = (unsigned)value_number(
				"number of threads", optarg, NUMBER_OF_ITEMS, 1, MAX_THREADS);
			break;
		case 'm':
			options->maximum =
				value_number("count", optarg, NUMBER_OF_ITEMS, 0, NO_MAXIMUM);
			break;
		case 'w':
			options->width = (size_t)value_number(
				"width", optarg, NUMBER_OF_BYTES, 1, MAX_WIDTH);
			break;
		case 'q':
			options->quiet = true;
			break;
		case LONG_PROGRESS:
			options->progress = true;
			break;
		case LONG_COLOR:
			color = (enum color)value_word("--color value", optarg, colors);
			break;
		case LONG_JSON:
			options->json = optarg && value_word("--json value", optarg, jsons) == 0
						? JSON_LINES
						: JSON_PLAIN;
			break;
		case 'v':
			options->verbose = true;
			break;
		case LONG_NO_MMAP:
			options->no_mmap = true;
			break;
		case 'h':
			print_help();
			break;
		case 'V':
			print_version();
			break;
		default:
			exit((int)unknown(argv, letter));
		}
	}
	options->files = optind < argc ? argv + optind : standard_input;
	options->n_files = optind < argc ? argc - optind : 1;
	settle(options, count, given['d'] != NULL);
	options->color = wants_color(color);
}
