/* reverse.h - the records of -R, last to first
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_REVERSE_H
#define TOOLS_ACTIONS_REVERSE_H

#include "actions/action.h"

/* Prints the records of the selection. Returns: 0, or a code of reading, with the offset of the
 * error in `*ret_at`. */
int reverse_records(struct task *task, uint64_t *ret_at);

#endif
