/* inject_side.c - scenarios: patterns, pools, layouts, content types and memory
 *
 * SPDX-License-Identifier: MIT */
#include "inject_library.h"

#include "inject.h"

#include <errno.h>

static int on_match(void *context, const mmr_regex_match *match)
{
	uint64_t *sum = context;

	*sum += match->off + match->line;
	return 0;
}

/* Searches in a slice, with pieces that grow for the long line, and in the whole file. */
static int match_all(const mmr_regex *regex, mmr_reader *reader)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_regex_matches *it;
	mmr_regex_match match;
	uint64_t n, sum = 0;
	int err;

	options.n_threads = N_THREADS;
	err = TRY(n, mmr_regex_count(regex, reader, &options, &n));
	if (err == 0)
		err = TRY_ALONE(
			mmr_regex_each(regex, reader, &options, MMR_MATCH_LINES, on_match, &sum));
	if (err < 0)
		return err;
	note(n);
	note(sum);
	err = TRY(it, mmr_regex_matches_of(regex, mmr_bytes(reader), &it));
	if (err < 0)
		return err;
	while (mmr_regex_matches_next(it, &match))
		note(match.off);
	err = TRY_ALONE(mmr_regex_matches_error(it));
	mmr_regex_matches_close(it);
	return err;
}

static int regex(void)
{
	mmr_reader *reader;
	mmr_regex *regex;
	int err;

	err = TRY(regex, mmr_regex_compile(mmr_slice_of("(li|nu)ne (?<n>7+)$"), NULL, &regex));
	if (err < 0)
		return err;
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err == 0) {
		err = match_all(regex, reader);
		mmr_close(reader);
	}
	mmr_regex_close(regex);
	return err;
}

/* Searches for numbers of lines, of which the last ones have none. */
static int bisect(void)
{
	mmr_key key = MMR_KEY_INIT;
	mmr_reader *reader;
	mmr_regex *regex;
	uint64_t off;
	int err = TRY(regex, mmr_regex_compile(mmr_slice_of("^line (\\d+)"), NULL, &regex));

	if (err < 0)
		return err;
	key.kind = MMR_KEY_REGEX;
	key.regex = regex;
	key.numeric = true;
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err == 0) {
		err = TRY(off, mmr_bisect(reader, NULL, &key, mmr_slice_of("4321"), MMR_BOUND_UPPER,
				       &off));
		note(off);
		mmr_close(reader);
	}
	mmr_regex_close(regex);
	return err < 0 ? err : 0;
}

static int on_line(void *context, const mmr_found_line *line)
{
	uint64_t *sum = context;

	*sum += line->off + line->number;
	return 0;
}

/* Samples of all lines, some of which are left out again, and of those with a text. */
static int sample(void)
{
	static const mmr_pattern patterns[] = {{{"", 0}, false}, {{"77", 2}, false}};
	mmr_found_options found = MMR_FOUND_OPTIONS_INIT;
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_search *search;
	uint64_t sum = 0;
	int err, i;

	found.sample = 3000;
	found.numbers = true;
	options.n_threads = N_THREADS;
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err < 0)
		return err;
	for (i = 0; i < 2 && err == 0; i++) {
		err = TRY(search, mmr_search_compile(&patterns[i], 1, NULL, &search));
		if (err < 0)
			break;
		err = TRY_ALONE(mmr_search_lines(search, reader, &options, &found, on_line, &sum));
		mmr_search_close(search);
	}
	mmr_close(reader);
	note(sum);
	return err;
}

static int find_in_line(const mmr_search *search)
{
	mmr_line_matches *it;
	mmr_slice match;
	uint64_t sum = 0;
	int err = TRY(it, mmr_line_matches_open(search, &it));

	if (err < 0)
		return err;
	err = TRY_ALONE(mmr_line_matches_load(it, mmr_slice_of("a line nune line\n")));
	while (mmr_line_matches_next(it, &match))
		sum += match.len;
	note(sum);
	mmr_line_matches_close(it);
	return err;
}

