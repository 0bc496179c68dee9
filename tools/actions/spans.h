/* spans.h - prints the lines that contain a text which crosses their ends
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_SPANS_H
#define TOOLS_ACTIONS_SPANS_H

#include "actions/line_print.h"

/* Prints each line of which a part is in a match of the only text. Needs offsets.
 *
 * Returns: like line_print_end. */
int spans_print(const struct task *task, struct line_print *print);

#endif
