/* total.c - adds numbers to totals
 *
 * SPDX-License-Identifier: MIT */
#include "actions/total.h"

#include "actions/total_rest.h"

#include <errno.h>

static const uint64_t powers[TOTAL_DECIMALS + 1] = {UINT64_C(1), UINT64_C(10), UINT64_C(100),
	UINT64_C(1000), UINT64_C(10000), UINT64_C(100000), UINT64_C(1000000), UINT64_C(10000000),
	UINT64_C(100000000), UINT64_C(1000000000), UINT64_C(10000000000), UINT64_C(100000000000),
	UINT64_C(1000000000000), UINT64_C(10000000000000), UINT64_C(100000000000000),
	UINT64_C(1000000000000000), UINT64_C(10000000000000000), UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000)};

/* --- Values ----------------------------------------------------------------------------------- */

/* The product of 64 bits and 60 bits, with a sign. */
static inline struct total_value decimal(uint64_t digits, uint64_t power, bool negative)
{
	struct total_value value = {.kind = TOTAL_DECIMAL};
#ifdef __SIZEOF_INT128__
	__extension__ typedef unsigned __int128 u128;
	u128 all = (u128)digits * power;

	value.low = (uint64_t)all;
	value.high = (uint64_t)(all >> 64);
#else
	uint64_t low = (uint32_t)digits, high = digits >> 32;
	uint64_t power_low = (uint32_t)power, power_high = power >> 32;
	uint64_t first = low * power_low, cross = high * power_low + (first >> 32);
	uint64_t middle = low * power_high + (uint32_t)cross;

	value.low = middle << 32 | (uint32_t)first;
	value.high = high * power_high + (cross >> 32) + (middle >> 32);
#endif
	if (negative) {
		value.low = 0 - value.low;
		value.high = ~value.high + (value.low == 0);
	}
	return value;
}

struct total_value total_of_integer(uint64_t magnitude, bool negative)
{
	return decimal(magnitude, powers[TOTAL_DECIMALS], negative);
}

struct total_value total_of_double(double value)
{
	return (struct total_value){.kind = TOTAL_DOUBLE, .value = value};
}

static inline bool is_short(const mmr_decimal *number)
{
	return number->exponent <= 0 && number->exponent >= -TOTAL_DECIMALS;
}

static inline struct total_value decimal_of(const mmr_decimal *number)
{
	return decimal(number->digits, powers[TOTAL_DECIMALS + number->exponent], number->negative);
}

/* Moves zeros between the digits and the exponent, until the number has 0 to 18 decimals. Returns:
 * false if it cannot have that. */
static bool fit(mmr_decimal *number)
{
	if (number->digits == 0)
		number->exponent = 0;
	for (; number->exponent > 0 && number->digits <= UINT64_MAX / 10; number->exponent--)
		number->digits *= 10;
	for (; number->exponent < -TOTAL_DECIMALS && number->digits % 10 == 0; number->exponent++)
		number->digits /= 10;
	return is_short(number);
}

/* Reads a text without white space. */
static int read_text(mmr_slice text, struct total_value *ret_value)
{
	mmr_decimal number;
	int err = mmr_slice_to_decimal(text, &number);

	if (err == 0 && (is_short(&number) || fit(&number))) {
		*ret_value = decimal_of(&number);
		return 0;
	}
	if (err < 0 && err != -EINVAL && err != -ERANGE)
		return err;
	ret_value->kind = TOTAL_DOUBLE;
	return mmr_slice_to_f64(text, &ret_value->value);
}

int total_read(mmr_slice text, struct total_value *ret_value)
{
	size_t len = text.len;
	int err = read_text(text, ret_value);

	if (err != -EINVAL)
		return err;
	text = mmr_slice_trim(text);
	return text.len < len ? read_text(text, ret_value) : err;
}

/* --- Totals ----------------------------------------------------------------------------------- */

static inline bool is_less(uint64_t low, uint64_t high, const uint64_t *other)
{
	return high == other[1] ? low < other[0] : (int64_t)high < (int64_t)other[1];
}

static inline bool is_greater(uint64_t low, uint64_t high, const uint64_t *other)
{
	return high == other[1] ? low > other[0] : (int64_t)high > (int64_t)other[1];
}

