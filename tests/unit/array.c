/* array.c - typed arrays over slices
 *
 * The oracles are C conversions of values that are assembled byte by byte, and Python's rule for
 * [start:stop:step], applied one step at a time.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <math.h>
#include <unistd.h>

static const char *const names[] = {
	"", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f16", "f32", "f64"};

static bool order_is_big(enum mmr_order order)
{
	const uint16_t one = 1;
	char first;

	memcpy(&first, &one, 1);
	return order == MMR_BIG || (order == MMR_NATIVE && first == 0);
}

/* Assembles the bits of an element from its bytes. */
static uint64_t naive_bits(const char *at, size_t size, enum mmr_order order)
{
	uint64_t bits = 0;
	size_t i;

	for (i = 0; i < size; i++)
		bits = bits << 8 | (unsigned char)at[order_is_big(order) ? i : size - 1 - i];
	return bits;
}

/* Converts 16 bits by the definition of IEEE 754. */
static double naive_f16(uint64_t bits)
{
	int exponent = (int)(bits >> 10 & 31);
	double fraction = (double)(bits & 1023), value;

	if (exponent == 31)
		value = fraction > 0 ? (double)NAN : (double)INFINITY;
	else if (exponent == 0)
		value = ldexp(fraction, -24);
	else
		value = ldexp(fraction + 1024, exponent - 25);
	return bits >> 15 ? -value : value;
}

/* Returns an element as a long double. That is exact for every type, except for 64-bit integers
 * where a long double is no longer than a double. */
static long double naive_value(const char *at, enum mmr_type type, enum mmr_order order)
{
	uint64_t bits = naive_bits(at, mmr_type_size(type), order);
	uint32_t half = (uint32_t)bits;
	double wide;
	float single;

	switch (type) {
	case MMR_I8:
		return (int8_t)bits;
	case MMR_I16:
		return (int16_t)bits;
	case MMR_I32:
		return (int32_t)bits;
	case MMR_I64:
		return (long double)(int64_t)bits;
	case MMR_F16:
		return naive_f16(bits);
	case MMR_F32:
		memcpy(&single, &half, sizeof(single));
		return single;
	case MMR_F64:
		memcpy(&wide, &bits, sizeof(wide));
		return wide;
	default:
		return (long double)bits;
	}
}

/* Whether a long double holds 64-bit integers. Checked at run time, because emulators may have less
 * precision than the compiler assumes. */
static bool has_long_doubles(void)
{
	volatile long double most = 0x1p64L, one = 1;

	return most - one < most;
}

static void must_get(const mmr_array *array, size_t i, long double want, const char *name)
{
	bool whole = want == floorl(want) && !isinf(want), is_double = (double)want == want;
	double f64 = 7.5;
	uint64_t u64 = 77;
	int64_t i64 = -77;
	int err;

	err = mmr_array_get_i64(array, i, &i64);
	if (whole && want >= -0x1p63L && want < 0x1p63L)
		MUST(err == 0 && i64 == want, "%s: element %zu as i64", name, i);
	else
		MUST(err == -ERANGE && i64 == -77, "%s: element %zu as i64: %d", name, i, err);
	err = mmr_array_get_u64(array, i, &u64);
	if (whole && want >= 0 && want < 0x1p64L)
		MUST(err == 0 && u64 == want, "%s: element %zu as u64", name, i);
	else
		MUST(err == -ERANGE && u64 == 77, "%s: element %zu as u64: %d", name, i, err);
	err = mmr_array_get_f64(array, i, &f64);
	if (isnan(want))
		MUST(err == 0 && isnan(f64), "%s: element %zu as f64", name, i);
	else if (is_double)
		MUST(err == 0 && f64 == want && !signbit(f64) == !signbit((double)want),
			"%s: element %zu as f64", name, i);
	else
		MUST(err == -ERANGE && f64 == 7.5, "%s: element %zu as f64: %d", name, i, err);
}

/* Mixes random numbers with the limits of every type. */
static void fill(struct chance *chance, char *bytes, size_t len)
{
	static const unsigned char edges[] = {0, 0x7f, 0x80, 0xff, 0x3f, 0x43, 0x7c, 1};
	size_t i;

	chance_fill(chance, bytes, len, (mmr_slice){NULL, 0});
	for (i = 0; i < len; i++)
		if (i / 8 % 3 == 0)
			bytes[i] = (char)edges[chance_below(chance, sizeof(edges))];
}

