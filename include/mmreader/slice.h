/* slice.h - Python's [start:stop], comparing, trimming, and numbers out of text
 *
 * None of these allocates and none needs a NUL behind the bytes. Texts are bytes: no locale.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SLICE_H
#define MMREADER_SLICE_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* "To the end", as a stop. */
#define MMR_END INT64_MAX

/* Python's slice[start:stop]: negative counts from the end, everything is clamped, start at or
 * behind stop is empty. It cannot fail. */
MMR_API mmr_slice mmr_slice_cut(mmr_slice slice, int64_t start, int64_t stop);

/* Exactly the bytes [off, off + len).
 *
 * Errors: -ERANGE when they do not all lie in the slice; MMR_ENOMAP when it has no addresses. */
MMR_API int mmr_slice_at(mmr_slice slice, uint64_t off, uint64_t len, mmr_slice *ret_part);

/* A C string as a slice, without its NUL. */
MMR_API mmr_slice mmr_slice_of(const char *text);

/* Order of two slices as unsigned bytes: negative, 0 or positive; a prefix comes first.
 *
 * Errors: a fault in a guarded file counts as "different"; mmr_last_error tells. */
MMR_API int mmr_slice_compare(mmr_slice a, mmr_slice b);

/* Whether two slices hold the same bytes. Errors: like mmr_slice_compare. */
MMR_API bool mmr_slice_equal(mmr_slice a, mmr_slice b);

/* Whether `slice` begins with `prefix`; the empty prefix begins everything. */
MMR_API bool mmr_slice_has_prefix(mmr_slice slice, mmr_slice prefix);

/* Whether `slice` ends with `suffix`; the empty suffix ends everything. */
MMR_API bool mmr_slice_has_suffix(mmr_slice slice, mmr_slice suffix);

/* The slice without white space (space, \t \n \v \f \r) at its start and its end. */
MMR_API mmr_slice mmr_slice_trim(mmr_slice slice);
MMR_API mmr_slice mmr_slice_trim_start(mmr_slice slice);
MMR_API mmr_slice mmr_slice_trim_end(mmr_slice slice);

/* A whole number in decimal: an optional sign and digits, nothing else; trim first if need be.
 *
 * Errors: -EINVAL when the text is no number, -ERANGE when it is one that does not fit; malformed
 * numbers are common in data, so these do not set mmr_last_error. MMR_ENOMAP, MMR_ETRUNCATED, -EIO
 * (a guarded fault), which do. `*ret_value` is then untouched. */
MMR_API int mmr_slice_to_i64(mmr_slice text, int64_t *ret_value);

/* Like mmr_slice_to_i64; a number below zero is -ERANGE. */
MMR_API int mmr_slice_to_u64(mmr_slice text, uint64_t *ret_value);

/* A number much as Python's float() reads it: sign, digits with a point, exponent, "inf", "nan".
 *
 * Returns: the nearest double, in every locale and rounding mode; 0 when the number is at most half
 * of the least double.
 * Errors: -EINVAL when the text is no number, -ERANGE when it is too large. Like mmr_slice_to_i64.
 * Threads: any. The first call of a process takes about 0.1 ms more, to make a table of 10 KiB.
 * Source: round to nearest, ties to even, as IEEE 754 asks of decimal conversion. */
MMR_API int mmr_slice_to_f64(mmr_slice text, double *ret_value);

MMR_END_DECLS

#endif
