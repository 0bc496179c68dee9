/* needles.c - searches a block for the texts of a set
 *
 * SPDX-License-Identifier: MIT */
#include "text/needles.h"

#include "file/guard.h"
#include "text/needles_set.h"

/* The first batch is small, since a block may be a line. Later ones are twice as large as the one
 * before. */
#define FIRST_BATCH 64
/* If more than one of so many offsets is a hit of the kernel, the filter takes over. A few hits at
 * the start prove nothing. */
#define DENSE       4
#define DENSE_LEAST 64

/* --- All offsets, by the filter --------------------------------------------------------------- */

/* Offsets that are examined before a branch. It is hardly ever taken if the filter hits rarely. */
#define GROUP 8

/* Writes the offsets that hit, without a branch on each. Returns: how many. */
SIMD_INLINE unsigned put_hits(const unsigned *hits, size_t first, uint16_t *at)
{
	unsigned n = 0, k;

#pragma GCC unroll 8
	for (k = 0; k < GROUP; k++) {
		at[n] = (uint16_t)(first + k);
		n += hits[k];
	}
	return n;
}

SIMD_INLINE unsigned filter_run(const struct needles *needles, const char *ptr, size_t len,
	uint16_t *at, size_t *ret_used, enum gram_load load, bool caseless)
{
	const uint64_t *filter = needles->filter;
	const unsigned shift = needles->filter_shift, width = needles->width;
	unsigned hits[GROUP], any, n_at = 0, k;
	size_t used;

	for (used = 0; len - used >= GROUP && n_at <= SIMD_ROOM - GROUP; used += GROUP) {
		any = 0;
#pragma GCC unroll 8
		for (k = 0; k < GROUP; k++) {
			hits[k] = filter_bit(filter, shift,
				gram_hash(gram_at(ptr + used + k, width, load, caseless)));
			any |= hits[k];
		}
		if (any)
			n_at += put_hits(hits, used, at + n_at);
	}
	for (; used < len && len - used < GROUP && n_at < SIMD_ROOM; used++)
		if (filter_bit(
			    filter, shift, gram_hash(gram_at(ptr + used, width, load, caseless))))
			at[n_at++] = (uint16_t)used;
	*ret_used = used;
	return n_at;
}

/* Keeps the offsets of at[n] that hit. Returns: how many. */
SIMD_INLINE unsigned sift_run(const struct needles *needles, const char *ptr, uint16_t *at,
	unsigned n, enum gram_load load, bool caseless)
{
	const uint64_t *filter = needles->filter;
	const unsigned shift = needles->filter_shift, width = needles->width;
	unsigned n_kept = 0, i;
	uint16_t off;

	for (i = 0; i < n; i++) {
		off = at[i];
		at[n_kept] = off;
		n_kept += filter_bit(
			filter, shift, gram_hash(gram_at(ptr + off, width, load, caseless)));
	}
	return n_kept;
}

/* Like the kernel: writes the offsets from `ptr` at which a text may start. The constants give each
 * kind of set a loop of its own. */
static unsigned filter_mark(
	const struct needles *needles, const char *ptr, size_t len, uint16_t *at, size_t *ret_used)
{
	ptr += needles->place;
	switch (gram_load_of(needles->width)) {
	case GRAM_BYTE:
		return needles->caseless
			       ? filter_run(needles, ptr, len, at, ret_used, GRAM_BYTE, true)
			       : filter_run(needles, ptr, len, at, ret_used, GRAM_BYTE, false);
	case GRAM_PAIRS:
		return needles->caseless
			       ? filter_run(needles, ptr, len, at, ret_used, GRAM_PAIRS, true)
			       : filter_run(needles, ptr, len, at, ret_used, GRAM_PAIRS, false);
	default:
		return needles->caseless
			       ? filter_run(needles, ptr, len, at, ret_used, GRAM_WORDS, true)
			       : filter_run(needles, ptr, len, at, ret_used, GRAM_WORDS, false);
	}
}

/* Keeps the hits of the kernel that are hits of the filter, too. Returns: how many. */
static unsigned sift(const struct needles *needles, const char *ptr, uint16_t *at, unsigned n)
{
	ptr += needles->place;
	switch (gram_load_of(needles->width)) {
	case GRAM_BYTE:
		return sift_run(needles, ptr, at, n, GRAM_BYTE, needles->caseless);
	case GRAM_PAIRS:
		return sift_run(needles, ptr, at, n, GRAM_PAIRS, needles->caseless);
	default:
		return needles->caseless ? sift_run(needles, ptr, at, n, GRAM_WORDS, true)
					 : sift_run(needles, ptr, at, n, GRAM_WORDS, false);
	}
}

/* --- One offset ------------------------------------------------------------------------------- */

