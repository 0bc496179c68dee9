/* fault_units.c - calls that read a whole file in records or in rows
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

/* Each line is a record, or a row where there is no pattern. */
static int count_records(const struct scene *scene, const char *pattern)
{
	mmr_scan_options scan = scan_options(scene);
	mmr_split *records;
	mmr_counts counts = {0};
	int err = pattern ? mmr_split_compile(mmr_slice_of(pattern), '\n', &records)
			  : mmr_split_rows(',', &records);

	if (err < 0)
		return err;
	scan.records = records;
	err = mmr_count_lines(scene->reader, &scan, &counts);
	mmr_split_close(records);
	return judge(err, counts.lines == SCENE_N_LINES);
}

static int count_rows(const struct scene *scene)
{
	return count_records(scene, NULL);
}

static int count_records_by_text(const struct scene *scene)
{
	return count_records(scene, "a,7");
}

static int count_records_by_regex(const struct scene *scene)
{
	return count_records(scene, "a,\\d+,n");
}

/* The whole file is one paragraph. */
static int search_paragraphs(const struct scene *scene)
{
	mmr_pattern pattern = {mmr_slice_of("needle,b9\r\na"), false};
	mmr_search_options options = MMR_SEARCH_OPTIONS_INIT;
	mmr_scan_options scan = scan_options(scene);
	mmr_split *records;
	mmr_search *search;
	uint64_t n = 0;
	int err = mmr_split_compile(mmr_slice_of(""), '\n', &records);

	if (err < 0)
		return err;
	options.records = scan.records = records;
	err = mmr_search_compile(&pattern, 1, &options, &search);
	if (err == 0) {
		err = mmr_search_count(search, scene->reader, &scan, &n);
		mmr_search_close(search);
	}
	mmr_split_close(records);
	return judge(err, n == 1);
}

/* Counts the line ends in all blocks, and frees what divides them. */
static int feed(const struct scene *scene, mmr_split *split, bool backward)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options scan = scan_options(scene);
	uint64_t n = 0, found = 0;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	scan.records = split;
	scan.n_threads = 1;
	cut.window = scene->window;
	cut.backward = backward;
	err = mmr_blocks_open(scene->reader, &scan, &cut, &blocks);
	if (err == 0) {
		while (err == 0 && mmr_blocks_next(blocks, &block)) {
			err = mmr_slice_count(block.bytes, '\n', &found);
			n += found;
		}
		if (err == 0)
			err = mmr_blocks_error(blocks);
		mmr_blocks_close(blocks);
	}
	mmr_split_close(split);
	return judge(err, n == SCENE_N_LINES);
}

static int feed_rows(const struct scene *scene, bool backward)
{
	mmr_split *rows;
	int err = mmr_split_rows(',', &rows);

	return err < 0 ? err : feed(scene, rows, backward);
}

static int feed_rows_forward(const struct scene *scene)
{
	return feed_rows(scene, false);
}

static int feed_rows_back(const struct scene *scene)
{
	return feed_rows(scene, true);
}

/* The size of the file is a multiple of that of a record. */
static int feed_fixed(const struct scene *scene, bool backward)
{
	mmr_split *records;
	int err = mmr_split_size(96, 0, &records);

	return err < 0 ? err : feed(scene, records, backward);
}

static int feed_fixed_forward(const struct scene *scene)
{
	return feed_fixed(scene, false);
}

static int feed_fixed_back(const struct scene *scene)
{
	return feed_fixed(scene, true);
}

/* --- Each row, each record -------------------------------------------------------------------- */

/* Rows and records are looked at in mmr_try, as a caller does that must not be ended by a fault. */
struct item {
	const struct scene *scene;
	mmr_slice bytes;
	uint64_t n;
};

static int start_item(void *state, void *context)
{
	struct item *item = state;

	item->scene = ((const struct item *)context)->scene;
	return 0;
}

static int count_ends(void *state)
{
	struct item *item = state;
	size_t i;

	for (i = 0; i < item->bytes.len; i++)
		item->n += item->bytes.ptr[i] == '\n';
	return 0;
}

static int add_row(void *state, const mmr_row *row)
{
	struct item *item = state;

	item->bytes = row->bytes;
	return mmr_try(item->scene->reader, count_ends, item);
}

static int add_record(void *state, const mmr_record *record)
{
	struct item *item = state;

	item->bytes = record->bytes;
	return mmr_try(item->scene->reader, count_ends, item);
}

static void end_item(void *state, void *context)
{
	const struct item *item = state;
	struct item *all = context;

	all->n += item->n;
}

static int each_row(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	struct item all = {.scene = scene};
	mmr_row_job job = {.row = add_row,
		.start = start_item,
		.end = end_item,
		.context = &all,
		.state_size = sizeof(all)};
	int err = mmr_each_row(scene->reader, ',', &scan, &job);

	return judge(err, all.n == SCENE_N_LINES);
}

static int each_record(const struct scene *scene)
{
	mmr_scan_options scan = scan_options(scene);
	struct item all = {.scene = scene};
	mmr_record_job job = {.record = add_record,
		.start = start_item,
		.end = end_item,
		.context = &all,
		.state_size = sizeof(all)};
	mmr_layout *layout;
	int err = mmr_layout_parse(mmr_slice_of("96s"), &layout);

	if (err < 0)
		return err;
	err = mmr_each_record(scene->reader, layout, 0, &scan, &job);
	mmr_layout_close(layout);
	return judge(err, all.n == SCENE_N_LINES);
}

const struct row unit_rows[] = {
	{"mmr_count_lines", 0, count_records_by_text},
	{"mmr_split_compile mmr_count_lines", 0, count_records_by_regex},
	{"mmr_search_count", ROW_EITHER, search_paragraphs},
	{"mmr_split_rows mmr_count_lines", 0, count_rows},
	{"mmr_split_rows mmr_blocks_open", ROW_EITHER, feed_rows_forward},
	{"mmr_split_rows mmr_blocks_open", ROW_EITHER, feed_rows_back},
	{"mmr_split_size mmr_blocks_open", ROW_EITHER, feed_fixed_forward},
	{"mmr_split_size mmr_blocks_open", ROW_EITHER, feed_fixed_back},
	{"mmr_each_row", ROW_EITHER, each_row},
	{"mmr_each_record", ROW_EITHER, each_record},
};
const size_t n_unit_rows = ARRAY_LEN(unit_rows);
