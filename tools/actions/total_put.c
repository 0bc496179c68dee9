/* total_put.c - writes the results of totals
 *
 * SPDX-License-Identifier: MIT */
#include "actions/total_rest.h"

#include "output/put.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* Nine decimal digits. */
#define NINE UINT64_C(1000000000)

/* An integer of up to 192 bits. */
struct whole {
	bool negative;
	uint32_t limbs[6]; /* of the magnitude, the lowest first */
};

static struct whole whole_of(uint64_t low, uint64_t middle, uint64_t high)
{
	const uint64_t words[3] = {low, middle, high};
	struct whole whole = {.negative = high >> 63};
	uint64_t flip = whole.negative ? UINT32_MAX : 0, carry = whole.negative;
	size_t i;

	for (i = 0; i < 6; i++) {
		carry += (words[i / 2] >> 32 * (i % 2) & UINT32_MAX) ^ flip;
		whole.limbs[i] = (uint32_t)carry;
		carry >>= 32;
	}
	return whole;
}

static struct whole whole_of_sum(const struct total *total)
{
	return whole_of(total->sum[0], total->sum[1], total->sum[2]);
}

static struct whole whole_of_value(const uint64_t *value)
{
	return whole_of(value[0], value[1], value[1] >> 63 ? UINT64_MAX : 0);
}

static bool is_zero(const struct whole *whole)
{
	uint32_t any = 0;
	size_t i;

	for (i = 0; i < 6; i++)
		any |= whole->limbs[i];
	return any == 0;
}

/* Divides by 10^9. Returns: the remainder. */
static uint32_t divide(struct whole *whole)
{
	uint64_t rest = 0;
	size_t i;

	for (i = 6; i > 0; i--) {
		rest = rest << 32 | whole->limbs[i - 1];
		whole->limbs[i - 1] = (uint32_t)(rest / NINE);
		rest %= NINE;
	}
	return (uint32_t)rest;
}

/* Writes a number of units of 10^-18 with all its digits. */
static char *put_decimal(char *to, struct whole whole)
{
	char digits[7 * 9 + 1], *at = digits + sizeof(digits), *end = at;
	char *point = at - TOTAL_DECIMALS;
	size_t i, len;

	while (at >= point || !is_zero(&whole)) {
		uint32_t nine = divide(&whole);

		for (i = 0; i < 9; i++, nine /= 10)
			*--at = (char)('0' + nine % 10);
	}
	while (at < point - 1 && *at == '0')
		at++;
	while (end > point && end[-1] == '0')
		end--;
	if (whole.negative)
		*to++ = '-';
	memcpy(to, at, (size_t)(point - at));
	to += point - at;
	if (end == point)
		return to;
	*to++ = '.';
	len = (size_t)(end - point);
	memcpy(to, point, len);
	return to + len;
}

/* --- Doubles ---------------------------------------------------------------------------------- */

/* Adds units of 10^-18 to an exact sum. The fraction is added with 1074 binary digits, the last of
 * which is 1 if any digit after it is: it is then rounded as the fraction would be. */
static void add_whole(mmr_exact *sum, struct whole whole)
{
	double sign = whole.negative ? -1 : 1;
	uint64_t low = divide(&whole), fraction = divide(&whole) * NINE + low;
	int bit;
	size_t i;

	for (i = 0; i < 6; i++)
		mmr_exact_add(sum, sign * ldexp(whole.limbs[i], 32 * (int)i));
	for (bit = 1; bit <= 1074 && fraction > 0; bit++) {
		fraction *= 2;
		if (fraction >= NINE * NINE || bit == 1074)
			mmr_exact_add(sum, sign * ldexp(1, -bit));
		if (fraction >= NINE * NINE)
			fraction -= NINE * NINE;
	}
}

/* The mean of decimals, if the sum and the divisor are exact doubles: one division is rounded. */
static bool divide_short(struct whole whole, uint64_t n, double *ret_mean)
{
	uint64_t sum = whole.limbs[0] | (uint64_t)whole.limbs[1] << 32, divisor = n;
	int decimals = TOTAL_DECIMALS;
	size_t i;

	if (FLT_EVAL_METHOD != 0 ||
		(whole.limbs[2] | whole.limbs[3] | whole.limbs[4] | whole.limbs[5]) != 0)
		return false;
	for (; decimals > 0 && sum % 10 == 0; decimals--)
		sum /= 10;
	for (i = 0; i < (size_t)decimals && divisor < UINT64_C(1) << 53; i++)
		divisor *= 10;
	if (sum > UINT64_C(1) << 53 || divisor >= UINT64_C(1) << 53)
		return false;
	*ret_mean = (double)sum / (double)divisor;
	if (whole.negative)
		*ret_mean = -*ret_mean;
	return true;
}

static double mean_of(const struct total *total)
{
	struct whole whole = whole_of_sum(total);
	uint64_t n_rest = total->rest ? total->rest->n : 0;
	mmr_exact sum = {.n_added = 0};
	double mean;

	if (n_rest == 0 && divide_short(whole, total->n, &mean))
		return mean;
	if (n_rest > 0)
		sum = total->rest->sum;
	add_whole(&sum, whole);
	return mmr_exact_mean(&sum, total->n + n_rest);
}

static double sum_of(const struct total *total)
{
	mmr_exact sum = total->rest->sum;

	add_whole(&sum, whole_of_sum(total));
	return mmr_exact_value(&sum);
}

/* --- Results ---------------------------------------------------------------------------------- */

static char *put_double(char *to, double value, enum mmr_type type, bool json)
{
	return json ? put_json_float(to, value, type) : put_float(to, value, type);
}

/* Writes the least or the greatest number. A decimal is compared with a double as the nearest
 * double; of two that are equal, the decimal is written. */
static char *put_limit(
	char *to, const struct total *total, bool greatest, enum mmr_type type, bool json)
{
	const struct total_rest *rest = total->rest;
	const uint64_t *limit = greatest ? total->greatest : total->least;
	mmr_exact exact = {.n_added = 0};
	double value, other;

	if (!rest || rest->n == 0)
		return put_decimal(to, whole_of_value(limit));
	if (rest->n == rest->n_nan)
		return total->n > 0 ? put_decimal(to, whole_of_value(limit))
				    : put_double(to, (double)NAN, type, json);
	/* Never -0: its sign would depend on the order of comparisons. */
	other = (greatest ? rest->greatest : rest->least) + 0.0;
	if (total->n > 0) {
		add_whole(&exact, whole_of_value(limit));
		value = mmr_exact_value(&exact);
		if (greatest ? value >= other : value <= other)
			return put_decimal(to, whole_of_value(limit));
	}
	return put_double(to, other, type, json);
}

char *total_put(
	char *to, const struct total *total, enum total_kind kind, enum mmr_type type, bool json)
{
	uint64_t n_rest = total->rest ? total->rest->n : 0;

	if (total->n + n_rest == 0) {
		memcpy(to, "null", 4);
		return json ? to + 4 : to;
	}
	switch (kind) {
	case TOTAL_SUM:
		return n_rest == 0 ? put_decimal(to, whole_of_sum(total))
				   : put_double(to, sum_of(total), MMR_F64, json);
	case TOTAL_MEAN:
		return put_double(to, mean_of(total), MMR_F64, json);
	default:
		return put_limit(to, total, kind == TOTAL_MAX, type, json);
	}
}
