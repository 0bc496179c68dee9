/* array.h - a slice seen as numbers of one type, in either byte order, with any stride
 *
 * An array is a view: it owns nothing, allocates nothing and costs no byte per element, and a plain
 * copy of it is another array. Elements need no alignment. Calls that read elements do so under the
 * guard.
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

/* What an element is: a whole number, or a floating one as IEEE 754 has it. f16 is for reading: C
 * has no type for it, and mmr_array_copy leaves it as it is. */
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

/* Which byte of an element comes first. */
enum mmr_order {
	MMR_NATIVE = 0, /* as in this machine */
	MMR_LITTLE,     /* the lowest */
	MMR_BIG         /* the highest */
};

/* `n` may be read; the other fields are the library's. 32 bytes or less. */
typedef struct mmr_array {
	const char *ptr;  /* of element 0 */
	size_t n;         /* elements */
	ptrdiff_t stride; /* bytes from one element to the next; less than 0 in a reversed array */
	uint8_t type;
	bool swapped; /* the order is not this machine's */
} mmr_array;

/* Bytes of an element. Returns: 0 when there is no such type. */
MMR_API size_t mmr_type_size(enum mmr_type type);

/* A slice as elements that lie one after the other.
 *
 * Errors: -EBADMSG when bytes are left over, fewer than an element: mmr_last_error tells how many;
 *   -EINVAL (type, order); MMR_ENOMAP.
 * Lifetime: as long as the slice. */
MMR_API int mmr_array_of(
	mmr_slice slice, enum mmr_type type, enum mmr_order order, mmr_array *ret_array);

/* Like mmr_array_of, with an element at the start of every `stride` bytes. What lies between
 * elements is skipped, and may be missing behind the last one; a part of an element may not.
 *
 * Errors: as mmr_array_of, and -EINVAL for a stride shorter than an element. */
MMR_API int mmr_array_of_stride(mmr_slice slice, enum mmr_type type, enum mmr_order order,
	size_t stride, mmr_array *ret_array);

/* "From the start", as a start; "down to the first", as a stop of a negative step. */
#define MMR_START INT64_MIN

/* Python's array[start:stop:step]: negative places count from the end, all is clamped. No element
 * is copied. array[::-1] is (MMR_END, MMR_START, -1).
 *
 * Errors: -EINVAL for a step of 0; -ERANGE when step and stride multiply to more than an address
 *   can hold. */
MMR_API int mmr_array_cut(
	const mmr_array *array, int64_t start, int64_t stop, int64_t step, mmr_array *ret_array);

/* One element as a whole number or a double, when it is exactly that.
 *
 * Errors: -ERANGE when there is no such element, or when it cannot be told without loss: a part
 *   behind the point, a sign, more bits than there are, not a number; MMR_ETRUNCATED, -EIO (a
 *   guarded fault). */
MMR_API int mmr_array_get_i64(const mmr_array *array, uint64_t index, int64_t *ret_value);
MMR_API int mmr_array_get_u64(const mmr_array *array, uint64_t index, uint64_t *ret_value);
MMR_API int mmr_array_get_f64(const mmr_array *array, uint64_t index, double *ret_value);

/* Copies all elements one after the other, in this machine's order and in their own type.
 *
 * Shape: the buffer needs no alignment and does not overlap the elements.
 * Units: `room` is in bytes.
 * Errors: -ERANGE when they do not fit in `room`, with nothing written; MMR_ETRUNCATED, -EIO (a
 *   guarded fault), and then the buffer's content is unspecified. */
MMR_API int mmr_array_copy(const mmr_array *array, void *buffer, size_t room);

/* Copies all elements, each as mmr_array_get_... gives it.
 *
 * Units: `room` is in values.
 * Errors: as mmr_array_copy; -ERANGE also for an element that cannot be told without loss: the
 *   values before it have then been written, from it on they are unspecified. */
MMR_API int mmr_array_copy_i64(const mmr_array *array, int64_t *values, size_t room);
MMR_API int mmr_array_copy_u64(const mmr_array *array, uint64_t *values, size_t room);
MMR_API int mmr_array_copy_f64(const mmr_array *array, double *values, size_t room);

/* The elements where they lie, for code that takes a plain C array.
 *
 * Returns: what may be cast to `const double *` and the like.
 * Errors: -ENOTSUP when they are not aligned, not one after the other, or not in this machine's
 *   order: mmr_last_error tells which; copy them then.
 * Lifetime: as long as the slice. */
MMR_API int mmr_array_pointer(const mmr_array *array, const void **ret_elements);

typedef union mmr_value {
	int64_t i64;
	uint64_t u64;
	double f64;
} mmr_value;

/* What many numbers come to. */
typedef struct mmr_summary {
	enum mmr_type type;
	uint64_t n;       /* elements; without any, all else is 0 */
	uint64_t n_nan;   /* those that are not numbers: in `sum`, but not in `min` and `max` */
	double sum;       /* of whole numbers, the nearest double */
	int64_t sum_high; /* the exact sum of whole numbers is sum_high * 2^64 + sum_low ... */
	uint64_t sum_low; /* ... in any type and number of them; both 0 for floating ones */
	mmr_value min;    /* u64 for MMR_U..., i64 for MMR_I..., f64 for MMR_F...; of nothing but */
	mmr_value max;    /* NaN, NaN. A zero comes without its sign */
} mmr_summary;

/* Sum, least and greatest of all elements, in one pass at the speed of memory; for a whole file
 * with all processors, scan.h.
 *
 * Returns: floating sums are deterministic. Each 16 KiB of elements (f16: 8 KiB) is added up in
 *   double precision, in 16 partial sums; those sums are added exactly and rounded once. The error
 *   is below 2^-44 of the sum of the magnitudes, however many there are. Infinities and NaN
 *   spread as in a plain loop, and so does an overflow within 16 KiB.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault). */
MMR_API int mmr_array_sum(const mmr_array *array, mmr_summary *ret_summary);

/* The sum of whole numbers, when 64 bits are enough.
 *
 * Errors: -ERANGE when they are not, -EINVAL for a summary of floating numbers. */
MMR_API int mmr_summary_i64(const mmr_summary *summary, int64_t *ret_sum);
MMR_API int mmr_summary_u64(const mmr_summary *summary, uint64_t *ret_sum);

MMR_END_DECLS

#endif