START_TEST(test_array_elements_of_every_type)
{
	struct fence fence = fence_open(4096);
	struct chance chance = {4};
	size_t shift, stride, n = 29, i, size;
	mmr_array array;
	char name[64];
	int type, order;

	for (type = MMR_U8; type <= MMR_F64; type++) {
		size = mmr_type_size((enum mmr_type)type);
		if (!has_long_doubles() && (type == MMR_I64 || type == MMR_U64))
			continue;
		for (order = MMR_NATIVE; order <= MMR_BIG; order++) {
			for (shift = 0; shift < 9; shift++) {
				stride = size + shift;
				/* The last element ends where the memory ends. */
				mmr_slice bytes = {fence.stop - (n - 1) * stride - size,
					(n - 1) * stride + size};

				fill(&chance, (char *)bytes.ptr, bytes.len);
				snprintf(name, sizeof(name), "%s, order %d, stride %zu",
					names[type], order, stride);
				MUST(mmr_array_of_stride(bytes, (enum mmr_type)type,
					     (enum mmr_order)order, stride, &array) == 0,
					"%s: %s", name, mmr_last_error());
				MUST(array.n == n, "%s: %zu elements", name, array.n);
				for (i = 0; i < n; i++)
					must_get(&array, i,
						naive_value(bytes.ptr + i * stride,
							(enum mmr_type)type, (enum mmr_order)order),
						name);
			}
		}
	}
	fence_close(&fence);
}
END_TEST

START_TEST(test_array_every_f16)
{
	static uint16_t all[65536];
	mmr_array array;
	double value;
	size_t i;

	for (i = 0; i < 65536; i++)
		all[i] = (uint16_t)i;
	ck_assert_int_eq(mmr_array_of((mmr_slice){(const char *)all, sizeof(all)}, MMR_F16,
				 MMR_NATIVE, &array),
		0);
	for (i = 0; i < 65536; i++) {
		double want = naive_f16(i);

		MUST(mmr_array_get_f64(&array, i, &value) == 0, "%s", mmr_last_error());
		MUST(isnan(want) ? isnan(value)
				 : value == want && !signbit(value) == !signbit(want),
			"f16 %zx: %g instead of %g", i, value, want);
	}
}
END_TEST

/* Like Python's slice.indices(): finds the index of each element of the slice. */
static size_t naive_cut(int64_t n, int64_t start, int64_t stop, int64_t step, int64_t indexes[])
{
	int64_t low = step < 0 ? -1 : 0, high = step < 0 ? n - 1 : n, at;
	size_t count = 0;

	start = start < 0 ? start + n : start;
	stop = stop < 0 ? stop + n : stop;
	start = start < low ? low : start > high ? high : start;
	stop = stop < low ? low : stop > high ? high : stop;
	for (at = start; step < 0 ? at > stop : at < stop; at += step)
		indexes[count++] = at;
	return count;
}

START_TEST(test_array_cut_matches_python)
{
	static const char bytes[] = {0, 1, 2, 3, 4, 5, 6, 7};
	mmr_array array, cut, again;
	int64_t n, start, stop, step, indexes[16];
	uint64_t value;
	size_t wanted, i;

	for (n = 0; n <= 7; n++) {
		ck_assert_int_eq(
			mmr_array_of((mmr_slice){bytes, (size_t)n}, MMR_U8, MMR_NATIVE, &array), 0);
		for (start = -9; start <= 9; start++) {
			for (stop = -9; stop <= 9; stop++) {
				for (step = -9; step <= 9; step++) {
					if (step == 0)
						continue;
					wanted = naive_cut(n, start, stop, step, indexes);
					ck_assert_int_eq(
						mmr_array_cut(&array, start, stop, step, &cut), 0);
					MUST(cut.n == wanted, "[%d:%d:%d] of %d: %zu", (int)start,
						(int)stop, (int)step, (int)n, cut.n);
					for (i = 0; i < wanted; i++) {
						MUST(mmr_array_get_u64(&cut, i, &value) == 0, "%s",
							mmr_last_error());
						MUST(value == (uint64_t)indexes[i],
							"[%d:%d:%d] of %d", (int)start, (int)stop,
							(int)step, (int)n);
					}
					/* Reverses the cut twice. */
					ck_assert_int_eq(
						mmr_array_cut(&cut, MMR_END, MMR_START, -1, &again),
						0);
					MUST(again.n == wanted, "reversed: %zu", again.n);
					for (i = 0; i < wanted; i++) {
						MUST(mmr_array_get_u64(&again, i, &value) == 0,
							"%s", mmr_last_error());
						MUST(value == (uint64_t)indexes[wanted - 1 - i],
							"[%d:%d:%d] of %d reversed", (int)start,
							(int)stop, (int)step, (int)n);
					}
				}
			}
		}
	}
	ck_assert_int_eq(mmr_array_cut(&array, 0, 1, 0, &cut), -EINVAL);
}
END_TEST

