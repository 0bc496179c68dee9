/* hex.c - the part as rows of bytes in hex and as text
 *
 * Workers make rows of blocks in buffers of their own, which are printed in order; equal rows are
 * squeezed across blocks too. Holes are told in one line and never read. All is read by pread:
 * nothing can fault, and nothing is shown that was not in the file.
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "hex_rows.h"
#include "message.h"
#include "output.h"
#include "pending.h"
#include "report.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_WIDTH 16
/* Little enough that a worker's rows, which take some five times of it, stay in a cache. */
#define WINDOW ((size_t)128 << 10)

/* What was printed last: a full row, unless `before_len` is 0, and whether a `*` follows it. */
struct view {
	struct hex_style style;
	uint64_t base;  /* of offsets that are printed */
	uint64_t start; /* of the first row; rows lie at multiples of the width behind it */
	char *before;
	size_t before_len;
	bool starred;
};

static int view_start(
	struct view *view, const struct options *options, uint64_t start, uint64_t stop)
{
	memset(view, 0, sizeof(*view));
	view->style.width = options->width > 0 ? options->width : DEFAULT_WIDTH;
	view->style.color = options->color;
	for (view->style.digits = 8; view->style.digits < 16; view->style.digits++)
		if (stop >> (4 * view->style.digits) == 0)
			break;
	view->start = start;
	view->before = malloc(view->style.width);
	return view->before ? 0 : -ENOMEM;
}

/* Prints rows, without those at their start that repeat what was printed before. */
static void print_rows(struct view *view, const struct hex_rows *rows)
{
	size_t skip = 0;

	if (rows->len == 0)
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
	output_write(rows->text + skip, rows->len - skip);
	view->before_len = rows->last.len;
	if (rows->last.len > 0)
		memcpy(view->before, rows->last.ptr, rows->last.len);
}

struct worker {
	struct view *view;
	struct hex_rows rows;
};

/* A row belongs to the block in which it starts. */
static int make_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;
	const struct view *view = worker->view;
	size_t width = view->style.width, own = block->bytes.len - block->ahead, skip, len;
	mmr_slice bytes = block->bytes;

	skip = (size_t)((width - (block->off - view->start) % width) % width);
	if (skip >= own) {
		worker->rows.len = 0;
		return 0;
	}
	/* Up to the end of the last row that starts here. */
	len = (own - skip + width - 1) / width * width;
	bytes.ptr += skip;
	bytes.len -= skip;
	if (bytes.len > len)
		bytes.len = len;
	return hex_rows_make(&worker->rows, &view->style, bytes, view->base + block->off + skip);
}

static int print_block(void *state, const mmr_block *block)
{
	struct worker *worker = state;

	(void)block;
	print_rows(worker->view, &worker->rows);
	return 0;
}

static int view_range(struct view *view, struct input *input, const struct options *options,
	uint64_t start, uint64_t stop)
{
	mmr_parallel_options how = MMR_PARALLEL_OPTIONS_INIT;
	mmr_parallel_job job = {.work = make_block, .collect = print_block};
	struct worker *workers;
	unsigned n, i;
	int err;

	n = options->n_threads > 0 ? options->n_threads : mmr_processors();
	workers = calloc(n, sizeof(*workers));
	if (!workers)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		workers[i].view = view;
	job.states = workers;
	job.state_size = sizeof(*workers);
	job.n_states = n;
	how.offset = start;
	how.length = stop - start;
	how.delimiter = MMR_NO_DELIMITER;
	how.engine = MMR_ENGINE_COPY;
	how.window = WINDOW;
	how.ahead = view->style.width - 1;
	err = mmr_parallel_run(input->reader, &how, &job);
	for (i = 0; i < n; i++)
		free(workers[i].rows.text);
	free(workers);
	return err;
}

