/* exact.c - exact sums of doubles, and their means
 *
 * A mean is verified by multiplication: no double next to it is closer to the sum divided by n. The
 * differences are exact sums, too, whose own values are tested against integers.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <mmreader/array.h>

#include <float.h>
#include <math.h>

/* Adds sign * n * value, one bit of n after the other. */
static void add_product(mmr_exact *sum, double value, uint64_t n, double sign)
{
	int bit;

	for (bit = 0; bit < 64; bit++)
		if (n >> bit & 1)
			mmr_exact_add(sum, sign * ldexp(value, bit));
}

/* Adds sign * |all - n * value|, where `values` are those of `all`. */
static void add_error(mmr_exact *sum, const double *values, size_t n_values, double value,
	uint64_t n, double sign)
{
	mmr_exact error = {.n_added = 0};
	size_t i;

	for (i = 0; i < n_values; i++)
		mmr_exact_add(&error, values[i]);
	add_product(&error, value, n, -1);
	if (mmr_exact_value(&error) < 0)
		sign = -sign;
	for (i = 0; i < n_values; i++)
		mmr_exact_add(sum, sign * values[i]);
	add_product(sum, value, n, -sign);
}

/* By how much `other` is farther from the mean than `mean` is. */
static double farther(const double *values, size_t n_values, uint64_t n, double mean, double other)
{
	mmr_exact sum = {.n_added = 0};

	add_error(&sum, values, n_values, other, n, 1);
	add_error(&sum, values, n_values, mean, n, -1);
	return mmr_exact_value(&sum);
}

static bool is_odd(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits & 1;
}

/* `values` must be small enough that n * mean does not overflow. */
static void must_be_mean(const double *values, size_t n_values, uint64_t n)
{
	mmr_exact sum = {.n_added = 0};
	double mean, below, above;
	size_t i;

	for (i = 0; i < n_values; i++)
		mmr_exact_add(&sum, values[i]);
	mean = mmr_exact_mean(&sum, n);
	below = farther(values, n_values, n, mean, nextafter(mean, -(double)INFINITY));
	above = farther(values, n_values, n, mean, nextafter(mean, (double)INFINITY));
	MUST(below >= 0 && above >= 0, "%zu values by %llu: %a", n_values, (unsigned long long)n,
		mean);
	/* If two are equally close, the even one is right. */
	MUST(!is_odd(mean) || (below > 0 && above > 0), "tie of %llu: %a", (unsigned long long)n,
		mean);
}

/* Doubles of all exponents up to 2^900, of both signs. */
static double any_double(struct chance *chance, int lowest, int highest)
{
	int exponent = lowest + (int)chance_below(chance, (size_t)(highest - lowest));
	double value = ldexp((double)(int64_t)(chance_next(chance) >> 11), exponent);

	return chance_below(chance, 2) ? value : -value;
}

START_TEST(test_exact_integers)
{
	struct chance chance = {7};
	mmr_exact all = {.n_added = 0}, part = {.n_added = 0};
	int64_t sum = 0;
	int i;

	for (i = 0; i < 100000; i++) {
		int64_t value = (int64_t)(chance_next(&chance) >> 20) - ((int64_t)1 << 43);

		mmr_exact_add(i % 3 ? &all : &part, (double)value / 1024);
		sum += value;
		if (i % 1000 == 0) {
			mmr_exact_merge(&all, &part);
			part = (mmr_exact){.n_added = 0};
		}
	}
	mmr_exact_merge(&all, &part);
	ck_assert(mmr_exact_value(&all) == (double)sum / 1024);
	ck_assert(mmr_exact_mean(&all, 4096) == (double)sum / 1024 / 4096);
	/* A sum and itself. */
	mmr_exact_merge(&all, &all);
	ck_assert(mmr_exact_value(&all) == (double)sum / 512);
}
END_TEST

