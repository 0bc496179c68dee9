/* needles_set.h - the parts of a set of texts
 *
 * Each text has a gram: `width` bytes at offset `place`, which is the same for all texts. Its hash
 * has two uses: a bit of `filter` is set for the gram of each text, and `index` divides the texts
 * into lists. The texts of a list are sorted, and each knows its longest prefix in the set.
 *
 * A search needs offsets at which the filter hits. It examines those at which a kernel of
 * simd_teddy hits, or, where the kernel hits often, all offsets.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_NEEDLES_SET_H
#define SRC_TEXT_NEEDLES_SET_H

#include "simd/simd.h"
#include "text/needles.h"

#define NO_TEXT UINT32_MAX

struct needle_text {
	const char *ptr; /* folded if the set is caseless */
	size_t len;
	uint32_t which;  /* the number of the text in needles_open */
	uint32_t prefix; /* in `texts`: the longest text that this one starts with, or NO_TEXT */
};

struct needles {
	struct edges edges;
	bool caseless;
	bool alike;   /* few texts have a gram of their own */
	size_t least; /* bytes of the shortest text */
	struct simd_teddy teddy;

	size_t place;   /* of the gram ... */
	unsigned width; /* ... of 1 to GRAM_MOST bytes */
	unsigned filter_shift, index_shift;
	uint64_t *filter; /* one bit for each value of a hash, shifted by filter_shift */
	uint32_t *index;  /* list k is texts[index[k]] to texts[index[k + 1] - 1] */

	size_t n; /* different texts */
	struct needle_text *texts;
	char *copies;
};

#define GRAM_MOST 8

/* How the bytes of a gram are loaded: one byte, two pairs, or two words of four bytes. Those of 3
 * bytes, or of 4 to 7, overlap. */
enum gram_load {
	GRAM_BYTE,
	GRAM_PAIRS,
	GRAM_WORDS
};

static inline enum gram_load gram_load_of(unsigned width)
{
	return width >= 4 ? GRAM_WORDS : width > 1 ? GRAM_PAIRS : GRAM_BYTE;
}

/* The bytes of a gram, as a number. In a caseless set, letters differ in one bit less. */
static inline uint64_t gram_at(const char *ptr, unsigned width, enum gram_load load, bool caseless)
{
	const char *last = ptr + width;
	uint64_t gram;

	if (load == GRAM_WORDS)
		gram = load_u32le(ptr) | (uint64_t)load_u32le(last - 4) << 32;
	else if (load == GRAM_PAIRS)
		gram = load_u16le(ptr) | (uint64_t)load_u16le(last - 2) << 16;
	else
		gram = (unsigned char)*ptr;
	return caseless ? gram | CASE_BIT * UINT64_C(0x0101010101010101) : gram;
}

/* The upper bits of the product depend on all bits of the gram.
 *
 * Source: D. Knuth, The Art of Computer Programming 3, 6.4, multiplicative hashing. */
static inline uint64_t gram_hash(uint64_t gram)
{
	return gram * UINT64_C(0x9e3779b97f4a7c15);
}

/* The hash of the gram of a text that starts at `ptr`. */
static inline uint64_t hash_at(const struct needles *needles, const char *ptr)
{
	return gram_hash(gram_at(ptr + needles->place, needles->width, gram_load_of(needles->width),
		needles->caseless));
}

/* Returns: 1 if the filter has this hash, else 0. */
static inline unsigned filter_bit(const uint64_t *filter, unsigned shift, uint64_t hash)
{
	uint64_t bit = hash >> shift;

	return (unsigned)(filter[bit / 64] >> (bit % 64) & 1);
}

/* Chooses the gram and the bytes that the kernel looks for. The texts are sorted. */
void needles_choose(struct needles *needles);

#endif
