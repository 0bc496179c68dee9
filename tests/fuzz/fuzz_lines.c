/* fuzz_lines.c - lines, reverse lines and fields, against loops over bytes
 *
 * Length: 512
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

/* Finds the line that starts at `from`: its end without and with its terminator. */
static void naive_line(
	mmr_slice all, size_t from, char delimiter, size_t *ret_end, size_t *ret_next)
{
	size_t at = from;

	while (at < all.len && all.ptr[at] != delimiter)
		at++;
	*ret_end = at;
	*ret_next = at < all.len ? at + 1 : at;
}

static size_t length_wanted(mmr_slice all, size_t from, size_t end, size_t next, unsigned flags)
{
	if (flags & MMR_LINES_KEEP)
		return next - from;
	if ((flags & MMR_LINES_CRLF) && next > end && end > from && all.ptr[end - 1] == '\r')
		return end - 1 - from;
	return end - from;
}

static void walk_lines(mmr_slice all, char delimiter, unsigned flags)
{
	mmr_lines it = mmr_lines_of_flags(all, delimiter, flags);
	mmr_reverse_lines back = mmr_reverse_lines_of_flags(all, delimiter, flags);
	size_t from, end, next, n = 0, n_back = 0, starts_sum = 0;
	mmr_slice line;

	for (from = 0; from < all.len; from = next, n++) {
		naive_line(all, from, delimiter, &end, &next);
		MUST(mmr_lines_next(&it, &line), "line %zu is missing", n);
		MUST(line.ptr == all.ptr + from, "line %zu starts elsewhere", n);
		MUST(line.len == length_wanted(all, from, end, next, flags), "line %zu: %zu bytes",
			n, line.len);
		starts_sum += from;
		MUST(mmr_line_around(all, next - 1, delimiter, &line) == 0 &&
				line.ptr == all.ptr + from && line.len == next - from,
			"around the end of line %zu: %zu bytes", n, line.len);
		MUST(mmr_line_around(all, from, delimiter, &line) == 0 &&
				line.ptr == all.ptr + from && line.len == next - from,
			"around the start of line %zu: %zu bytes", n, line.len);
	}
	MUST(!mmr_lines_next(&it, &line) && mmr_lines_error(&it) == 0, "one more line than %zu", n);
	for (next = all.len; mmr_reverse_lines_next(&back, &line); n_back++) {
		from = (size_t)(line.ptr - all.ptr);
		MUST(from < next, "line %zu from the end is not before the previous one", n_back);
		naive_line(all, from, delimiter, &end, &next);
		MUST(line.len == length_wanted(all, from, end, next, flags),
			"line %zu from the end: %zu bytes", n_back, line.len);
		starts_sum -= from;
		next = from;
	}
	MUST(n_back == n && starts_sum == 0 && mmr_reverse_lines_error(&back) == 0,
		"%zu lines backward, %zu forward", n_back, n);
}

static void walk_fields(mmr_slice all, char delimiter)
{
	mmr_fields it = mmr_fields_of(all, delimiter);
	size_t from = 0, end, next, n = 0;
	mmr_slice field;

	do {
		naive_line(all, from, delimiter, &end, &next);
		MUST(mmr_fields_next(&it, &field), "field %zu is missing", n);
		MUST(field.len == end - from, "field %zu: %zu bytes", n, field.len);
		MUST(field.len == 0 || field.ptr == all.ptr + from, "field %zu", n);
		from = next;
		n++;
	} while (next > end);
	MUST(!mmr_fields_next(&it, &field) && mmr_fields_error(&it) == 0, "one more field than %zu",
		n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	char delimiter = (char)take_byte(&taker);
	unsigned flags = take_byte(&taker) % 4;
	mmr_slice all;
	char *copy;

	copy = take_copy(&taker, &all.len);
	all.ptr = copy;
	walk_lines(all, delimiter, flags);
	walk_fields(all, delimiter);
	free(copy);
	return 0;
}