/* A set of texts, a text of its own, and a regular expression. */
static int search(void)
{
	static const mmr_pattern patterns[] = {{{"line", 4}, false}, {{"lines", 5}, false},
		{{"ne", 2}, false}, {{"(li|nu)ne", 9}, true}};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_search_options how = MMR_SEARCH_OPTIONS_INIT;
	mmr_found_options found = MMR_FOUND_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_search *search;
	uint64_t n, sum = 0;
	int err, words;

	found.numbers = true;
	found.before = 1;
	found.after = 1;
	options.n_threads = N_THREADS;
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err < 0)
		return err;
	for (words = 0; err == 0 && words < 2; words++) {
		how.words = words;
		err = TRY(search, mmr_search_compile(patterns, 4, &how, &search));
		if (err < 0)
			break;
		err = TRY(n, mmr_search_count(search, reader, &options, &n));
		if (err == 0)
			note(n);
		if (err == 0)
			err = TRY_ALONE(
				mmr_search_lines(search, reader, &options, &found, on_line, &sum));
		if (err == 0)
			err = find_in_line(search);
		mmr_search_close(search);
	}
	mmr_close(reader);
	note(sum);
	return err;
}

/* Adds 2,000 texts of 24 bytes and some of 3,000: tables grow, and blocks of texts are added. */
static int fill(mmr_intern *pool, mmr_reader *reader, uint32_t *ret_n)
{
	mmr_lines lines = mmr_lines_of(mmr_bytes(reader), '\n');
	uint32_t id, n = 0;
	mmr_slice line;
	int err = 0;

	while (err >= 0 && n < 2000 && mmr_lines_next(&lines, &line)) {
		uint32_t before = mmr_intern_count(pool);

		err = TRY(id, mmr_intern_add(pool, line, &id));
		must(mmr_intern_count(pool) == before + (err == 1), "a pool that failed grew");
		n++;
	}
	if (err >= 0)
		err = TRY_ALONE(mmr_lines_error(&lines));
	*ret_n = n;
	return err < 0 ? err : 0;
}

static int pool(bool copy)
{
	static uint32_t ids[4096];
	mmr_intern_options options = MMR_INTERN_OPTIONS_INIT;
	mmr_intern *pool = NULL, *other = NULL;
	mmr_reader *reader;
	uint32_t n;
	int err;

	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err < 0)
		return err;
	options.seed = 7;
	options.zero_copy = !copy;
	err = TRY(pool, mmr_intern_open(&options, &pool));
	if (err < 0)
		goto close_reader;
	err = TRY(other, mmr_intern_open(NULL, &other));
	if (err < 0)
		goto close_pool;
	err = fill(pool, reader, &n);
	if (err == 0)
		err = TRY_ALONE(mmr_intern_merge(other, pool, ids));
	if (err == 0) {
		note(mmr_intern_count(pool));
		note(mmr_intern_count(other));
		note(n);
	}
	mmr_intern_close(other);
close_pool:
	mmr_intern_close(pool);
close_reader:
	mmr_close(reader);
	return err;
}

static int intern(void)
{
	return pool(false);
}

static int intern_copies(void)
{
	return pool(true);
}

static int record(void)
{
	mmr_layout *layout;
	mmr_reader *reader;
	mmr_slice record;
	int64_t value;
	int err;

	err = TRY(layout, mmr_layout_parse(mmr_slice_of("one:i64le,two:i64le"), &layout));
	if (err < 0)
		return err;
	err = TRY(reader, mmr_open(NUMBERS, NULL, &reader));
	if (err == 0) {
		err = TRY(record, mmr_record_at(layout, mmr_bytes(reader), 0, 3, &record));
		if (err >= 0)
			err = TRY(
				value, mmr_record_i64(record, mmr_layout_field(layout, 1), &value));
		if (err >= 0) {
			note((uint64_t)value);
			err = 0;
		}
		mmr_close(reader);
	}
	mmr_layout_close(layout);
	return err;
}