/* One line for the whole rows of a hole. */
static void print_hole(struct view *view, uint64_t start, uint64_t stop)
{
	char text[64];

	snprintf(text, sizeof(text), "  hole of %" PRIu64 " bytes\n", stop - start);
	hex_print_offset(&view->style, view->base + start, text);
	view->before_len = 0;
	view->starred = false;
}

/* Data between holes. A hole that has no whole row is data. */
static int view_span(struct view *view, struct input *input, const struct options *options,
	const struct span *span)
{
	mmr_extents it = mmr_extents_of_range(input->reader, span->start, span->stop - span->start);
	uint64_t width = view->style.width, at = span->start, hole_stop;
	mmr_extent extent;
	int err = 0;

	while (err == 0 && at < span->stop) {
		bool more = mmr_extents_next(&it, &extent);
		uint64_t data = more ? extent.off : span->stop;

		/* A hole from `at` on, or from the end of a row that reaches into it. */
		hole_stop = data == span->stop ? data : data - (data - span->start) % width;
		if (hole_stop > at && hole_stop - at >= 2 * width && data > at)
			print_hole(view, at, hole_stop);
		else
			hole_stop = at;
		at = hole_stop;
		/* A last hole that is too short for a line of its own is data, too. */
		if (!more && at == span->stop)
			break;
		data = more ? extent.off + extent.len : span->stop;
		if (data < span->stop)
			data = min_u64(
				span->stop, data + (width - (data - span->start) % width) % width);
		err = view_range(view, input, options, at, data);
		at = data;
	}
	/* What was cut off looks like a hole. */
	if (err == 0 && mmr_check(input->reader) == MMR_ETRUNCATED)
		err = MMR_ETRUNCATED;
	return err;
}

static int view_reader(struct input *input, const struct options *options)
{
	struct span span;
	struct view view;
	int err;

	err = part_locate(input, options, &span);
	if (err < 0)
		return err;
	input->used = span.stop;
	report_bytes(span.stop - span.start);
	err = view_start(&view, options, span.start, input->base + span.stop);
	view.base = input->base;
	if (err == 0)
		err = view_span(&view, input, options, &span);
	if (err == 0)
		hex_print_offset(&view.style, view.base + span.stop, "\n");
	free(view.before);
	return err;
}

/* Prints the first `len` bytes and drops them. */
static int view_pending(
	struct view *view, struct hex_rows *rows, struct pending *pending, size_t len)
{
	int err = hex_rows_make(rows, &view->style, (mmr_slice){pending->bytes, len}, view->start);

	if (err < 0)
		return err;
	print_rows(view, rows);
	output_flush();
	view->start += len;
	pending_drop(pending, len);
	return 0;
}

static int view_stream(struct input *input, const struct options *options)
{
	struct pending pending = {NULL, 0, 0};
	struct hex_rows rows = {.text = NULL};
	bool first = true;
	struct view view;
	struct feed feed;
	mmr_slice bytes;
	int err, end;

	err = view_start(&view, options, 0, 0);
	if (err == 0)
		err = feed_open(&feed, input, options);
	if (err < 0)
		goto free_view;
	while (err == 0 && feed_next(&feed, &bytes)) {
		report_bytes(bytes.len);
		if (first)
			view.start = feed.used - bytes.len;
		first = false;
		err = pending_add(&pending, bytes);
		if (err == 0)
			err = view_pending(&view, &rows, &pending,
				pending.len - pending.len % view.style.width);
	}
	if (err == 0 && pending.len > 0)
		err = view_pending(&view, &rows, &pending, pending.len);
	end = feed_close(&feed);
	err = err < 0 ? err : end;
	if (err == 0)
		hex_print_offset(&view.style, feed.used, "\n");

free_view:
	free(view.before);
	free(pending.bytes);
	free(rows.text);
	return err;
}

enum status action_hex(struct input *input, const struct options *options)
{
	int err = input->reader ? view_reader(input, options) : view_stream(input, options);

	return err < 0 ? message_file(input->name, err) : STATUS_DONE;
}
