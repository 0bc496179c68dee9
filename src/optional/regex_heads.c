/* regex_heads.c - finds the starts of records by a regular expression
 *
 * The bytes are copied in chunks. PCRE2 is given the start of each line of a chunk. A chunk is
 * small at first, because the next record is often near.
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex_heads.h"

#include "optional/regex.h"
#include "scan/records.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#define CHUNK_FIRST ((size_t)512)
#define CHUNK_MOST  ((size_t)16 << 10)
/* Matchers that are kept for the next call. More are freed after use. */
#define KEPT 16

/* One call at a time uses it. */
struct heads {
	struct matcher matcher;
	char copy[CHUNK_MOST + RECORDS_HEAD];
};

struct regex_records {
	mmr_split records;
	mmr_regex *regex;
	_Atomic(struct heads *) kept[KEPT];
};

/* --- Matchers --------------------------------------------------------------------------------- */

static void heads_free(struct heads *heads)
{
	if (!heads)
		return;
	matcher_end(&heads->matcher);
	heap_free(heads);
}

/* The object is constant except for the matchers, which change hands atomically. */
static struct regex_records *regex_records(const mmr_split *records)
{
	return (struct regex_records *)(void *)(uintptr_t)records;
}

static int take_heads(const mmr_split *records, struct heads **ret_heads)
{
	struct regex_records *all = regex_records(records);
	struct heads *heads;
	size_t i;
	int err;

	for (i = 0; i < KEPT; i++) {
		heads = atomic_load_explicit(&all->kept[i], memory_order_relaxed);
		if (heads)
			heads = atomic_exchange(&all->kept[i], NULL);
		if (heads) {
			*ret_heads = heads;
			return 0;
		}
	}
	heads = heap_alloc(sizeof(*heads));
	if (!heads)
		return error_set(-ENOMEM, "match the start of a record");
	err = matcher_start(&heads->matcher, all->regex);
	if (err < 0) {
		heap_free(heads);
		return err;
	}
	*ret_heads = heads;
	return 0;
}

static void give_heads(const mmr_split *records, struct heads *heads)
{
	struct regex_records *all = regex_records(records);
	struct heads *none;
	size_t i;

	for (i = 0; i < KEPT; i++) {
		none = NULL;
		if (atomic_compare_exchange_strong(&all->kept[i], &none, heads))
			return;
	}
	heads_free(heads);
}

static void close_regex(mmr_split *records)
{
	struct regex_records *all = regex_records(records);
	size_t i;

	for (i = 0; i < KEPT; i++)
		heads_free(atomic_load(&all->kept[i]));
	mmr_regex_close(all->regex);
	heap_free(all);
}

/* --- Chunks ----------------------------------------------------------------------------------- */

/* The starts of lines in [from, to) of a view, and a copy of the bytes that decide about them. */
struct chunk {
	struct heads *heads;
	char delimiter;
	const char *copy; /* of the bytes from the delimiter before `from` on */
	size_t len;
	size_t from, to;
};

/* Copies the bytes for starts in [from, to). */
static int load(struct chunk *chunk, const struct unit_view *view, size_t from, size_t to)
{
	size_t stop = min_size(to - 1 + RECORDS_HEAD, view->bytes.len);

	chunk->from = from;
	chunk->to = to;
	chunk->len = stop - (from - 1);
	return regex_copy(chunk->heads->copy, view->bytes.ptr + from - 1, chunk->len);
}

/* Whether a record begins with the line at `at` of the copy. Returns: 1; 0; an error. */
static int begins(const struct chunk *chunk, size_t at)
{
	mmr_slice line = {chunk->copy + at, min_size(chunk->len - at, RECORDS_HEAD)};
	const char *end = memchr(line.ptr, chunk->delimiter, line.len);

	if (end)
		line.len = (size_t)(end - line.ptr);
	matcher_load(&chunk->heads->matcher, line);
	return matcher_next(&chunk->heads->matcher, UINT64_MAX);
}

static int pass_chunk(const struct chunk *chunk, uint64_t *left, size_t *ret_at)
{
	const char *at = chunk->copy, *stop = at + (chunk->to - chunk->from);
	int found;

	while ((at = memchr(at, chunk->delimiter, (size_t)(stop - at)))) {
		at++;
		found = begins(chunk, (size_t)(at - chunk->copy));
		if (found < 0)
			return found;
		if (found == 0)
			continue;
		*ret_at = chunk->from + (size_t)(at - chunk->copy) - 1;
		if (--*left == 0)
			return 1;
	}
	return 0;
}

static int pass_chunk_back(const struct chunk *chunk, uint64_t *left, size_t *ret_at)
{
	size_t at = chunk->to - chunk->from;
	int found;

	for (; at > 0; at--) {
		if (chunk->copy[at - 1] != chunk->delimiter)
			continue;
		found = begins(chunk, at);
		if (found < 0)
			return found;
		if (found == 0)
			continue;
		*ret_at = chunk->from + at - 1;
		if (--*left == 0)
			return 1;
	}
	return 0;
}

static int pass(const mmr_split *records, const struct unit_view *view, size_t from, size_t to,
	bool back, uint64_t *left, size_t *ret_at)
{
	struct chunk chunk = {.delimiter = records->delimiter};
	size_t size = CHUNK_FIRST, len;
	int result;

	to = min_size(to, view->bytes.len);
	if (from >= to)
		return 0;
	result = take_heads(records, &chunk.heads);
	if (result < 0)
		return result;
	chunk.copy = chunk.heads->copy;
	for (; result == 0 && from < to; size = min_size(2 * size, CHUNK_MOST)) {
		len = min_size(to - from, size);
		result = load(&chunk, view, back ? to - len : from, back ? to : from + len);
		if (result == 0)
			result = (back ? pass_chunk_back : pass_chunk)(&chunk, left, ret_at);
		if (back)
			to -= len;
		else
			from += len;
	}
	give_heads(records, chunk.heads);
	return result;
}

static int regex_forward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	return pass(records, view, from, to, false, left, ret_at);
}

static int regex_backward(const mmr_split *records, const struct unit_view *view, size_t from,
	size_t to, uint64_t *left, size_t *ret_at)
{
	return pass(records, view, from, to, true, left, ret_at);
}

int records_of_regex(mmr_slice pattern, char delimiter, mmr_split **ret_records)
{
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	struct regex_records *made = heap_alloc(sizeof(*made));
	size_t i;
	int err;

	if (!made)
		return error_set(-ENOMEM, "compile records");
	memset(made, 0, sizeof(*made));
	options.delimiter = delimiter;
	err = regex_compile(pattern, &options, REGEX_HEAD, &made->regex);
	if (err < 0) {
		heap_free(made);
		return err;
	}
	for (i = 0; i < KEPT; i++)
		atomic_init(&made->kept[i], NULL);
	made->records.forward = regex_forward;
	made->records.backward = regex_backward;
	made->records.close = close_regex;
	made->records.delimiter = delimiter;
	made->records.mark = 1;
	made->records.head = RECORDS_HEAD;
	*ret_records = &made->records;
	return 0;
}