START_TEST(test_array_cut_at_the_limits)
{
	static const char bytes[64];
	mmr_array array, cut;

	ck_assert_int_eq(mmr_array_of((mmr_slice){bytes, 64}, MMR_U64, MMR_NATIVE, &array), 0);
	ck_assert_int_eq(mmr_array_cut(&array, 0, MMR_END, INT64_MAX, &cut), 0);
	ck_assert_uint_eq(cut.n, 1);
	ck_assert_int_eq(mmr_array_cut(&array, MMR_END, MMR_START, INT64_MIN, &cut), 0);
	ck_assert_uint_eq(cut.n, 1);
	ck_assert_ptr_eq(cut.ptr, bytes + 56);
	ck_assert_int_eq(mmr_array_cut(&array, INT64_MIN, INT64_MAX, 3, &cut), 0);
	ck_assert_uint_eq(cut.n, 3);
	/* Three elements with a stride of PTRDIFF_MAX. They are never read. Two strides overflow an
	 * address. */
	ck_assert_int_eq(mmr_array_of_stride((mmr_slice){bytes, SIZE_MAX}, MMR_U8, MMR_NATIVE,
				 PTRDIFF_MAX, &array),
		0);
	ck_assert_uint_eq(array.n, 3);
	cut.n = 77;
	ck_assert_int_eq(mmr_array_cut(&array, 0, MMR_END, 2, &cut), -ERANGE);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "step of 2"));
	ck_assert_uint_eq(cut.n, 77);
	ck_assert_int_eq(mmr_array_cut(&array, 0, MMR_END, 1, &cut), 0);
	ck_assert_uint_eq(cut.n, 3);
}
END_TEST

START_TEST(test_array_refuses_incomplete_elements)
{
	static const char bytes[24];
	mmr_array array = {bytes, 77, 1, 1, false};
	size_t len;

	for (len = 0; len <= 24; len++) {
		int err = mmr_array_of((mmr_slice){bytes, len}, MMR_F64, MMR_LITTLE, &array);
		char rest[32];

		MUST(err == (len % 8 ? -EBADMSG : 0), "%zu bytes: %d", len, err);
		snprintf(rest, sizeof(rest), "(%zu of the 8 bytes", len % 8);
		MUST(err == 0 || strstr(mmr_last_error(), rest), "%s", mmr_last_error());
	}
	/* The gap after the last element may be missing. */
	for (len = 0; len <= 24; len++) {
		int err = mmr_array_of_stride(
			(mmr_slice){bytes, len}, MMR_U16, MMR_LITTLE, 5, &array);

		MUST(err == (len % 5 == 1 ? -EBADMSG : 0), "%zu bytes: %d", len, err);
		MUST(err < 0 || array.n == (len + 3) / 5, "%zu bytes: %zu", len, array.n);
	}
	array.n = 77;
	ck_assert_int_eq(
		mmr_array_of((mmr_slice){bytes, 8}, (enum mmr_type)0, MMR_BIG, &array), -EINVAL);
	ck_assert_int_eq(
		mmr_array_of((mmr_slice){bytes, 8}, (enum mmr_type)12, MMR_BIG, &array), -EINVAL);
	ck_assert_int_eq(
		mmr_array_of((mmr_slice){bytes, 8}, MMR_U8, (enum mmr_order)3, &array), -EINVAL);
	ck_assert_int_eq(
		mmr_array_of_stride((mmr_slice){bytes, 8}, MMR_U64, MMR_BIG, 7, &array), -EINVAL);
	ck_assert_int_eq(mmr_array_of_stride((mmr_slice){bytes, 8}, MMR_U64, MMR_BIG,
				 (size_t)PTRDIFF_MAX + 1, &array),
		-EINVAL);
	ck_assert_uint_eq(array.n, 77);
}
END_TEST

