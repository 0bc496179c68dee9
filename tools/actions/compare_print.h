/* compare_print.h - prints where two inputs differ
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_COMPARE_PRINT_H
#define TOOLS_ACTIONS_COMPARE_PRINT_H

#include "actions/action.h"

/* The counts of a comparison: enough for the widest picture, each column of which has at least
 * four. For programs, fewer. */
#define COMPARE_COUNTS      4096
#define COMPARE_JSON_COUNTS 64

/* Prints what a comparison with these counts has found. Nothing if the selections are equal, except
 * as JSON. */
void compare_print(const struct task *task, const mmr_comparison *found, const uint64_t *counts);

#endif
