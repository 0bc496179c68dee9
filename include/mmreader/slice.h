/* slice.h - cuts, compares and trims slices, and converts text to numbers
 *
 * These calls allocate nothing, need no NUL after the bytes, and do not depend on the locale.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SLICE_H
#define MMREADER_SLICE_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* As `stop`: to the end. */
#define MMR_END INT64_MAX

/* Python's slice[start:stop]: negative indexes count from the end, and indexes out of range are
 * clamped. The result is empty if `start` is not before `stop`. This cannot fail. */
MMR_API mmr_slice mmr_slice_cut(mmr_slice slice, int64_t start, int64_t stop);

/* Exactly the bytes [off, off + len).
 *
 * Errors: -ERANGE when not all of them are in the slice; MMR_ENOMAP (a slice without addresses). */
MMR_API MMR_MUST_CHECK int mmr_slice_at(
	mmr_slice slice, uint64_t off, uint64_t len, mmr_slice *ret_part);

/* A C string as a slice, without its NUL. */
MMR_API mmr_slice mmr_slice_of(const char *text);

/* Compares two slices as unsigned bytes. A prefix is less than the longer slice.
 *
 * Returns: negative, 0 or positive.
 * Errors: a guarded fault counts as a difference and sets mmr_last_error. */
MMR_API int mmr_slice_compare(mmr_slice a, mmr_slice b);

/* Whether two slices hold the same bytes. Errors: like mmr_slice_compare. */
MMR_API bool mmr_slice_equal(mmr_slice a, mmr_slice b);

/* Whether `slice` begins with `prefix`. Every slice begins with an empty prefix. */
MMR_API bool mmr_slice_has_prefix(mmr_slice slice, mmr_slice prefix);

/* Whether `slice` ends with `suffix`. Every slice ends with an empty suffix. */
MMR_API bool mmr_slice_has_suffix(mmr_slice slice, mmr_slice suffix);

/* The slice without leading and trailing white space (space, \t \n \v \f \r). */
MMR_API mmr_slice mmr_slice_trim(mmr_slice slice);
MMR_API mmr_slice mmr_slice_trim_start(mmr_slice slice);
MMR_API mmr_slice mmr_slice_trim_end(mmr_slice slice);

/* Converts a decimal integer: an optional sign and digits, and nothing else. Trim the text first if
 * needed.
 *
 * Errors: -EINVAL when the text is not a number, -ERANGE when the number does not fit. Malformed
 *   numbers are common in data, so these two do not set mmr_last_error. MMR_ENOMAP, MMR_ETRUNCATED
 *   and -EIO (a guarded fault) do. On failure `*ret_value` is unchanged. */
MMR_API MMR_MUST_CHECK int mmr_slice_to_i64(mmr_slice text, int64_t *ret_value);

/* Like mmr_slice_to_i64; a number below zero is -ERANGE. */
MMR_API MMR_MUST_CHECK int mmr_slice_to_u64(mmr_slice text, uint64_t *ret_value);

/* Converts a number in nearly the syntax of Python's `float()`: sign, digits with a decimal point,
 * exponent, "inf", "nan".
 *
 * Returns: 0; `*ret_value` is the nearest double in every locale and rounding mode, and 0 if the
 *   magnitude is at most half of the smallest double.
 * Errors: like mmr_slice_to_i64; -ERANGE only when the number is too large.
 * Threads: safe. The first call in a process takes about 0.1 ms more, to compute a table of 10 KiB.
 * Source: IEEE 754 decimal conversion: round to nearest, ties to even. */
MMR_API MMR_MUST_CHECK int mmr_slice_to_f64(mmr_slice text, double *ret_value);

/* A decimal number: digits * 10^exponent, below zero if `negative` is set. */
typedef struct mmr_decimal {
	uint64_t digits;
	int32_t exponent;
	bool negative; /* there is a minus sign, perhaps before a zero */
} mmr_decimal;

/* Converts a number without rounding: "-1.50" has the digits 150 and the exponent -2.
 *
 * Errors: like mmr_slice_to_f64; -EINVAL also for "inf" and "nan"; -ERANGE for a number that has
 *   more than 19 digits after zeros at its start, or whose exponent does not fit. */
MMR_API MMR_MUST_CHECK int mmr_slice_to_decimal(mmr_slice text, mmr_decimal *ret_value);

/* --- Chunks of fixed size --------------------------------------------------------------------- */

/* A slice cut into chunks of fixed size, which may overlap. Members are private. At most 48 bytes.
 */
typedef struct mmr_chunks {
	mmr_slice rest;
	size_t len;
	size_t step;
	size_t held; /* bytes before `rest` whose pages have not been dropped */
	bool done;
	int32_t error;
} mmr_chunks;

/* Chunks of `len` bytes. Each starts `len - overlap` bytes after the previous one.
 *
 * Shape: the last chunk ends with the slice and may be shorter. Every byte is in a chunk, and no
 *   chunk is entirely inside the previous one. There are no chunks if the slice is empty, if `len`
 *   is 0, or if `overlap` is `len` or more. */
MMR_API mmr_chunks mmr_chunks_of(mmr_slice slice, size_t len, size_t overlap);

/* Private: used by the inline call below. */
#define MMR_CHUNKS_LIMIT_ ((size_t)8 << 20)
MMR_API void mmr_chunks_drop_(mmr_chunks *it);

/* The next chunk. Returns: false at the end; mmr_chunks_error reports why. */
MMR_INLINE bool mmr_chunks_next(mmr_chunks *it, mmr_slice *ret_chunk)
{
	if (it->done)
		return false;
	if (it->held >= MMR_CHUNKS_LIMIT_)
		mmr_chunks_drop_(it);
	*ret_chunk = it->rest;
	if (it->rest.len > it->len) {
		ret_chunk->len = it->len;
		it->rest.ptr += it->step;
		it->rest.len -= it->step;
		it->held += it->step;
	} else {
		it->done = true;
	}
	return true;
}

/* The next chunks, up to `n` at once. Returns: how many; fewer than `n` only at the end. */
MMR_API size_t mmr_chunks_fill(mmr_chunks *it, mmr_slice *ret_chunks, size_t n);

/* Why the iteration ended.
 *
 * Returns: 0 at the end of the slice.
 * Errors: MMR_ENOMAP (a slice without addresses). */
MMR_INLINE MMR_MUST_CHECK int mmr_chunks_error(const mmr_chunks *it)
{
	return it->error;
}

MMR_END_DECLS

#endif