/* The built-in signatures find the type if libmagic cannot. */
static int kind(void)
{
	mmr_reader *reader;
	mmr_filetype kind;
	int err;

	err = TRY(reader, mmr_open(SMALL, NULL, &reader));
	if (err < 0)
		return err;
	err = TRY(kind, mmr_filetype_of(reader, &kind));
	if (err == 0)
		note_bytes(mmr_slice_of(kind.mime));
	mmr_close(reader);
	return err;
}

static int library(void)
{
	mmr_library_info status;
	int id, err = 0;

	for (id = MMR_LIBRARY_MAGIC; err == 0 && id <= MMR_LIBRARY_PCRE2; id++) {
		err = TRY_ALONE(mmr_library_load((enum mmr_library)id));
		must(mmr_library_status((enum mmr_library)id, &status) == 0, "no status");
		must(status.loaded == (err == 0), "the status is wrong");
	}
	return err;
}

/* A figure that cannot be determined is unknown, and never wrong. */
static int ask_memory(const char *path)
{
	mmr_reader_memory_info info;
	mmr_residency residency;
	uint16_t buckets[16];
	mmr_reader *reader;
	mmr_memory memory;
	int err;

	mmr_memory_usage(&memory);
	must(memory.resident > 1 << 16, "no resident memory");
	err = TRY(reader, mmr_open(path, NULL, &reader));
	if (err < 0)
		return err;
	err = TRY(residency, mmr_reader_residency(reader, 0, MMR_REST, buckets, 16, &residency));
	if (err == 0) {
		note(residency.bytes);
		must((residency.source == MMR_RESIDENCY_UNKNOWN) == (residency.reason < 0),
			"a residency without a reason");
		must((residency.source == MMR_RESIDENCY_UNKNOWN) ==
				(residency.resident == MMR_UNKNOWN),
			"an unknown residency has a source");
		must((residency.source == MMR_RESIDENCY_UNKNOWN) == (buckets[9] == UINT16_MAX),
			"an unknown residency has a picture");
		mmr_reader_memory(reader, &info);
		must(info.cached.bytes == residency.bytes, "two sizes");
	}
	mmr_close(reader);
	return err;
}

static int memory(void)
{
	return ask_memory(LARGE);
}

/* One thread, since each allocates what it needs when it first matches an expression. */
static int records(void)
{
	static const char *const kinds[] = {"", "line 7", "line \\d*7"};
	static const mmr_pattern pattern = {{"7\nline", 6}, false};
	mmr_search_options how = MMR_SEARCH_OPTIONS_INIT;
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_split *records;
	mmr_search *search;
	uint64_t n;
	size_t i;
	int err;

	options.n_threads = 1;
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err < 0)
		return err;
	for (i = 0; err == 0 && i < 3; i++) {
		err = TRY(records, mmr_split_compile(mmr_slice_of(kinds[i]), '\n', &records));
		if (err < 0)
			break;
		how.records = options.records = records;
		err = TRY(n, mmr_line_number(reader, mmr_size(reader), &options, &n));
		if (err == 0)
			note(n);
		if (err == 0)
			err = TRY(search, mmr_search_compile(&pattern, 1, &how, &search));
		if (err == 0) {
			err = TRY(n, mmr_search_count(search, reader, &options, &n));
			mmr_search_close(search);
		}
		if (err == 0)
			note(n);
		mmr_split_close(records);
	}
	mmr_close(reader);
	return err;
}

