/* rows.c - finds the ends of rows in words of 64 bytes
 *
 * If each quote of a word that opens a cell is where a cell may begin, the quoted bytes are those
 * after an odd number of quotes: a doubled quote closes a cell and opens it again. A prefix sum of
 * the quotes finds them. Otherwise the quotes of the word are visited one by one.
 *
 * SPDX-License-Identifier: MIT */
#include "text/rows.h"

#include "file/guard.h"
#include "simd/simd.h"

#include <string.h>

/* Bytes that are read at a time: their words stay in the L1 cache. The first ones are fewer, since
 * a caller may want the next end only, and since all states differ there. */
#define FIRST_PIECE ((size_t)256)

/* A piece of the bytes. The bits of the last word beyond the piece are 0. */
struct piece {
	const char *ptr;
	size_t len;
	size_t n_words;
	char separator;
	bool has_quotes;
	/* Bit i of a word is set for a quote, the separator, or \n. Without quotes, they are not
	 * set by load_quotes. */
	uint64_t quotes[ROW_WORDS], cells[ROW_WORDS], ends[ROW_WORDS];
};

/* What a piece does from one state. */
struct result {
	enum row_state state;
	uint64_t n_ends;
	uint64_t quote; /* offset in the piece, or ROW_NOWHERE */
	bool has_text_quotes;
};

static const char mark[3] = {(char)0xef, (char)0xbb, (char)0xbf};

/* One step of the machine. */
static enum row_state step(char separator, enum row_state state, char byte)
{
	if (state == ROW_QUOTED)
		return byte == '"' ? ROW_CLOSED : ROW_QUOTED;
	if (byte == separator)
		return ROW_CELL;
	if (byte == '\n')
		return ROW_START;
	if (byte == '"')
		return state == ROW_START || state == ROW_CELL || state == ROW_MARK_3 ||
				       state == ROW_CLOSED
			       ? ROW_QUOTED
			       : ROW_TEXT;
	if (state <= ROW_MARK_2 && byte == mark[state])
		return state + 1;
	return ROW_TEXT;
}

/* The state before byte `at` of a piece, which is not within quotes, if it is one of a mark; else
 * ROW_TEXT. Further back than the mark is only the \n before it, which is not within quotes,
 * either.
 */
static enum row_state mark_before(const struct piece *piece, enum row_state first, size_t at)
{
	size_t i = at < 4 ? 0 : at - 4;
	enum row_state state = at < 4 ? first : ROW_TEXT;

	for (; i < at; i++) {
		state = step(piece->separator, state, piece->ptr[i]);
		if (state == ROW_QUOTED && at >= 4)
			state = ROW_TEXT;
	}
	return state >= ROW_MARK_1 && state <= ROW_MARK_3 ? state : ROW_TEXT;
}

/* Marks a byte in all words of a piece. The last word may be incomplete. */
static uint64_t mask(const struct piece *piece, char byte, uint64_t *words)
{
	const struct simd_kernels *kernels = simd_kernels();
	size_t whole = piece->len / 64, rest = piece->len % 64;
	uint64_t all = kernels->mask(piece->ptr, whole, byte, words);
	char last[64];

	if (rest == 0)
		return all;
	memcpy(last, piece->ptr + 64 * whole, rest);
	memset(last + rest, ~byte, sizeof(last) - rest);
	return all | kernels->mask(last, 1, byte, words + whole);
}

/* Marks all bytes that matter. */
static void load(struct piece *piece, const char *ptr, size_t len)
{
	/* The filler is none of the bytes. */
	char bytes[SIMD_MASKS] = {'"', piece->separator, '\n'}, filler = piece->separator == 0;
	size_t whole = len / 64, rest = len % 64;
	const struct simd_kernels *kernels = simd_kernels();
	char last[64];

	piece->ptr = ptr;
	piece->len = len;
	piece->n_words = whole + (rest > 0);
	piece->has_quotes = kernels->masks(ptr, whole, bytes,
				    (uint64_t *[]){piece->quotes, piece->cells, piece->ends}) != 0;
	if (rest == 0)
		return;
	memcpy(last, ptr + 64 * whole, rest);
	memset(last + rest, filler, sizeof(last) - rest);
	piece->has_quotes |= kernels->masks(last, 1, bytes,
				     (uint64_t *[]){piece->quotes + whole, piece->cells + whole,
					     piece->ends + whole}) != 0;
}

