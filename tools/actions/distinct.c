/* distinct.c - a table of distinct values, each with its count and its first position
 *
 * SPDX-License-Identifier: MIT */
#include "actions/distinct_pool.h"
#include "actions/distinct_spill.h"
#include "status/message.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The most memory of a part. It is that of a few 100,000 values, which are then joined to the
 * shared table in one turn. */
#define PART_MOST ((uint64_t)64 << 20)

/* The part of the memory that workers share: 1 / PARTS_SHARE. */
#define PARTS_SHARE 4

struct distinct_part {
	struct distinct *distinct;
	struct distinct_part *next; /* of all parts */
	struct distinct_pool pool;
	void *extra; /* of one occurrence */
	bool taken;
};

struct distinct {
	struct distinct_options options;
	pthread_mutex_t lock; /* of all that follows, except n_parts, and of the list of parts */
	struct distinct_part *parts;
	_Atomic uint64_t n_parts;
	struct distinct_pool shared;
	struct spill *spill; /* by value; or NULL */
	bool failed;         /* a message was printed */
	uint64_t n_values, most_bytes;
};

int distinct_open(const struct distinct_options *options, struct distinct **ret_distinct)
{
	struct distinct *distinct = calloc(1, sizeof(*distinct));

	if (!distinct)
		return -ENOMEM;
	distinct->options = *options;
	pthread_mutex_init(&distinct->lock, NULL);
	*ret_distinct = distinct;
	return 0;
}

void distinct_close(struct distinct *distinct)
{
	struct distinct_part *part;

	if (!distinct)
		return;
	while ((part = distinct->parts)) {
		distinct->parts = part->next;
		distinct_pool_close(&part->pool);
		free(part->extra);
		free(part);
	}
	distinct_pool_close(&distinct->shared);
	spill_close(distinct->spill);
	pthread_mutex_destroy(&distinct->lock);
	free(distinct);
}

/* --- Parts ------------------------------------------------------------------------------------ */

static struct distinct_part *find_part(struct distinct *distinct)
{
	struct distinct_part *part = distinct->parts;

	while (part && part->taken)
		part = part->next;
	if (part)
		return part;
	part = calloc(1, sizeof(*part));
	if (part && distinct->options.extra.size > 0) {
		part->extra = malloc(distinct->options.extra.size);
		if (!part->extra) {
			free(part);
			return NULL;
		}
	}
	if (!part)
		return NULL;
	part->distinct = distinct;
	part->next = distinct->parts;
	distinct->parts = part;
	distinct->n_parts++;
	return part;
}

int distinct_begin(struct distinct *distinct, struct distinct_part **ret_part)
{
	struct distinct_part *part;

	pthread_mutex_lock(&distinct->lock);
	part = find_part(distinct);
	if (part)
		part->taken = true;
	pthread_mutex_unlock(&distinct->lock);
	*ret_part = part;
	return part ? 0 : -ENOMEM;
}

void distinct_end(struct distinct_part *part)
{
	if (!part)
		return;
	pthread_mutex_lock(&part->distinct->lock);
	part->taken = false;
	pthread_mutex_unlock(&part->distinct->lock);
}

/* --- The shared table, under its lock --------------------------------------------------------- */

static uint64_t bytes_of(const struct distinct *distinct, const struct distinct_pool *pool)
{
	return distinct_pool_bytes(pool, &distinct->options.extra);
}

/* Whether there is room for values with so many bytes. */
static bool fits(const struct distinct *distinct, uint64_t n_bytes)
{
	uint64_t all = distinct->options.memory;

	return bytes_of(distinct, &distinct->shared) + n_bytes <= all - all / PARTS_SHARE;
}

static void note_bytes(struct distinct *distinct, uint64_t more)
{
	uint64_t n_bytes = bytes_of(distinct, &distinct->shared) + more;

	if (n_bytes > distinct->most_bytes)
		distinct->most_bytes = n_bytes;
}

/* Writes the shared table to the file and empties it. */
static int write_shared(struct distinct *distinct, struct spill *spill)
{
	int err = spill_write(spill, &distinct->shared);

	note_bytes(distinct, 0);
	distinct_pool_close(&distinct->shared);
	return err;
}

