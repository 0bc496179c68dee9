/* number.c - numbers in text
 *
 * The oracles are strtoll, strtoull and strtod in the C locale, and the rules of the header where
 * they differ (spaces, hexadecimal numbers, bytes after the number).
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <fenv.h>
#include <float.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>

#define MARK_I64 INT64_C(-77)
#define MARK_U64 UINT64_C(77)
#define MARK_F64 7.75

/* Whether two doubles have the same bits or are both NaN. */
static bool same(double a, double b)
{
	return isnan(a) ? isnan(b) : memcmp(&a, &b, sizeof(a)) == 0;
}

static void must_be_i64(mmr_slice text, int want_err, int64_t want)
{
	int64_t value = MARK_I64;
	int err = mmr_slice_to_i64(text, &value);

	MUST(err == want_err && value == (want_err < 0 ? MARK_I64 : want),
		"i64 of '%.*s': %d, %" PRId64 "; should be %d, %" PRId64,
		(int)min_size(text.len, 60), text.ptr ? text.ptr : "", err, value, want_err, want);
}

static void must_be_u64(mmr_slice text, int want_err, uint64_t want)
{
	uint64_t value = MARK_U64;
	int err = mmr_slice_to_u64(text, &value);

	MUST(err == want_err && value == (want_err < 0 ? MARK_U64 : want),
		"u64 of '%.*s': %d, %" PRIu64 "; should be %d, %" PRIu64,
		(int)min_size(text.len, 60), text.ptr ? text.ptr : "", err, value, want_err, want);
}

static void must_be_f64(mmr_slice text, int want_err, double want)
{
	double value = MARK_F64;
	int err = mmr_slice_to_f64(text, &value);

	MUST(err == want_err && same(value, want_err < 0 ? MARK_F64 : want),
		"f64 of '%.*s': %d, %a; should be %d, %a", (int)min_size(text.len, 60),
		text.ptr ? text.ptr : "", err, value, want_err, want);
}

/* Compares with strtod. A number that is too large is -ERANGE, one that is too small is 0. */
static void must_be_as_strtod(const char *text)
{
	double want = strtod(text, NULL);

	must_be_f64(mmr_slice_of(text), isinf(want) ? -ERANGE : 0, want);
}

START_TEST(test_number_integer_examples)
{
	static const struct {
		const char *text;
		int i64_err;
		int64_t i64;
		int u64_err;
		uint64_t u64;
	} cases[] = {
		{"0", 0, 0, 0, 0},
		{"-0", 0, 0, 0, 0},
		{"+0", 0, 0, 0, 0},
		{"007", 0, 7, 0, 7},
		{"+42", 0, 42, 0, 42},
		{"-1", 0, -1, -ERANGE, 0},
		{"9223372036854775807", 0, INT64_MAX, 0, INT64_MAX},
		{"9223372036854775808", -ERANGE, 0, 0, (uint64_t)INT64_MAX + 1},
		{"-9223372036854775808", 0, INT64_MIN, -ERANGE, 0},
		{"-9223372036854775809", -ERANGE, 0, -ERANGE, 0},
		{"18446744073709551615", -ERANGE, 0, 0, UINT64_MAX},
		{"18446744073709551616", -ERANGE, 0, -ERANGE, 0},
		{"-18446744073709551616", -ERANGE, 0, -ERANGE, 0},
		{"99999999999999999999999999", -ERANGE, 0, -ERANGE, 0},
		{"0000000000000000000000000000000000000000012", 0, 12, 0, 12},
		{"99999999999999999999999999x", -EINVAL, 0, -EINVAL, 0},
		{"", -EINVAL, 0, -EINVAL, 0},
		{"+", -EINVAL, 0, -EINVAL, 0},
		{"-", -EINVAL, 0, -EINVAL, 0},
		{"+-1", -EINVAL, 0, -EINVAL, 0},
		{"--1", -EINVAL, 0, -EINVAL, 0},
		{" 1", -EINVAL, 0, -EINVAL, 0},
		{"1 ", -EINVAL, 0, -EINVAL, 0},
		{"1\n", -EINVAL, 0, -EINVAL, 0},
		{"1_000", -EINVAL, 0, -EINVAL, 0},
		{"1.0", -EINVAL, 0, -EINVAL, 0},
		{"1e3", -EINVAL, 0, -EINVAL, 0},
		{"0x10", -EINVAL, 0, -EINVAL, 0},
		{"abc", -EINVAL, 0, -EINVAL, 0},
		{"1:", -EINVAL, 0, -EINVAL, 0},
		{"1/", -EINVAL, 0, -EINVAL, 0},
		{"\xb1", -EINVAL, 0, -EINVAL, 0},
	};
	size_t i;

	error_set(-EIO, "before");
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		must_be_i64(mmr_slice_of(cases[i].text), cases[i].i64_err, cases[i].i64);
		must_be_u64(mmr_slice_of(cases[i].text), cases[i].u64_err, cases[i].u64);
	}
	must_be_i64((mmr_slice){"1\0", 2}, -EINVAL, 0);
	must_be_i64((mmr_slice){NULL, 0}, -EINVAL, 0);
	/* Malformed numbers are common in data, so they do not set the error message. */
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "before"));
}
END_TEST