static inline void extend_least(struct total *total, uint64_t low, uint64_t high)
{
	if (total->n == 0 || is_less(low, high, total->least)) {
		total->least[0] = low;
		total->least[1] = high;
	}
}

static inline void extend_greatest(struct total *total, uint64_t low, uint64_t high)
{
	if (total->n == 0 || is_greater(low, high, total->greatest)) {
		total->greatest[0] = low;
		total->greatest[1] = high;
	}
}

static inline void add_sum(struct total *total, uint64_t low, uint64_t middle, uint64_t high)
{
	uint64_t *sum = total->sum, carry;

	sum[0] += low;
	carry = sum[0] < low;
	sum[1] += carry;
	carry = sum[1] < carry;
	sum[1] += middle;
	carry += sum[1] < middle;
	sum[2] += high + carry;
}

static inline void add_decimal(struct total *total, uint64_t low, uint64_t high)
{
	extend_least(total, low, high);
	extend_greatest(total, low, high);
	add_sum(total, low, high, high >> 63 ? UINT64_MAX : 0);
	total->n++;
}

static void add_double(struct total *total, double value)
{
	struct total_rest *rest = total_rest_of(total);

	if (rest)
		total_rest_add(rest, value);
}

void total_add(struct total *total, const struct total_value *value)
{
	if (value->kind == TOTAL_DECIMAL)
		add_decimal(total, value->low, value->high);
	else if (value->kind == TOTAL_DOUBLE)
		add_double(total, value->value);
}

int total_add_text(struct total *total, mmr_slice text)
{
	struct total_value value;
	mmr_decimal number;
	int err;

	/* Nearly all numbers are such. The value is never stored, which takes less time. */
	if (mmr_slice_to_decimal(text, &number) == 0 && is_short(&number)) {
		value = decimal_of(&number);
		add_decimal(total, value.low, value.high);
		return 0;
	}
	err = total_read(text, &value);
	if (err == 0)
		total_add(total, &value);
	return err;
}

static struct total_value integer_of(mmr_value value, bool is_signed)
{
	bool negative = is_signed && value.i64 < 0;

	return total_of_integer(negative ? 0 - value.u64 : value.u64, negative);
}

void total_add_integers(struct total *total, const mmr_summary *summary)
{
	bool is_signed = summary->type >= MMR_I8, negative = summary->sum_high < 0;
	uint64_t low = summary->sum_low, high = (uint64_t)summary->sum_high;
	struct total_value least = integer_of(summary->min, is_signed);
	struct total_value greatest = integer_of(summary->max, is_signed), part;
	uint64_t sum[3];

	if (summary->n == 0)
		return;
	extend_least(total, least.low, least.high);
	extend_greatest(total, greatest.low, greatest.high);
	total->n += summary->n;
	/* The magnitude, scaled in two parts. */
	if (negative) {
		low = 0 - low;
		high = ~high + (low == 0);
	}
	part = total_of_integer(low, false);
	sum[0] = part.low;
	sum[1] = part.high;
	part = total_of_integer(high, false);
	sum[1] += part.low;
	sum[2] = part.high + (sum[1] < part.low);
	if (negative) {
		sum[0] = 0 - sum[0];
		sum[1] = ~sum[1] + (sum[0] == 0);
		sum[2] = ~sum[2] + (sum[0] == 0 && sum[1] == 0);
	}
	add_sum(total, sum[0], sum[1], sum[2]);
}

void total_merge(struct total *total, const struct total *other)
{
	struct total_rest *rest;

	if (other->n > 0) {
		extend_least(total, other->least[0], other->least[1]);
		extend_greatest(total, other->greatest[0], other->greatest[1]);
		add_sum(total, other->sum[0], other->sum[1], other->sum[2]);
		total->n += other->n;
	}
	if (!other->rest || other->rest->n == 0)
		return;
	rest = total->rest;
	if (rest)
		total_rest_merge(rest, other->rest);
	else
		total->rest = other->rest;
}

void total_move(struct total *total, struct total *other)
{
	struct total_rest *rest = total->rest ? other->rest : NULL;

	total_merge(total, other);
	if (!total->rest)
		rest = other->rest;
	else if (rest)
		total_rest_clear(rest);
	*other = (struct total){.rest = rest};
}