/* Like load, but marks nothing if there are no quotes. They are counted first, which is faster,
 * unless some are expected. */
static void load_quotes(struct piece *piece, const char *ptr, size_t len, bool expected)
{
	if (expected || simd_kernels()->count(ptr, len, '"', SIMD_SEQUENTIAL) > 0) {
		load(piece, ptr, len);
		return;
	}
	piece->has_quotes = false;
	piece->ptr = ptr;
	piece->len = len;
	piece->n_words = (len + 63) / 64;
}

/* --- Words ------------------------------------------------------------------------------------ */

/* While the words of a piece are read. */
struct reading {
	const struct piece *piece;
	enum row_state first; /* before the piece */
	uint64_t inside;   /* all bits set if the next byte is after a quote that is not closed */
	uint64_t may_open; /* 1 if a quote would open a cell there, else 0 */
	uint64_t closed;   /* 1 if the byte before closes a cell, else 0 */
};

/* Without the instruction popcnt, which not every processor has, the builtin is a slow call. */
static unsigned count_bits(uint64_t word)
{
	word -= word >> 1 & UINT64_C(0x5555555555555555);
	word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
	word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
	return (unsigned)(word * UINT64_C(0x0101010101010101) >> 56);
}

static uint64_t prefix_xor(uint64_t word)
{
	word ^= word << 1;
	word ^= word << 2;
	word ^= word << 4;
	word ^= word << 8;
	word ^= word << 16;
	return word ^ word << 32;
}

/* Visits the quotes of word `w` one by one.
 *
 * Returns: a bit for each byte that is an opening quote, or after one that is not closed.
 * `*ret_closing` has a bit for each quote that closes a cell. */
static uint64_t read_quotes(const struct reading *reading, size_t w, uint64_t *ret_closing)
{
	const struct piece *piece = reading->piece;
	uint64_t before = (piece->cells[w] | piece->ends[w]) << 1 | reading->may_open;
	uint64_t inside = reading->inside, closing = 0, left, bit;

	for (left = piece->quotes[w]; left; left &= left - 1) {
		bit = left & (0 - left);
		if (inside & bit) {
			closing |= bit;
		} else if (!((before | closing << 1) & bit)) {
			size_t at = 64 * w + (size_t)__builtin_ctzll(bit);

			if (mark_before(piece, reading->first, at) != ROW_MARK_3)
				continue;
		}
		inside ^= 0 - bit;
	}
	*ret_closing = closing;
	return inside;
}

/* Reads a piece with quotes. `ends` gets a bit for each end of a row, and `cells` one for each end
 * of a cell; they may be NULL. */
