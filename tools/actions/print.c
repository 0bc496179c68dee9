/* print.c - prints the selection
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "input/copy.h"

enum status action_print(struct task *task)
{
	return copy_selection(task->input, &task->scan, task->options);
}
