/* sum.c - sum, minimum and maximum of arrays and of whole files
 *
 * The oracles add integers in 128 bits. They add floating-point numbers in long doubles, and the
 * sum must be within the bound that array.h gives.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "data/array.h"

#include <float.h>
#include <math.h>

#if defined(__SIZEOF_INT128__)
__extension__ typedef __int128 wide_int;
#endif

/* Adds to a sum of 128 bits. `value` is two's complement if `negative` is set. */
static void add_wide(int64_t *high, uint64_t *low, uint64_t value, bool negative)
{
	*low += value;
	*high += (*low < value) - (negative ? 1 : 0);
}

static const char *const names[] = {
	"", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f16", "f32", "f64"};

static void must_be_whole_sum(const mmr_array *array, const mmr_summary *summary, const char *what)
{
	bool is_signed = array->type >= MMR_I8;
	int64_t high = 0;
	uint64_t low = 0;
	int64_t least = INT64_MAX, most = INT64_MIN, i64;
	uint64_t u_least = UINT64_MAX, u_most = 0, u64;
	size_t i;

	for (i = 0; i < array->n; i++) {
		if (is_signed) {
			MUST(mmr_array_get_i64(array, i, &i64) == 0, "%s", mmr_last_error());
			add_wide(&high, &low, (uint64_t)i64, i64 < 0);
			least = i64 < least ? i64 : least;
			most = i64 > most ? i64 : most;
		} else {
			MUST(mmr_array_get_u64(array, i, &u64) == 0, "%s", mmr_last_error());
			add_wide(&high, &low, u64, false);
			u_least = u64 < u_least ? u64 : u_least;
			u_most = u64 > u_most ? u64 : u_most;
		}
	}
	MUST(summary->n == array->n && summary->n_nan == 0, "%s: %zu elements", what, array->n);
	MUST(summary->sum_high == high && summary->sum_low == low, "%s: sum of %zu", what,
		array->n);
#if defined(__SIZEOF_INT128__)
	MUST(summary->sum == (double)(high * ((wide_int)1 << 64) + low),
		"%s: sum of %zu as a double", what, array->n);
#endif
	if (array->n == 0)
		MUST(summary->min.u64 == 0 && summary->max.u64 == 0, "%s: limits of an empty sum",
			what);
	else if (is_signed)
		MUST(summary->min.i64 == least && summary->max.i64 == most, "%s: range of %zu",
			what, array->n);
	else
		MUST(summary->min.u64 == u_least && summary->max.u64 == u_most, "%s: range of %zu",
			what, array->n);
}

static void must_be_float_sum(const mmr_array *array, const mmr_summary *summary, const char *what)
{
	long double sum = 0, magnitudes = 0;
	double least = (double)INFINITY, most = -(double)INFINITY, value;
	size_t i, n_nan = 0;

	for (i = 0; i < array->n; i++) {
		MUST(mmr_array_get_f64(array, i, &value) == 0, "%s", mmr_last_error());
		sum += value;
		magnitudes += fabsl((long double)value);
		n_nan += isnan(value) != 0;
		least = value < least ? value : least;
		most = value > most ? value : most;
	}
	MUST(summary->n == array->n && summary->n_nan == n_nan, "%s: %zu elements, %zu NaN", what,
		array->n, (size_t)summary->n_nan);
	/* A sum that overflows a double may fit in a long double. */
	if (isnan(sum) || isinf((double)sum))
		MUST(isnan(sum) ? isnan(summary->sum) : summary->sum == (double)sum, "%s: %g", what,
			summary->sum);
	else
		MUST(fabsl(summary->sum - sum) <= magnitudes * 0x1p-44L, "%s: %.17g of %zu", what,
			summary->sum, array->n);
	if (array->n == n_nan && array->n > 0)
		MUST(isnan(summary->min.f64) && isnan(summary->max.f64), "%s: of NaN", what);
	else if (array->n > 0)
		MUST(summary->min.f64 == least && summary->max.f64 == most, "%s: range of %zu",
			what, array->n);
}

/* Checks the sum with the kernels of every instance. All must give the same bits. */
static void must_sum(const mmr_array *array, const char *what)
{
	const struct simd_kernels *const *kernels;
	mmr_summary summary, first;
	char name[96];

	memset(&first, 0, sizeof(first));
	for (kernels = simd_table; *kernels; kernels++) {
		if (!(*kernels)->usable())
			continue;
		atomic_store(&simd_chosen, *kernels);
		snprintf(name, sizeof(name), "%s by %s", what, (*kernels)->name);
		ck_assert_int_eq(mmr_array_sum(array, &summary), 0);
		if (array->type <= MMR_I64)
			must_be_whole_sum(array, &summary, name);
		else
			must_be_float_sum(array, &summary, name);
		if (first.type != 0)
			MUST(memcmp(&first.sum, &summary.sum, 8) == 0 || isnan(first.sum),
				"%s: %.17g, not %.17g", name, summary.sum, first.sum);
		first = summary;
	}
	atomic_store(&simd_chosen, NULL);
}

/* Random numbers of a type. `tame` floating-point numbers have finite sums. */
static void fill(struct chance *chance, char *bytes, size_t n, enum mmr_type type, bool tame)
{
	size_t i, size = mmr_type_size(type);
	double f64;
	float f32;

	chance_fill(chance, bytes, n * size, (mmr_slice){NULL, 0});
	for (i = 0; tame && i < n; i++) {
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

START_TEST(test_sum_of_every_length_and_type)
{
	struct fence fence = fence_open(40000);
	struct chance chance = {3};
	static const size_t more[] = {511, 1023, 2047, 2048, 2049, 4095, 4097};
	mmr_array array, cut;
	size_t n, i, size;
	char what[64];
	int type;

	for (type = MMR_U8; type <= MMR_F64; type++) {
		size = mmr_type_size((enum mmr_type)type);
		for (i = 0; i < 258 + ARRAY_LEN(more); i++) {
			n = i < 258 ? i : more[i - 258];
			fill(&chance, fence.stop - n * size, n, (enum mmr_type)type, i % 4 != 0);
			snprintf(what, sizeof(what), "%zu of %s", n, names[type]);
			ck_assert_int_eq(
				mmr_array_of((mmr_slice){fence.stop - n * size, n * size},
					(enum mmr_type)type, (enum mmr_order)(i % 3), &array),
				0);
			must_sum(&array, what);
			ck_assert_int_eq(
				mmr_array_cut(&array, MMR_END, MMR_START, -(int)(i % 3) - 1, &cut),
				0);
			must_sum(&cut, what);
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_sum_at_the_limits_of_types)
{
	static const unsigned char patterns[] = {0x00, 0xff, 0x7f, 0x80};
	static char bytes[65536];
	mmr_array array;
	char what[64];
	size_t p, i, size;
	int type;

	for (type = MMR_U8; type <= MMR_I64; type++) {
		size = mmr_type_size((enum mmr_type)type);
		for (p = 0; p < ARRAY_LEN(patterns); p++) {
			/* Thousands of times the lowest or the highest number. */
			memset(bytes, patterns[p] >= 0x80 && patterns[p] < 0xff ? 0 : 0xff, 65536);
			if (patterns[p] == 0)
				memset(bytes, 0, sizeof(bytes));
			for (i = 0; i < sizeof(bytes); i += size)
				bytes[i] = (char)patterns[p];
			snprintf(what, sizeof(what), "%02x in %s", patterns[p], names[type]);
			ck_assert_int_eq(mmr_array_of((mmr_slice){bytes, sizeof(bytes)},
						 (enum mmr_type)type, MMR_BIG, &array),
				0);
			must_sum(&array, what);
		}
	}
}
END_TEST

START_TEST(test_sum_of_special_numbers)
{
	double values[64];
	static const double odd[] = {NAN, INFINITY, -INFINITY, -0.0, DBL_MAX, -DBL_MAX, 5e-324};
	struct chance chance = {8};
	mmr_array array;
	char what[64];
	size_t i, round;

	for (round = 0; round < 500; round++) {
		for (i = 0; i < 64; i++)
			values[i] = chance_below(&chance, 8) > 0
					    ? (double)chance_below(&chance, 100)
					    : odd[chance_below(&chance, round % 2 ? 7 : 4)];
		snprintf(what, sizeof(what), "round %zu", round);
		ck_assert_int_eq(mmr_array_of((mmr_slice){(const char *)values,
						      8 * chance_below(&chance, 65)},
					 MMR_F64, MMR_NATIVE, &array),
			0);
		/* Odd rounds have large doubles. Whether their sum overflows depends on the
		 * order. */
		if (round % 2 == 0)
			must_sum(&array, what);
		else
			ck_assert_int_eq(mmr_array_sum(&array, &(mmr_summary){.n = 0}), 0);
	}
}
END_TEST

START_TEST(test_sum_is_exact_across_pieces)
{
	/* Each number is in a piece of its own and is cancelled by one in another piece. */
	static double values[6 * 2048];
	mmr_summary summary;
	mmr_array array;

	values[0] = 1e300;
	values[2048] = 1;
	values[2 * 2048] = -1e300;
	values[3 * 2048] = 1e-300;
	values[4 * 2048] = -1;
	ck_assert_int_eq(mmr_array_of((mmr_slice){(const char *)values, sizeof(values)}, MMR_F64,
				 MMR_NATIVE, &array),
		0);
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	ck_assert(summary.sum == 1e-300);
}
END_TEST

START_TEST(test_sum_of_nan_only)
{
	double values[3] = {(double)NAN, (double)NAN, -(double)NAN};
	mmr_summary summary;
	mmr_array array;

	ck_assert_int_eq(mmr_array_of((mmr_slice){(const char *)values, sizeof(values)}, MMR_F64,
				 MMR_NATIVE, &array),
		0);
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	ck_assert_uint_eq(summary.n, 3);
	ck_assert_uint_eq(summary.n_nan, 3);
	ck_assert(isnan(summary.sum) && isnan(summary.min.f64) && isnan(summary.max.f64));
}
END_TEST

/* Sums numbers of three different pieces, which are added exactly. */
static double sum_of_three(double a, double b, double c)
{
	static double values[2 * 2048 + 1];
	mmr_summary summary;
	mmr_array array;

	values[0] = a;
	values[2048] = b;
	values[2 * 2048] = c;
	ck_assert_int_eq(mmr_array_of((mmr_slice){(const char *)values, sizeof(values)}, MMR_F64,
				 MMR_NATIVE, &array),
		0);
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	return summary.sum;
}

START_TEST(test_sum_at_the_limits_of_doubles)
{
	static const double tiny[] = {0x1p-1074, 0x3p-1074, 0x1p-1043, 0x1p-1042, 0x1p-1041,
		0x1.8p-1023, 0x1p-1022, 0x1p-1011, 0x1p-1010};
	size_t i, k;

	/* The partial sum or the sum exceeds the largest double. */
	ck_assert(sum_of_three(DBL_MAX, DBL_MAX, -DBL_MAX) == DBL_MAX);
	ck_assert(sum_of_three(-DBL_MAX, -DBL_MAX, DBL_MAX) == -DBL_MAX);
	ck_assert(sum_of_three(DBL_MAX, DBL_MAX, 1) == (double)INFINITY);
	ck_assert(sum_of_three(-DBL_MAX, 1, -DBL_MAX) == -(double)INFINITY);
	/* The largest double plus half of its last bit rounds to infinity, less does not. */
	ck_assert(sum_of_three(DBL_MAX, 0x1p970, 0) == (double)INFINITY);
	ck_assert(sum_of_three(DBL_MAX, 0x1p970, -0x1p-1074) == DBL_MAX);
	/* Two numbers are rounded once, as in an addition of doubles. The x87 rounds when it
	 * stores, hence volatile. */
	for (i = 0; i < ARRAY_LEN(tiny); i++) {
		for (k = 0; k < ARRAY_LEN(tiny); k++) {
			volatile double sum = tiny[i] + tiny[k], difference = tiny[k] - tiny[i];

			ck_assert(sum_of_three(tiny[i], tiny[k], 0) == sum);
			ck_assert(sum_of_three(-tiny[i], tiny[k], 0) == difference);
		}
	}
}
END_TEST

START_TEST(test_sum_as_integer)
{
	uint64_t most[2] = {UINT64_MAX, 1};
	int64_t least[2] = {INT64_MIN, -1}, sum = 77;
	mmr_summary summary;
	mmr_array array;
	uint64_t u_sum = 77;

	ck_assert_int_eq(
		mmr_array_of((mmr_slice){(const char *)most, 8}, MMR_U64, MMR_NATIVE, &array), 0);
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	ck_assert_int_eq(mmr_summary_i64(&summary, &sum), -ERANGE);
	ck_assert_int_eq(mmr_summary_u64(&summary, &u_sum), 0);
	ck_assert_uint_eq(u_sum, UINT64_MAX);
	array.n = 2;
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	ck_assert_int_eq(mmr_summary_u64(&summary, &u_sum), -ERANGE);
	ck_assert(summary.sum == 0x1p64);
	ck_assert_int_eq(
		mmr_array_of((mmr_slice){(const char *)least, 16}, MMR_I64, MMR_NATIVE, &array), 0);
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	ck_assert_int_eq(mmr_summary_i64(&summary, &sum), -ERANGE);
	ck_assert_int_eq(mmr_summary_u64(&summary, &u_sum), -ERANGE);
	array.n = 1;
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	ck_assert_int_eq(mmr_summary_i64(&summary, &sum), 0);
	ck_assert_int_eq(sum, INT64_MIN);
	array.type = MMR_F64;
	ck_assert_int_eq(mmr_array_sum(&array, &summary), 0);
	ck_assert_int_eq(mmr_summary_i64(&summary, &sum), -EINVAL);
	ck_assert_int_eq(mmr_summary_u64(&summary, &u_sum), -EINVAL);
}
END_TEST

static bool same(const mmr_summary *a, const mmr_summary *b)
{
	return a->type == b->type && a->n == b->n && a->n_nan == b->n_nan &&
	       memcmp(&a->sum, &b->sum, 8) == 0 && a->sum_high == b->sum_high &&
	       a->sum_low == b->sum_low && a->min.u64 == b->min.u64 && a->max.u64 == b->max.u64;
}

/* The result has the same bits for all I/O modes and numbers of threads. */
static void sum_every_way(const struct setting *setting, void *arg)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_summary summary, first;
	size_t at = *(const size_t *)arg, stride;
	enum mmr_type type;
	int io_mode, t;
	mmr_array array;

	for (t = MMR_U8 + (int)at; t <= MMR_F64; t += 3) {
		type = (enum mmr_type)t;
		stride = mmr_type_size(type) + at % 5;
		options.offset = at;
		options.length = (setting->bytes.len - at) / stride * stride;
		first.type = (enum mmr_type)0;
		for (io_mode = MMR_IO_AUTO; io_mode <= MMR_IO_READ; io_mode++) {
			options.io_mode = (enum mmr_io_mode)io_mode;
			for (options.n_threads = 1; options.n_threads <= 5;
				options.n_threads += 2) {
				ck_assert_int_eq(mmr_sum_numbers(setting->reader, type, MMR_BIG,
							 stride, &options, &summary),
					0);
				if (first.type != (enum mmr_type)0)
					MUST(same(&summary, &first), "%s: %s, mode %d, %u threads",
						setting->name, names[t], io_mode,
						options.n_threads);
				first = summary;
			}
		}
		ck_assert_int_eq(mmr_array_of_stride((mmr_slice){setting->bytes.ptr + at,
							     (size_t)options.length},
					 type, MMR_BIG, stride, &array),
			0);
		if (type <= MMR_I64)
			must_be_whole_sum(&array, &first, setting->name);
		else
			must_be_float_sum(&array, &first, setting->name);
	}
}

START_TEST(test_sum_of_a_file)
{
	static char bytes[(1 << 20) + 500000];
	struct chance chance = {5};
	size_t at;

	ck_assert_int_eq(mmr_guard_install(), 0);
	fill(&chance, bytes, sizeof(bytes) / 8, MMR_F64, true);
	for (at = 0; at < 3; at++)
		on_every_backing(
			(mmr_slice){bytes, at == 0 ? sizeof(bytes) : 100001}, sum_every_way, &at);
}
END_TEST

/* Long enough for each of five threads to have a range, so that their sums are merged. */
#define SHARED_LEN ((size_t)9 << 20)

static void put_double(char *bytes, size_t at, double value)
{
	memcpy(bytes + at, &value, sizeof(value));
}

static mmr_summary sum_shared(mmr_reader *reader, enum mmr_type type)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_summary summary, single;

	options.n_threads = 1;
	ck_assert_int_eq(mmr_sum_numbers(reader, type, MMR_NATIVE, 0, &options, &single), 0);
	for (options.n_threads = 2; options.n_threads <= 5; options.n_threads++) {
		ck_assert_int_eq(
			mmr_sum_numbers(reader, type, MMR_NATIVE, 0, &options, &summary), 0);
		/* The bits of a NaN may differ. */
		if (isnan(single.sum) && isnan(summary.sum))
			summary.sum = single.sum;
		MUST(same(&summary, &single), "%s with %u threads", names[type], options.n_threads);
	}
	return single;
}

START_TEST(test_sum_shared_by_threads)
{
	char *bytes = malloc(SHARED_LEN);
	struct chance chance = {9};
	mmr_summary summary;
	mmr_reader *reader;
	mmr_array array;
	int type;

	fill(&chance, bytes, SHARED_LEN / 8, MMR_F64, true);
	ck_assert_int_eq(mmr_open_memory(bytes, SHARED_LEN, &reader), 0);
	for (type = MMR_U8; type <= MMR_I64; type++) {
		summary = sum_shared(reader, (enum mmr_type)type);
		ck_assert_int_eq(mmr_array_of((mmr_slice){bytes, SHARED_LEN}, (enum mmr_type)type,
					 MMR_NATIVE, &array),
			0);
		must_be_whole_sum(&array, &summary, "shared by threads");
	}
	summary = sum_shared(reader, MMR_F64);
	ck_assert_int_eq(
		mmr_array_of((mmr_slice){bytes, SHARED_LEN}, MMR_F64, MMR_NATIVE, &array), 0);
	must_be_float_sum(&array, &summary, "shared by threads");

	/* Infinity or NaN in the range of one thread determines the result. */
	put_double(bytes, SHARED_LEN - 8, (double)INFINITY);
	ck_assert(sum_shared(reader, MMR_F64).sum > DBL_MAX);
	put_double(bytes, 0, -(double)INFINITY);
	ck_assert(isnan(sum_shared(reader, MMR_F64).sum));
	put_double(bytes, SHARED_LEN - 8, 0);
	ck_assert(sum_shared(reader, MMR_F64).sum < -DBL_MAX);
	put_double(bytes, SHARED_LEN / 2, (double)NAN);
	ck_assert_uint_eq(sum_shared(reader, MMR_F64).n_nan, 1);
	mmr_close(reader);
	free(bytes);
}
END_TEST

START_TEST(test_sum_of_a_file_refuses)
{
	static char bytes[100003];
	static const struct {
		int type, order;
		size_t stride;
	} bad[] = {{MMR_F64, MMR_NATIVE, 7}, {MMR_F64, MMR_NATIVE, SIZE_MAX}, {99, MMR_NATIVE, 0},
		{MMR_U8, 3, 0}};
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	mmr_summary summary = {.n = 77};
	size_t i;

	ck_assert_int_eq(mmr_sum_numbers(reader, MMR_F64, MMR_NATIVE, 0, NULL, &summary), -EBADMSG);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "3 of the 8 bytes"));
	ck_assert_uint_eq(summary.n, 77);
	options.offset = 3;
	ck_assert_int_eq(mmr_sum_numbers(reader, MMR_F64, MMR_NATIVE, 0, &options, &summary), 0);
	ck_assert_uint_eq(summary.n, 12500);
	options.offset = 200000;
	ck_assert_int_eq(mmr_sum_numbers(reader, MMR_F64, MMR_NATIVE, 0, &options, &summary), 0);
	ck_assert_uint_eq(summary.n, 0);
	for (i = 0; i < ARRAY_LEN(bad); i++)
		MUST(mmr_sum_numbers(reader, (enum mmr_type)bad[i].type,
			     (enum mmr_order)bad[i].order, bad[i].stride, NULL,
			     &summary) == -EINVAL,
			"case %zu", i);
	options.struct_size = 1;
	ck_assert_int_eq(
		mmr_sum_numbers(reader, MMR_U8, MMR_NATIVE, 0, &options, &summary), -EINVAL);
	temp_resize(&temp, 50000);
	ck_assert_int_eq(mmr_guard_install(), 0);
	summary.n = 77;
	options = (mmr_scan_options)MMR_SCAN_OPTIONS_INIT;
	options.length = 100000;
	ck_assert_int_eq(mmr_sum_numbers(reader, MMR_F64, MMR_NATIVE, 0, &options, &summary),
		MMR_ETRUNCATED);
	ck_assert_uint_eq(summary.n, 77);
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *sum_suite(void)
{
	Suite *suite = suite_create("sum");

	ADD_CASE(suite, "core", test_sum_of_every_length_and_type, test_sum_is_exact_across_pieces,
		test_sum_of_a_file, test_sum_shared_by_threads);
	ADD_CASE(suite, "limits", test_sum_at_the_limits_of_types,
		test_sum_at_the_limits_of_doubles, test_sum_of_nan_only,
		test_sum_of_special_numbers, test_sum_as_integer);
	ADD_CASE(suite, "faults", test_sum_of_a_file_refuses);
	return suite;
}

CHECK_MAIN(sum_suite)
