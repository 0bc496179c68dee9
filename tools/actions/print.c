/* print.c - the selection as it is
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "input/copy.h"
#include "output/output.h"
#include "status/message.h"
#include "status/report.h"

enum status action_print(struct task *task)
{
	struct input *input = task->input;
	bool refused;
	uint64_t done;
	int err;

	if (copy_meets_input(input, &task->scan))
		return message("%s: input file is output file", message_quote(input->name));
	err = copy_selection(input, &task->scan, task->options, &done, &refused);
	report_bytes(done);
	if (refused)
		return STATUS_TROUBLE;
	return err < 0 ? message_file_at(input->name, err, copy_offset(input, &task->scan, done))
		       : STATUS_DONE;
}
