/* settle.c - the checks of options that need the whole command line
 *
 * SPDX-License-Identifier: MIT */
#include "cli/settle.h"

#include "cli/action.h"
#include "cli/patterns.h"
#include "status/message.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum color {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER
};

_Noreturn void settle_refuse(const char *combination)
{
	exit((int)message("cannot use %s", combination));
}

void settle_refuse_others(
	const char *const *given, const char *name, const struct settle_other *others, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (given[others[i].option])
			exit((int)message("cannot use %s with %s", name, others[i].text));
}

void settle_refuse_other_actions(const char *const *given, const char *name)
{
	static const struct settle_other others[] = {{'i', "-i"}, {'R', "-R"}, {'x', "-x"},
		{LONG_COMPARE, "--compare"}, {LONG_INDEX_JOIN, "--index-join"},
		{LONG_INDEX_PART, "--index-part"}};

	settle_refuse_others(given, name, others, sizeof(others) / sizeof(others[0]));
}

void settle_action(struct options *options, enum action_id action)
{
	if (options->action != ACTION_PRINT && options->action != action)
		exit((int)message("cannot use -%c with -%c", actions[options->action].letter,
			actions[action].letter));
	options->action = action;
}

/* --- Records ---------------------------------------------------------------------------------- */

/* Compiles the pattern of -R, or exits with a message. */
static void settle_records(struct options *options, const char *pattern)
{
	if (!pattern)
		return;
	if (options->action == ACTION_TYPE)
		settle_refuse("-R with -t");
	if (options->action == ACTION_INFO)
		settle_refuse("-R with -i");
	if (options->follow)
		settle_refuse("-R with -f");
	if (mmr_split_compile(mmr_slice_of(pattern), options->delimiter, &options->records) < 0)
		exit((int)message("%s", message_quote(mmr_last_error())));
}

/* --- Rows ------------------------------------------------------------------------------------- */

static void settle_rows(struct options *options, const char *const *given)
{
	if (!options->csv)
		return;
	if (given['R'])
		settle_refuse("--csv with -R");
	if (given['d'])
		settle_refuse("--csv with -d; use --separator for the byte between cells");
	if (options->action == ACTION_TYPE)
		settle_refuse("--csv with -t");
	if (options->action == ACTION_INFO)
		settle_refuse("--csv with -i");
	if (options->follow)
		settle_refuse("--csv with -f");
	if (given[LONG_INDEX_PART] || given[LONG_INDEX_JOIN])
		settle_refuse("--csv with --index-part or --index-join");
	if (mmr_split_rows(options->separator, &options->records) < 0)
		exit((int)message("%s", message_quote(mmr_last_error())));
}

/* --- Fields ----------------------------------------------------------------------------------- */

static void settle_header(struct options *options, const char *const *given)
{
	static char every_field[] = "1-";

	if (!options->has_header) {
		if (fields_have_names(&options->fields) && !given['t'])
			settle_refuse("names of fields without --header");
		return;
	}
	settle_refuse_other_actions(given, "--header");
	if (given['f'])
		settle_refuse("--header with -f");
	if (given['t'])
		settle_refuse("--header with -t");
	if (given['b'])
		settle_refuse("--header with -b; use -l");
	if (given[LONG_INDEX])
		settle_refuse("--header with --index");
	/* An object has all fields. */
	if (options->json && options->fields.n == 0 && !given['c'] && !given[LONG_OFFSETS])
		fields_parse(every_field, &options->fields);
}

