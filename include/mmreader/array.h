/* array.h - a slice as numbers of one type, in either byte order and with any stride
 *
 * An array is a view. It owns nothing, allocates nothing, and uses no memory per element. A plain
 * copy of it is another array. Elements need no alignment. They are read under the guard.
 *
 *	err = mmr_array_of(mmr_bytes(file), MMR_F64, MMR_LITTLE, &array);
 *	if (err == 0)
 *		err = mmr_array_sum(&array, &summary);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_ARRAY_H
#define MMREADER_ARRAY_H

#include <mmreader/slice.h>

MMR_BEGIN_DECLS

/* The type of an element: an integer or an IEEE 754 floating-point number. C has no type for f16:
 * mmr_array_copy copies such elements unconverted, the other calls convert them. */
enum mmr_type {
	MMR_U8 = 1,
	MMR_U16,
	MMR_U32,
	MMR_U64,
	MMR_I8,
	MMR_I16,
	MMR_I32,
	MMR_I64,
	MMR_F16,
	MMR_F32,
	MMR_F64
};

/* The byte order of an element. */
enum mmr_order {
	MMR_NATIVE = 0, /* the order of this machine */
	MMR_LITTLE,     /* least significant byte first */
	MMR_BIG         /* most significant byte first */
};

/* `n` may be read; the other members are private. At most 32 bytes. */
typedef struct mmr_array {
	const char *ptr;  /* element 0 */
	size_t n;         /* elements */
	ptrdiff_t stride; /* bytes from one element to the next; negative in a reversed array */
	uint8_t type;
	bool swapped; /* the byte order is not this machine's */
} mmr_array;

/* The size of an element in bytes. Returns: 0 for an invalid type. */
MMR_API size_t mmr_type_size(enum mmr_type type);

/* Makes an array of a slice of contiguous elements.
 *
 * Errors: -EBADMSG when the slice ends with an incomplete element (mmr_last_error reports how many
 *   bytes are left over); -EINVAL (type, order); MMR_ENOMAP.
 * Lifetime: that of the slice. */
MMR_API MMR_MUST_CHECK int mmr_array_of(
	mmr_slice slice, enum mmr_type type, enum mmr_order order, mmr_array *ret_array);

/* Like mmr_array_of, but one element starts every `stride` bytes. The bytes between elements are
 * skipped. They may be missing after the last element, but that element must be complete.
 *
 * Errors: as mmr_array_of; -EINVAL also for a stride shorter than an element. */
MMR_API MMR_MUST_CHECK int mmr_array_of_stride(mmr_slice slice, enum mmr_type type,
	enum mmr_order order, size_t stride, mmr_array *ret_array);

/* As `start`: from the first element. As `stop` with a negative step: including the first. */
#define MMR_START INT64_MIN

/* Python's array[start:stop:step]: negative indexes count from the end, and indexes out of range
 * are clamped. No element is copied. array[::-1] is (MMR_END, MMR_START, -1).
 *
 * Errors: -EINVAL for a step of 0; -ERANGE when stride times step overflows ptrdiff_t. */
MMR_API MMR_MUST_CHECK int mmr_array_cut(
	const mmr_array *array, int64_t start, int64_t stop, int64_t step, mmr_array *ret_array);

/* One element, converted to an integer or a double without loss.
 *
 * Errors: -ERANGE when there is no such element, or when the conversion would lose a fraction, a
 *   sign or bits, or the element is not a number; MMR_ETRUNCATED, -EIO (a guarded fault). */
MMR_API MMR_MUST_CHECK int mmr_array_get_i64(
	const mmr_array *array, uint64_t index, int64_t *ret_value);
MMR_API MMR_MUST_CHECK int mmr_array_get_u64(
	const mmr_array *array, uint64_t index, uint64_t *ret_value);
MMR_API MMR_MUST_CHECK int mmr_array_get_f64(
	const mmr_array *array, uint64_t index, double *ret_value);

/* Copies all elements without gaps, in this machine's byte order and in their own type.
 *
 * Shape: the buffer needs no alignment. It must not overlap the elements.
 * Units: `room` is in bytes.
 * Errors: -ERANGE when `room` is too small: nothing is written; MMR_ETRUNCATED, -EIO (a guarded
 *   fault): the buffer's content is then unspecified. */
MMR_API MMR_MUST_CHECK int mmr_array_copy(const mmr_array *array, void *buffer, size_t room);