START_TEST(test_number_integer_matches_strtoll)
{
	struct chance chance = {21};
	char text[64];
	int i;

	for (i = 0; i < 300000; i++) {
		uint64_t bits = chance_next(&chance) >> chance_below(&chance, 64);
		/* One more digit makes it too large. */
		const char *formats[] = {"%s%" PRIu64, "%s000%" PRIu64, "%s%" PRIu64 "7"};
		const char *signs[] = {"", "-", "+"};
		int64_t want_i64;
		uint64_t want_u64;
		int err;

		snprintf(text, sizeof(text), formats[i % 3], signs[i / 3 % 3], bits);
		errno = 0;
		want_i64 = strtoll(text, NULL, 10);
		must_be_i64(mmr_slice_of(text), errno == ERANGE ? -ERANGE : 0, want_i64);
		errno = 0;
		want_u64 = strtoull(text, NULL, 10);
		err = errno == ERANGE || (text[0] == '-' && want_u64 > 0) ? -ERANGE : 0;
		must_be_u64(mmr_slice_of(text), err, want_u64);
	}
}
END_TEST

static void must_read_float_examples(void)
{
	static const struct {
		const char *text;
		int err;
		double value;
	} cases[] = {
		{"0", 0, 0.0},
		{"-0", 0, -0.0},
		{"0.0e5", 0, 0.0},
		{"1", 0, 1.0},
		{"1.", 0, 1.0},
		{".5", 0, 0.5},
		{"+.5e1", 0, 5.0},
		{"-1.25E-2", 0, -0.0125},
		{"1e+3", 0, 1000.0},
		{"00012.50", 0, 12.5},
		{"1e0000000000000000003", 0, 1000.0},
		{"123456789012345678", 0, 123456789012345680.0},
		{"0.1", 0, 0.1},
		{"inf", 0, (double)INFINITY},
		{"-Inf", 0, -(double)INFINITY},
		{"+INFINITY", 0, (double)INFINITY},
		{"nan", 0, (double)NAN},
		{"-NaN", 0, (double)NAN},
		{"1e308", 0, 1e308},
		{"1.7976931348623157e308", 0, DBL_MAX},
		{"1.7976931348623158e308", 0, DBL_MAX},
		{"1.7976931348623159e308", -ERANGE, 0},
		{"1e309", -ERANGE, 0},
		{"-1e999999999999999999999", -ERANGE, 0},
		{"1e-999999999999999999999", 0, 0.0},
		{"-1e-400", 0, -0.0},
		{"0e999999999999", 0, 0.0},
		{"5e-324", 0, 4.9e-324},
		{"2.4703282292062327e-324", 0, 0.0},
		{"2.4703282292062328e-324", 0, 4.9e-324},
		{"2.2250738585072014e-308", 0, DBL_MIN},
		/* Numbers halfway between two doubles are rounded to even. One more digit
		 * decides. */
		{"9007199254740993", 0, 9007199254740992.0},
		{"9007199254740993.00000000000000000000000000000001", 0, 9007199254740994.0},
		{"9007199254740995", 0, 9007199254740996.0},
		{"", -EINVAL, 0},
		{"+", -EINVAL, 0},
		{".", -EINVAL, 0},
		{"-.", -EINVAL, 0},
		{"e5", -EINVAL, 0},
		{".e5", -EINVAL, 0},
		{"1e", -EINVAL, 0},
		{"1e+", -EINVAL, 0},
		{"1.2.3", -EINVAL, 0},
		{"1e2.5", -EINVAL, 0},
		{"1e2e3", -EINVAL, 0},
		{" 1", -EINVAL, 0},
		{"1 ", -EINVAL, 0},
		{"1,5", -EINVAL, 0},
		{"--1", -EINVAL, 0},
		{"+-1", -EINVAL, 0},
		{"0x1p3", -EINVAL, 0},
		{"1_0", -EINVAL, 0},
		{"in", -EINVAL, 0},
		{"info", -EINVAL, 0},
		{"infinit", -EINVAL, 0},
		{"infinityy", -EINVAL, 0},
		{"nan(1)", -EINVAL, 0},
		{"na", -EINVAL, 0},
		{"1f", -EINVAL, 0},
		{"1d5", -EINVAL, 0},
		{"1E\t", -EINVAL, 0},
		{"\t1", -EINVAL, 0},
		{"1e 5", -EINVAL, 0},
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(cases); i++)
		must_be_f64(mmr_slice_of(cases[i].text), cases[i].err, cases[i].value);
	must_be_f64((mmr_slice){"1\0", 2}, -EINVAL, 0);
}