START_TEST(test_exact_large_and_small)
{
	mmr_exact sum = {.n_added = 0};

	ck_assert(mmr_exact_value(&sum) == 0 && !signbit(mmr_exact_value(&sum)));
	mmr_exact_add(&sum, DBL_MAX);
	mmr_exact_add(&sum, 0x1p-1074);
	mmr_exact_add(&sum, DBL_MAX);
	ck_assert(isinf(mmr_exact_value(&sum)));
	ck_assert(mmr_exact_mean(&sum, 2) == DBL_MAX);
	mmr_exact_add(&sum, -DBL_MAX);
	ck_assert(mmr_exact_value(&sum) == DBL_MAX);
	mmr_exact_add(&sum, -DBL_MAX);
	ck_assert(mmr_exact_value(&sum) == 0x1p-1074);
	/* Halves of the least double: ties to even. */
	ck_assert(mmr_exact_mean(&sum, 2) == 0);
	mmr_exact_add(&sum, 0x1p-1073);
	ck_assert(mmr_exact_mean(&sum, 2) == 0x1p-1073);
	ck_assert(mmr_exact_mean(&sum, 3) == 0x1p-1074);
	ck_assert(mmr_exact_mean(&sum, 7) == 0);
	ck_assert(mmr_exact_mean(&sum, 5) == 0x1p-1074);
	ck_assert(mmr_exact_mean(&sum, UINT64_MAX) == 0);
}
END_TEST

START_TEST(test_exact_special)
{
	mmr_exact sum = {.n_added = 0}, other = {.n_added = 0};

	ck_assert(isnan(mmr_exact_mean(&sum, 0)));
	mmr_exact_add(&sum, -0.0);
	ck_assert(!signbit(mmr_exact_value(&sum)));
	mmr_exact_add(&sum, -(double)INFINITY);
	ck_assert(mmr_exact_value(&sum) == -(double)INFINITY);
	ck_assert(mmr_exact_mean(&sum, 3) == -(double)INFINITY);
	mmr_exact_add(&other, (double)INFINITY);
	ck_assert(mmr_exact_mean(&other, 3) == (double)INFINITY);
	mmr_exact_merge(&other, &sum);
	ck_assert(isnan(mmr_exact_value(&other)) && isnan(mmr_exact_mean(&other, 3)));
	mmr_exact_add(&sum, (double)NAN);
	ck_assert(isnan(mmr_exact_value(&sum)));
}
END_TEST

START_TEST(test_exact_means)
{
	struct chance chance = {11};
	double values[40];
	size_t n_values, i;
	int round;

	for (round = 0; round < 20000; round++) {
		int lowest = round % 2 ? -1074 : (int)chance_below(&chance, 1800) - 1074;
		int width = 1 + (int)chance_below(&chance, 80);
		uint64_t n = chance_next(&chance) >> chance_below(&chance, 64);

		n_values = 1 + chance_below(&chance, ARRAY_LEN(values));
		for (i = 0; i < n_values; i++)
			values[i] = any_double(&chance, lowest, lowest + width);
		must_be_mean(values, n_values, n > 0 ? n : 1);
		must_be_mean(values, n_values, n_values);
	}
}
END_TEST

/* Means that are halfway between two doubles, and next to that. */
START_TEST(test_exact_ties)
{
	struct chance chance = {13};
	int round;

	for (round = 0; round < 20000; round++) {
		uint64_t n = UINT64_C(1) << chance_below(&chance, 40);
		int lowest = round % 2 ? -1074 : (int)chance_below(&chance, 1000) - 1074;
		uint64_t odd = chance_next(&chance) >> (10 + chance_below(&chance, 54));
		double values[3] = {ldexp((double)(odd >> 27 << 27), lowest),
			ldexp((double)(odd & ((UINT64_C(1) << 27) - 1)), lowest), 0};

		must_be_mean(values, 2, n);
		values[2] = chance_below(&chance, 2) ? 0x1p-1074 : -0x1p-1074;
		must_be_mean(values, 3, n);
		must_be_mean(values, 3, 3 * n);
	}
}
END_TEST

static Suite *exact_suite(void)
{
	Suite *suite = suite_create("exact");

	ADD_CASE(suite, "core", test_exact_integers, test_exact_means, test_exact_ties);
	ADD_CASE(suite, "limits", test_exact_large_and_small, test_exact_special);
	return suite;
}

CHECK_MAIN(exact_suite)
