/* offsets.h - prints the offsets of a text, in lines or across their ends
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_OFFSETS_H
#define TOOLS_ACTIONS_OFFSETS_H

#include "actions/action.h"

/* Prints the offset of each match, for --offsets with one plain text. */
enum status offsets_print(struct task *task);

#endif
