/* index_parts.c - makes a part of an index, or joins the parts
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"

#include "input/index.h"
#include "status/message.h"

enum status action_index(struct task *task)
{
	const struct shard *part = &task->options->index_part;
	int err;

	if (part->k > 0)
		err = input_index_part(task->input, task->options, part);
	else
		err = input_index_join(task->input, task->options, part->n);
	if (err == 0)
		return STATUS_DONE;
	return message("%s: %s", message_quote(task->input->name), message_quote(mmr_last_error()));
}