START_TEST(test_number_float_examples)
{
	must_read_float_examples();
}
END_TEST

START_TEST(test_number_float_in_another_locale)
{
	static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "pt_BR.UTF-8"};
	size_t i;

	/* Some C libraries accept any name but have only one locale. */
	for (i = 0; i < ARRAY_LEN(names); i++)
		if (setlocale(LC_NUMERIC, names[i]) && *localeconv()->decimal_point == ',')
			break;
	if (i == ARRAY_LEN(names))
		CHECK_SKIP("no locale with a decimal comma is installed");
	must_read_float_examples();
	setlocale(LC_NUMERIC, "C");
}
END_TEST

START_TEST(test_number_float_in_every_rounding_mode)
{
	/* Machines without floating-point hardware have one mode. */
	static const int modes[] = {
#ifdef FE_UPWARD
		FE_UPWARD,
#endif
#ifdef FE_DOWNWARD
		FE_DOWNWARD,
#endif
#ifdef FE_TOWARDZERO
		FE_TOWARDZERO,
#endif
		FE_TONEAREST,
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(modes); i++) {
		if (fesetround(modes[i]) != 0)
			continue;
		must_read_float_examples();
	}
	fesetround(FE_TONEAREST);
}
END_TEST

START_TEST(test_number_float_matches_strtod)
{
	struct chance chance = {22};
	char text[1024];
	int i;

	for (i = 0; i < 1000000; i++) {
		uint64_t bits = chance_next(&chance);
		double value;

		/* Every fourth number is subnormal. */
		if (i % 4 == 0)
			bits &= UINT64_C(0x800fffffffffffff);
		memcpy(&value, &bits, sizeof(value));
		if (!isfinite(value))
			continue;
		snprintf(text, sizeof(text), "%.17g", value);
		must_be_f64(mmr_slice_of(text), 0, value);
		if (i % 8 == 0) {
			snprintf(text, sizeof(text), "%.*e", (int)chance_below(&chance, 40), value);
			must_be_as_strtod(text);
		}
	}
}
END_TEST

