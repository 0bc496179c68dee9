/* needles_open.c - copies, sorts and indexes texts
 *
 * SPDX-License-Identifier: MIT */
#include "text/needles_set.h"

#include <errno.h>
#include <string.h>

/* Bits of the filter for each text, and bits and lists at least; all are powers of 2. */
#define FILTER_BITS  256
#define FILTER_LEAST (1 << 15)
#define FILTER_MOST  (1 << 23)
#define LISTS_LEAST  (1 << 8)

void needles_close(struct needles *needles)
{
	if (!needles)
		return;
	heap_free(needles->filter);
	heap_free(needles->index);
	heap_free(needles->texts);
	heap_free(needles->copies);
	heap_free(needles);
}

static int compare(const struct needle_text *a, const struct needle_text *b)
{
	size_t len = min_size(a->len, b->len);
	int order = memcmp(a->ptr, b->ptr, len);

	return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

/* Merges two sorted lists of n_left and n_right texts, which are adjacent. */
static void merge(
	const struct needle_text *from, size_t n_left, size_t n_right, struct needle_text *to)
{
	const struct needle_text *left = from, *left_end = from + n_left;
	const struct needle_text *right = left_end, *right_end = right + n_right;

	while (left < left_end && right < right_end)
		*to++ = compare(left, right) <= 0 ? *left++ : *right++;
	memcpy(to, left, (size_t)(left_end - left) * sizeof(*to));
	to += left_end - left;
	memcpy(to, right, (size_t)(right_end - right) * sizeof(*to));
}

/* Sorts texts, with room for a second list. qsort may allocate memory. Returns: the list that has
 * the result. */
static struct needle_text *sort(struct needle_text *texts, struct needle_text *room, size_t n)
{
	struct needle_text *swapped;
	size_t len, i;

	for (len = 1; len < n; len *= 2) {
		for (i = 0; i < n; i += 2 * len)
			merge(texts + i, min_size(len, n - i),
				n - i > len ? min_size(len, n - i - len) : 0, room + i);
		swapped = texts;
		texts = room;
		room = swapped;
	}
	return texts;
}

/* Keeps the first of equal texts. Returns: how many are left. */
static size_t remove_equal(struct needle_text *texts, size_t n)
{
	size_t i, n_kept = 1;

	for (i = 1; i < n; i++)
		if (compare(&texts[i], &texts[n_kept - 1]) != 0)
			texts[n_kept++] = texts[i];
	return n_kept;
}

static void copy_texts(struct needles *needles, const mmr_slice *texts, size_t n)
{
	struct needle_text *text = needles->texts;
	char *to = needles->copies;
	size_t i, k;

	needles->least = SIZE_MAX;
	for (i = 0; i < n; i++, text++) {
		*text = (struct needle_text){to, texts[i].len, (uint32_t)i, NO_TEXT};
		for (k = 0; k < text->len; k++)
			*to++ = needles->caseless ? fold_byte(texts[i].ptr[k]) : texts[i].ptr[k];
		needles->least = min_size(needles->least, text->len);
	}
}

static int allocate_copies(struct needles *needles, const mmr_slice *texts, size_t n)
{
	size_t len = 0, i;

	for (i = 0; i < n; i++)
		len += min_size(texts[i].len, SIZE_MAX - len);
	if (n >= NO_TEXT || n > SIZE_MAX / sizeof(needles->texts[0]))
		return -ENOMEM;
	needles->copies = heap_alloc(len);
	needles->texts = heap_alloc(n * sizeof(needles->texts[0]));
	return needles->copies && needles->texts ? 0 : -ENOMEM;
}

static int sort_texts(struct needles *needles, size_t n)
{
	struct needle_text *room = heap_alloc(n * sizeof(*room)), *sorted;

	if (!room)
		return -ENOMEM;
	sorted = sort(needles->texts, room, n);
	heap_free(sorted == room ? needles->texts : room);
	needles->texts = sorted;
	needles->n = remove_equal(sorted, n);
	return 0;
}

static size_t list_of(const struct needles *needles, const struct needle_text *text)
{
	return (size_t)(hash_at(needles, text->ptr) >> needles->index_shift);
}

/* Moves the texts into their lists, in the same order. */
static void fill_lists(struct needles *needles, struct needle_text *to, size_t n_lists)
{
	uint32_t *index = needles->index, start = 0, len;
	size_t i;

	memset(index, 0, (n_lists + 1) * sizeof(*index));
	for (i = 0; i < needles->n; i++)
		index[list_of(needles, &needles->texts[i])]++;
	for (i = 0; i <= n_lists; i++) {
		len = index[i];
		index[i] = start;
		start += len;
	}
	for (i = 0; i < needles->n; i++)
		to[index[list_of(needles, &needles->texts[i])]++] = needles->texts[i];
	/* Each start is now the one of the next list. */
	memmove(index + 1, index, n_lists * sizeof(*index));
	index[0] = 0;
}

static bool starts_with(const struct needle_text *text, const struct needle_text *prefix)
{
	return prefix->len < text->len && memcmp(text->ptr, prefix->ptr, prefix->len) == 0;
}

/* A prefix of a text is in the same list. It is the text before it, or a prefix of that. */
static void find_prefixes(struct needles *needles, uint32_t start, uint32_t stop)
{
	uint32_t i, prefix;

	for (i = start; i < stop; i++) {
		prefix = i > start ? i - 1 : NO_TEXT;
		while (prefix != NO_TEXT &&
			!starts_with(&needles->texts[i], &needles->texts[prefix]))
			prefix = needles->texts[prefix].prefix;
		needles->texts[i].prefix = prefix;
	}
}

static unsigned log2_of(size_t n)
{
	return 63 - (unsigned)__builtin_clzll(n);
}

static int index_texts(struct needles *needles)
{
	size_t n = needles->n, n_bits, n_lists, i;
	struct needle_text *lists;
	uint64_t bit;

	n_bits = (size_t)1 << log2_of(n) << log2_of(FILTER_BITS);
	n_bits = n_bits < FILTER_LEAST ? FILTER_LEAST : min_size(n_bits, FILTER_MOST);
	n_lists = n < LISTS_LEAST / 4 ? LISTS_LEAST : (size_t)4 << log2_of(n);
	needles->filter_shift = 64 - log2_of(n_bits);
	needles->index_shift = 64 - log2_of(n_lists);
	needles->filter = heap_alloc(n_bits / 8);
	needles->index = heap_alloc((n_lists + 1) * sizeof(needles->index[0]));
	lists = heap_alloc(n * sizeof(*lists));
	if (!needles->filter || !needles->index || !lists) {
		heap_free(lists);
		return -ENOMEM;
	}
	memset(needles->filter, 0, n_bits / 8);
	for (i = 0; i < n; i++) {
		bit = hash_at(needles, needles->texts[i].ptr) >> needles->filter_shift;
		needles->filter[bit / 64] |= UINT64_C(1) << (bit % 64);
	}
	fill_lists(needles, lists, n_lists);
	heap_free(needles->texts);
	needles->texts = lists;
	for (i = 0; i < n_lists; i++)
		find_prefixes(needles, needles->index[i], needles->index[i + 1]);
	return 0;
}

int needles_open(const mmr_slice *texts, size_t n, bool caseless, const struct edges *edges,
	struct needles **ret_needles)
{
	struct needles *needles = heap_alloc(sizeof(*needles));
	int err;

	if (!needles)
		return error_set(-ENOMEM, "prepare %zu texts", n);
	memset(needles, 0, sizeof(*needles));
	needles->caseless = caseless;
	if (edges)
		needles->edges = *edges;
	err = allocate_copies(needles, texts, n);
	if (err == 0) {
		copy_texts(needles, texts, n);
		err = sort_texts(needles, n);
	}
	if (err == 0) {
		needles_choose(needles);
		err = index_texts(needles);
	}
	if (err < 0) {
		needles_close(needles);
		return error_set(err, "prepare %zu texts", n);
	}
	*ret_needles = needles;
	return 0;
}
