/* records.c - finds the starts of records by a text, which is searched for with the end of the line
 * before it
 *
 * SPDX-License-Identifier: MIT */
#include "scan/records.h"

#include "file/guard.h"

#include <errno.h>
#include <string.h>

/* `bytes` are a delimiter and a text, or two delimiters. */
struct text_records {
	mmr_split records;
	mmr_needle needle;
	char bytes[];
};

static const struct text_records *text_records(const mmr_split *records)
{
	return (const struct text_records *)(const void *)records;
}

static void close_text(mmr_split *records)
{
	heap_free(records);
}

/* Makes an object with room for `len` bytes to search for. */
static struct text_records *make(size_t len, char delimiter)
{
	struct text_records *made = heap_alloc(sizeof(*made) + len);

	if (!made)
		return NULL;
	memset(made, 0, sizeof(*made));
	made->records.close = close_text;
	made->records.delimiter = delimiter;
	return made;
}

/* The matches that are followed by starts in [from, to). */
static mmr_matches matches_of(
	const mmr_split *records, const struct unit_view *view, size_t from, size_t to)
{
	const struct text_records *texts = text_records(records);
	size_t start = from - records->mark, stop = view->bytes.len;
	size_t last = to - 1 - records->mark; /* where a match may start at the latest */

	if (last < stop && stop - last > texts->needle.text.len)
		stop = last + texts->needle.text.len;
	return mmr_matches_of((mmr_slice){view->bytes.ptr + start, stop > start ? stop - start : 0},
		&texts->needle);
}

/* Passes a start. Returns: 1 if it is the last one wanted. */
static int pass(size_t at, uint64_t *left, size_t *ret_at)
{
	*ret_at = at;
	return --*left == 0;
}

/* --- Texts ------------------------------------------------------------------------------------ */

static int text_forward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	mmr_matches matches;
	mmr_slice match;

	if (from >= to)
		return 0;
	matches = matches_of(records, view, from, to);
	while (mmr_matches_next(&matches, &match))
		if (pass((size_t)(match.ptr - view->bytes.ptr) + 1, left, ret_at))
			return 1;
	return mmr_matches_error(&matches);
}

static int text_backward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	mmr_matches matches;
	mmr_slice match;

	if (from >= to)
		return 0;
	matches = matches_of(records, view, from, to);
	while (mmr_matches_next_back(&matches, &match))
		if (pass((size_t)(match.ptr - view->bytes.ptr) + 1, left, ret_at))
			return 1;
	return mmr_matches_error(&matches);
}

int records_of_text(mmr_slice text, char delimiter, mmr_split **ret_records)
{
	struct text_records *made = make(text.len + 1, delimiter);

	if (!made)
		return error_set(-ENOMEM, "compile records");
	made->bytes[0] = delimiter;
	memcpy(made->bytes + 1, text.ptr, text.len);
	made->needle = mmr_needle_of((mmr_slice){made->bytes, text.len + 1});
	made->records.forward = text_forward;
	made->records.backward = text_backward;
	made->records.mark = 1;
	made->records.head = text.len;
	*ret_records = &made->records;
	return 0;
}

/* --- Paragraphs ------------------------------------------------------------------------------- */

/* Whether a paragraph begins at `at` after an empty line. Returns: 1; 0; an error. */
static int begins(const mmr_split *records, const struct unit_view *view, size_t at)
{
	struct guard guard;
	int result;

	if (at >= view->bytes.len)
		return 0;
	if (!GUARD_ENTER(&guard, view->bytes.ptr + at, 1))
		return guard_fault(&guard);
	result = view->bytes.ptr[at] != records->delimiter;
	guard_leave(&guard);
	return result;
}

/* The same for byte 1 of a range, which may begin with an empty line. */
static int begins_second(const mmr_split *records, const struct unit_view *view)
{
	int other = view->at_start ? begins(records, view, 0) : 1;

	if (other != 0)
		return other < 0 ? other : 0;
	return begins(records, view, 1);
}

static int paragraph_forward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	mmr_matches matches;
	mmr_slice match;
	size_t at;
	int found = 0;

	if (from >= to)
		return 0;
	if (from == 1)
		found = begins_second(records, view);
	if (found < 0 || (found > 0 && pass(1, left, ret_at)))
		return found;
	from = from < 2 ? 2 : from;
	if (from >= to)
		return 0;
	matches = matches_of(records, view, from, to);
	matches.overlapping = true;
	while (mmr_matches_next(&matches, &match)) {
		at = (size_t)(match.ptr - view->bytes.ptr) + 2;
		found = begins(records, view, at);
		if (found < 0 || (found > 0 && pass(at, left, ret_at)))
			return found;
	}
	return mmr_matches_error(&matches);
}

/* Of several matches that overlap, only the last one may be followed by a start. */
static int paragraph_backward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	size_t least = from < 2 ? 2 : from, at;
	mmr_matches matches;
	mmr_slice match;
	int found = 0;

	if (least < to) {
		matches = matches_of(records, view, least, to);
		while (mmr_matches_next_back(&matches, &match)) {
			at = (size_t)(match.ptr - view->bytes.ptr) + 2;
			found = begins(records, view, at);
			if (found < 0 || (found > 0 && pass(at, left, ret_at)))
				return found;
		}
		if (mmr_matches_error(&matches) < 0)
			return mmr_matches_error(&matches);
	}
	if (from > 1 || from >= to)
		return 0;
	found = begins_second(records, view);
	return found > 0 ? pass(1, left, ret_at) : found;
}

int records_of_paragraphs(char delimiter, mmr_split **ret_records)
{
	struct text_records *made = make(2, delimiter);

	if (!made)
		return error_set(-ENOMEM, "compile records");
	made->bytes[0] = made->bytes[1] = delimiter;
	made->needle = mmr_needle_of((mmr_slice){made->bytes, 2});
	made->records.forward = paragraph_forward;
	made->records.backward = paragraph_backward;
	made->records.mark = 2;
	made->records.head = 1;
	*ret_records = &made->records;
	return 0;
}
