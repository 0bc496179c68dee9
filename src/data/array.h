/* array.h - what the files of typed arrays share
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_DATA_ARRAY_H
#define SRC_DATA_ARRAY_H

#include "simd/array_kernels.h"

#include <mmreader/array.h>

/* "u8" to "f64"; "no type" for what is none. */
const char *array_type_name(unsigned type);

static inline bool type_is_unsigned(unsigned type)
{
	return type >= MMR_U8 && type <= MMR_U64;
}

static inline bool type_is_signed(unsigned type)
{
	return type >= MMR_I8 && type <= MMR_I64;
}

/* Whether elements of that order have to be turned around. Bytes never. */
bool array_swaps(enum mmr_type type, enum mmr_order order);

/* Elements at the start of every `stride` bytes of `len`: how many.
 *
 * Errors: -EBADMSG when the last one is cut short. */
int array_count(uint64_t len, enum mmr_type type, size_t stride, uint64_t *ret_n);

/* The bytes of an array from its lowest address on, for a guard: `*ret_len` of them. */
const char *array_span(const mmr_array *array, size_t *ret_len);

/* Elements [first, first + n). */
mmr_array array_part(const mmr_array *array, size_t first, size_t n);

/* Copies all elements to `to`, one after the other and native. Within the caller's guard. */
void array_load(const mmr_array *array, char *to);

/* A number, whole or floating, in the widest of its kind. */
struct array_number {
	enum {
		NUMBER_U64,
		NUMBER_I64,
		NUMBER_F64
	} kind;
	mmr_value value;
};

/* One native element, which may be unaligned. */
struct array_number array_number(unsigned type, const char *element);

/* Exactly that number, or -ERANGE without a sentence. */
int number_to_i64(struct array_number number, int64_t *ret_value);
int number_to_u64(struct array_number number, uint64_t *ret_value);
int number_to_f64(struct array_number number, double *ret_value);

/* What is known of many elements: added to bit by bit, in any order. All 0 but the type at first.
 */
struct array_total {
	unsigned type;
	uint64_t n, n_nan;
	struct exact exact;
	struct wide wide;
	mmr_value min, max; /* once there is something to compare: n is above n_nan */
};

/* Adds an array, in pieces of ARRAY_GRAIN from its first element on. Within the caller's guard. */
void array_total_add(struct array_total *total, const mmr_array *array);
void array_total_merge(struct array_total *total, struct array_total *other);
void array_total_end(struct array_total *total, mmr_summary *ret_summary);

#endif
