/* print.c - the selection, unchanged
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "input/copy.h"

enum status action_print(struct task *task)
{
	return copy_selection(task->input, &task->scan, task->options);
}