START_TEST(test_number_short_decimals_match_strtod)
{
	struct chance chance = {23};
	char text[64];
	int i;

	/* Decimals as they occur in data, on both sides of the limits of every fast path. */
	for (i = 0; i < 500000; i++) {
		uint64_t digits = chance_next(&chance) >> chance_below(&chance, 64);
		int exponent = (int)chance_below(&chance, 60) - 30;
		unsigned fraction = (unsigned)chance_below(&chance, 1000000);

		if (i % 2)
			snprintf(text, sizeof(text), "%" PRIu64 ".%06u", digits >> 32, fraction);
		else
			snprintf(text, sizeof(text), "%" PRIu64 "e%d", digits, exponent);
		must_be_as_strtod(text);
	}
}
END_TEST

START_TEST(test_number_halfway_matches_strtod)
{
	struct chance chance = {24};
	char text[1200];
	int i, exponent;

	/* A number halfway between two doubles has one bit more than a double. A long double with
	 * 64 bits holds it exactly, so it can be printed. */
	if (LDBL_MANT_DIG < 64)
		CHECK_SKIP("long double has no more precision than double");
	for (i = 0; i < 20000; i++) {
		uint64_t bits = chance_next(&chance) & UINT64_C(0x000fffffffffffff);
		long double half;
		size_t len;

		exponent = (int)chance_below(&chance, 400) - 200;
		half = ldexpl(
			(long double)((bits | UINT64_C(0x0010000000000000)) * 2 + 1), exponent);
		len = (size_t)snprintf(text, sizeof(text), "%.260Lf", half);
		must_be_as_strtod(text);
		/* One more digit, far after the point, makes it slightly larger. */
		text[len] = '1';
		text[len + 1] = '\0';
		must_be_as_strtod(text);
	}
}
END_TEST

START_TEST(test_number_long_texts)
{
	static char text[5001];
	size_t len;

	/* Any number of leading zeroes is valid. */
	for (len = 1; len <= 5000; len = len < 10 ? len + 1 : len * 3 / 2) {
		mmr_slice slice = {text, len};

		memset(text, '0', len);
		text[len - 1] = '7';
		must_be_i64(slice, 0, 7);
		must_be_u64(slice, 0, 7);
		must_be_f64(slice, 0, 7);
	}
	/* Many digits after the point, as "%.4000f" prints them. */
	snprintf(text, sizeof(text), "%.4000f", 0.1);
	must_be_f64(mmr_slice_of(text), 0, 0.1);
	snprintf(text, sizeof(text), "%.1074f", 4.9e-324);
	must_be_f64(mmr_slice_of(text), 0, 4.9e-324);
	snprintf(text, sizeof(text), "%.0f", DBL_MAX);
	must_be_f64(mmr_slice_of(text), 0, DBL_MAX);
	/* Many digits before and after the point: too large, and smaller than each normal double.
	 */
	memset(text, '9', 400);
	text[400] = '\0';
	must_be_as_strtod(text);
	for (len = 300; len < 340; len++) {
		memset(text, '0', 2 + len);
		text[1] = '.';
		memset(text + 2 + len, '1' + (char)(len % 9), 60);
		text[2 + len + 60] = '\0';
		must_be_as_strtod(text);
	}
}
END_TEST

/* Appends `zeroes` zeroes and one digit to a number that is halfway between two doubles. This digit
 * is 0 or 1 and determines the rounding. */
static void must_round(char *text, const char *power, size_t zeroes, double even, double above)
{
	size_t len = strlen(text);

	memset(text + len, '0', zeroes + 1);
	strcpy(text + len + zeroes + 1, power);
	must_be_f64(mmr_slice_of(text), 0, even);
	must_be_as_strtod(text);
	text[len + zeroes] = '1';
	must_be_f64(mmr_slice_of(text), 0, above);
	must_be_as_strtod(text);
	text[len] = '\0';
}