static inline bool is_less(char a, char b, bool caseless)
{
	return (unsigned char)a < (unsigned char)(caseless ? fold_byte(b) : b);
}

/* Finds the last text of a list that is not greater than the bytes at `bytes`. Each text that these
 * bytes start with is that text or one of its prefixes.
 *
 * Returns: the text, or NO_TEXT; `*ret_equal` is the number of bytes that it has in common. */
static uint32_t last_not_greater(const struct needles *needles, uint32_t start, uint32_t stop,
	mmr_slice bytes, size_t *ret_equal)
{
	uint32_t first = start, middle;
	size_t len, equal;

	while (first < stop) {
		const struct needle_text *text =
			&needles->texts[middle = first + (stop - first) / 2];

		len = min_size(text->len, bytes.len);
		equal = equal_bytes_of(bytes.ptr, text->ptr, len, needles->caseless);
		if (equal == text->len ||
			(equal < len &&
				is_less(text->ptr[equal], bytes.ptr[equal], needles->caseless))) {
			first = middle + 1;
			*ret_equal = equal;
		} else {
			stop = middle;
		}
	}
	return first > start ? first - 1 : NO_TEXT;
}

/* Returns: the longest text at an offset that fits in its line, or NO_TEXT. */
static uint32_t text_at(const struct needles *needles, mmr_slice block, size_t at)
{
	mmr_slice bytes = {block.ptr + at, block.len - at};
	const uint32_t *list = &needles->index[hash_at(needles, bytes.ptr) >> needles->index_shift];
	size_t equal = 0;
	uint32_t i;

	i = last_not_greater(needles, list[0], list[1], bytes, &equal);
	for (; i != NO_TEXT; i = needles->texts[i].prefix)
		if (needles->texts[i].len <= equal &&
			edges_fit(&needles->edges, block, at, needles->texts[i].len))
			return i;
	return NO_TEXT;
}

/* --- A block ---------------------------------------------------------------------------------- */

/* Examines the next batch of offsets, for which a guard is set. */
static void examine_batch(struct needles_search *search)
{
	const struct needles *needles = search->needles;
	const char *ptr = search->block.ptr + search->examined;
	size_t len = min_size(search->stop - search->examined, search->batch), used;
	unsigned n;

	if (search->dense) {
		n = filter_mark(needles, ptr, len, search->at, &used);
	} else {
		n = simd_kernels()->teddy(ptr, len, &needles->teddy, search->at, &used);
		search->dense = n > DENSE_LEAST && n > used / DENSE;
		n = sift(needles, ptr, search->at, n);
	}
	search->base = search->examined;
	search->examined += used;
	search->next = 0;
	search->n = n;
	if (search->batch < SIMD_BATCH)
		search->batch *= 2;
}

/* Compares the texts at the offsets that are kept. */
static bool compare_kept(struct needles_search *search, size_t from, struct needle_match *ret_match)
{
	const struct needle_text *text;
	uint32_t i;
	size_t at;

	while (search->next < search->n) {
		at = search->base + search->at[search->next++];
		if (at < from)
			continue;
		i = text_at(search->needles, search->block, at);
		if (i == NO_TEXT)
			continue;
		text = &search->needles->texts[i];
		*ret_match = (struct needle_match){at, text->len, text->which};
		return true;
	}
	return false;
}

/* A guard must be set. Not inlined, because gcc then warns that sigsetjmp may change variables. */
static __attribute__((noinline)) bool search_block(
	struct needles_search *search, size_t from, struct needle_match *ret_match)
{
	while (!compare_kept(search, from, ret_match)) {
		if (search->examined >= search->stop)
			return false;
		examine_batch(search);
	}
	return true;
}

/* Continues at an offset. Offsets that were compared already are examined again. */
static void seek(struct needles_search *search, size_t from)
{
	if (from < search->from || from > search->examined) {
		search->next = search->n = 0;
		search->examined = from;
	}
	if (from < search->from)
		search->batch = FIRST_BATCH;
	search->from = from;
}

void needles_load(struct needles_search *search, const struct needles *needles, mmr_slice block)
{
	search->needles = needles;
	search->block = block;
	search->stop = block.len >= needles->least ? block.len - needles->least + 1 : 0;
	search->from = search->examined = 0;
	search->batch = FIRST_BATCH;
	search->dense = false;
	search->next = search->n = 0;
}

int needles_next(struct needles_search *search, size_t from, struct needle_match *ret_match)
{
	struct guard guard;
	bool found;

	seek(search, from);
	if (!GUARD_ENTER(&guard, search->block.ptr, search->block.len))
		return guard_fault(&guard);
	found = search_block(search, from, ret_match);
	guard_leave(&guard);
	/* Offsets up to the match have been compared. */
	search->from = found ? ret_match->at + 1 : search->from;
	return found;
}
