/* unique_lines.c - adds lines, their fields or their matches to the table of -u
 *
 * Values that are bytes of the input are not copied before they are added.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/unique_lines.h"

#include "actions/line_put.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A line, or a run of lines, that is being added. */
struct walk {
	struct unique_batch *batch;
	const struct unique_place *place;
	struct line_text *text;
	const mmr_found_line *line;
	mmr_slice rest; /* of the line, after the rows of the batch; empty at the end */
	mmr_lines rows; /* of the rest, without --csv */
	bool is_loaded; /* the matches are */
	uint64_t n_lines;
	int result; /* 0; why the rest cannot be added */
};

/* Puts bytes of a line into the batch. */
static void put_part(struct walk *walk, mmr_slice line, mmr_slice part)
{
	uint64_t start = walk->line->off + (uint64_t)(line.ptr - walk->line->bytes.ptr);

	unique_put(walk->batch, part,
		unique_position(walk->place, start, start + line.len,
			start + (uint64_t)(part.ptr - line.ptr)));
}

static mmr_slice without_end(mmr_slice line, char delimiter)
{
	line.len -= line.len > 0 && line.ptr[line.len - 1] == delimiter;
	return line;
}

/* --- Lines ------------------------------------------------------------------------------------ */

/* All lines of a run, which is not guarded: the iterator and the table are. */
static int add_run(struct walk *walk)
{
	mmr_slice bytes = walk->line->bytes, line;
	mmr_lines it = mmr_lines_of(bytes, walk->text->style->options->delimiter);
	uint64_t base = walk->place->base + (walk->line->off - walk->place->start);
	struct unique_batch *batch = walk->batch;
	mmr_line_batch ends;
	size_t i;
	int err = 0;

	while (err == 0 && mmr_lines_next_batch(&it, &ends)) {
		if (batch->n + ends.n > DISTINCT_BATCH)
			err = unique_batch_add(batch);
		line.ptr = ends.first;
		for (i = 0; i < ends.n; i++) {
			const char *end = ends.base + ends.ends[i];

			line.len = (size_t)(end - line.ptr);
			unique_put(batch, line, base + (uint64_t)(line.ptr - bytes.ptr));
			line.ptr = end + 1;
		}
		walk->n_lines += ends.n;
	}
	if (err == 0)
		err = mmr_lines_error(&it);
	return err == 0 ? unique_batch_add(batch) : err;
}

/* One line or record. */
static int put_line(void *argument)
{
	struct walk *walk = argument;
	mmr_slice bytes = walk->line->bytes;

	put_part(walk, bytes, without_end(bytes, walk->text->style->options->delimiter));
	walk->rest.len = 0;
	walk->n_lines = 1;
	return 0;
}

/* --- Matches ---------------------------------------------------------------------------------- */

static int put_matches(void *argument)
{
	struct walk *walk = argument;
	mmr_line_matches *it = walk->text->it;
	mmr_slice match;

	if (!walk->is_loaded)
		walk->result = mmr_line_matches_load(it, walk->line->bytes);
	walk->is_loaded = true;
	while (walk->result == 0 && !unique_batch_is_full(walk->batch)) {
		if (!mmr_line_matches_next(it, &match)) {
			walk->result = mmr_line_matches_error(it);
			walk->rest.len = 0;
			walk->n_lines = 1;
			break;
		}
		put_part(walk, walk->line->bytes, match);
	}
	return 0;
}

/* --- Fields ----------------------------------------------------------------------------------- */

/* Makes the value of a row in the buffer. */
static void put_composed(struct walk *walk, const struct row *row, uint64_t position)
{
	struct line_text *text = walk->text;
	mmr_found_line line = {.in_turn = true};
	struct adding adding = {.text = text, .line = &line, .print = line_text_grow};
	size_t start = text->len, end = 1;

	line_put_row(&adding, row);
	walk->result = adding.result;
	if (walk->result < 0)
		return;
	/* Totals are printed between the fields and the line end, which may be \r\n. */
	if (text->style->fields->n_columns > 0 && !text->style->options->json &&
		row->end < row->stop)
		end = (size_t)(row->stop - row->end);
	walk->batch->starts[walk->batch->n] = start;
	unique_put(walk->batch, (mmr_slice){NULL, text->len - end - start}, position);
}

/* Whether a row is printed as bytes of it that are adjacent, and a delimiter. */
static bool is_part(const struct row_fields *fields, const struct row *row, mmr_slice *ret_part)
{
	const struct field_span *span = &fields->spans[0];
	const char *start, *end;

	if (fields->options->json || fields->n != 1 || span->first > row->n ||
		(span->last != FIELDS_REST && span->last > row->n) || row->start < row->starts[0] ||
		row->end + 1 < row->stop)
		return false;
	start = row->starts[span->first - 1];
	end = span->last == FIELDS_REST ? row->end : row->starts[span->last] - 1;
	*ret_part = (mmr_slice){start, (size_t)(end - start)};
	return true;
}

