/* options.c - parsing the command line
 *
 * SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include "cli/help.h"
#include "cli/patterns.h"
#include "cli/settle.h"
#include "status/message.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The most threads. No machine has more processors. */
#define MAX_THREADS 4096

/* The widest row, which limits its buffer. No terminal is wider. */
#define MAX_WIDTH 4096

static const char letters[] = ":aA:b:B:cC:d:e:E:fF:hHiIj:l:m:noOqrR:s:t:uvVw:WxX";

static const struct option long_options[] = {
	{"after", required_argument, NULL, 'A'},
	{"and", no_argument, NULL, LONG_AND},
	{"before", required_argument, NULL, 'B'},
	{"by", required_argument, NULL, LONG_BY},
	{"bytes", required_argument, NULL, 'b'},
	{"cache", required_argument, NULL, LONG_CACHE},
	{"color", required_argument, NULL, LONG_COLOR},
	{"compare", no_argument, NULL, LONG_COMPARE},
	{"context", required_argument, NULL, 'C'},
	{"count", no_argument, NULL, 'c'},
	{"csv", no_argument, NULL, LONG_CSV},
	{"delimiter", required_argument, NULL, 'd'},
	{"fields", required_argument, NULL, 'F'},
	{"find", required_argument, NULL, 'e'},
	{"fixed", no_argument, NULL, LONG_FIXED},
	{"follow", no_argument, NULL, 'f'},
	{"from", required_argument, NULL, LONG_FROM},
	{"header", optional_argument, NULL, LONG_HEADER},
	{"help", no_argument, NULL, 'h'},
	{"hex", no_argument, NULL, 'x'},
	{"ignore-case", no_argument, NULL, 'I'},
	{"in", required_argument, NULL, LONG_IN},
	{"index", optional_argument, NULL, LONG_INDEX},
	{"index-join", required_argument, NULL, LONG_INDEX_JOIN},
	{"index-part", required_argument, NULL, LONG_INDEX_PART},
	{"info", no_argument, NULL, 'i'},
	{"invert", no_argument, NULL, 'v'},
	{"json", no_argument, NULL, LONG_JSON},
	{"key", required_argument, NULL, LONG_KEY},
	{"lines", required_argument, NULL, 'l'},
	{"max", required_argument, NULL, LONG_MAX_OF},
	{"max-count", required_argument, NULL, 'm'},
	{"mean", required_argument, NULL, LONG_MEAN},
	{"memory", required_argument, NULL, LONG_MEMORY},
	{"min", required_argument, NULL, LONG_MIN_OF},
	{"no-filename", no_argument, NULL, LONG_NO_FILENAME},
	{"no-index", no_argument, NULL, LONG_NO_INDEX},
	{"no-mmap", no_argument, NULL, LONG_NO_MMAP},
	{"number", no_argument, NULL, 'n'},
	{"offset", no_argument, NULL, 'O'},
	{"offsets", no_argument, NULL, LONG_OFFSETS},
	{"only-matching", no_argument, NULL, 'o'},
	{"patterns", required_argument, NULL, LONG_PATTERNS},
	{"progress", no_argument, NULL, LONG_PROGRESS},
	{"quiet", no_argument, NULL, 'q'},
	{"records", required_argument, NULL, 'R'},
	{"regex", required_argument, NULL, 'E'},
	{"relative", no_argument, NULL, LONG_RELATIVE},
	{"reverse", no_argument, NULL, 'r'},
	{"sample", required_argument, NULL, LONG_SAMPLE},
	{"seed", required_argument, NULL, LONG_SEED},
	{"separator", required_argument, NULL, LONG_SEPARATOR},
	{"shard", required_argument, NULL, 's'},
	{"spill", no_argument, NULL, LONG_SPILL},
	{"stats", no_argument, NULL, LONG_STATS},
	{"sum", required_argument, NULL, LONG_SUM},
	{"text", no_argument, NULL, 'a'},
	{"threads", required_argument, NULL, 'j'},
	{"type", required_argument, NULL, 't'},
	{"unique", no_argument, NULL, 'u'},
	{"until", required_argument, NULL, LONG_UNTIL},
	{"version", no_argument, NULL, 'V'},
	{"where", required_argument, NULL, LONG_WHERE},
	{"whole-line", no_argument, NULL, 'X'},
	{"width", required_argument, NULL, 'w'},
	{"with-filename", no_argument, NULL, 'H'},
	{"word", no_argument, NULL, 'W'},
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
	return help_hint();
}

/* Notes that an option is given. One that is given twice must have the same value. */
static void note(const char **given, int letter)
{
	static const int repeated[] = {
		'b', 'e', 'E', 'l', LONG_MAX_OF, LONG_MEAN, LONG_MIN_OF, LONG_SUM};
	const char *value = optarg ? optarg : "", *before = given[letter];
	char name[16] = {'-', (char)letter, '\0'};
	size_t i;

	given[letter] = value;
	for (i = 0; i < sizeof(repeated) / sizeof(repeated[0]); i++)
		if (letter == repeated[i])
			return;
	if (!before || strcmp(before, value) == 0)
		return;
	for (i = 0; letter > UINT8_MAX && long_options[i].name; i++)
		if (long_options[i].val == letter)
			snprintf(name, sizeof(name), "--%s", long_options[i].name);
	exit((int)message("cannot use %s with two values: '%s' and '%s'", name,
		message_quote(before), message_quote(value)));
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
		settle_refuse("-s with -b or -l");
	selection->part = part;
	if (part == PART_SHARD)
		selection->shard = value_shard(value);
	else
		hint = range_parse(value, part == PART_BYTES ? NUMBER_OF_BYTES : NUMBER_OF_ITEMS,
			&selection->range);
	if (hint)
		value_wrong("range", value, hint);
	/* note has compared the values of two -s: the second one adds nothing. */
	if (part != PART_SHARD || options->n_selections == 0)
		options->n_selections++;
}

