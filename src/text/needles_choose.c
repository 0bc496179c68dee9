/* needles_choose.c - chooses at which places of the texts a search looks
 *
 * The frequency of a byte is estimated, since a set is made before the file is known. The texts of
 * a list often have a start in common, such as "https://". It is likely to be common in the file,
 * too, however rare its bytes are. So places at which the texts differ are preferred.
 *
 * SPDX-License-Identifier: MIT */
#include "text/commonness.h"
#include "text/needles_set.h"

#include <string.h>

/* Places are chosen from the first bytes of the texts, at most this many. */
#define PLACES_LOOK ((size_t)32)
/* Differences are counted in this many texts: differing texts are spread over a sorted list. */
#define TEXTS_LOOK ((size_t)1024)

/* An estimate of how often a byte is in a file. It doubles every ten ranks. */
static unsigned frequency(unsigned char byte)
{
	return 1U << commonness_of((char)byte) / 10;
}

static size_t min_places(const struct needles *needles)
{
	return min_size(needles->least, PLACES_LOOK);
}

/* Text `i` of a sample of `n` texts. */
static const struct needle_text *sample(const struct needles *needles, size_t i, size_t n)
{
	return &needles->texts[needles->n > n ? i * (needles->n / n) : i];
}

/* --- The gram --------------------------------------------------------------------------------- */

/* About how many different grams the texts have at a place. */
static size_t count_grams(const struct needles *needles, size_t place)
{
	uint64_t seen[8 * TEXTS_LOOK / 64] = {0}, bit;
	size_t n = min_size(needles->n, TEXTS_LOOK), n_grams = 0, i;

	for (i = 0; i < n; i++) {
		bit = gram_hash(gram_at(sample(needles, i, n)->ptr + place, needles->width,
			      gram_load_of(needles->width), needles->caseless)) /
		      (UINT64_MAX / (8 * TEXTS_LOOK) + 1);
		n_grams += !(seen[bit / 64] >> (bit % 64) & 1);
		seen[bit / 64] |= UINT64_C(1) << (bit % 64);
	}
	return n_grams;
}

/* The sum of the ranks of the bytes of all grams at a place. */
static uint64_t rank_grams(const struct needles *needles, size_t place)
{
	size_t n = min_size(needles->n, TEXTS_LOOK), i;
	uint64_t sum = 0;
	unsigned k;

	for (i = 0; i < n; i++)
		for (k = 0; k < needles->width; k++)
			sum += commonness_of(sample(needles, i, n)->ptr[place + k]);
	return sum;
}

bool needles_are_alike(const struct needles *needles)
{
	return needles->alike;
}

static void choose_gram(struct needles *needles)
{
	size_t n, n_best = 0, place;
	uint64_t rank, best = UINT64_MAX;

	needles->width = (unsigned)min_size(needles->least, GRAM_MOST);
	for (place = 0; place + needles->width <= min_places(needles); place++) {
		n = count_grams(needles, place);
		rank = rank_grams(needles, place);
		if (n > n_best || (n == n_best && rank < best)) {
			n_best = n;
			best = rank;
			needles->place = place;
		}
	}
	needles->alike = n_best < min_size(needles->n, TEXTS_LOOK) / 4;
}

/* --- The kernel ------------------------------------------------------------------------------- */

static void add_byte(struct simd_teddy *teddy, unsigned k, unsigned char byte, unsigned char bucket)
{
	teddy->bytes[k][byte] |= bucket;
	teddy->low[k][byte & 15] |= bucket;
	teddy->high[k][byte >> 4] |= bucket;
}

/* Adds a text to a bucket, in both cases. */
static void add_text(
	const struct needles *needles, struct simd_teddy *teddy, size_t i, unsigned char bucket)
{
	unsigned k;
	char byte;

	for (k = 0; k < teddy->n; k++) {
		byte = needles->texts[i].ptr[teddy->places[k]];
		add_byte(teddy, k, (unsigned char)byte, bucket);
		if (needles->caseless && is_small_letter(byte))
			add_byte(teddy, k, (unsigned char)(byte & ~CASE_BIT), bucket);
	}
}

/* What the bytes at one place of all texts are like. */
struct column {
	unsigned n; /* different bytes */
	unsigned frequency;
	bool taken;
};

static struct column column_at(const struct needles *needles, size_t place)
{
	size_t n = min_size(needles->n, TEXTS_LOOK), i;
	struct column column = {0, 0, false};
	bool seen[256] = {false};
	unsigned char byte;

	for (i = 0; i < n; i++) {
		byte = (unsigned char)sample(needles, i, n)->ptr[place];
		if (seen[byte])
			continue;
		seen[byte] = true;
		column.n++;
		column.frequency += frequency(byte);
	}
	return column;
}

static bool is_better(const struct column *a, const struct column *b, bool differing)
{
	if (differing && a->n != b->n)
		return a->n > b->n;
	return a->frequency < b->frequency;
}

/* Chooses places of rare bytes and places at which the texts differ, in turn. */
static void choose_places(const struct needles *needles, struct simd_teddy *teddy)
{
	struct column columns[PLACES_LOOK];
	size_t n = min_places(needles), i, best;

	for (i = 0; i < n; i++)
		columns[i] = column_at(needles, i);
	for (teddy->n = 0; teddy->n < SIMD_TEDDY_PLACES && teddy->n < n; teddy->n++) {
		best = SIZE_MAX;
		for (i = 0; i < n; i++)
			if (!columns[i].taken &&
				(best == SIZE_MAX ||
					is_better(&columns[i], &columns[best], teddy->n % 2)))
				best = i;
		columns[best].taken = true;
		teddy->places[teddy->n] = best;
	}
}

/* Neighbours in a sorted list are similar, so they share a bucket. */
static void choose_bytes(struct needles *needles)
{
	struct simd_teddy *teddy = &needles->teddy;
	size_t i;

	memset(teddy, 0, sizeof(*teddy));
	choose_places(needles, teddy);
	for (i = 0; i < needles->n; i++)
		add_text(needles, teddy, i, (unsigned char)(1 << i * 8 / needles->n));
}

void needles_choose(struct needles *needles)
{
	choose_gram(needles);
	choose_bytes(needles);
}