/* Finds the fields of -F in a line, if they are adjacent. Returns: false if it lacks one. */
static bool find_part(const struct row_fields *fields, mmr_slice line, mmr_slice *ret_part)
{
	const struct field_span *span = &fields->spans[0];
	const char *at = line.ptr, *stop = at + line.len, *end = stop;
	char separator = fields->options->separator;
	size_t n;

	for (n = 1; n < span->first; n++) {
		at = memchr(at, separator, (size_t)(stop - at));
		if (!at)
			return false;
		at++;
	}
	ret_part->ptr = at;
	for (; n <= span->last && span->last != FIELDS_REST; n++) {
		end = memchr(at, separator, (size_t)(stop - at));
		if (!end && n < span->last)
			return false;
		end = end ? end : stop;
		at = end + 1;
	}
	ret_part->len = (size_t)(end - ret_part->ptr);
	return true;
}

/* Puts the value of a row. */
static void put_row(struct walk *walk, const struct row *row, uint64_t off)
{
	const struct row_fields *fields = walk->text->style->fields;
	uint64_t stop = off + (uint64_t)(row->stop - row->start);
	mmr_slice part;

	if (!row_fields_are_complete(fields, row))
		line_text_lacks(walk->text, off);
	if (fields->n_columns > 0)
		walk->result = line_read_totals(walk->text, row, off, unique_values(walk->batch));
	if (walk->result < 0)
		return;
	off = unique_position(walk->place, off, stop, off);
	if (is_part(fields, row, &part))
		unique_put(walk->batch, part, off);
	else
		put_composed(walk, row, off);
}

/* The rows of a table. */
static int put_rows(void *argument)
{
	struct walk *walk = argument;
	mmr_slice bytes = walk->line->bytes;
	struct row row = {.starts = walk->text->starts};

	walk->text->len = 0;
	while (walk->rest.len > 0 && walk->result == 0 && !unique_batch_is_full(walk->batch)) {
		row_fields_find(walk->text->style->fields, walk->rest, &row);
		put_row(walk, &row, walk->line->off + (uint64_t)(row.start - bytes.ptr));
		walk->rest.len -= (size_t)(row.stop - row.start);
		walk->rest.ptr = row.stop;
		walk->n_lines++;
	}
	return 0;
}

/* Lines, which have no quotes. */
static int put_fields(void *argument)
{
	struct walk *walk = argument;
	const struct row_fields *fields = walk->text->style->fields;
	bool is_simple = fields->n == 1 && fields->n_columns == 0 && !fields->options->json;
	const char *start = walk->line->bytes.ptr, *stop = start + walk->line->bytes.len;
	struct row row = {.starts = walk->text->starts};
	mmr_slice line, part;
	uint64_t off;

	walk->text->len = 0;
	while (walk->result == 0 && !unique_batch_is_full(walk->batch)) {
		if (!mmr_lines_next(&walk->rows, &line)) {
			walk->result = mmr_lines_error(&walk->rows);
			walk->rest.len = 0;
			break;
		}
		off = walk->line->off + (uint64_t)(line.ptr - start);
		row.end = line.ptr + line.len;
		row.stop = row.end + (row.end < stop);
		if (is_simple && find_part(fields, line, &part)) {
			unique_put(walk->batch, part,
				unique_position(walk->place, off,
					off + (uint64_t)(row.stop - line.ptr), off));
		} else {
			row.start = line.ptr;
			row_fields_split(fields, &row);
			put_row(walk, &row, off);
		}
		walk->n_lines++;
	}
	return 0;
}

/* Sets the addresses of values that are in the buffer of the text, which does not move now. */
static void locate(const struct walk *walk)
{
	struct unique_batch *batch = walk->batch;
	size_t i;

	for (i = 0; i < batch->n; i++)
		if (!batch->texts[i].ptr)
			batch->texts[i].ptr = walk->text->bytes + batch->starts[i];
}

/* --- All -------------------------------------------------------------------------------------- */

/* Fills batches under the guard and adds them. A fault of the map jumps out of `put`: nothing is
 * held then. */
static int add_batches(struct walk *walk, int (*put)(void *argument))
{
	mmr_reader *reader = walk->text->style->input->reader;
	int err = 0;

	while (err == 0 && walk->rest.len > 0) {
		err = mmr_try(reader, put, walk);
		if (err == 0)
			err = walk->result;
		if (err < 0)
			break;
		locate(walk);
		err = unique_batch_add(walk->batch);
	}
	return err;
}

int unique_lines_add(struct unique_batch *batch, const struct unique_place *place,
	struct line_text *text, const mmr_found_line *line)
{
	const struct options *options = text->style->options;
	struct walk walk = {.batch = batch, .place = place, .text = text, .line = line};
	int err;

	walk.rest = line->bytes;
	if (text->style->fields && !options->csv)
		walk.rows = mmr_lines_of(line->bytes, options->delimiter);
	if (text->style->fields)
		err = add_batches(&walk, options->csv ? put_rows : put_fields);
	else if (options->search.only_matches)
		err = add_batches(&walk, put_matches);
	else if (options->records || place->backward)
		err = add_batches(&walk, put_line);
	else
		err = add_run(&walk);
	/* Values in the buffer are not printed. */
	text->len = 0;
	text->n_lines += walk.n_lines;
	text->start = line->off;
	text->stop = line->off + line->bytes.len;
	return err;
}