static struct result read_words(
	const struct piece *piece, enum row_state first, uint64_t *ends, uint64_t *cell_ends)
{
	struct reading reading = {piece, first, first == ROW_QUOTED ? UINT64_MAX : 0,
		first == ROW_START || first == ROW_CELL || first == ROW_MARK_3 ||
			first == ROW_CLOSED,
		first == ROW_CLOSED};
	struct result result = {first, 0, ROW_NOWHERE, false};
	uint64_t quotes, cells = 0, line_ends = 0, inside, closing = 0, opening, last_opening = 0;
	size_t w, last_word = 0;
	unsigned last;

	for (w = 0; w < piece->n_words; w++) {
		quotes = piece->quotes[w];
		line_ends = piece->ends[w];
		cells = piece->cells[w] | line_ends;
		inside = prefix_xor(quotes) ^ reading.inside;
		closing = quotes & ~inside;
		opening = quotes & inside;
		if (opening & ~((cells | quotes) << 1 | reading.may_open)) {
			inside = read_quotes(&reading, w, &closing);
			opening = quotes & inside;
			result.has_text_quotes |= (quotes & ~inside & ~closing) != 0;
		}
		opening &= ~(closing << 1 | reading.closed);
		last_word = opening ? w : last_word;
		last_opening = opening ? opening : last_opening;
		line_ends &= ~inside;
		result.n_ends += count_bits(line_ends);
		if (ends)
			ends[w] = line_ends;
		if (cell_ends)
			cell_ends[w] = cells & ~inside;
		reading.inside = 0 - (inside >> 63);
		reading.may_open = ((cells & ~inside) | closing) >> 63;
		reading.closed = closing >> 63;
	}
	last = (unsigned)(piece->len - 1) % 64;
	if (reading.inside)
		result.state = ROW_QUOTED;
	else if (line_ends >> last & 1)
		result.state = ROW_START;
	else if (closing >> last & 1)
		result.state = ROW_CLOSED;
	else if (cells >> last & 1)
		result.state = ROW_CELL;
	else
		result.state = mark_before(piece, first, piece->len);
	if (last_opening && row_state_has_quote(result.state))
		result.quote = 64 * last_word + 63 - (unsigned)__builtin_clzll(last_opening);
	return result;
}

/* Reads a piece without quotes. */
static struct result read_plain(const struct piece *piece, enum row_state first, uint64_t n_ends)
{
	struct result result = {first, n_ends, ROW_NOWHERE, false};
	char last = piece->ptr[piece->len - 1];

	if (first == ROW_QUOTED)
		result.n_ends = 0;
	else if (last == '\n')
		result.state = ROW_START;
	else if (last == piece->separator)
		result.state = ROW_CELL;
	else
		result.state = mark_before(piece, first, piece->len);
	return result;
}

static uint64_t count_ends(const struct piece *piece)
{
	return simd_kernels()->count(piece->ptr, piece->len, '\n', SIMD_SEQUENTIAL);
}

static struct result read_piece(const struct piece *piece, enum row_state first)
{
	if (piece->has_quotes)
		return read_words(piece, first, NULL, NULL);
	return read_plain(piece, first, first == ROW_QUOTED ? 0 : count_ends(piece));
}

/* --- All states ------------------------------------------------------------------------------- */

/* Reads a piece from each state that the function is in. */
static void extend(struct row_function *function, const struct piece *piece, uint64_t off)
{
	uint64_t n_ends = piece->has_quotes ? 0 : count_ends(piece);
	uint8_t from[ROW_N_STATES];
	struct result result;
	unsigned i, at;

	memcpy(from, function->to, sizeof(from));
	for (at = 0; at < ROW_N_STATES; at++) {
		if (!memchr(from, (int)at, sizeof(from)))
			continue;
		result = piece->has_quotes ? read_words(piece, (enum row_state)at, NULL, NULL)
					   : read_plain(piece, (enum row_state)at, n_ends);
		for (i = 0; i < ROW_N_STATES; i++) {
			if (from[i] != at)
				continue;
			function->to[i] = (uint8_t)result.state;
			function->n_ends[i] += result.n_ends;
			if (result.quote != ROW_NOWHERE)
				function->quote[i] = off + result.quote;
		}
	}
}

/* Not inlined, because gcc keeps variables of a function that calls sigsetjmp in memory. */
static __attribute__((noinline)) void read_all(
	char separator, mmr_slice bytes, struct row_function *function)
{
	bool has_quotes = false;
	struct piece piece;
	size_t at, len;

	piece.separator = separator;
	for (at = 0; at < bytes.len; at += len) {
		len = min_size(bytes.len - at, at > 0 ? ROW_PIECE : FIRST_PIECE);
		load_quotes(&piece, bytes.ptr + at, len, has_quotes);
		has_quotes = piece.has_quotes;
		extend(function, &piece, at);
	}
}

int rows_function(char separator, mmr_slice bytes, struct row_function *ret_function)
{
	struct guard guard;
	unsigned i;

	for (i = 0; i < ROW_N_STATES; i++) {
		ret_function->to[i] = (uint8_t)i;
		ret_function->n_ends[i] = 0;
		ret_function->quote[i] = ROW_NOWHERE;
	}
	if (!GUARD_ENTER(&guard, bytes.ptr, bytes.len))
		return guard_fault(&guard);
	read_all(separator, bytes, ret_function);
	guard_leave(&guard);
	return 0;
}

