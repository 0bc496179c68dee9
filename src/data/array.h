/* array.h - internal functions of typed arrays
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_DATA_ARRAY_H
#define SRC_DATA_ARRAY_H

#include "simd/exact.h"
#include "simd/simd.h"

#include <mmreader/array.h>

/* Returns: "u8" to "f64", or "no type". */
const char *array_type_name(unsigned type);

static inline bool type_is_unsigned(unsigned type)
{
	return type >= MMR_U8 && type <= MMR_U64;
}

static inline bool type_is_signed(unsigned type)
{
	return type >= MMR_I8 && type <= MMR_I64;
}

/* Returns: whether the bytes of elements of this order must be reversed. */
bool array_swaps(enum mmr_type type, enum mmr_order order);

/* Counts elements that start every `stride` bytes in `len` bytes.
 *
 * Errors: -EBADMSG when the last one is incomplete. */
int array_count(uint64_t len, enum mmr_type type, size_t stride, uint64_t *ret_n);

/* Returns: the lowest address of an array, for a guard, and its length in bytes. */
const char *array_span(const mmr_array *array, size_t *ret_len);

/* Returns: elements [first, first + n). */
mmr_array array_part(const mmr_array *array, size_t first, size_t n);

/* Copies all elements to `to`, contiguous and native. The caller holds a guard. */
void array_load(const mmr_array *array, char *to);

/* A number in the widest type of its kind. */
struct array_number {
	enum {
		NUMBER_U64,
		NUMBER_I64,
		NUMBER_F64
	} kind;
	mmr_value value;
};

/* Reads one native element, which may be unaligned. */
struct array_number array_number(unsigned type, const char *element);

/* Reads the only element of an array under a guard. */
int array_read(const mmr_array *array, struct array_number *ret_number);

/* Errors: -ERANGE when the number is not exact in that type; no message is set. */
int number_to_i64(struct array_number number, int64_t *ret_value);
int number_to_u64(struct array_number number, uint64_t *ret_value);
int number_to_f64(struct array_number number, double *ret_value);

/* Sets the message of such an element. Returns: -ERANGE. */
int array_unfit(const mmr_array *array, uint64_t index, const char *wanted);

/* The total of many elements, which are added in any order. It starts with all 0 but the type. */
struct array_total {
	unsigned type;
	uint64_t n, n_nan;
	mmr_exact exact;
	struct wide wide;
	mmr_value min, max; /* valid if n is above n_nan */
};

/* Adds an array, in pieces of SIMD_GRAIN from its first element. The caller holds a guard. */
void array_total_add(struct array_total *total, const mmr_array *array);
void array_total_merge(struct array_total *total, struct array_total *other);
void array_total_end(struct array_total *total, mmr_summary *ret_summary);

#endif