START_TEST(test_number_rounding_depends_on_the_last_digit)
{
	static const size_t zeroes[] = {0, 1, 31, 32, 33, 40, 441, 442, 800, 3000};
	static char text[8000];
	volatile long double least = 0x1p-1074L, half = least / 2;
	struct chance chance = {25};
	char power[16];
	size_t i, k;

	/* Checked at run time, because emulators may have less precision than the compiler
	 * assumes. */
	if (LDBL_MANT_DIG < 64 || half >= least || half + half != least)
		CHECK_SKIP("long double has no larger range than double");
	for (i = 0; i < 300; i++) {
		/* The largest mantissas have the most digits: 768. */
		uint64_t mantissa = (UINT64_C(1) << 53) - 1 - chance_below(&chance, 99 * i + 1);
		uint64_t even = mantissa % 2 ? mantissa + 1 : mantissa;
		int exponent = (int)chance_below(&chance, 900);

		for (k = 0; k < ARRAY_LEN(zeroes); k++) {
			/* All digits are after the point. */
			snprintf(text, sizeof(text), "%.1075Lf",
				ldexpl((long double)(2 * mantissa + 1), -1075));
			must_round(text, "", zeroes[k], ldexp((double)even, -1074),
				ldexp((double)(mantissa + 1), -1074));
			/* All digits are before the point. A negative exponent compensates for the
			 * digits that are appended. */
			snprintf(text, sizeof(text), "%.0Lf",
				ldexpl((long double)(2 * mantissa + 1), exponent));
			snprintf(power, sizeof(power), "e-%zu", zeroes[k] + 1);
			must_round(text, power, zeroes[k], ldexp((double)even, exponent + 1),
				ldexp((double)(mantissa + 1), exponent + 1));
		}
	}
}
END_TEST

/* Reads digits with a point at an offset, before and after a fence. */
static void must_read_between_fences(const struct fence *fence, const char *digits, size_t point)
{
	size_t n = strlen(digits), len = point <= n ? n + 1 : n;
	char text[64] = "";
	double want;

	memcpy(text, digits, n);
	if (point <= n)
		snprintf(text, sizeof(text), "%.*s.%s", (int)point, digits, digits + point);
	want = strtod(text, NULL);
	memcpy(fence->start, text, len);
	must_be_f64((mmr_slice){fence->start, len}, 0, want);
	memcpy(fence->stop - len, text, len);
	must_be_f64((mmr_slice){fence->stop - len, len}, 0, want);
	if (n < 20 && point > n) {
		must_be_u64((mmr_slice){fence->start, len}, 0, strtoull(text, NULL, 10));
		must_be_u64((mmr_slice){fence->stop - len, len}, 0, strtoull(text, NULL, 10));
	}
	/* The byte before '0' or after '9' replaces one digit. */
	fence->stop[-(ptrdiff_t)len + (ptrdiff_t)(point % len)] = (char)(point % 2 ? '/' : ':');
	must_be_f64((mmr_slice){fence->stop - len, len}, -EINVAL, 0);
	must_be_u64((mmr_slice){fence->stop - len, len}, -EINVAL, 0);
}

/* Every length that the paths for short numbers accept, with the point at every offset. */
START_TEST(test_number_between_fences)
{
	struct fence fence = fence_open(64);
	struct chance chance = {26};
	char digits[41];
	size_t n, point, i, zeros;

	for (n = 1; n <= 40; n++)
		for (point = 0; point <= n + 1; point++)
			for (i = 0; i < 20; i++) {
				memset(digits, 0, sizeof(digits));
				chance_fill(&chance, digits, n, mmr_slice_of("0123456789"));
				zeros = i % 4 ? 0 : chance_below(&chance, n + 1);
				memset(i % 8 ? digits : digits + n - zeros, '0', zeros);
				must_read_between_fences(&fence, digits, point);
			}
	fence_close(&fence);
}
END_TEST

START_TEST(test_number_ends_at_a_fence)
{
	struct fence fence = fence_open(64);
	const char *texts[] = {"7", "-12", "123456789", "1.5e3", ".25", "1e", "inf", "1."};
	size_t i, len;

	for (i = 0; i < ARRAY_LEN(texts); i++) {
		double want = strtod(texts[i], NULL);

		len = strlen(texts[i]);
		memcpy(fence.stop - len, texts[i], len);
		must_be_f64((mmr_slice){fence.stop - len, len},
			strcmp(texts[i], "1e") ? 0 : -EINVAL, want);
	}
	fence_close(&fence);
}
END_TEST

