/* fuzz_table.c - quoted cells, against a reader of RFC 4180 that reads byte by byte
 *
 * Length: 256
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

/* A cell, with the offsets of the start and the end of its text. */
struct naive {
	size_t start, stop;
	bool quoted, last;
	size_t next; /* start of the next cell */
};

/* Reads the cell that starts at `from`. Returns: false if its quote is never closed. */
static bool read_cell(mmr_slice all, char delimiter, size_t from, struct naive *ret)
{
	bool inside, opened;
	size_t at, closing = SIZE_MAX;

	/* A byte order mark before a quote, at the start of a row, is skipped. */
	if (ret->last && all.len - from > 3 && memcmp(all.ptr + from, "\xef\xbb\xbf\"", 4) == 0 &&
		delimiter != '\xef' && delimiter != '\xbb' && delimiter != '\xbf')
		from += 3;
	opened = inside = from < all.len && all.ptr[from] == '"';
	at = from + opened;
	for (; at < all.len; at++) {
		if (inside && all.ptr[at] == '"' && at + 1 < all.len && all.ptr[at + 1] == '"')
			at++;
		else if (inside && all.ptr[at] == '"')
			inside = false, closing = at;
		else if (!inside && (all.ptr[at] == delimiter || all.ptr[at] == '\n'))
			break;
	}
	ret->start = from;
	if (inside)
		return false;
	ret->last = at == all.len || all.ptr[at] == '\n';
	ret->next = at == all.len ? at : at + 1;
	ret->stop = at;
	if (at < all.len && ret->last && at > from && all.ptr[at - 1] == '\r')
		ret->stop--;
	/* If a byte follows the closing quote, the quotes are bytes like any other. */
	ret->quoted = opened && closing + 1 == ret->stop;
	ret->start += ret->quoted;
	ret->stop -= ret->quoted;
	return true;
}

static void check_unquoted(mmr_cell cell)
{
	char *text = malloc(cell.text.len > 0 ? cell.text.len : 1);
	size_t len = SIZE_MAX, i, k = 0;

	MUST(text, "out of memory");
	MUST(mmr_cell_unquote(cell, text, &len) == 0, "%s", mmr_last_error());
	for (i = 0; i < cell.text.len; i++, k++) {
		MUST(k < len && text[k] == cell.text.ptr[i], "byte %zu of a cell", i);
		if (cell.quoted && cell.text.ptr[i] == '"') {
			i++;
			MUST(i < cell.text.len && cell.text.ptr[i] == '"',
				"a single quote inside a quoted cell");
		}
	}
	MUST(k == len, "%zu bytes instead of %zu", len, k);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	char delimiter = (char)take_byte(&taker);
	bool open = false, closed = true;
	struct naive naive = {.last = true};
	size_t n = 0;
	mmr_slice all;
	mmr_table it;
	mmr_cell cell;
	char *copy;

	if (delimiter == '"' || delimiter == '\n' || delimiter == '\r')
		return 0;
	copy = take_copy(&taker, &all.len);
	all.ptr = copy;
	it = mmr_table_of(all, delimiter);
	for (; open || naive.next < all.len; n++) {
		closed = read_cell(all, delimiter, naive.next, &naive);
		if (!closed)
			break;
		MUST(mmr_table_next(&it, &cell), "cell %zu is missing", n);
		MUST(cell.text.ptr == all.ptr + naive.start &&
				cell.text.len == naive.stop - naive.start,
			"cell %zu: %zu bytes at %zu, not %zu to %zu", n, cell.text.len,
			(size_t)(cell.text.ptr - all.ptr), naive.start, naive.stop);
		MUST(cell.quoted == naive.quoted && cell.last == naive.last, "cell %zu: %d %d", n,
			cell.quoted, cell.last);
		check_unquoted(cell);
		open = !naive.last;
	}
	if (!closed) {
		MUST(mmr_table_next(&it, &cell), "the unclosed cell is missing");
		MUST(cell.text.ptr == all.ptr + naive.start &&
				cell.text.len == all.len - naive.start && !cell.quoted && cell.last,
			"the unclosed cell: %zu bytes, not %zu", cell.text.len,
			all.len - naive.start);
	}
	MUST(!mmr_table_next(&it, &cell), "one more cell than %zu", n);
	MUST(mmr_table_error(&it) == (closed ? 0 : MMR_EQUOTE), "%d at the end",
		mmr_table_error(&it));
	free(copy);
	return 0;
}