START_TEST(test_array_pointer_needs_plain_elements)
{
	static uint64_t aligned[8];
	mmr_slice bytes = {(const char *)aligned, sizeof(aligned)};
	mmr_array array, cut;
	const void *elements = NULL;
	enum mmr_order other = order_is_big(MMR_NATIVE) ? MMR_LITTLE : MMR_BIG;
	int type;

	for (type = MMR_U8; type <= MMR_F64; type++) {
		ck_assert_int_eq(mmr_array_of(bytes, (enum mmr_type)type, MMR_NATIVE, &array), 0);
		ck_assert_int_eq(mmr_array_pointer(&array, &elements), 0);
		ck_assert_ptr_eq(elements, aligned);
		ck_assert_int_eq(mmr_array_cut(&array, 0, MMR_END, 2, &cut), 0);
		ck_assert_int_eq(mmr_array_pointer(&cut, &elements), -ENOTSUP);
		if (mmr_type_size((enum mmr_type)type) == 1)
			continue;
		ck_assert_int_eq(mmr_array_of(bytes, (enum mmr_type)type, other, &array), 0);
		ck_assert_int_eq(mmr_array_pointer(&array, &elements), -ENOTSUP);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "byte order"));
		ck_assert_int_eq(mmr_array_of((mmr_slice){bytes.ptr + 1, 8}, (enum mmr_type)type,
					 MMR_NATIVE, &array),
			0);
		ck_assert_int_eq(mmr_array_pointer(&array, &elements), -ENOTSUP);
		ck_assert_ptr_nonnull(strstr(mmr_last_error(), "aligned"));
	}
	ck_assert_ptr_eq(elements, aligned);
	/* An empty array has no alignment. */
	ck_assert_int_eq(
		mmr_array_of((mmr_slice){bytes.ptr + 1, 0}, MMR_U64, MMR_NATIVE, &array), 0);
	ck_assert_int_eq(mmr_array_pointer(&array, &elements), 0);
	ck_assert_ptr_eq(elements, bytes.ptr + 1);
}
END_TEST

