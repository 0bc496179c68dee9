/* totals.h - the totals of a run: of all inputs and selections
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TOTALS_H
#define TOOLS_ACTIONS_TOTALS_H

#include "actions/total.h"
#include "cli/options.h"
#include "input/input.h"

/* Fields that are no numbers. */
struct wrong_fields {
	uint64_t n;
	uint64_t first; /* offset of the first one in the reader */
};

/* Notes a field that is no number. */
void totals_note(struct wrong_fields *wrong, uint64_t off);

/* Adds those of a worker, and removes them from it. */
void totals_move_wrong(struct wrong_fields *wrong, struct wrong_fields *other);

/* Prints a message if there are any. */
void totals_report(const struct input *input, const struct wrong_fields *wrong);

/* Makes totals for each column. Returns: NULL if memory is lacking. */
struct total *totals_new(const struct options *options);

/* Moves the totals of a worker to those of the run. Call it for one worker at a time. */
void totals_move(const struct options *options, struct total *totals);

/* Notes the type of a column of floats. */
void totals_set_type(const struct options *options, size_t column, enum mmr_type type);

/* Notes that an input cannot be read completely: no totals are printed. */
void totals_lose(void);

/* Prints the totals of the run. Returns: STATUS_DONE, or STATUS_TROUBLE. */
enum status totals_print(const struct options *options);

#endif