/* Reads the digits of a number with a point and an exponent, one after the other. */
static void must_be_decimal(const char *text, int want_err)
{
	mmr_decimal value = {77, 77, true};
	int err = mmr_slice_to_decimal(mmr_slice_of(text), &value);
	const char *at = text + (*text == '-' || *text == '+');
	uint64_t digits = 0;
	long exponent = 0;
	bool point = false;

	MUST(err == want_err, "decimal of '%s': %d; should be %d", text, err, want_err);
	if (err < 0) {
		MUST(value.digits == 77 && value.exponent == 77 && value.negative, "'%s'", text);
		return;
	}
	for (; *at && (*at | 0x20) != 'e'; at++) {
		if (*at == '.') {
			point = true;
			continue;
		}
		digits = 10 * digits + (uint64_t)(*at - '0');
		exponent -= point;
	}
	if (*at)
		exponent += strtol(at + 1, NULL, 10);
	MUST(value.digits == digits && value.exponent == exponent &&
			value.negative == (*text == '-'),
		"decimal of '%s': %" PRIu64 "e%" PRId32, text, value.digits, value.exponent);
}

START_TEST(test_number_decimal_examples)
{
	static const char *const texts[] = {"0", "-0", "+1", "-1.50", "1.", ".5", "-.5", "00.001",
		"0.0000000000000000000000000000001", "123456789.987654321", "1e5", "1.5E-3",
		"-2e+7", "9999999999999999999", "00009999999999999999999", "0.9999999999999999999",
		"1e2147483647", "1e-2147483648", "99999999", "9999.999", "9999.9999", "-12345678"};
	static const char *const wrong[] = {"", "-", "+", ".", "-.", "e5", "1e", "1e+", "1.2.3",
		"1x", " 1", "1 ", "--1", "inf", "-infinity", "nan", "0x1p3", "1,5",
		"123456789012345678901x", "1.2345678901234567890.1", "1e2147483648x"};
	static const char *const large[] = {"10000000000000000000", "1.0000000000000000000",
		"123456789012345678901234567890", "-0.12345678901234567890", "1e2147483648",
		"1e-2147483649", "1e99999999999999999999"};
	size_t i;

	for (i = 0; i < ARRAY_LEN(texts); i++)
		must_be_decimal(texts[i], 0);
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		must_be_decimal(wrong[i], -EINVAL);
	for (i = 0; i < ARRAY_LEN(large); i++)
		must_be_decimal(large[i], -ERANGE);
	ck_assert_int_eq(
		mmr_slice_to_decimal((mmr_slice){NULL, 0}, &(mmr_decimal){.digits = 0}), -EINVAL);
}
END_TEST

START_TEST(test_number_random_decimals)
{
	struct chance chance = {31};
	char text[64], digits[32];
	int i, len, point;

	for (i = 0; i < 200000; i++) {
		uint64_t bits = chance_next(&chance) >> chance_below(&chance, 64);

		len = snprintf(
			digits, sizeof(digits), "%" PRIu64, bits % UINT64_C(10000000000000000000));
		point = (int)chance_below(&chance, (size_t)len + 2);
		snprintf(text, sizeof(text), "%s%.*s%s%s%s", i % 3 ? "" : "-", point, digits,
			point <= len ? "." : "", point <= len ? digits + point : "",
			i % 5 ? "" : "e-3");
		must_be_decimal(text, 0);
	}
}
END_TEST

static Suite *number_suite(void)
{
	Suite *suite = suite_create("number");

	ADD_CASE(suite, "core", test_number_integer_examples, test_number_integer_matches_strtoll,
		test_number_float_examples, test_number_float_matches_strtod,
		test_number_short_decimals_match_strtod, test_number_decimal_examples,
		test_number_random_decimals);
	ADD_CASE(suite, "limits", test_number_halfway_matches_strtod,
		test_number_rounding_depends_on_the_last_digit, test_number_long_texts,
		test_number_ends_at_a_fence, test_number_between_fences,
		test_number_float_in_another_locale, test_number_float_in_every_rounding_mode);
	return suite;
}

CHECK_MAIN(number_suite)