/* Makes room if there is none for a value. One that is too long is held alone. */
static int make_room(struct distinct *distinct, mmr_slice text)
{
	uint32_t n = distinct_pool_count(&distinct->shared), id;
	int err = n > 0 ? mmr_intern_find(distinct->shared.texts, text, &id) : 0;

	if (err != 0 || fits(distinct, text.len))
		return err < 0 ? err : 0;
	if (!distinct->options.spill) {
		message("cannot hold more than %" PRIu32 " distinct values in %" PRIu64
			" bytes of memory; use --spill",
			n, distinct->options.memory);
		return 1;
	}
	if (n == 0)
		return 0;
	if (!distinct->spill)
		err = spill_open(&distinct->options.extra, DISTINCT_BY_VALUE, &distinct->spill);
	return err == 0 ? write_shared(distinct, distinct->spill) : err;
}

static int join_values(
	struct distinct *distinct, const struct distinct_value *values, size_t n, uint64_t n_bytes)
{
	const struct distinct_extra *extra = &distinct->options.extra;
	mmr_slice texts[DISTINCT_BATCH];
	uint32_t ids[DISTINCT_BATCH];
	int err = 0;
	size_t i;

	if (n > 1 && !fits(distinct, n_bytes)) {
		for (i = 0; i < n && err == 0; i++)
			err = join_values(distinct, &values[i], 1, values[i].text.len);
		return err;
	}
	if (n == 1)
		err = make_room(distinct, values[0].text);
	for (i = 0; i < n; i++)
		texts[i] = values[i].text;
	if (err == 0)
		err = distinct_pool_ids(&distinct->shared, extra, texts, n, ids);
	if (err == 0)
		distinct_pool_merge(&distinct->shared, extra, values, ids, n);
	return err;
}

static int join_pool(struct distinct *distinct, const struct distinct_pool *pool)
{
	struct distinct_value values[DISTINCT_BATCH];
	uint32_t n_all = distinct_pool_count(pool), id = 0;
	uint64_t n_bytes;
	int err = 0;
	size_t n;

	while (id < n_all && err == 0) {
		n_bytes = 0;
		for (n = 0; n < DISTINCT_BATCH && id < n_all; n++, id++) {
			values[n] = distinct_pool_value(pool, &distinct->options.extra, id);
			n_bytes += values[n].text.len;
		}
		err = join_values(distinct, values, n, n_bytes);
	}
	return err;
}

/* Joins a part to the shared table and empties it. */
static int join_part(struct distinct *distinct, struct distinct_part *part)
{
	int err = 0;

	if (distinct_pool_count(&distinct->shared) == 0 && !distinct->spill) {
		distinct_pool_close(&distinct->shared);
		distinct->shared = part->pool;
		part->pool = (struct distinct_pool){NULL, NULL, NULL, 0};
	} else {
		err = join_pool(distinct, &part->pool);
	}
	note_bytes(distinct, bytes_of(distinct, &part->pool));
	distinct_pool_close(&part->pool);
	return err;
}

/* --- Adding ----------------------------------------------------------------------------------- */

/* Joins occurrences to the shared table one by one: they are too long for a part. */
static int join_items(struct distinct_part *part, const mmr_slice *texts, const uint64_t *positions,
	const char *items, size_t n)
{
	struct distinct *distinct = part->distinct;
	const struct distinct_options *options = &distinct->options;
	struct distinct_value value = {{NULL, 0}, 1, 0, part->extra};
	int err = 0;
	size_t i;

	for (i = 0; i < n && err == 0; i++) {
		value.text = texts[i];
		value.first = positions[i];
		if (options->extra.size > 0) {
			memset(part->extra, 0, options->extra.size);
			options->extra.add(part->extra, items + i * options->item_size);
		}
		err = join_values(distinct, &value, 1, value.text.len);
	}
	return err;
}

/* Makes room in a part; joins the occurrences themselves if they are too long for it. */
static int overflow(struct distinct_part *part, const mmr_slice *texts, const uint64_t *positions,
	const char *items, size_t n, bool alone)
{
	struct distinct *distinct = part->distinct;
	int err;

	pthread_mutex_lock(&distinct->lock);
	err = distinct->failed ? 1 : join_part(distinct, part);
	if (err == 0 && alone)
		err = join_items(part, texts, positions, items, n);
	distinct->failed |= err != 0;
	pthread_mutex_unlock(&distinct->lock);
	return err;
}