uint64_t rows_apply(const struct row_function *function, uint64_t off, struct row_place *place)
{
	enum row_state from = place->state;

	place->state = (enum row_state)function->to[from];
	if (function->quote[from] != ROW_NOWHERE)
		place->quote = off + function->quote[from];
	return function->n_ends[from];
}

/* --- One state -------------------------------------------------------------------------------- */

static __attribute__((noinline)) uint64_t read_one(
	char separator, mmr_slice bytes, uint64_t off, struct row_place *place)
{
	struct result result;
	struct piece piece;
	uint64_t n_ends = 0;
	bool has_quotes = false;
	size_t at, len;

	piece.separator = separator;
	for (at = 0; at < bytes.len; at += len) {
		len = min_size(bytes.len - at, ROW_PIECE);
		load_quotes(&piece, bytes.ptr + at, len, has_quotes);
		has_quotes = piece.has_quotes;
		result = read_piece(&piece, place->state);
		place->state = result.state;
		if (result.quote != ROW_NOWHERE)
			place->quote = off + at + result.quote;
		n_ends += result.n_ends;
	}
	return n_ends;
}

int rows_pass(char separator, mmr_slice bytes, uint64_t off, struct row_place *place,
	uint64_t *ret_n_ends)
{
	struct row_place reached = *place;
	struct guard guard;

	if (!GUARD_ENTER(&guard, bytes.ptr, bytes.len))
		return guard_fault(&guard);
	*ret_n_ends = read_one(separator, bytes, off, &reached);
	guard_leave(&guard);
	*place = reached;
	return 0;
}

/* Marks the ends of rows in a piece. Returns: the state after it. */
static struct result mark_ends(const struct piece *piece, enum row_state first, uint64_t *words)
{
	if (piece->has_quotes)
		return read_words(piece, first, words, NULL);
	if (first == ROW_QUOTED)
		memset(words, 0, piece->n_words * sizeof(*words));
	else
		mask(piece, '\n', words);
	return read_plain(piece, first, 0);
}

/* The number of bit `n` of those that are set in some words. */
static size_t nth_bit(const uint64_t *words, uint64_t n)
{
	size_t w = 0;
	uint64_t word;

	while (n >= count_bits(words[w]))
		n -= count_bits(words[w++]);
	for (word = words[w]; n > 0; n--)
		word &= word - 1;
	return 64 * w + (size_t)__builtin_ctzll(word);
}

static __attribute__((noinline)) bool find_end(char separator, mmr_slice bytes,
	enum row_state *state, uint64_t n, size_t *ret_at, uint64_t *ret_n)
{
	size_t at, len, batch = 64;
	uint64_t words[ROW_WORDS];
	struct result result;
	bool has_quotes = false;
	struct piece piece;

	*ret_n = 0;
	piece.separator = separator;
	/* The next row is often near. */
	for (at = 0; at < bytes.len; at += len, batch = min_size(4 * batch, ROW_PIECE)) {
		len = min_size(bytes.len - at, batch);
		load_quotes(&piece, bytes.ptr + at, len, has_quotes);
		has_quotes = piece.has_quotes;
		result = read_piece(&piece, *state);
		if (n - *ret_n < result.n_ends) {
			mark_ends(&piece, *state, words);
			*ret_at = at + nth_bit(words, n - *ret_n);
			return true;
		}
		*ret_n += result.n_ends;
		*state = result.state;
	}
	return false;
}

int rows_select(char separator, mmr_slice bytes, enum row_state *state, uint64_t n, size_t *ret_at,
	uint64_t *ret_n)
{
	struct guard guard;
	bool found;

	if (!GUARD_ENTER(&guard, bytes.ptr, bytes.len))
		return guard_fault(&guard);
	found = find_end(separator, bytes, state, n, ret_at, ret_n);
	guard_leave(&guard);
	return found;
}