/* Copies all elements, converted as by mmr_array_get_....
 *
 * Units: `room` is in values.
 * Errors: as mmr_array_copy; -ERANGE also for an element that cannot be converted without loss. The
 *   values before it are then written, the others are unspecified. */
MMR_API MMR_MUST_CHECK int mmr_array_copy_i64(const mmr_array *array, int64_t *values, size_t room);
MMR_API MMR_MUST_CHECK int mmr_array_copy_u64(
	const mmr_array *array, uint64_t *values, size_t room);
MMR_API MMR_MUST_CHECK int mmr_array_copy_f64(const mmr_array *array, double *values, size_t room);

/* A pointer to the elements, for code that takes a plain C array.
 *
 * Returns: 0; `*ret_elements` may be cast to `const double *` and the like.
 * Errors: -ENOTSUP when the elements are not aligned, not contiguous, or not in this machine's byte
 *   order (mmr_last_error reports which); copy them in that case.
 * Lifetime: that of the slice. */
MMR_API MMR_MUST_CHECK int mmr_array_pointer(const mmr_array *array, const void **ret_elements);

/* A number. The type decides which member is set. */
typedef union mmr_value {
	int64_t i64;
	uint64_t u64;
	double f64;
} mmr_value;

/* Sum, minimum and maximum of many numbers. */
typedef struct mmr_summary {
	enum mmr_type type;
	uint64_t n;     /* elements; if there are none, everything below is 0 */
	uint64_t n_nan; /* NaN elements: they are in `sum`, but not in `min` and `max` */
	double sum;     /* for integers, the nearest double */
	/* The exact sum of integers is sum_high * 2^64 + sum_low. It cannot overflow. Both are 0
	 * for floating-point types. */
	int64_t sum_high;
	uint64_t sum_low;
	/* u64 for MMR_U..., i64 for MMR_I..., f64 for MMR_F.... NaN if all elements are NaN. Never
	 * -0.0. */
	mmr_value min;
	mmr_value max;
} mmr_summary;

/* Sum, minimum and maximum of all elements, in one pass at memory speed. For a whole file with all
 * processors see scan.h.
 *
 * Returns: floating-point sums are deterministic. Each 16 KiB of elements (f16: 8 KiB) is added up
 *   in double precision, in 16 partial sums. The results are added exactly and rounded once. The
 *   error is below 2^-44 of the sum of the magnitudes, for any number of elements. Infinities and
 *   NaN propagate as in a plain loop, and so does an overflow within 16 KiB.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault). */
MMR_API MMR_MUST_CHECK int mmr_array_sum(const mmr_array *array, mmr_summary *ret_summary);

/* The exact sum of integers, if it fits into 64 bits.
 *
 * Errors: -ERANGE when it does not fit; -EINVAL for a summary of floating-point numbers. */
MMR_API MMR_MUST_CHECK int mmr_summary_i64(const mmr_summary *summary, int64_t *ret_sum);
MMR_API MMR_MUST_CHECK int mmr_summary_u64(const mmr_summary *summary, uint64_t *ret_sum);

/* --- Exact sums ------------------------------------------------------------------------------- */

/* The exact sum of doubles. It does not depend on their order, or on the parts that they are added
 * in: threads may each have a sum, and merge them.
 *
 *	mmr_exact sum = {.n_added = 0};
 *
 *	for (i = 0; i < n; i++)
 *		mmr_exact_add(&sum, values[i]);
 *	mean = mmr_exact_mean(&sum, n);
 *
 * Shape: all zeros are the sum of no values. Members are private. 552 bytes. Up to 2^64 values.
 * Source: R. M. Neal, "Fast exact summation using small and large superaccumulators", 2015. */
typedef struct mmr_exact {
	int64_t limbs[68];
	uint32_t n_added;
	bool nan, infinite, minus_infinite;
} mmr_exact;

/* Adds a number. */
MMR_API void mmr_exact_add(mmr_exact *sum, double value);

/* Adds another sum, which may be the same one. */
MMR_API void mmr_exact_merge(mmr_exact *sum, const mmr_exact *other);

/* The sum, rounded once.
 *
 * Returns: the nearest double, ties to even; 0 for no values, never -0.0. Infinities and NaN
 *   propagate as in a plain loop. A sum that is too large is infinite. */
MMR_API double mmr_exact_value(const mmr_exact *sum);

/* The sum divided by a number, such as that of the values, rounded once.
 *
 * Returns: the nearest double, like mmr_exact_value; NaN if `n` is 0. */
MMR_API double mmr_exact_mean(const mmr_exact *sum, uint64_t n);

MMR_END_DECLS

#endif
