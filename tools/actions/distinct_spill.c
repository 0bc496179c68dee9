/* distinct_spill.c - runs of sorted values in a temporary file, and their merge
 *
 * SPDX-License-Identifier: MIT */
#include "actions/distinct_spill.h"

#include "actions/distinct_pool.h"
#include "input/temporary.h"
#include "status/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The most runs that are merged at once; if there are more, they are merged in several passes. */
#define WAYS 64

/* The buffer for writing, and that for each run that is merged, unless a value is longer. */
#define ROOM ((size_t)64 << 10)

/* A value in the file. The extra bytes and the text follow, and zeroes up to a multiple of 8. */
struct head {
	uint64_t len, count, first;
};

static size_t padded(size_t len)
{
	return (len + 7) & ~(size_t)7;
}

int spill_open(
	const struct distinct_extra *extra, enum distinct_order order, struct spill **ret_spill)
{
	struct spill *spill = calloc(1, sizeof(*spill));

	if (!spill)
		return -ENOMEM;
	spill->extra = extra;
	spill->order = order;
	spill->fd = -1;
	*ret_spill = spill;
	spill->buffer = malloc(ROOM);
	if (!spill->buffer)
		return -ENOMEM;
	spill->fd = temporary_create();
	if (spill->fd >= 0)
		return 0;
	temporary_failed();
	return 1;
}

void spill_close(struct spill *spill)
{
	if (!spill)
		return;
	if (spill->fd >= 0)
		close(spill->fd);
	free(spill->buffer);
	free(spill->runs);
	free(spill);
}

/* --- Writing ---------------------------------------------------------------------------------- */

static int flush(struct spill *spill)
{
	if (!temporary_write(spill->fd, spill->buffer, spill->filled)) {
		temporary_failed();
		return 1;
	}
	spill->size += spill->filled;
	spill->filled = 0;
	return 0;
}

static int put(struct spill *spill, const void *bytes, size_t len)
{
	const char *at = bytes;
	size_t part;
	int err = 0;

	while (len > 0 && err == 0) {
		part = len < ROOM - spill->filled ? len : ROOM - spill->filled;
		memcpy(spill->buffer + spill->filled, at, part);
		spill->filled += part;
		at += part;
		len -= part;
		if (spill->filled == ROOM)
			err = flush(spill);
	}
	return err;
}

static int put_value(void *context, const struct distinct_value *value)
{
	static const char zeroes[8];
	struct spill *spill = context;
	struct head head = {value->text.len, value->count, value->first};
	int err = put(spill, &head, sizeof(head));

	if (err == 0)
		err = put(spill, value->extra, spill->extra->size);
	if (err == 0)
		err = put(spill, value->text.ptr, value->text.len);
	return err == 0 ? put(spill, zeroes, padded(value->text.len) - value->text.len) : err;
}

/* Starts a run, which ends with end_run. */
static int begin_run(struct spill *spill)
{
	struct spill_run *runs;
	size_t room;

	if (spill->n_runs == spill->room) {
		room = spill->room > 0 ? 2 * spill->room : WAYS;
		runs = realloc(spill->runs, room * sizeof(*runs));
		if (!runs)
			return -ENOMEM;
		spill->runs = runs;
		spill->room = room;
	}
	spill->runs[spill->n_runs++] = (struct spill_run){spill->size, spill->size};
	return 0;
}

static int end_run(struct spill *spill)
{
	int err = flush(spill);

	spill->runs[spill->n_runs - 1].stop = spill->size;
	return err;
}

int spill_write(struct spill *spill, const struct distinct_pool *pool)
{
	int err = begin_run(spill);

	if (err == 0)
		err = distinct_pool_each(pool, spill->extra, spill->order, put_value, spill);
	return err == 0 ? end_run(spill) : err;
}

/* --- Reading ---------------------------------------------------------------------------------- */

/* A run that is read. */
struct source {
	uint64_t at, stop; /* what is still in the file */
	char *bytes;
	size_t start, end, room; /* of the bytes that were read; `start` is a multiple of 8 */
	struct distinct_value value;
	uint64_t key;
};

/* Makes `len` bytes available. */
static int load(const struct spill *spill, struct source *source, size_t len)
{
	char *bytes;
	size_t room;
	ssize_t n;

	if (source->end - source->start >= len)
		return 0;
	memmove(source->bytes, source->bytes + source->start, source->end - source->start);
	source->end -= source->start;
	source->start = 0;
	if (len > source->room) {
		bytes = realloc(source->bytes, len);
		if (!bytes)
			return -ENOMEM;
		source->bytes = bytes;
		source->room = len;
	}
	while (source->end < len) {
		room = (size_t)min_u64(source->room - source->end, source->stop - source->at);
		n = pread(spill->fd, source->bytes + source->end, room, (off_t)source->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n < 0 ? errno : EIO;
			temporary_failed();
			return 1;
		}
		source->end += (size_t)n;
		source->at += (uint64_t)n;
	}
	return 0;
}

