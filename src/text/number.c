/* number.c - converts text to numbers
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"
#include "text/decimal.h"
#include "text/digits.h"

#include <mmreader/slice.h>

#include <errno.h>
#include <string.h>

/* The result of reading a text under the guard. If a text is read twice, only the second reading
 * counts, since the file may change in between. */
struct whole {
	bool negative, too_large;
	uint64_t magnitude;
};

static int read_whole(const char *text, size_t len, struct whole *whole)
{
	const char *at = text, *end;
	char byte;

	if (len == 0)
		return -EINVAL;
	end = text + len;
	byte = *text;
	whole->negative = byte == '-';
	whole->too_large = false;
	at += byte == '-' || byte == '+';
	if (at == end)
		return -EINVAL;
	if (digits_read_short(at, end, &whole->magnitude))
		return 0;
	for (whole->magnitude = 0; at < end; at++) {
		uint64_t digit = (uint64_t)((byte = *at) - '0');

		if (!is_digit(byte))
			return -EINVAL;
		/* "99999999999999999999x" is not a number: -EINVAL, not -ERANGE. */
		if (whole->magnitude > (UINT64_MAX - digit) / 10)
			whole->too_large = true;
		else
			whole->magnitude = whole->magnitude * 10 + digit;
	}
	return 0;
}

static int parse_whole(mmr_slice text, struct whole *whole)
{
	struct guard guard;
	int err;

	if (slice_is_nowhere(text))
		return error_nowhere();
	if (!GUARD_ENTER(&guard, text.ptr, text.len))
		return guard_fault(&guard);
	err = read_whole(text.ptr, text.len, whole);
	guard_leave(&guard);
	if (err < 0)
		return err;
	return whole->too_large ? -ERANGE : 0;
}

int mmr_slice_to_i64(mmr_slice text, int64_t *ret_value)
{
	struct whole whole;
	int err = parse_whole(text, &whole);

	if (err < 0)
		return err;
	if (whole.magnitude > (uint64_t)INT64_MAX + whole.negative)
		return -ERANGE;
	/* Negate as unsigned, because -INT64_MIN does not fit into int64_t. */
	*ret_value = (int64_t)(whole.negative ? 0 - whole.magnitude : whole.magnitude);
	return 0;
}

int mmr_slice_to_u64(mmr_slice text, uint64_t *ret_value)
{
	struct whole whole;
	int err = parse_whole(text, &whole);

	if (err < 0)
		return err;
	if (whole.negative && whole.magnitude > 0)
		return -ERANGE;
	*ret_value = whole.magnitude;
	return 0;
}

int mmr_slice_to_f64(mmr_slice text, double *ret_value)
{
	struct guard guard;
	uint64_t bits;
	int err;

	if (slice_is_nowhere(text))
		return error_nowhere();
	decimal_prepare();
	if (!GUARD_ENTER(&guard, text.ptr, text.len))
		return guard_fault(&guard);
	err = decimal_read(text.ptr, text.len, &bits);
	guard_leave(&guard);
	if (err == 0)
		memcpy(ret_value, &bits, sizeof(*ret_value));
	return err;
}

int mmr_slice_to_decimal(mmr_slice text, mmr_decimal *ret_value)
{
	struct guard guard;
	int err;

	if (slice_is_nowhere(text))
		return error_nowhere();
	if (!GUARD_ENTER(&guard, text.ptr, text.len))
		return guard_fault(&guard);
	err = decimal_split(text.ptr, text.len, ret_value);
	guard_leave(&guard);
	return err;
}
