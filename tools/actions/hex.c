/* hex.c - prints the selection in rows of bytes, in hex and as text
 *
 * Equal rows are replaced by `*` across blocks too. A hole is printed as one line and not read.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/hex_rows.h"
#include "status/message.h"
#include "output/output.h"
#include "status/report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_WIDTH 16

/* The last full row that was printed, if `before_len` is not 0, and whether a `*` follows it. */
struct view {
	struct hex_style style;
	uint64_t base;    /* of the input */
	uint64_t start;   /* the offset that is printed as 0 */
	bool finds_start; /* it is that of a stream, which is not known before the first block */
	char *before;
	size_t before_len;
	bool starred;
};

static int view_start(struct view *view, const struct task *task)
{
	const struct options *options = task->options;
	uint64_t stop = task->input->base + selection_end(task->input, &task->scan);

	memset(view, 0, sizeof(*view));
	view->base = task->input->base;
	view->finds_start = options->relative && !input_has_ranges(task->input);
	if (options->relative)
		view->start = view->finds_start ? MMR_REST : view->base + task->scan.offset;
	stop -= view->finds_start ? 0 : view->start;
	view->style.width = options->width > 0 ? options->width : DEFAULT_WIDTH;
	view->style.color = options->color;
	for (view->style.digits = 8; view->style.digits < 16; view->style.digits++)
		if (stop >> (4 * view->style.digits) == 0)
			break;
	view->before = malloc(view->style.width);
	return view->before ? 0 : -ENOMEM;
}

/* Prints rows, except for the first ones if they repeat the row that was printed before. */
static void print_rows(struct view *view, const struct hex_rows *rows)
{
	size_t skip = 0;

	if (rows->text.len == 0)
		return;
	if (view->before_len > 0 && rows->first.len > 0 &&
		memcmp(view->before, rows->first.ptr, view->before_len) == 0) {
		if (!view->starred)
			output_write("*\n", 2);
		skip = rows->lead;
		view->starred = rows->lead_is_all || rows->starred;
	} else {
		view->starred = rows->starred;
	}
	output_write(rows->text.bytes + skip, rows->text.len - skip);
	view->before_len = rows->last.len;
	if (rows->last.len > 0)
		memcpy(view->before, rows->last.ptr, rows->last.len);
}

/* The rows that start in a block. The last one may be shorter, at the end of the range. */
static mmr_slice rows_of(const mmr_block *block, size_t width)
{
	size_t own = block->bytes.len - block->ahead;
	size_t skip = (size_t)((width - (block->off - block->start) % width) % width);
	mmr_slice rows = {block->bytes.ptr + skip, 0};

	if (skip < own)
		rows.len = (size_t)min_u64(
			(own - skip + width - 1) / width * width, block->bytes.len - skip);
	else
		rows.ptr = block->bytes.ptr;
	return rows;
}

static int make_rows(void *state, const mmr_block *block)
{
	struct hex_rows *rows = state;
	const struct view *view = rows->text.context;
	mmr_slice bytes = rows_of(block, view->style.width);
	uint64_t off = view->base + block->off + (uint64_t)(bytes.ptr - block->bytes.ptr);

	return hex_rows_make(
		rows, &view->style, bytes, off - (view->finds_start ? block->start : view->start));
}

static int print_block(void *state, const mmr_block *block)
{
	const struct hex_rows *rows = state;
	struct view *view = rows->text.context;

	if (view->finds_start)
		view->start = block->start;
	print_rows(view, rows);
	return 0;
}

/* Stretches start at multiples of the width after the start of the selection. */
static int view_data(struct view *view, mmr_reader *reader, const mmr_scan_options *scan)
{
	mmr_scan_job job = {.work = make_rows,
		.collect = print_block,
		.context = view,
		.state_size = sizeof(struct hex_rows)};
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;

	cut.split_lines = true;
	cut.window = BLOCK_TEXT_WINDOW;
	cut.ahead = view->style.width - 1;
	return block_text_scan(reader, scan, &cut, job);
}

/* Prints one line for the rows of a hole. */
static void print_hole(struct view *view, uint64_t start, uint64_t stop)
{
	char text[64];

	snprintf(text, sizeof(text), "  hole of %" PRIu64 " bytes\n", stop - start);
	hex_print_offset(&view->style, view->base + start - view->start, text);
	view->before_len = 0;
	view->starred = false;
}

static int view_selection(struct view *view, const struct task *task)
{
	struct stretches it = stretches_of(task->input, &task->scan, view->style.width);
	struct stretch stretch;
	int err = 0;

	while (err == 0 && stretches_next(&it, &stretch)) {
		if (stretch.hole_start < stretch.hole_stop)
			print_hole(view, stretch.hole_start, stretch.hole_stop);
		err = view_data(view, task->input->reader, &stretch.scan);
	}
	return err < 0 ? err : stretches_error(&it);
}

/* Prints the offset of the end. */
static void print_end(const struct view *view, const struct task *task)
{
	uint64_t end = view->base + selection_end(task->input, &task->scan);
	bool empty = view->finds_start && view->start == MMR_REST;

	hex_print_offset(&view->style, empty ? 0 : end - view->start, "\n");
}

enum status action_hex(struct task *task)
{
	struct input *input = task->input;
	struct view view;
	int err;

	err = view_start(&view, task);
	/* The offset of an empty selection is printed too. */
	if (err == 0)
		err = selection_reach(input, &task->scan);
	if (err == 0)
		err = view_selection(&view, task);
	if (err == 0)
		print_end(&view, task);
	free(view.before);
	selection_report(input, &task->scan);
	return err < 0 ? message_file(input->name, err) : STATUS_DONE;
}
