/* unique_lines.h - adds lines, their fields or their matches to the table of -u
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_UNIQUE_LINES_H
#define TOOLS_ACTIONS_UNIQUE_LINES_H

#include "actions/line_text.h"
#include "actions/unique.h"

/* Adds a line, or with `is_run` several. The numbers of the text are updated as by line_text_add.
 *
 * Returns: like unique_batch_add. Errors: those of mmr_line_matches_error, too. */
int unique_lines_add(struct unique_batch *batch, const struct unique_place *place,
	struct line_text *text, const mmr_found_line *line);

#endif
