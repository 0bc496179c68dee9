/* teddy_template.h - the kernel of one instance that looks for several texts at once
 *
 * Included by bytes_template.h. If the instance has a shuffle of bytes, it defines beforehand:
 *
 *	TABLE(p)        VECTOR in which the 16 bytes at p are repeated
 *	LOOKUP(t, v)    VECTOR of the bytes of table t whose numbers, below 16, are in v
 *	AND(v, w)       VECTOR of the bits that are set in both
 *	NIBBLES(v)      VECTOR of the upper four bits of each byte
 *
 * SPDX-License-Identifier: MIT */

/* Without vectors: the tables for whole bytes make fewer wrong hits than those for nibbles. */
static uint64_t teddy_tail(const char *ptr, size_t len, const struct simd_teddy *teddy)
{
	uint64_t word = 0;
	unsigned char buckets;
	unsigned k;
	size_t p;

	for (p = 0; p < len; p++) {
		buckets = 0xff;
		for (k = 0; k < teddy->n; k++)
			buckets &= teddy->bytes[k][(unsigned char)ptr[p + teddy->places[k]]];
		word |= (uint64_t)(buckets != 0) << p;
	}
	return word;
}

#if defined(TABLE)

/* The tables, as vectors. */
struct teddy_tables {
	VECTOR low[SIMD_TEDDY_PLACES], high[SIMD_TEDDY_PLACES];
};

/* Returns: one bit for each of 64 offsets, set if it hits. `n` is a constant. */
TARGET SIMD_INLINE uint64_t teddy_64(const char *ptr, const struct simd_teddy *teddy,
	const struct teddy_tables *tables, unsigned n)
{
	const VECTOR low_nibble = SPLAT(0x0f), none = SPLAT(0);
	VECTOR buckets = none, v;
	uint64_t misses = 0;
	unsigned i, k;

	for (i = 0; i < 64; i += VECTOR_BYTES) {
		for (k = 0; k < n; k++) {
			v = LOAD(ptr + i + teddy->places[k]);
			v = AND(LOOKUP(tables->low[k], AND(v, low_nibble)),
				LOOKUP(tables->high[k], NIBBLES(v)));
			buckets = k == 0 ? v : AND(buckets, v);
		}
		misses |= EQUAL(buckets, none) << i;
	}
	return ~misses;
}

TARGET SIMD_INLINE unsigned teddy_run(const char *ptr, size_t len, const struct simd_teddy *teddy,
	uint16_t *at, size_t *ret_used, unsigned n)
{
	struct teddy_tables tables;
	unsigned n_at = 0, k;
	uint64_t word;
	size_t used;

	for (k = 0; k < n; k++) {
		tables.low[k] = TABLE(teddy->low[k]);
		tables.high[k] = TABLE(teddy->high[k]);
	}
	for (used = 0; len - used >= 64 && n_at <= SIMD_ROOM - 64; used += 64) {
		PREFETCH_FAR(ptr + used, false);
		word = teddy_64(ptr + used, teddy, &tables, n);
		if (word)
			n_at += decode_up(word, used, at + n_at);
	}
	if (len > used && len - used < 64 && n_at <= SIMD_ROOM - 64) {
		word = teddy_tail(ptr + used, len - used, teddy);
		n_at += decode_up(word, used, at + n_at);
		used = len;
	}
	*ret_used = used;
	return n_at;
}

TARGET static unsigned vector_teddy(
	const char *ptr, size_t len, const struct simd_teddy *teddy, uint16_t *at, size_t *ret_used)
{
	switch (teddy->n) {
	case 1:
		return teddy_run(ptr, len, teddy, at, ret_used, 1);
	case 2:
		return teddy_run(ptr, len, teddy, at, ret_used, 2);
	case 3:
		return teddy_run(ptr, len, teddy, at, ret_used, 3);
	default:
		return teddy_run(ptr, len, teddy, at, ret_used, 4);
	}
}

#else

static unsigned vector_teddy(
	const char *ptr, size_t len, const struct simd_teddy *teddy, uint16_t *at, size_t *ret_used)
{
	unsigned n_at = 0;
	size_t used = 0, step;

	for (; used < len && n_at <= SIMD_ROOM - 64; used += step) {
		step = min_size(len - used, 64);
		n_at += decode_up(teddy_tail(ptr + used, step, teddy), used, at + n_at);
	}
	*ret_used = used;
	return n_at;
}

#endif