static void settle_fields(struct options *options, const char *const *given)
{
	const char *separator = given[LONG_SEPARATOR];

	settle_header(options, given);
	if (separator && !options->csv && options->fields.n == 0 && options->in.n == 0 &&
		!where_given(&options->where))
		settle_refuse("--separator without --csv, -F, --in, --where or a total");
	if (separator && given['t'])
		settle_refuse("--separator with -t");
	options->separator = separator      ? value_byte("separator", separator)
			     : options->csv ? ','
					    : '\t';
	if (options->fields.n == 0)
		return;
	settle_refuse_other_actions(given, settle_fields_name(given));
	if (given['f'] && options->totals.n > 0)
		exit((int)message("cannot use %s with -f", settle_fields_name(given)));
	if (given['o'])
		settle_refuse("-F with -o");
	if (given[LONG_OFFSETS])
		settle_refuse("-F with --offsets");
	if (!options->csv && options->separator == options->delimiter)
		exit((int)message("cannot use %s with fields that are separated by the delimiter "
				  "of lines",
			settle_fields_name(given)));
	if (!options->json || options->count_only)
		return;
	if (given['n'] || given['O'] || given['H'])
		settle_refuse("--json and fields with -n, -O or -H");
	if (given['A'] || given['B'] || given['C'])
		settle_refuse("--json and fields with -A, -B or -C");
}

/* --- Keys ------------------------------------------------------------------------------------- */

static void settle_keys(struct options *options, const char *const *given)
{
	if (!given[LONG_FROM] && !given[LONG_UNTIL]) {
		if (given[LONG_KEY])
			settle_refuse("--key without --from or --until");
		return;
	}
	if (given['b'] || given['l'])
		settle_refuse("--from or --until with -b or -l");
	if (options->action == ACTION_TYPE)
		settle_refuse("--from or --until with -t");
	if (options->csv)
		settle_refuse("--from or --until with --csv");
	if (options->follow)
		settle_refuse("--from or --until with -f");
	options->keys = keys_parse(
		given[LONG_FROM], given[LONG_UNTIL], given[LONG_KEY], options->delimiter);
}

/* --- Search ----------------------------------------------------------------------------------- */

/* Options that have no meaning without -e or -E. */
static void refuse_without_search(const struct options *options, const char *const *given)
{
	static const struct {
		int option;
		const char *message;
	} details[] = {
		{'A', "-A without -e or -E"},
		{'B', "-B without -e or -E"},
		{'C', "-C without -e or -E"},
		{'I', "-I without -e or -E"},
		{'n', "-n without -e or -E"},
		{'o', "-o without -e or -E"},
		{'O', "-O without -e or -E"},
		{'v', "-v without -e or -E"},
		{'W', "-W without -e or -E"},
		{'X', "-X without -e or -E"},
		{LONG_AND, "--and without -e or -E"},
		{LONG_FIXED, "--fixed without -e"},
		{LONG_IN, "--in without -e or -E"},
		{LONG_OFFSETS, "--offsets without -e or -E"},
	};
	size_t i;

	for (i = 0; i < sizeof(details) / sizeof(details[0]); i++) {
		int option = details[i].option;

		/* The lines of a sample, and fields, can have numbers and offsets. Those that
		 * --where finds can have context, and others. */
		if (options->all_lines && (option == 'n' || option == 'O'))
			continue;
		if (options->all_lines && where_given(&options->where) &&
			((option >= 'A' && option <= 'C') || option == 'v'))
			continue;
		if (given[option])
			settle_refuse(details[i].message);
	}
}

static void refuse_contradictions(const struct options *options)
{
	const struct search_options *search = &options->search;
	bool context = search->before > 0 || search->after > 0;
	bool matches = search->only_matches || search->only_offsets;

	if (search->only_matches && search->only_offsets)
		settle_refuse("-o with --offsets");
	if (matches && search->invert)
		settle_refuse(search->only_matches ? "-o with -v" : "--offsets with -v");
	if (matches && context)
		settle_refuse("-A, -B or -C with -o or --offsets");
	if (search->only_offsets && search->offsets)
		settle_refuse("-O with --offsets");
	if (options->count_only && search->only_offsets)
		settle_refuse("-c with --offsets; use -c with -o");
	if (options->count_only && context)
		settle_refuse("-c with -A, -B or -C");
	if (options->reverse && context)
		settle_refuse("-r with -A, -B or -C");
	if (options->json && search->only_matches && !options->count_only && !options->unique)
		settle_refuse("--json with -o; use --json with --offsets");
	if (options->json && options->reverse && !search->only_offsets && !options->count_only &&
		options->fields.n == 0 && !options->unique)
		settle_refuse("--json with -r");
}

