/* spans.c - prints the lines that contain a text which crosses their ends
 *
 * Matches are found first. The lines around each match are then read again, which takes time only
 * where there are matches.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/spans.h"

#include "actions/chain.h"
#include "status/report.h"

/* Lines [start, stop) are printed, of all that matches touch. */
struct spans {
	const struct task *task;
	struct line_print *print;
	struct line_text text;
	uint64_t start, stop;
	uint64_t printed; /* end of the last line that was printed */
	uint64_t left;    /* lines that -m allows */
};

/* Prints the lines of a block, the first of which has a number. */
static int print_block(struct spans *spans, const mmr_block *block, uint64_t *number)
{
	char delimiter = spans->task->options->delimiter;
	mmr_lines lines = mmr_lines_of_flags(block->bytes, delimiter, MMR_LINES_KEEP);
	mmr_found_line line = {.off = block->off, .in_turn = true};
	int err = 0;

	while (err == 0 && spans->left > 0 && mmr_lines_next(&lines, &line.bytes)) {
		line.number = (*number)++;
		err = line_text_add(&spans->text, &line, line_print_text, spans->print);
		line.off += line.bytes.len;
		spans->left -= spans->left != NO_MAXIMUM;
	}
	if (err == 0)
		err = mmr_lines_error(&lines);
	return err;
}

/* Prints the lines of a range. */
static int print_range(struct spans *spans, uint64_t start, uint64_t stop, uint64_t number)
{
	mmr_scan_options scan = spans->task->scan;
	mmr_blocks *blocks;
	mmr_block block;
	int err;

	scan.offset = start;
	scan.length = stop - start;
	scan.n_threads = 1;
	scan.progress = NULL;
	err = mmr_blocks_open(spans->task->input->reader, &scan, NULL, &blocks);
	if (err < 0)
		return err;
	while (err == 0 && mmr_blocks_next(blocks, &block))
		err = print_block(spans, &block, &number);
	if (err == 0)
		err = mmr_blocks_error(blocks);
	mmr_blocks_close(blocks);
	return err;
}

/* The lines that a match touches. */
static int find_lines(mmr_reader *reader, const mmr_scan_options *range, const mmr_match *match,
	uint64_t *ret_start, uint64_t *ret_stop)
{
	uint64_t edge;
	int err = mmr_line_bounds(reader, match->off, range, ret_start, &edge);

	if (err < 0)
		return err;
	return mmr_line_bounds(reader, match->off + match->len - 1, range, &edge, ret_stop);
}

/* Prints the lines that a match touches and that are not printed yet. */
static int on_match(void *context, const mmr_match *match)
{
	struct spans *spans = context;
	mmr_reader *reader = spans->task->input->reader;
	mmr_scan_options range = spans->task->scan;
	uint64_t start = 0, stop = 0, edge, n_lines = 0;
	int err;

	if (match->off >= spans->stop || spans->left == 0)
		return 1;
	range.offset = 0;
	range.length = MMR_REST;
	range.progress = NULL;
	/* A selection of bytes may start or stop within a line. */
	if (spans->task->selection->part == PART_BYTES) {
		range.offset = spans->start;
		range.length = spans->stop - spans->start;
	}
	err = find_lines(reader, &range, match, &start, &stop);
	if (err < 0)
		return err;
	edge = spans->printed > spans->start ? spans->printed : spans->start;
	stop = min_u64(stop, spans->stop);
	if (edge >= stop)
		return 0;
	/* The first lines may be printed already, or be in another shard. */
	if (start < edge && match->line != MMR_NO_LINE) {
		range.offset = start;
		range.length = edge - start;
		err = mmr_line_number(reader, edge, &range, &n_lines);
	}
	start = start < edge ? edge : start;
	spans->printed = stop;
	return err < 0 ? err : print_range(spans, start, stop, match->line + n_lines);
}

/* A shard has the lines that start in it of all matches of the file. */
static int find_matches(struct spans *spans)
{
	const struct search_options *wanted = &spans->task->options->search;
	mmr_slice text = wanted->patterns[0].text;
	mmr_needle needle = mmr_needle_of(text);
	mmr_scan_options scan = spans->task->scan;
	mmr_reader *reader = spans->task->input->reader;
	uint64_t size = mmr_size(reader), from = scan.offset, stop = spans->stop;
	int err = 0;

	if (spans->task->selection->part == PART_SHARD) {
		from -= min_u64(from, text.len - 1);
		stop += min_u64(text.len - 1, size - stop);
		err = chain_resume(reader, text, from, &from);
	}
	if (err < 0 || from >= stop)
		return err;
	scan.offset = from;
	scan.length = stop - from;
	return mmr_each_match(reader, &needle, &scan, MMR_MATCH_LINES, on_match, spans);
}

int spans_print(const struct task *task, struct line_print *print)
{
	struct spans spans = {.task = task,
		.print = print,
		.start = task->scan.offset,
		.stop = task->scan.offset + task->scan.length,
		.left = task->maximum};
	int err = line_print_start(print, task, NULL);

	if (err == 0)
		err = line_text_start(&spans.text, &print->style);
	if (err == 0)
		err = find_matches(&spans);
	report_scan();
	if (err >= 0)
		err = line_print_collect(print, &spans.text);
	line_text_end(&spans.text);
	return line_print_end(print, task->input, err);
}
