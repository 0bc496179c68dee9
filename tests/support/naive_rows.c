/* naive_rows.c - reads tables cell by cell, and draws them
 *
 * SPDX-License-Identifier: MIT */
#include "naive_rows.h"

#define MARK "\xef\xbb\xbf"

/* Reads the cell at `at`. Returns: the offset of the byte that ends it, or `len`. */
static size_t read_cell(
	const char *text, size_t len, size_t at, char separator, uint64_t *ret_quote)
{
	size_t start = at;

	if (at < len && text[at] == '"') {
		for (at++; at < len; at++) {
			if (text[at] != '"')
				continue;
			if (at + 1 == len || text[at + 1] != '"')
				break;
			at++;
		}
		if (at >= len) {
			*ret_quote = start;
			return len;
		}
		at++;
	}
	while (at < len && text[at] != separator && text[at] != '\n')
		at++;
	return at;
}

struct naive_rows naive_rows_of(const char *text, size_t len, char separator)
{
	struct naive_rows naive = {malloc((len + 1) * sizeof(size_t)), 0, UINT64_MAX};
	bool may_mark = !memchr(MARK, separator, 3), row_starts = true;
	size_t at = 0;

	while (at < len) {
		if (row_starts && may_mark && len - at > 3 && memcmp(text + at, MARK "\"", 4) == 0)
			at += 3;
		at = read_cell(text, len, at, separator, &naive.quote);
		row_starts = at < len && text[at] == '\n';
		if (row_starts)
			naive.ends[naive.n++] = at;
		at++;
	}
	return naive;
}

void naive_rows_draw(struct chance *chance, char separator, char *text, size_t len)
{
	/* What regular tables are made of, then what others are. */
	static const char *const parts[] = {",", "\n", "\"\"", "a", "b c", "\"a\"", "\"a,b\"",
		"\"\n\"", "\"a\"\"b\"", "\r\n", "a\"b\"\"c", "\"", MARK, MARK "\"", "\xef\xbb",
		"\n" MARK "\"x\"", "\"a\"b\"", ",\"", "\",", ",,,,,,", "\n\n"};
	static const size_t limits[] = {4, 7, 10, ARRAY_LEN(parts), ARRAY_LEN(parts)};
	size_t limit = limits[chance_below(chance, ARRAY_LEN(limits))], at = 0, i;

	while (at < len) {
		mmr_slice part = mmr_slice_of(parts[chance_below(chance, limit)]);

		/* A run without quotes, or within quotes, now and then. */
		if (chance_below(chance, 40) == 0) {
			part.len = min_size(chance_below(chance, 300), len - at);
			chance_fill(chance, text + at, part.len, mmr_slice_of("ab,c\n"));
		} else {
			part.len = min_size(part.len, len - at);
			memcpy(text + at, part.ptr, part.len);
		}
		for (i = at; i < at + part.len; i++)
			if (text[i] == ',')
				text[i] = separator;
		at += part.len;
	}
}