/* Options that need lines which match alone. */
static void refuse_across_lines(const struct options *options, const char *const *given)
{
	const struct search_options *search = &options->search;

	if (options->fields.n > 0)
		exit((int)message("cannot use %s with a text that contains the delimiter of lines",
			settle_fields_name(given)));
	if (options->unique)
		settle_refuse("-u with a text that contains the delimiter of lines");
	if (!pattern_is_plain(search))
		settle_refuse("a text that contains the delimiter of lines with another pattern, "
			      "-I, -W or -X");
	if (options->reverse)
		settle_refuse("-r with a text that contains the delimiter of lines");
	if (search->invert)
		settle_refuse("-v with a text that contains the delimiter of lines");
	if (search->before > 0 || search->after > 0)
		settle_refuse("-A, -B or -C with a text that contains the delimiter of lines");
	if (search->only_matches && !options->count_only)
		settle_refuse("-o with a text that contains the delimiter of lines");
	if (options->json && !search->only_offsets && !options->count_only)
		settle_refuse("--json with a text that contains the delimiter of lines, but "
			      "without --offsets");
}

/* Adds the texts of --patterns. Standard input is read once, so it cannot be searched, too. */
static void settle_patterns(struct options *options, const char *file)
{
	bool is_input = strcmp(file, "-") == 0;
	int i;

	for (i = 0; i < options->n_files; i++)
		if (is_input && strcmp(options->files[i], "-") == 0)
			settle_refuse("--patterns=- with standard input as FILE");
	pattern_add_file(&options->search, file);
}

static void settle_search(struct options *options, const char *const *given)
{
	struct search_options *search = &options->search;
	static char every_line[] = "";

	if (!given[LONG_FIXED])
		pattern_unescape(search);
	if (given[LONG_PATTERNS])
		settle_patterns(options, given[LONG_PATTERNS]);
	/* A sample of the records of -t is no search, and --where finds them otherwise. */
	options->all_lines = (given[LONG_SAMPLE] || options->fields.n > 0 || options->unique ||
				     where_given(&options->where)) &&
			     search->n_patterns == 0 && options->action != ACTION_TYPE;
	if (search->n_patterns == 0)
		refuse_without_search(options, given);
	if (search->n_patterns == 0 && !options->all_lines)
		return;
	if (options->action == ACTION_INFO && given['e'])
		settle_refuse("-i with -e; use -I to ignore case");
	if (options->action != ACTION_PRINT)
		exit((int)message("cannot use -%c with %s", actions[options->action].letter,
			options->all_lines ? "--sample" : "a search"));
	options->action = ACTION_SEARCH;
	if (options->all_lines)
		pattern_add(search, every_line, false);
	if (given[LONG_FIXED] && !given['e'])
		settle_refuse("--fixed without -e");
	if (given['C']) {
		uint64_t context =
			value_number("number of lines", given['C'], NUMBER_OF_ITEMS, 0, NO_MAXIMUM);

		if (!given['A'])
			search->after = context;
		if (!given['B'])
			search->before = context;
	}
	refuse_contradictions(options);
	settle_filtered_search(options, given);
	if (pattern_crosses_lines(options))
		refuse_across_lines(options, given);
}

/* --- Samples ---------------------------------------------------------------------------------- */

static void settle_sample(struct options *options, const char *const *given)
{
	const struct search_options *search = &options->search;

	if (given[LONG_SEED] && !given[LONG_SAMPLE])
		settle_refuse("--seed without --sample");
	if (!given[LONG_SAMPLE])
		return;
	if (options->follow)
		settle_refuse("--sample with -f");
	if (given['m'])
		settle_refuse("--sample with -m");
	if (search->before > 0 || search->after > 0)
		settle_refuse("--sample with -A, -B or -C");
	if (pattern_crosses_lines(options))
		settle_refuse("--sample with a text that contains the delimiter of lines");
	options->sample =
		value_number("number of lines", given[LONG_SAMPLE], NUMBER_OF_ITEMS, 0, NO_MAXIMUM);
	options->has_seed = given[LONG_SEED] != NULL;
	/* Larger numbers are clamped, so that two of them would be the same. */
	if (options->has_seed)
		options->seed =
			value_number("seed", given[LONG_SEED], NUMBER_OF_ITEMS, 0, INT64_MAX - 1);
}

