/* table.c - iterates over the cells of a table, which may be quoted
 *
 * It visits the positions of delimiters, quotes and line ends in order. Inside quotes only quotes
 * count. A doubled quote closes the quotes and opens them again, so no look-ahead is needed.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "file/guard.h"
#include "file/registry.h"
#include "text/tags.h"

#include <mmreader/fields.h>

#include <errno.h>
#include <string.h>

mmr_table mmr_table_of(mmr_slice slice, char delimiter)
{
	char set[3] = {delimiter, '"', '\n'};
	mmr_table it;

	it.positions = mmr_positions_of_set(slice, (mmr_slice){set, sizeof(set)});
	it.positions.tags = TAGS_TABLE;
	it.cell = it.positions.start;
	it.stop = it.positions.stop;
	it.delimiter = delimiter;
	it.open = false;
	return it;
}

/* Reads one byte, or two, under the guard. A refill has scanned them, but the file may have been
 * truncated since. */
static int look(const char *ptr, bool two)
{
	struct guard guard;

	if (!GUARD_ENTER(&guard, ptr, (size_t)1 + two))
		return guard_fault(&guard);
	(void)*(const volatile char *)ptr;
	if (two)
		(void)*(const volatile char *)(ptr + 1);
	guard_leave(&guard);
	return 0;
}

/* Whether a row starts with a UTF-8 byte order mark followed by the quote at `quote`. This is
 * checked for every row, because results must not depend on where the slice was cut. */
static int has_mark(const mmr_table *it, const char *quote, bool *ret_has)
{
	static const char mark[3] = {(char)0xef, (char)0xbb, (char)0xbf};
	struct guard guard;

	*ret_has = !it->open && quote == it->cell + sizeof(mark);
	if (!*ret_has)
		return 0;
	if (!GUARD_ENTER(&guard, it->cell, sizeof(mark)))
		return guard_fault(&guard);
	*ret_has = memcmp(it->cell, mark, sizeof(mark)) == 0;
	guard_leave(&guard);
	return 0;
}

/* Sets the error of a cell whose opening quote is at `quote`. */
static int unclosed(const mmr_table *it, const char *quote)
{
	mmr_slice rest = {quote, (size_t)(it->stop - quote)};
	struct registry_place place;

	if (registry_find(rest, &place)) {
		error_set_at(MMR_EQUOTE, place.off, "read a cell of '%s'", place.name);
		if (place.at_end)
			return MMR_EQUOTE;
	} else {
		error_set(MMR_EQUOTE, "read a cell %zu bytes before the end of a slice", rest.len);
	}
	return error_hint(
		MMR_EQUOTE, "walk the table as one slice, since this one may end inside a row");
}

/* Removes the quotes if they enclose the whole cell. */
static void take_quotes(mmr_cell *cell, const char *closing)
{
	if (!closing || closing + 1 != cell->text.ptr + cell->text.len)
		return;
	cell->text.ptr++;
	cell->text.len -= 2;
	cell->quoted = true;
}

/* Returns the cell that ends at `end`, and moves to the next one. `tags` are those of `end`. */
static void finish(
	mmr_table *it, const char *end, unsigned tags, const char *closing, mmr_cell *ret_cell)
{
	ret_cell->text.ptr = it->cell;
	ret_cell->text.len = (size_t)(end - it->cell);
	ret_cell->quoted = false;
	ret_cell->last = (tags & TAG_END) != 0;
	if (tags & TAG_CR && ret_cell->text.len > 0)
		ret_cell->text.len--;
	take_quotes(ret_cell, closing);
	it->open = !ret_cell->last;
	it->cell = end < it->stop ? end + 1 : end;
}

static int next(mmr_table *it, mmr_cell *ret_cell)
{
	mmr_positions *positions = &it->positions;
	const char *at, *closing = NULL;
	bool inside = false, marked = false, two;
	unsigned tags;
	int err;

	while (positions->next < positions->n || mmr_positions_refill_(positions)) {
		tags = positions->at[positions->next++];
		at = positions->base + (tags & TAG_OFFSET);
		if (tags & TAG_QUOTE) {
			if (!inside && !closing && at != it->cell) {
				err = has_mark(it, at, &marked);
				if (err < 0)
					return err;
				it->cell = marked ? at : it->cell;
			}
			if (at == it->cell || (closing && at == closing + 1)) {
				/* An opening quote, or the second of a doubled quote. */
				inside = true;
				closing = NULL;
			} else if (inside) {
				inside = false;
				closing = at;
			}
		} else if (!inside) {
			two = tags & TAG_END && at > it->cell;
			err = look(at - two, two);
			if (err == 0)
				finish(it, at, tags, closing, ret_cell);
			return err;
		}
	}
	if (mmr_positions_error(positions) < 0)
		return mmr_positions_error(positions);
	if (inside)
		positions->error = unclosed(it, it->cell);
	finish(it, it->stop, TAG_END, closing, ret_cell);
	return 0;
}

bool mmr_table_next(mmr_table *it, mmr_cell *ret_cell)
{
	int err;

	if (it->positions.error < 0 || (it->cell == it->stop && !it->open))
		return false;
	err = next(it, ret_cell);
	if (err < 0)
		it->positions.error = err;
	return err == 0;
}

DEFINE_FILL(mmr_table_fill, mmr_table, mmr_cell, mmr_table_next)

int mmr_cell_unquote(mmr_cell cell, char *buffer, size_t *ret_len)
{
	struct guard guard;
	size_t len = 0, i;

	if (!GUARD_ENTER(&guard, cell.text.ptr, cell.text.len))
		return guard_fault(&guard);
	for (i = 0; i < cell.text.len; i++) {
		char byte = ((const volatile char *)cell.text.ptr)[i];

		buffer[len++] = byte;
		if (cell.quoted && byte == '"' && i + 1 < cell.text.len)
			i += ((const volatile char *)cell.text.ptr)[i + 1] == '"';
	}
	guard_leave(&guard);
	*ret_len = len;
	return 0;
}
