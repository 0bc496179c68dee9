/* sum_in_step.c - sums of arrays that are so large that pieces of them are added up in step
 *
 * The oracle is the sum that array.h defines, made of the portable sums of single pieces, which
 * sum.c compares with naive code. All bits must be equal.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "data/array.h"

#include <float.h>
#include <math.h>

static const char *const names[] = {
	"", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f16", "f32", "f64"};

/* Random numbers of a type. Floating-point numbers have finite sums. */
static void fill(struct chance *chance, char *bytes, size_t n, enum mmr_type type)
{
	size_t i, size = mmr_type_size(type);
	double f64;
	float f32;

	chance_fill(chance, bytes, n * size, (mmr_slice){NULL, 0});
	for (i = 0; type >= MMR_F16 && i < n; i++) {
		f64 = ldexp(
			(double)(int64_t)chance_next(chance), (int)chance_below(chance, 60) - 80);
		f32 = (float)f64;
		if (type == MMR_F64)
			memcpy(bytes + i * size, &f64, size);
		else if (type == MMR_F32)
			memcpy(bytes + i * size, &f32, size);
		else if (type == MMR_F16)
			bytes[i * size + 1] &= (char)0xbf; /* no exponent above 15 */
	}
}

static bool same(const mmr_summary *a, const mmr_summary *b)
{
	return a->type == b->type && a->n == b->n && a->n_nan == b->n_nan &&
	       memcmp(&a->sum, &b->sum, 8) == 0 && a->sum_high == b->sum_high &&
	       a->sum_low == b->sum_low && a->min.u64 == b->min.u64 && a->max.u64 == b->max.u64;
}

static void put_double(char *bytes, size_t at, double value)
{
	memcpy(bytes + at, &value, sizeof(value));
}

/* The sum that array.h defines: that of the sums of pieces of 16 KiB. Each piece is too short to be
 * added up in step with others. */
static mmr_summary sum_of_pieces(const mmr_array *array)
{
	size_t piece = SIMD_GRAIN / mmr_type_size((enum mmr_type)array->type), i;
	struct array_total total;
	mmr_summary summary;
	mmr_array part;

	memset(&total, 0, sizeof(total));
	total.type = array->type;
	for (i = 0; i < array->n; i += piece) {
		part = array_part(array, i, array->n - i < piece ? array->n - i : piece);
		array_total_add(&total, &part);
	}
	array_total_end(&total, &summary);
	return summary;
}

/* Compares with the portable kernels, one piece after the other. */
static void must_sum_in_step(const char *bytes, size_t len, enum mmr_type type, const char *what)
{
	const struct simd_kernels *const *kernels;
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_summary wanted, summary;
	mmr_reader *reader;
	mmr_array array;

	ck_assert_int_eq(mmr_open_memory(bytes, len, &reader), 0);
	ck_assert_int_eq(mmr_array_of((mmr_slice){bytes, len}, type, MMR_NATIVE, &array), 0);
	atomic_store(&simd_chosen, &simd_portable);
	wanted = sum_of_pieces(&array);
	for (kernels = simd_table; *kernels; kernels++) {
		if (!(*kernels)->usable())
			continue;
		atomic_store(&simd_chosen, *kernels);
		ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
		MUST(same(&summary, &wanted), "%s: array by %s: %.17g, not %.17g", what,
			(*kernels)->name, summary.sum, wanted.sum);
		for (options.n_threads = 1; options.n_threads <= 3; options.n_threads++) {
			ck_assert_int_eq(
				mmr_sum_numbers(reader, type, MMR_NATIVE, 0, &options, &summary),
				0);
			MUST(same(&summary, &wanted), "%s: scan by %s, %u threads", what,
				(*kernels)->name, options.n_threads);
		}
	}
	atomic_store(&simd_chosen, NULL);
	mmr_close(reader);
}

/* Twice what is added up in step, some pieces more, and a part of a piece. */
START_TEST(test_sum_in_step)
{
	size_t step = SIMD_PLACES * SIMD_APART, len, i, size;
	struct fence fence = fence_open(2 * step + 4 * SIMD_GRAIN);
	struct chance chance = {11};
	double special = -(double)INFINITY;
	mmr_summary summary;
	mmr_array array;
	char *bytes;
	int type;

	for (type = MMR_U8; type <= MMR_F64; type++) {
		size = mmr_type_size((enum mmr_type)type);
		len = 2 * step + 3 * SIMD_GRAIN + 5 * size;
		bytes = fence.stop - len;
		fill(&chance, bytes, len / size, (enum mmr_type)type);
		must_sum_in_step(bytes, len, (enum mmr_type)type, names[type]);
		bytes = fence.stop - step - 3;
		memmove(bytes, fence.stop - len, step);
		must_sum_in_step(bytes, step, (enum mmr_type)type, "one step");
		must_sum_in_step(bytes, step - size, (enum mmr_type)type, "less than a step");
	}
	/* Infinity in the third place, then all of a piece in the first one is NaN. */
	put_double(bytes, 2 * SIMD_APART + 3 * SIMD_GRAIN + 80, special);
	must_sum_in_step(bytes, step, MMR_F64, "-inf");
	for (i = 0; i < SIMD_GRAIN; i += sizeof(special))
		put_double(bytes, 7 * SIMD_GRAIN + i, (double)NAN);
	ck_assert_int_eq(mmr_array_of((mmr_slice){bytes, step}, MMR_F64, MMR_NATIVE, &array), 0);
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	ck_assert_uint_eq(summary.n_nan, SIMD_GRAIN / sizeof(special));
	ck_assert(isnan(summary.sum) && summary.min.f64 == special);
	ck_assert(summary.max.f64 < DBL_MAX && summary.max.f64 > 0);
	fence_close(&fence);
}
END_TEST

static Suite *sum_in_step_suite(void)
{
	Suite *suite = suite_create("sum_in_step");

	ADD_CASE(suite, "core", test_sum_in_step);
	return suite;
}

CHECK_MAIN(sum_in_step_suite)