/* --- Records of a layout ---------------------------------------------------------------------- */

static void settle_typed(struct options *options, const char *const *given)
{
	if (given['d'])
		settle_refuse("-d with -t");
	if (options->reverse && options->count_only)
		settle_refuse("-r with -c");
	if (given[LONG_HEADER] && !options->has_header)
		options->header = value_number(
			"length of the header", given[LONG_HEADER], NUMBER_OF_BYTES, 0, NO_MAXIMUM);
}

/* --- Details ---------------------------------------------------------------------------------- */

static enum mmr_cache wanted_cache(const char *given)
{
	/* By enum mmr_cache. */
	static const char *const words[] = {"auto", "fill", "leave", NULL};

	return given ? (enum mmr_cache)value_word("--cache value", given, words) : MMR_CACHE_AUTO;
}

/* Whether --color asks for color, or a terminal can show it and NO_COLOR is not set. */
static bool wants_color(const char *given)
{
	static const char *const words[] = {"auto", "always", "never", NULL};
	const char *no_color = getenv("NO_COLOR"), *terminal = getenv("TERM");
	enum color color = COLOR_AUTO;

	if (given)
		color = (enum color)value_word("--color value", given, words);
	if (color != COLOR_AUTO)
		return color == COLOR_ALWAYS;
	return isatty(STDOUT_FILENO) && !(no_color && *no_color) && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

/* Several files need a directory for their indexes. */
static void settle_index(struct options *options, const char *place)
{
	struct stat st;

	if (options->index && options->no_index)
		settle_refuse("--index with --no-index");
	if (!options->index)
		return;
	if (options->follow)
		settle_refuse("--index with -f");
	if (options->action == ACTION_TYPE)
		settle_refuse("--index with -t, whose records need none");
	if (!*place)
		return;
	options->index_place = place;
	if (options->n_files > 1 && (stat(place, &st) < 0 || !S_ISDIR(st.st_mode)))
		settle_refuse("--index=FILE with several files; use --index=DIRECTORY");
}

/* Parts of an index are made for the whole file, and nothing is printed. */
static void settle_parts(struct options *options, const char *const *given)
{
	const char *name = given[LONG_INDEX_PART] ? "--index-part" : "--index-join";

	if (!given[LONG_INDEX_PART] && !given[LONG_INDEX_JOIN])
		return;
	if (given[LONG_INDEX_PART] && given[LONG_INDEX_JOIN])
		settle_refuse("--index-part with --index-join");
	if (options->action != ACTION_PRINT || options->count_only || options->reverse ||
		options->follow)
		exit((int)message("cannot use %s with another action", name));
	if (options->n_selections > 0 || options->maximum != NO_MAXIMUM ||
		keys_given(&options->keys))
		exit((int)message("cannot use %s with a selection or -m", name));
	if (options->no_index)
		exit((int)message("cannot use %s with --no-index", name));
	options->action = ACTION_INDEX;
}

/* Two files are compared, and nothing else is printed of them. */
static void settle_compare(struct options *options, bool given)
{
	if (!given)
		return;
	if (options->action != ACTION_PRINT || options->count_only || options->reverse ||
		options->follow)
		settle_refuse("--compare with another action");
	if (options->maximum != NO_MAXIMUM && options->maximum != 1)
		settle_refuse("--compare with -m, except -m 1");
	if (options->json && options->quiet)
		settle_refuse("--compare with --json and -q");
	if (options->n_files != 2)
		exit((int)message("--compare needs two files, not %d", options->n_files));
	options->action = ACTION_COMPARE;
}

static void settle_names(struct options *options, const char *const *given)
{
	bool used = options->action == ACTION_SEARCH || options->count_only;

	if (given['H'] && given[LONG_NO_FILENAME])
		settle_refuse("-H with --no-filename");
	if (!used && given['H'])
		settle_refuse("-H without -c, -e or -E");
	if (!used && given[LONG_NO_FILENAME])
		settle_refuse("--no-filename without -c, -e or -E");
	options->names = given['H'] || (options->n_files > 1 && !given[LONG_NO_FILENAME]);
	/* A sample, or fields, are printed as the whole files are. Those of files that are followed
	 * are mixed. */
	if (options->all_lines && !options->count_only && !options->follow && !given['H'])
		options->names = false;
	if (options->unique)
		options->names = false;
	/* An object of fields has no other members. Totals are those of all files. */
	if ((options->json && options->fields.n > 0 && !options->count_only) ||
		options->totals.n > 0)
		options->names = false;
}

static void settle_follow(const struct options *options)
{
	const struct selection *selection = &options->selections[0];

	if (options->action != ACTION_PRINT && options->action != ACTION_SEARCH)
		settle_refuse("-f with another action");
	if (options->count_only)
		settle_refuse("-f with -c");
	if (options->json)
		settle_refuse("-f with --json");
	if (options->reverse)
		settle_refuse("-f with -r");
	if (options->search.before > 0 || options->search.after > 0)
		settle_refuse("-f with -A, -B or -C");
	if (pattern_crosses_lines(options))
		settle_refuse("-f with a text that contains the delimiter of lines");
	if (options->action == ACTION_SEARCH &&
		(selection->range.has_length || selection->range.stop != MMR_END))
		settle_refuse("-f with a search or fields and a range that has an end");
	if (options->n_selections > 1)
		settle_refuse("-f with more than one -b or -l");
	if (selection->part == PART_SHARD)
		settle_refuse("-f with -s");
	/* The end of the file moves, so a selection that ends relative to it never ends. */
	if (range_from_end(&selection->range) && selection->range.stop != MMR_END)
		settle_refuse(
			"-f with a range that counts from the end of the file and has an end");
}

void settle(struct options *options, const char *const *given)
{
	settle_filters(options, given);
	settle_unique(options, given);
	settle_totals(options, given);
	settle_fields(options, given);
	settle_rows(options, given);
	settle_records(options, given['R']);
	settle_keys(options, given);
	settle_search(options, given);
	settle_sample(options, given);
	settle_parts(options, given);
	settle_compare(options, given[LONG_COMPARE] != NULL);
	if (options->action == ACTION_TYPE)
		settle_typed(options, given);
	else if (options->reverse && options->action != ACTION_SEARCH)
		settle_action(options, ACTION_REVERSE);
	/* -c counts records with -t, else lines. */
	if (options->count_only && !action_of(options)->unit)
		settle_action(options, ACTION_COUNT);
	if (options->n_selections == 0)
		options->selections[options->n_selections++] =
			(struct selection){.range = {0, MMR_END, false, 0}};
	if (options->width > 0 && !action_has(options, ACTION_HAS_WIDTH))
		settle_refuse("-w without -x or -t");
	if (options->width > 0 && options->count_only)
		settle_refuse("-w with -c");
	if (options->follow)
		settle_follow(options);
	if (options->progress && options->quiet)
		settle_refuse("--progress with -q");
	if (options->progress && options->follow)
		settle_refuse("--progress with -f");
	if (options->json && !action_has(options, ACTION_HAS_JSON))
		settle_refuse("--json without -i, -c, -e, -E, -F, -t, -u or --compare");
	if (options->json && action_has(options, ACTION_HAS_WIDTH) && options->width > 0)
		settle_refuse("--json with -w");
	settle_names(options, given);
	settle_index(options, given[LONG_INDEX]);
	if (options->relative && options->action != ACTION_HEX)
		settle_refuse("--relative without -x");
	if (given[LONG_HEADER] && !options->has_header && options->action != ACTION_TYPE)
		settle_refuse("--header without -t");
	options->color = wants_color(given[LONG_COLOR]);
	options->cache = wanted_cache(given[LONG_CACHE]);
}
