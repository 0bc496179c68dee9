/* range.c - parsing ranges
 *
 * SPDX-License-Identifier: MIT */
#include "cli/range.h"

/* By enum number_unit. */
static const char *const examples[] = {
	"use START:END or START:+LENGTH, counted from 0, such as 5:10, -3: or 4K:+512",
	"use START:END or START:+LENGTH, counted from 0, such as 5:10 or -3:, "
	"or FIRST,LAST, counted from 1, such as 6,10",
};

static const char *parse_signed(const char *text, enum number_unit unit, int64_t *ret_number)
{
	bool negative = *text == '-';
	uint64_t number;

	text = number_parse(text + negative, unit, &number);
	if (text)
		*ret_number = negative ? -(int64_t)number : (int64_t)number;
	return text;
}

/* If the start counts from the end, so does the stop: -7:+3 is -7:-4. Of five items, this selects
 * only the first. */
static struct range with_length(struct range range, int64_t length)
{
	range.has_length = range.start >= 0;
	range.length = length;
	if (range.start < 0)
		range.stop = range.start + length < 0 ? range.start + length : MMR_END;
	return range;
}

/* Parses "END", "+LENGTH" or nothing, after "START:". Returns: the text after it; NULL if
 * it is malformed. */
static const char *parse_stop(const char *text, enum number_unit unit, struct range *range)
{
	uint64_t length;

	if (*text == '\0')
		return text;
	if (*text != '+')
		return parse_signed(text, unit, &range->stop);
	text = number_parse(text + 1, unit, &length);
	if (text)
		*range = with_length(*range, (int64_t)length);
	return text;
}

/* Parses "LAST", "+MORE" or nothing, after "FIRST,". Returns: like range_parse. */
static const char *parse_last(const char *text, int64_t first, struct range *ret_range)
{
	struct range range = {first - 1, MMR_END, false, 0};
	const char *end = text;
	uint64_t last = 0;
	bool more = *text == '+';

	if (*text != '\0')
		end = number_parse(text + more, NUMBER_OF_ITEMS, &last);
	if (first < 0 || !end || *end != '\0')
		return examples[NUMBER_OF_ITEMS];
	if (first == 0 || (*text != '\0' && !more && last == 0))
		return "use FIRST,LAST counted from 1, such as 1,5";
	if (more)
		range = with_length(range, (int64_t)min_u64(last, INT64_MAX - 1) + 1);
	else if (*text != '\0')
		range.stop = (int64_t)last;
	if (*text != '\0' && !more && range.stop <= range.start)
		return "use FIRST,LAST with FIRST <= LAST";
	*ret_range = range;
	return NULL;
}

const char *range_parse(const char *text, enum number_unit unit, struct range *ret_range)
{
	struct range range = {0, MMR_END, false, 0};

	if (*text != ':') {
		text = parse_signed(text, unit, &range.start);
		if (!text)
			return examples[unit];
		if (*text == ',' && unit == NUMBER_OF_ITEMS)
			return parse_last(text + 1, range.start, ret_range);
		if (*text == '\0') {
			*ret_range = with_length(range, 1);
			return NULL;
		}
	} else if (text[1] == '+') {
		/* Usually "$(COMMAND):+60" where COMMAND printed nothing. */
		return "use START:+LENGTH, such as 0:+60";
	}
	if (*text++ != ':')
		return examples[unit];
	text = parse_stop(text, unit, &range);
	if (!text || *text != '\0')
		return examples[unit];
	*ret_range = range;
	return NULL;
}

bool range_from_end(const struct range *range)
{
	return range->start < 0 || (!range->has_length && range->stop < 0);
}
