/* array_sum.c - sum, minimum and maximum of an array, in pieces of SIMD_GRAIN
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "data/array.h"
#include "file/guard.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Extends the range of the total to `min` and `max`. */
static void extend(struct array_total *total, mmr_value min, mmr_value max)
{
	if (type_is_unsigned(total->type)) {
		total->min.u64 = min.u64 < total->min.u64 ? min.u64 : total->min.u64;
		total->max.u64 = max.u64 > total->max.u64 ? max.u64 : total->max.u64;
	} else if (type_is_signed(total->type)) {
		total->min.i64 = min.i64 < total->min.i64 ? min.i64 : total->min.i64;
		total->max.i64 = max.i64 > total->max.i64 ? max.i64 : total->max.i64;
	} else {
		total->min.f64 = min.f64 < total->min.f64 ? min.f64 : total->min.f64;
		total->max.f64 = max.f64 > total->max.f64 ? max.f64 : total->max.f64;
	}
}

static void count_in(
	struct array_total *total, uint64_t n, uint64_t n_nan, mmr_value min, mmr_value max)
{
	bool first = total->n == total->n_nan;

	total->n += n;
	total->n_nan += n_nan;
	if (n == n_nan)
		return;
	if (first) {
		total->min = min;
		total->max = max;
	}
	extend(total, min, max);
}

/* The elements of a piece that are NaN. The sum is NaN if any element is, or if there are
 * infinities of both signs. Only then the elements are examined. */
static size_t count_nan(double sum, unsigned type, const char *ptr, size_t n)
{
	size_t size = mmr_type_size((enum mmr_type)type), n_nan = 0, i;

	if (isnan(sum))
		for (i = 0; i < n; i++)
			n_nan += isnan(array_number(type, ptr + i * size).value.f64) != 0;
	return n_nan;
}

/* Adds contiguous native elements of at most SIMD_GRAIN bytes. */
static void add_piece(struct array_total *total, unsigned type, const char *ptr, size_t n)
{
	size_t n_nan = 0;
	struct simd_total piece = simd_kernels()->numbers->total(ptr, n, (enum mmr_type)type);

	if (type <= MMR_I64) {
		wide_add(&total->wide, piece.wide);
	} else {
		exact_add(&total->exact, piece.sum);
		n_nan = count_nan(piece.sum, type, ptr, n);
	}
	count_in(total, n, n_nan, piece.min, piece.max);
}

/* So many bytes are added up in pieces that are far apart. Smaller blocks are copies, which are in
 * the processor's caches. */
#define FAR_BYTES (SIMD_PLACES * SIMD_APART)

/* The pages of a map may not be present yet. They come in order, so that the kernel reads ahead. */
#define TOUCH_STEP ((size_t)64 << 10)

/* Adds FAR_BYTES of contiguous native elements. */
static void add_far(struct array_total *total, unsigned type, const char *ptr)
{
	size_t n = SIMD_GRAIN / mmr_type_size((enum mmr_type)type), n_nan, at, place;
	struct simd_totals pieces;

	for (at = 0; at < FAR_BYTES; at += TOUCH_STEP)
		(void)*(const volatile char *)(ptr + at);
	for (at = 0; at < SIMD_APART; at += SIMD_GRAIN) {
		pieces = simd_kernels()->numbers->totals(ptr + at, (enum mmr_type)type);
		wide_add(&total->wide, pieces.wide);
		n_nan = 0;
		for (place = 0; place < SIMD_PLACES && type > MMR_I64; place++) {
			exact_add(&total->exact, pieces.sums[place]);
			n_nan += count_nan(
				pieces.sums[place], type, ptr + at + place * SIMD_APART, n);
		}
		count_in(total, SIMD_PLACES * n, n_nan, pieces.min, pieces.max);
	}
}

void array_total_add(struct array_total *total, const mmr_array *array)
{
	size_t size = mmr_type_size((enum mmr_type)array->type), done, n;
	size_t wide_size = array->type == MMR_F16 ? sizeof(float) : size;
	bool ready = !array->swapped && array->stride == (ptrdiff_t)size && wide_size == size;
	char native[SIMD_GRAIN], wide[SIMD_GRAIN];
	mmr_array part;

	for (done = 0; done < array->n; done += n) {
		n = min_size(array->n - done, SIMD_GRAIN / wide_size);
		part = array_part(array, done, n);
		if (ready && array->n - done >= FAR_BYTES / size) {
			n = FAR_BYTES / size;
			add_far(total, array->type, part.ptr);
			continue;
		}
		if (ready) {
			add_piece(total, array->type, part.ptr, n);
			continue;
		}
		array_load(&part, native);
		if (array->type == MMR_F16) {
			simd_kernels()->numbers->widen_f16(native, n, wide);
			add_piece(total, MMR_F32, wide, n);
		} else {
			add_piece(total, array->type, native, n);
		}
	}
}

void array_total_merge(struct array_total *total, struct array_total *other)
{
	exact_merge(&total->exact, &other->exact);
	wide_add(&total->wide, other->wide);
	count_in(total, other->n, other->n_nan, other->min, other->max);
}

void array_total_end(struct array_total *total, mmr_summary *ret_summary)
{
	mmr_summary summary;

	memset(&summary, 0, sizeof(summary));
	summary.type = (enum mmr_type)total->type;
	summary.n = total->n;
	summary.n_nan = total->n_nan;
	if (total->type <= MMR_I64) {
		summary.sum = wide_value(total->wide);
		summary.sum_high = total->wide.high;
		summary.sum_low = total->wide.low;
		summary.min = total->min;
		summary.max = total->max;
	} else if (total->n > 0) {
		summary.sum = exact_value(&total->exact);
		/* The sign of a zero depends on the order of comparisons: -0 + 0 is 0. */
		summary.min.f64 = total->n == total->n_nan ? (double)NAN : total->min.f64 + 0.0;
		summary.max.f64 = total->n == total->n_nan ? (double)NAN : total->max.f64 + 0.0;
	}
	*ret_summary = summary;
}

int mmr_array_sum(const mmr_array *array, mmr_summary *ret_summary)
{
	struct array_total total;
	struct guard guard;
	const char *ptr;
	size_t len;

	memset(&total, 0, sizeof(total));
	total.type = array->type;
	ptr = array_span(array, &len);
	if (!GUARD_ENTER(&guard, ptr, len))
		return guard_fault(&guard);
	array_total_add(&total, array);
	guard_leave(&guard);
	array_total_end(&total, ret_summary);
	return 0;
}

/* Checks that a sum is an integer whose upper half is `high`. */
static int check_sum(const mmr_summary *summary, int64_t high, const char *wanted)
{
	const char *type = array_type_name(summary->type);

	if (summary->type > MMR_I64)
		return error_set(-EINVAL, "convert a sum of %s to an integer", type);
	if (summary->sum_high != high)
		return error_set(-ERANGE, "convert a sum of %s to %s", type, wanted);
	return 0;
}

int mmr_summary_i64(const mmr_summary *summary, int64_t *ret_sum)
{
	int64_t low = (int64_t)summary->sum_low;
	int err = check_sum(summary, low < 0 ? -1 : 0, "i64");

	if (err == 0)
		*ret_sum = low;
	return err;
}

int mmr_summary_u64(const mmr_summary *summary, uint64_t *ret_sum)
{
	int err = check_sum(summary, 0, "u64");

	if (err == 0)
		*ret_sum = summary->sum_low;
	return err;
}