static uint64_t lines_of_context(const char *given)
{
	return value_number("number of lines", given, NUMBER_OF_ITEMS, 0, NO_MAXIMUM);
}

/* An option without effect on others. Returns: false if it is not one. */
static bool take_switch(struct options *options, int letter)
{
	struct search_options *search = &options->search;
	const struct {
		int letter;
		bool *member;
	} switches[] = {{'a', &options->binary}, {'c', &options->count_only},
		{'f', &options->follow}, {'I', &search->caseless}, {'n', &search->numbers},
		{'o', &search->only_matches}, {'O', &search->offsets}, {'q', &options->quiet},
		{'r', &options->reverse}, {'v', &search->invert}, {'W', &search->words},
		{'X', &search->whole_lines}, {LONG_AND, &search->all}, {LONG_CSV, &options->csv},
		{LONG_JSON, &options->json}, {LONG_NO_INDEX, &options->no_index},
		{LONG_NO_MMAP, &options->no_mmap}, {LONG_OFFSETS, &search->only_offsets},
		{LONG_PROGRESS, &options->progress}, {LONG_RELATIVE, &options->relative},
		{LONG_SPILL, &options->spill}, {LONG_STATS, &options->stats},
		{'u', &options->unique}};
	size_t i;

	for (i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (switches[i].letter == letter) {
			*switches[i].member = true;
			return true;
		}
	return false;
}

static void take(struct options *options, int letter)
{
	switch (letter) {
	case 'A':
		options->search.after = lines_of_context(optarg);
		break;
	case 'B':
		options->search.before = lines_of_context(optarg);
		break;
	case 'b':
		add_selection(options, PART_BYTES, optarg);
		break;
	case 'l':
		add_selection(options, PART_LINES, optarg);
		break;
	case 's':
		add_selection(options, PART_SHARD, optarg);
		break;
	case 'e':
	case 'E':
		pattern_add(&options->search, optarg, letter == 'E');
		break;
	case 'i':
		settle_action(options, ACTION_INFO);
		break;
	case 't':
		settle_action(options, ACTION_TYPE);
		options->layout = optarg;
		break;
	case 'x':
		settle_action(options, ACTION_HEX);
		break;
	case 'd':
		options->delimiter = value_byte("delimiter", optarg);
		break;
	case 'F':
		free(options->fields.items);
		fields_parse(optarg, &options->fields);
		break;
	case LONG_SUM:
	case LONG_MEAN:
	case LONG_MIN_OF:
	case LONG_MAX_OF:
		totals_add(&options->totals, (enum total_kind)(letter - LONG_SUM), optarg);
		break;
	case 'j':
		options->n_threads = (unsigned)value_number(
			"number of threads", optarg, NUMBER_OF_ITEMS, 1, MAX_THREADS);
		break;
	case 'm':
		options->maximum = value_number("count", optarg, NUMBER_OF_ITEMS, 0, NO_MAXIMUM);
		break;
	case 'w':
		options->width =
			(size_t)value_number("width", optarg, NUMBER_OF_BYTES, 1, MAX_WIDTH);
		break;
	case LONG_HEADER:
		if (optarg && !*optarg)
			value_wrong("length of the header", optarg, "use a number of bytes");
		options->has_header = !optarg;
		break;
	case LONG_INDEX:
		if (optarg && !*optarg)
			value_wrong("place of --index", optarg, "use a file or a directory");
		options->index = true;
		break;
	case LONG_INDEX_JOIN:
		options->index_part.n =
			value_number("number of parts", optarg, NUMBER_OF_ITEMS, 1, NO_MAXIMUM);
		break;
	case LONG_INDEX_PART:
		options->index_part = value_shard(optarg);
		break;
	case 'h':
		help_print();
	case 'V':
		help_print_version();
	default:
		break;
	}
}

void options_parse(int argc, char **argv, struct options *ret_options)
{
	static char *standard_input[] = {"-", NULL};
	const char *given[LONG_LAST] = {NULL};
	int letter;

	*ret_options =
		(struct options){.delimiter = '\n', .maximum = NO_MAXIMUM, .sample = NO_SAMPLE};
	opterr = 0;
	while ((letter = getopt_long(argc, argv, letters, long_options, NULL)) != -1) {
		if (letter == '?' || letter == ':')
			exit((int)unknown(argv, letter));
		note(given, letter);
		if (!take_switch(ret_options, letter))
			take(ret_options, letter);
	}
	ret_options->files = optind < argc ? argv + optind : standard_input;
	ret_options->n_files = optind < argc ? argc - optind : 1;
	settle(ret_options, given);
}
