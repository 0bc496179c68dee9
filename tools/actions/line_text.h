/* line_text.h - makes the output for lines that were found: prefixes, colors, matches
 *
 * Each worker has a text: bytes in a buffer, and between them ranges of the file, which are copied
 * from it when they are printed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_LINE_TEXT_H
#define TOOLS_ACTIONS_LINE_TEXT_H

#include "actions/action.h"
#include "actions/row_fields.h"
#include "actions/totals.h"

/* Colors of ANSI terminals, those of GNU grep. */
#define COLOR_FILE      "\033[35m"
#define COLOR_NUMBER    "\033[32m"
#define COLOR_SEPARATOR "\033[36m"
#define COLOR_MATCH     "\033[01;31m"
#define COLOR_END       "\033[m"

/* What all lines of a selection have in common. */
struct line_style {
	const struct input *input;
	const struct options *options;
	const mmr_search *search;
	const struct row_fields *fields; /* of -F; or NULL: whole lines */
	bool is_header;                  /* the line is the header, not data */
	uint64_t lines_before;           /* in the file, before the reader */
	bool has_ranges;                 /* long parts of lines can be copied from the file */
	bool refuses_binary;             /* the output is a terminal */
	bool matches;                    /* matches in lines are needed: to color them, or alone */
	bool as_json;                    /* lines are objects of ripgrep's JSON (line_json.h) */
	const char *json_path;           /* of the input, for these objects */
	const char *json_name;           /* of the input, for other objects */
};

/* A range of the file, printed after the first `text_end` bytes of the buffer. */
struct line_range {
	size_t text_end;
	uint64_t off, len; /* in the reader */
};

#define LINE_TEXT_ROOM   ((size_t)128 << 10)
#define LINE_TEXT_RANGES 64

/* The room with -F. Lines are added in runs of up to a block, whose fields should have room, so
 * that workers do not wait for their turns. */
#define LINE_TEXT_FIELDS_ROOM ((size_t)8 << 20)

struct line_text {
	const struct line_style *style;
	char *bytes;
	size_t len, room;
	const char **starts;  /* of the fields of a row, with -F */
	struct noted lacking; /* a field of -F */
	struct total *totals; /* by column, if totals are wanted; or NULL */
	struct noted wrong;
	struct line_range ranges[LINE_TEXT_RANGES];
	size_t n_ranges;
	uint64_t n_lines, n_matches; /* found, without context */
	uint64_t start, stop;        /* of the last line found, or of a run, in the reader */
	bool is_binary;              /* the last line is, so it is not printed */
	mmr_line_matches *it;
};

/* Prints a text and empties it. Returns: 0 or a code of reading, with `*ret_at`. */
typedef int line_text_print_fn(void *context, struct line_text *text);

/* Returns: the line between groups of lines with context. */
const char *line_text_gap(const struct options *options);

/* Errors: -ENOMEM. */
int line_text_start(struct line_text *text, const struct line_style *style);
void line_text_end(struct line_text *text);

/* Doubles the room instead of printing: a line_text_print_fn for texts that are not printed yet.
 * Errors: -ENOMEM. */
int line_text_grow(void *context, struct line_text *text);

/* Notes that the row at an offset lacks a field. */
void line_text_lacks(struct line_text *text, uint64_t off);

/* Adds a line. With -F, it may be a run of lines. If the line is in turn, full texts are printed
 * with `print`.
 *
 * Returns: 0; MMR_FOUND_FULL; 1 if the line is binary and the output a terminal.
 * Errors: those of mmr_line_matches_error; what `print` returned. */
int line_text_add(struct line_text *text, const mmr_found_line *line, line_text_print_fn *print,
	void *context);

#endif
