/* rows.h - where the rows of a table end, whose quoted cells may contain line ends
 *
 * Rows are those of mmr_table_of (fields.h). Whether a \n ends a row depends on all bytes before
 * it. So bytes are read by a machine of a few states. Its state before some bytes decides where
 * rows end in them, and its state after them is that before the next bytes.
 *
 * Two ways to read bytes:
 *
 * - rows_pass, when the state before them is known.
 * - rows_function, when it is not known: it finds the results for all states at once. This takes
 *   hardly longer, because the machine is soon in the same state whatever its first one was. So
 *   several threads read parts of a table at the same time, and the parts are joined in order.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_ROWS_H
#define SRC_TEXT_ROWS_H

#include "common.h"

#include <mmreader/slice.h>

/* What the bytes before are. */
enum row_state {
	ROW_START,  /* nothing, or the end of a row */
	ROW_MARK_1, /* the first bytes of a row, which are those of a UTF-8 byte order mark */
	ROW_MARK_2,
	ROW_MARK_3,
	ROW_CELL,   /* the separator before a cell */
	ROW_TEXT,   /* bytes of a cell in which a quote is an ordinary byte */
	ROW_QUOTED, /* a quote that is not closed, and perhaps bytes after it */
	ROW_CLOSED, /* a quoted cell and the quote that closes it */
	ROW_N_STATES
};

#define ROW_NOWHERE UINT64_MAX

/* Where the machine is. */
struct row_place {
	enum row_state state;
	uint64_t quote; /* offset of the one that opens the cell, in the states that have it */
};

/* Whether a quote opens the cell, and may be the one that is not closed. */
static inline bool row_state_has_quote(enum row_state state)
{
	return state == ROW_QUOTED || state == ROW_CLOSED;
}

static inline struct row_place row_place_start(void)
{
	return (struct row_place){ROW_START, ROW_NOWHERE};
}

/* What some bytes do from each state. Offsets are those in the bytes. */
struct row_function {
	uint8_t to[ROW_N_STATES];
	uint64_t n_ends[ROW_N_STATES]; /* rows that end in the bytes */
	uint64_t quote[ROW_N_STATES];  /* as in row_place; ROW_NOWHERE if it is before the bytes */
};

/* Reads bytes from any state. Errors: MMR_ETRUNCATED, -EIO (a guarded fault). */
int rows_function(char separator, mmr_slice bytes, struct row_function *ret_function);

/* Reads bytes from a known place. `off` is their offset.
 *
 * Returns: 0, with the number of rows that end in them. Errors: as rows_function; `*place` is then
 * unchanged. */
int rows_pass(char separator, mmr_slice bytes, uint64_t off, struct row_place *place,
	uint64_t *ret_n_ends);

/* Applies a function to a place. `off` is the offset of the bytes. Returns: the number of rows that
 * end in them. */
uint64_t rows_apply(const struct row_function *function, uint64_t off, struct row_place *place);

/* Finds the end of row `n` of those that end in some bytes, counted from 0. `*state` is the one
 * before the bytes.
 *
 * Returns: 1 with the offset of its \n; 0 if there are fewer, with their number in `*ret_n` and the
 *   state after the bytes. Errors: as rows_function. */
int rows_select(char separator, mmr_slice bytes, enum row_state *state, uint64_t n, size_t *ret_at,
	uint64_t *ret_n);

#define ROW_WORDS 64
#define ROW_PIECE ((size_t)64 * ROW_WORDS) /* bytes of so many words */

/* The ends of cells in a piece of a table. */
struct row_marks {
	size_t n_words;
	uint64_t cells[ROW_WORDS]; /* a bit for each separator or \n that ends a cell */
	bool has_quotes;
	bool has_text_quotes; /* one that is an ordinary byte of a cell */
};

/* Marks the ends of cells in 1 to ROW_PIECE bytes, for a caller that is inside a guard. `*state` is
 * the one before them, and then that after them. */
void rows_mark(char separator, mmr_slice bytes, enum row_state *state, struct row_marks *ret_marks);

/* Iterates over the ends of rows. */

struct row_ends {
	const char *ptr; /* of the bytes that are not read yet */
	size_t left;
	const char *base; /* of the words */
	char separator;
	enum row_state state;
	size_t batch; /* bytes that are read next */
	bool has_quotes;
	mmr_slice row; /* that was found last, for row_ends_around; empty at the start */
	unsigned word, n_words;
	int error;
	uint64_t words[ROW_WORDS]; /* a bit for each end */
};

/* For bytes that start with a row. */
struct row_ends row_ends_of(char separator, mmr_slice bytes);

/* Private: used by the inline call below. */
bool row_ends_refill(struct row_ends *ends);

/* The next \n that ends a row. Returns: false at the end, and after an error. */
static inline bool row_ends_next(struct row_ends *ends, const char **ret_at)
{
	uint64_t *word;

	for (;;) {
		for (; ends->word < ends->n_words; ends->word++) {
			word = &ends->words[ends->word];
			if (*word == 0)
				continue;
			*ret_at = ends->base + 64 * (size_t)ends->word + __builtin_ctzll(*word);
			*word &= *word - 1;
			return true;
		}
		if (!row_ends_refill(ends))
			return false;
	}
}

/* Finds the row that contains byte `at` of the bytes. It must not be before the row that was found
 * last. Do not call row_ends_next for the same object.
 *
 * Returns: 0. Errors: as rows_function. */
int row_ends_around(struct row_ends *ends, const char *at, mmr_slice *ret_row);

/* Sets the error of a quote at `off` in an input that is not closed. Returns: MMR_EQUOTE. */
int rows_unclosed(const char *name, uint64_t off);

#endif