/* --- Cells ------------------------------------------------------------------------------------ */

void rows_mark(char separator, mmr_slice bytes, enum row_state *state, struct row_marks *ret_marks)
{
	struct row_marks *marks = ret_marks;
	struct result result;
	struct piece piece;
	size_t w;

	piece.separator = separator;
	load(&piece, bytes.ptr, bytes.len);
	marks->n_words = piece.n_words;
	marks->has_quotes = piece.has_quotes;
	if (piece.has_quotes) {
		result = read_words(&piece, *state, NULL, marks->cells);
	} else {
		result = read_plain(&piece, *state, 0);
		for (w = 0; w < piece.n_words; w++)
			marks->cells[w] = *state == ROW_QUOTED ? 0 : piece.cells[w] | piece.ends[w];
	}
	marks->has_text_quotes = result.has_text_quotes;
	*state = result.state;
}

/* --- Iteration -------------------------------------------------------------------------------- */

struct row_ends row_ends_of(char separator, mmr_slice bytes)
{
	struct row_ends ends;

	/* `words` is not cleared, since each refill writes them before they are read. */
	memset(&ends, 0, offsetof(struct row_ends, words));
	ends.ptr = ends.base = bytes.ptr;
	ends.left = bytes.len;
	ends.separator = separator;
	ends.state = ROW_START;
	ends.batch = FIRST_PIECE;
	ends.row = (mmr_slice){bytes.ptr, 0};
	return ends;
}

static __attribute__((noinline)) void mark_next(struct row_ends *ends, size_t len)
{
	struct piece piece;

	piece.separator = ends->separator;
	load_quotes(&piece, ends->ptr, len, ends->has_quotes);
	ends->has_quotes = piece.has_quotes;
	ends->state = mark_ends(&piece, ends->state, ends->words).state;
	ends->n_words = (unsigned)piece.n_words;
}

bool row_ends_refill(struct row_ends *ends)
{
	size_t len = min_size(ends->left, ends->batch);
	struct guard guard;

	if (len == 0 || ends->error < 0)
		return false;
	if (!GUARD_ENTER(&guard, ends->ptr, len)) {
		ends->error = guard_fault(&guard);
		ends->word = ends->n_words = 0;
		return false;
	}
	mark_next(ends, len);
	guard_leave(&guard);
	ends->word = 0;
	ends->base = ends->ptr;
	ends->ptr += len;
	ends->left -= len;
	ends->batch = ROW_PIECE;
	return true;
}

/* Drops the ends before `at` that are in the words. Returns: the start of the row after the last of
 * them; `start` if there are none. */
static const char *drop_ends(struct row_ends *ends, const char *at, const char *start)
{
	const char *base = ends->base + 64 * (size_t)ends->word;
	uint64_t before;

	for (; ends->word < ends->n_words && base < at; ends->word++, base += 64) {
		before = ends->words[ends->word];
		if (at - base < 64)
			before &= (UINT64_C(1) << (at - base)) - 1;
		if (before)
			start = base + 64 - __builtin_clzll(before);
		ends->words[ends->word] -= before;
		if (at - base < 64)
			break;
	}
	return start;
}

int row_ends_around(struct row_ends *ends, const char *at, mmr_slice *ret_row)
{
	const char *start = ends->row.ptr, *stop = start + ends->row.len;

	if (at >= stop) {
		start = drop_ends(ends, at, stop);
		while (ends->ptr <= at && row_ends_refill(ends))
			start = drop_ends(ends, at, start);
		stop = ends->ptr + ends->left;
		if (ends->error == 0 && row_ends_next(ends, &stop))
			stop++;
		if (ends->error < 0)
			return ends->error;
		ends->row = (mmr_slice){start, (size_t)(stop - start)};
	}
	*ret_row = (mmr_slice){start, (size_t)(stop - start)};
	return 0;
}

int rows_unclosed(const char *name, uint64_t off)
{
	return error_set_at(MMR_EQUOTE, off, "read a row of '%s'", name);
}
