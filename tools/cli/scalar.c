/* scalar.c - integers and doubles, compared exactly
 *
 * SPDX-License-Identifier: MIT */
#include "cli/scalar.h"

/* 2^64, which is a double. */
#define TWO_64 18446744073709551616.0

struct scalar scalar_of_u64(uint64_t value)
{
	return (struct scalar){SCALAR_UNSIGNED, {.u64 = value}};
}

struct scalar scalar_of_i64(int64_t value)
{
	if (value >= 0)
		return scalar_of_u64((uint64_t)value);
	return (struct scalar){SCALAR_NEGATIVE, {.i64 = value}};
}

struct scalar scalar_of_f64(double value)
{
	return (struct scalar){SCALAR_DOUBLE, {.f64 = value}};
}

bool scalar_parse(mmr_slice text, struct scalar *ret_scalar)
{
	uint64_t u64;
	int64_t i64;
	double f64;

	text = mmr_slice_trim(text);
	if (mmr_slice_to_u64(text, &u64) == 0)
		*ret_scalar = scalar_of_u64(u64);
	else if (mmr_slice_to_i64(text, &i64) == 0)
		*ret_scalar = scalar_of_i64(i64);
	else if (mmr_slice_to_f64(text, &f64) == 0)
		*ret_scalar = scalar_of_f64(f64);
	else
		return false;
	return true;
}

static enum order order_of(bool less, bool equal)
{
	return less ? ORDER_LESS : equal ? ORDER_EQUAL : ORDER_GREATER;
}

static enum order reverse(enum order order)
{
	return order == ORDER_LESS ? ORDER_GREATER : order == ORDER_GREATER ? ORDER_LESS : order;
}

static enum order compare_doubles(double a, double b)
{
	return a != a || b != b ? ORDER_NONE : order_of(a < b, a == b);
}

/* Compares an integer from 0 on with a double. */
static enum order compare_unsigned(uint64_t a, double b)
{
	uint64_t whole;

	if (b != b)
		return ORDER_NONE;
	if (b < 0)
		return ORDER_GREATER;
	if (b >= TWO_64)
		return ORDER_LESS;
	/* Equal to the whole part, `a` is less than a number with a fraction. */
	whole = (uint64_t)b;
	return order_of(a < whole || (a == whole && (double)whole < b), a == whole);
}

static enum order compare_integers(const struct scalar *a, const struct scalar *b)
{
	if (a->kind != b->kind)
		return a->kind == SCALAR_NEGATIVE ? ORDER_LESS : ORDER_GREATER;
	if (a->kind == SCALAR_NEGATIVE)
		return order_of(a->value.i64 < b->value.i64, a->value.i64 == b->value.i64);
	return order_of(a->value.u64 < b->value.u64, a->value.u64 == b->value.u64);
}

enum order scalar_compare(const struct scalar *a, const struct scalar *b)
{
	if (a->kind == SCALAR_DOUBLE && b->kind == SCALAR_DOUBLE)
		return compare_doubles(a->value.f64, b->value.f64);
	if (a->kind == SCALAR_DOUBLE)
		return reverse(scalar_compare(b, a));
	if (b->kind != SCALAR_DOUBLE)
		return compare_integers(a, b);
	if (a->kind == SCALAR_NEGATIVE)
		return reverse(compare_unsigned(0 - (uint64_t)a->value.i64, -b->value.f64));
	return compare_unsigned(a->value.u64, b->value.f64);
}