/* Reads the next value. At the end of the run, its text has no address. */
static int next(const struct spill *spill, struct source *source)
{
	size_t before = sizeof(struct head) + spill->extra->size, len;
	struct head head;
	int err;

	source->value.text.ptr = NULL;
	if (source->start == source->end && source->at == source->stop)
		return 0;
	err = load(spill, source, before);
	if (err != 0)
		return err;
	memcpy(&head, source->bytes + source->start, sizeof(head));
	len = before + padded(head.len);
	err = load(spill, source, len);
	if (err != 0)
		return err;
	source->value = (struct distinct_value){{source->bytes + source->start + before, head.len},
		head.count, head.first, source->bytes + source->start + sizeof(head)};
	source->key = distinct_key(&source->value, spill->order);
	source->start += len;
	return 0;
}

/* --- Merging ---------------------------------------------------------------------------------- */

/* A heap of runs: the value of the first one is the next one. */
struct merge {
	struct spill *spill;
	struct source sources[WAYS], *heap[WAYS];
	size_t n;
};

static int compare(const struct merge *merge, const struct source *a, const struct source *b)
{
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return distinct_compare(&a->value, &b->value, merge->spill->order);
}

/* Moves the source at `i` down to where it belongs. */
static void sink(struct merge *merge, size_t i)
{
	struct source *source = merge->heap[i];
	size_t child;

	while ((child = 2 * i + 1) < merge->n) {
		if (child + 1 < merge->n &&
			compare(merge, merge->heap[child + 1], merge->heap[child]) < 0)
			child++;
		if (compare(merge, source, merge->heap[child]) <= 0)
			break;
		merge->heap[i] = merge->heap[child];
		i = child;
	}
	merge->heap[i] = source;
}

static int open_sources(struct merge *merge, const struct spill_run *runs, size_t n)
{
	struct source *source;
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		source = &merge->sources[i];
		source->at = runs[i].start;
		source->stop = runs[i].stop;
		source->bytes = malloc(ROOM);
		source->room = ROOM;
		if (!source->bytes)
			return -ENOMEM;
		err = next(merge->spill, source);
		if (err != 0)
			return err;
		if (source->value.text.ptr)
			merge->heap[merge->n++] = source;
	}
	for (i = merge->n; i-- > 0;)
		sink(merge, i);
	return 0;
}

/* Reads the next value of the first source, which then may leave the heap. */
static int advance(struct merge *merge)
{
	int err = next(merge->spill, merge->heap[0]);

	if (err != 0)
		return err;
	if (!merge->heap[0]->value.text.ptr)
		merge->heap[0] = merge->heap[--merge->n];
	if (merge->n > 0)
		sink(merge, 0);
	return 0;
}

/* Takes the first source out of the heap and adds the equal values of others to its value. */
static int take(struct merge *merge, struct source **ret_source)
{
	const struct distinct_extra *extra = merge->spill->extra;
	struct source *source = merge->heap[0], *other;
	struct distinct_value *value = &source->value;
	int err = 0;

	merge->heap[0] = merge->heap[--merge->n];
	if (merge->n > 0)
		sink(merge, 0);
	while (err == 0 && merge->n > 0 && compare(merge, source, merge->heap[0]) == 0) {
		other = merge->heap[0];
		value->count += other->value.count;
		value->first = min_u64(value->first, other->value.first);
		if (extra->size > 0)
			extra->merge(value->extra, other->value.extra);
		err = advance(merge);
	}
	*ret_source = source;
	return err;
}

/* Puts a source back that was taken out, with its next value. */
static int put_back(struct merge *merge, struct source *source)
{
	size_t i;
	int err = next(merge->spill, source);

	if (err != 0 || !source->value.text.ptr)
		return err;
	for (i = merge->n++; i > 0; i = (i - 1) / 2) {
		if (compare(merge, merge->heap[(i - 1) / 2], source) <= 0)
			break;
		merge->heap[i] = merge->heap[(i - 1) / 2];
	}
	merge->heap[i] = source;
	return 0;
}

static int merge_runs(
	struct spill *spill, const struct spill_run *runs, size_t n, distinct_fn *fn, void *context)
{
	struct merge *merge = calloc(1, sizeof(*merge));
	struct source *source;
	size_t i;
	int err;

	if (!merge)
		return -ENOMEM;
	merge->spill = spill;
	err = open_sources(merge, runs, n);
	while (err == 0 && merge->n > 0) {
		err = take(merge, &source);
		if (err == 0)
			err = fn(context, &source->value);
		if (err == 0)
			err = put_back(merge, source);
	}
	for (i = 0; i < n; i++)
		free(merge->sources[i].bytes);
	free(merge);
	return err;
}

/* Joins the first runs to one, which becomes the last one. */
static int join_runs(struct spill *spill)
{
	struct spill_run runs[WAYS];
	int err;

	memcpy(runs, spill->runs, sizeof(runs));
	spill->n_runs -= WAYS;
	memmove(spill->runs, spill->runs + WAYS, spill->n_runs * sizeof(*spill->runs));
	err = begin_run(spill);
	if (err == 0)
		err = merge_runs(spill, runs, WAYS, put_value, spill);
	return err == 0 ? end_run(spill) : err;
}

int spill_merge(struct spill *spill, distinct_fn *fn, void *context)
{
	int err = 0;

	while (err == 0 && spill->n_runs > WAYS)
		err = join_runs(spill);
	return err == 0 ? merge_runs(spill, spill->runs, spill->n_runs, fn, context) : err;
}