/* Reads rows, or records of a fixed size, backward. */
static int feed_back(bool fixed)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_blocks *blocks;
	mmr_reader *reader;
	mmr_block block;
	mmr_split *split;
	uint64_t off, n_bytes = 0;
	int err;

	options.n_threads = 1;
	cut.backward = true;
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err < 0)
		return err;
	if (fixed)
		err = TRY(split, mmr_split_size(1, 0, &split));
	else
		err = TRY(split, mmr_split_rows(' ', &split));
	if (err == 0) {
		options.records = split;
		err = TRY(off, mmr_line_seek(reader, mmr_size(reader), -9, &options, &off));
		if (err == 0)
			note(off);
		if (err == 0)
			err = TRY(blocks, mmr_blocks_open(reader, &options, &cut, &blocks));
		if (err == 0) {
			/* Backward, rows are cut at the ends of windows. */
			while (mmr_blocks_next(blocks, &block)) {
				n_bytes += block.bytes.len;
				if (!fixed)
					note(block.off);
			}
			err = mmr_blocks_error(blocks);
			mmr_blocks_close(blocks);
			note(n_bytes);
		}
		mmr_split_close(split);
	}
	mmr_close(reader);
	return err;
}

static int rows(void)
{
	return feed_back(false);
}

static int fixed_records(void)
{
	return feed_back(true);
}

/* The cells of a row, of which some are many, or the fields of a record. */
struct items {
	uint64_t n, longest;
};

static int add_row(void *state, const mmr_row *row)
{
	struct items *items = state;

	items->n += row->n_cells;
	if (items->longest < row->n_cells)
		items->longest = row->n_cells;
	return 0;
}

static int add_record(void *state, const mmr_record *record)
{
	struct items *items = state;

	items->n += record->bytes.len;
	return 0;
}

static void add_items(void *state, void *context)
{
	const struct items *items = state;
	struct items *all = context;

	all->n += items->n;
	if (all->longest < items->longest)
		all->longest = items->longest;
}

static int each_item(mmr_reader *reader, const mmr_layout *layout)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	struct items all = {0, 0};
	mmr_row_job rows = {
		.row = add_row, .end = add_items, .context = &all, .state_size = sizeof(all)};
	mmr_record_job records = {
		.record = add_record, .end = add_items, .context = &all, .state_size = sizeof(all)};
	int err;

	options.n_threads = 2;
	/* The long line of the file has very many cells. */
	err = TRY_ALONE(mmr_each_row(reader, 'x', &options, &rows));
	if (err < 0)
		return err;
	note(all.n);
	note(all.longest);
	all.n = 0;
	err = TRY_ALONE(mmr_each_record(reader, layout, 0, &options, &records));
	if (err == 0)
		note(all.n);
	return err;
}

static int each(void)
{
	mmr_reader *reader;
	mmr_layout *layout;
	int err = TRY(layout, mmr_layout_parse(mmr_slice_of("u8"), &layout));

	if (err < 0)
		return err;
	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err == 0) {
		err = each_item(reader, layout);
		mmr_close(reader);
	}
	mmr_layout_close(layout);
	return err;
}

/* Kernels before Linux 6.5, and filters of system calls that know none that is newer. */
static int memory_by_pages(void)
{
	inject_refuse("syscall", ENOSYS);
	return ask_memory(LARGE);
}

static int memory_of_others(void)
{
	inject_refuse("syscall", ENOSYS);
	return ask_memory(FOREIGN);
}

static int processors(void)
{
	must(mmr_processors() >= 1, "no processor");
	return 0;
}

const struct scenario inject_side_scenarios[] = {
	{"regex", regex},
	{"bisect", bisect},
	{"search", search},
	{"sample", sample},
	{"records", records},
	{"rows", rows},
	{"fixed_records", fixed_records},
	{"each", each},
	{"intern", intern},
	{"intern_copies", intern_copies},
	{"record", record},
	{"kind", kind},
	{"library", library},
	{"memory", memory},
	{"memory_by_pages", memory_by_pages},
	{"memory_of_others", memory_of_others},
	{"processors", processors},
	{NULL, NULL},
};