/* Checks that copies return the same as gets, up to the first element that does not fit. */
static void must_copy(const mmr_array *array, const char *name)
{
	static double f64[2000], want_f64;
	static uint64_t u64[2000], want_u64;
	static int64_t i64[2000], want_i64;
	size_t i;
	int err, want = 0;

#define MUST_COPY(kind) \
	err = mmr_array_copy_##kind(array, kind, array->n); \
	for (i = 0, want = 0; i < array->n && want == 0; i++) { \
		want = mmr_array_get_##kind(array, i, &want_##kind); \
		MUST(want < 0 || memcmp(&kind[i], &want_##kind, 8) == 0, "%s: copy %zu as " #kind, \
			name, i); \
	} \
	MUST(err == want, "%s: copy as " #kind ": %d instead of %d", name, err, want); \
	if (array->n > 0) \
		MUST(mmr_array_copy_##kind(array, kind, array->n - 1) == -ERANGE, "%s", name);
	MUST_COPY(f64)
	MUST_COPY(u64)
	MUST_COPY(i64)
#undef MUST_COPY
}

START_TEST(test_array_copies_match_gets)
{
	static char bytes[16000], out[16001];
	struct chance chance = {9};
	static const size_t lens[] = {0, 1, 2, 63, 511, 512, 513, 1025, 1999};
	mmr_array array, cut;
	size_t l, size, i;
	char name[64];
	int type, order, step;

	for (type = MMR_U8; type <= MMR_F64; type++) {
		size = mmr_type_size((enum mmr_type)type);
		for (l = 0; l < ARRAY_LEN(lens); l++) {
			order = (int)(l % 3);
			/* First small numbers, which all conversions accept, then any bytes. */
			memset(bytes, 0, sizeof(bytes));
			for (i = 0; i < lens[l]; i++)
				bytes[i * size +
					(order_is_big((enum mmr_order)order) ? size - 1 : 0)] =
					(char)chance_below(&chance, 100);
			if (l % 2)
				fill(&chance, bytes + sizeof(bytes) - 800, 800);
			ck_assert_int_eq(
				mmr_array_of((mmr_slice){bytes, lens[l] * size},
					(enum mmr_type)type, (enum mmr_order)order, &array),
				0);
			for (step = -3; step <= 3; step++) {
				if (step == 0)
					continue;
				snprintf(name, sizeof(name), "%zu of %s, order %d, step %d",
					lens[l], names[type], order, step);
				ck_assert_int_eq(
					mmr_array_cut(&array, step < 0 ? MMR_END : 0,
						step < 0 ? MMR_START : MMR_END, step, &cut),
					0);
				must_copy(&cut, name);
				out[cut.n * size] = 'x';
				ck_assert_int_eq(mmr_array_copy(&cut, out, cut.n * size), 0);
				ck_assert_int_eq(out[cut.n * size], 'x');
				for (i = 0; i < cut.n; i++)
					MUST(naive_bits(out + i * size, size, MMR_NATIVE) ==
							naive_bits(
								cut.ptr + (ptrdiff_t)i * cut.stride,
								size, (enum mmr_order)order),
						"%s: copy %zu", name, i);
				if (cut.n > 0)
					ck_assert_int_eq(
						mmr_array_copy(&cut, out, cut.n * size - 1),
						-ERANGE);
			}
		}
	}
}
END_TEST

START_TEST(test_array_of_a_truncated_file)
{
	static char bytes[65536];
	struct temp temp = temp_open(bytes, sizeof(bytes));
	mmr_reader *reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	static double values[8192];
	mmr_summary summary = {.n = 77};
	mmr_array array;
	double value = 7.5;

	ck_assert_int_eq(mmr_guard_install(), 0);
	ck_assert_int_eq(mmr_array_of(mmr_bytes(reader), MMR_F64, MMR_BIG, &array), 0);
	temp_resize(&temp, 20000);
	MUST(mmr_array_get_f64(&array, 100, &value) == 0, "%s", mmr_last_error());
	ck_assert_int_eq(mmr_array_get_f64(&array, 8191, &value), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_array_copy(&array, values, sizeof(values)), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_array_copy_f64(&array, values, 8192), MMR_ETRUNCATED);
	ck_assert_int_eq(mmr_array_sum(&array, &summary), MMR_ETRUNCATED);
	ck_assert_uint_eq(summary.n, 77);
	ck_assert_double_eq(value, 0);
	mmr_close(reader);
	temp_close(&temp);
	ck_assert_int_eq(mmr_array_get_f64(&array, array.n, &value), -ERANGE);
}
END_TEST

static void see(const struct setting *setting, void *arg)
{
	mmr_array array;
	uint64_t value;
	size_t i;
	int err = mmr_array_of(mmr_bytes(setting->reader), MMR_U16, MMR_BIG, &array);

	(void)arg;
	MUST(err == (setting->addressable ? 0 : MMR_ENOMAP), "%s: %d", setting->name, err);
	for (i = 0; err == 0 && i < array.n; i++) {
		MUST(mmr_array_get_u64(&array, i, &value) == 0, "%s", mmr_last_error());
		MUST(value == naive_bits(setting->bytes.ptr + 2 * i, 2, MMR_BIG), "%s: element %zu",
			setting->name, i);
	}
}

START_TEST(test_array_on_every_backing)
{
	static char bytes[20000];
	struct chance chance = {1};

	chance_fill(&chance, bytes, sizeof(bytes), (mmr_slice){NULL, 0});
	on_every_backing((mmr_slice){bytes, sizeof(bytes)}, see, NULL);
}
END_TEST

static Suite *array_suite(void)
{
	Suite *suite = suite_create("array");

	ADD_CASE(suite, "core", test_array_elements_of_every_type, test_array_every_f16,
		test_array_cut_matches_python, test_array_copies_match_gets,
		test_array_on_every_backing);
	ADD_CASE(suite, "limits", test_array_cut_at_the_limits,
		test_array_refuses_incomplete_elements, test_array_pointer_needs_plain_elements);
	ADD_CASE(suite, "faults", test_array_of_a_truncated_file);
	return suite;
}

CHECK_MAIN(array_suite)