static void count_items(struct distinct_part *part, const uint64_t *positions, const char *items,
	const uint32_t *ids, size_t n)
{
	const struct distinct_options *options = &part->distinct->options;
	struct distinct_pool *pool = &part->pool;
	size_t i;

	for (i = 0; i < n; i++) {
		struct distinct_entry *entry = &pool->entries[ids[i]];

		entry->count++;
		entry->first = min_u64(entry->first, positions[i]);
	}
	for (i = 0; i < n && options->extra.size > 0; i++)
		options->extra.add(pool->extras + ids[i] * options->extra.size,
			items + i * options->item_size);
}

int distinct_add(struct distinct_part *part, const mmr_slice *texts, const uint64_t *positions,
	const void *items, size_t n)
{
	struct distinct *distinct = part->distinct;
	uint64_t n_parts = atomic_load_explicit(&distinct->n_parts, memory_order_relaxed);
	uint64_t most = min_u64(distinct->options.memory / PARTS_SHARE / n_parts, PART_MOST);
	uint32_t ids[DISTINCT_BATCH];
	uint64_t n_bytes = 0;
	size_t i;
	int err = 0;

	for (i = 0; i < n; i++)
		n_bytes += texts[i].len;
	if (bytes_of(distinct, &part->pool) + n_bytes > most) {
		err = overflow(part, texts, positions, items, n, n_bytes > most);
		if (err != 0 || n_bytes > most)
			return err;
	}
	err = distinct_pool_ids(&part->pool, &distinct->options.extra, texts, n, ids);
	if (err == 0)
		count_items(part, positions, items, ids, n);
	return err;
}

/* --- The end ---------------------------------------------------------------------------------- */

/* Passes the values on, and counts them. */
struct passing {
	struct distinct *distinct;
	distinct_fn *fn;
	void *context;
};

static int pass(void *context, const struct distinct_value *value)
{
	const struct passing *passing = context;

	passing->distinct->n_values++;
	return passing->fn ? passing->fn(passing->context, value) : 0;
}

/* The values of the file in another order than by value. */
struct reorder {
	struct distinct *distinct;
	struct spill *spill;
};

static int add_value(void *context, const struct distinct_value *value)
{
	const struct reorder *reorder = context;
	struct distinct *distinct = reorder->distinct;
	int err = 0;

	if (distinct_pool_count(&distinct->shared) > 0 && !fits(distinct, value->text.len))
		err = write_shared(distinct, reorder->spill);
	return err == 0 ? join_values(distinct, value, 1, 0) : err;
}

static int each_reordered(
	struct distinct *distinct, enum distinct_order order, struct passing *passing)
{
	struct reorder reorder = {.distinct = distinct};
	int err = spill_open(&distinct->options.extra, order, &reorder.spill);

	if (err == 0)
		err = spill_merge(distinct->spill, add_value, &reorder);
	if (err == 0)
		err = write_shared(distinct, reorder.spill);
	if (err == 0)
		err = spill_merge(reorder.spill, pass, passing);
	spill_close(reorder.spill);
	return err;
}

static int each_spilled(
	struct distinct *distinct, enum distinct_order order, struct passing *passing)
{
	int err = write_shared(distinct, distinct->spill);

	if (err != 0)
		return err;
	return order == DISTINCT_BY_VALUE || !passing->fn
		       ? spill_merge(distinct->spill, pass, passing)
		       : each_reordered(distinct, order, passing);
}

int distinct_each(
	struct distinct *distinct, enum distinct_order order, distinct_fn *fn, void *context)
{
	struct passing passing = {distinct, fn, context};
	struct distinct_part *part;
	uint64_t n_bytes = 0;
	int err = 0;

	for (part = distinct->parts; part; part = part->next)
		n_bytes += bytes_of(distinct, &part->pool);
	note_bytes(distinct, n_bytes);
	for (part = distinct->parts; part && err == 0; part = part->next)
		err = join_part(distinct, part);
	if (err != 0)
		return err;
	note_bytes(distinct, 0);
	if (distinct->spill)
		return each_spilled(distinct, order, &passing);
	if (!fn) {
		distinct->n_values = distinct_pool_count(&distinct->shared);
		return 0;
	}
	return distinct_pool_each(
		&distinct->shared, &distinct->options.extra, order, pass, &passing);
}

uint64_t distinct_count(const struct distinct *distinct)
{
	return distinct->n_values;
}

uint64_t distinct_bytes(const struct distinct *distinct)
{
	return distinct->most_bytes;
}
