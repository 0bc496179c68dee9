/* range.c - parsing ranges and the numbers in them
 *
 * SPDX-License-Identifier: MIT */
#include "range.h"

#include <string.h>

static int digit_value(char byte, unsigned base)
{
	int value = -1;

	if (byte >= '0' && byte <= '9')
		value = byte - '0';
	else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
		value = (byte | 0x20) - 'a' + 10;
	return value < (int)base ? value : -1;
}

static uint64_t multiply_clamped(uint64_t a, uint64_t b)
{
	return b > 0 && a > (uint64_t)INT64_MAX / b ? (uint64_t)INT64_MAX : a * b;
}

/* "K", "KB" or "KiB". Returns: what follows. */
static const char *parse_unit(const char *text, uint64_t *number)
{
	static const char letters[] = "KMGTPE";
	/* Not of a space, which would become the NUL that ends the letters. */
	const char *letter = *text > ' ' ? strchr(letters, *text & ~0x20) : NULL;
	uint64_t factor = 1024;
	long steps;

	if (!letter)
		return text;
	text++;
	if (*text == 'B') {
		factor = 1000;
		text++;
	} else if (text[0] == 'i' && text[1] == 'B') {
		text += 2;
	}
	for (steps = letter - letters; steps >= 0; steps--)
		*number = multiply_clamped(*number, factor);
	return text;
}

/* Returns: what follows the number; NULL when there is none. */
static const char *parse_number(const char *text, uint64_t *ret_number)
{
	unsigned base = text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10;
	uint64_t number = 0;
	int digit;

	if (base == 16)
		text += 2;
	if (digit_value(*text, base) < 0)
		return NULL;
	for (; (digit = digit_value(*text, base)) >= 0; text++) {
		number = multiply_clamped(number, base);
		if (number > (uint64_t)INT64_MAX - (uint64_t)digit)
			number = (uint64_t)INT64_MAX;
		else
			number += (uint64_t)digit;
	}
	*ret_number = number;
	return parse_unit(text, ret_number);
}

static const char *parse_signed(const char *text, int64_t *ret_number)
{
	bool negative = *text == '-';
	uint64_t number;

	text = parse_number(text + negative, &number);
	if (text)
		*ret_number = negative ? -(int64_t)number : (int64_t)number;
	return text;
}

/* Counted from the end, both ends are: -7:+3 of five items is their -7:-4, the first one alone. */
static struct range with_length(struct range range, int64_t length)
{
	range.has_length = range.start >= 0;
	range.length = length;
	if (range.start < 0)
		range.stop = range.start + length < 0 ? range.start + length : MMR_END;
	return range;
}

bool range_parse(const char *text, struct range *ret_range)
{
	struct range range = {0, MMR_END, false, 0};
	uint64_t length;

	if (*text != ':') {
		text = parse_signed(text, &range.start);
		if (!text)
			return false;
		if (*text == '\0') {
			*ret_range = with_length(range, 1);
			return true;
		}
	}
	if (*text++ != ':')
		return false;
	if (*text == '+') {
		text = parse_number(text + 1, &length);
		if (text)
			range = with_length(range, (int64_t)length);
	} else if (*text != '\0') {
		text = parse_signed(text, &range.stop);
	}
	if (!text || *text != '\0')
		return false;
	*ret_range = range;
	return true;
}

bool range_parse_number(const char *text, uint64_t *ret_number)
{
	text = parse_number(text, ret_number);
	return text && *text == '\0';
}

bool range_from_end(const struct range *range)
{
	return range->start < 0 || (!range->has_length && range->stop < 0);
}
