/* array_number.c - conversion of numbers between types, without loss
 *
 * SPDX-License-Identifier: MIT */
#include "data/array.h"

#include <errno.h>
#include <string.h>

/* Elements are copied because they may be unaligned. */
#define CASE(type_, type, kind_, member) \
	case type_: { \
		type taken; \
		memcpy(&taken, element, sizeof(taken)); \
		number.kind = kind_; \
		number.value.member = taken; \
		break; \
	}

struct array_number array_number(unsigned type, const char *element)
{
	struct array_number number = {NUMBER_U64, {0}};
	char wide[sizeof(float)];

	if (type == MMR_F16) {
		numbers_portable.widen_f16(element, 1, wide);
		element = wide;
		type = MMR_F32;
	}
	switch (type) {
		CASE(MMR_U8, uint8_t, NUMBER_U64, u64)
		CASE(MMR_U16, uint16_t, NUMBER_U64, u64)
		CASE(MMR_U32, uint32_t, NUMBER_U64, u64)
		CASE(MMR_U64, uint64_t, NUMBER_U64, u64)
		CASE(MMR_I8, int8_t, NUMBER_I64, i64)
		CASE(MMR_I16, int16_t, NUMBER_I64, i64)
		CASE(MMR_I32, int32_t, NUMBER_I64, i64)
		CASE(MMR_I64, int64_t, NUMBER_I64, i64)
		CASE(MMR_F32, float, NUMBER_F64, f64)
		CASE(MMR_F64, double, NUMBER_F64, f64)
	}
	return number;
}

int number_to_i64(struct array_number number, int64_t *ret_value)
{
	double value = number.value.f64;

	if (number.kind == NUMBER_U64 && number.value.u64 > INT64_MAX)
		return -ERANGE;
	if (number.kind == NUMBER_F64) {
		/* Every comparison with NaN is false. */
		if (!(value >= -0x1p63 && value < 0x1p63) || (double)(int64_t)value != value)
			return -ERANGE;
		number.value.i64 = (int64_t)value;
	}
	*ret_value = number.value.i64;
	return 0;
}

int number_to_u64(struct array_number number, uint64_t *ret_value)
{
	double value = number.value.f64;

	if (number.kind == NUMBER_I64 && number.value.i64 < 0)
		return -ERANGE;
	if (number.kind == NUMBER_F64) {
		if (!(value >= 0 && value < 0x1p64) || (double)(uint64_t)value != value)
			return -ERANGE;
		number.value.u64 = (uint64_t)value;
	}
	*ret_value = number.value.u64;
	return 0;
}

/* Returns: whether it has at most 53 significant bits. */
static bool is_exact(uint64_t magnitude)
{
	if (magnitude > 0)
		magnitude >>= __builtin_ctzll(magnitude);
	return magnitude >> 53 == 0;
}

int number_to_f64(struct array_number number, double *ret_value)
{
	uint64_t bits = number.value.u64;

	if (number.kind == NUMBER_U64) {
		if (!is_exact(bits))
			return -ERANGE;
		number.value.f64 = (double)bits;
	} else if (number.kind == NUMBER_I64) {
		if (!is_exact(number.value.i64 < 0 ? 0 - bits : bits))
			return -ERANGE;
		number.value.f64 = (double)number.value.i64;
	}
	*ret_value = number.value.f64;
	return 0;
}
