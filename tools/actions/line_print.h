/* line_print.h - prints what workers have made of lines, in the order of the input
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_LINE_PRINT_H
#define TOOLS_ACTIONS_LINE_PRINT_H

#include "actions/line_text.h"
#include "actions/unique.h"

/* The output of one search. */
struct line_print {
	struct line_style style;
	char *json_path, *json_name; /* of the style */
	uint64_t n_lines, n_matches; /* found, without context */
	uint64_t found_start;        /* of the last line found, or of a run, in the reader */
	uint64_t found_stop;
	uint64_t n_printed;        /* bytes of JSON */
	struct noted lacking;      /* with -F */
	struct unique_place place; /* with -u */
	struct noted wrong;        /* with totals */
	bool has_printed;
	bool is_binary;       /* a line was not printed to a terminal */
	uint64_t start, stop; /* a range that is to be printed */
	bool has_fault;       /* of a range: */
	uint64_t fault_off;   /* in the file */
};

/* Starts to print the lines of a search. Call line_print_end in any case.
 *
 * Returns: 0, -ENOMEM, or a code of counting the lines before the reader. */
int line_print_start(struct line_print *print, const struct task *task, const mmr_search *search);

/* Prints a text: a line_text_print_fn. */
int line_print_text(void *context, struct line_text *text);

/* Prints a text whose lines are complete, and counts them. Returns: like line_print_text. */
int line_print_collect(struct line_print *print, struct line_text *text);

/* Prints the rest, and why a line was not printed. `err` is the result of the search. Adds what was
 * found to the input. Returns: 0; 1 if a line was not printed; a code of reading. */
int line_print_end(struct line_print *print, struct input *input, int err);

/* Prints a message for a code. Returns: STATUS_TROUBLE. */
enum status line_print_fail(const struct line_print *print, int err);

#endif
