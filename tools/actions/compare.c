/* compare.c - compares a selection of two inputs
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/compare_print.h"
#include "status/message.h"
#include "status/report.h"

/* The end of what was used. */
static void note_used(struct input *input, uint64_t end)
{
	if (input->used < end)
		input->used = end;
}

enum status action_compare(struct task *task)
{
	static uint64_t counts[COMPARE_COUNTS];
	const struct options *options = task->options;
	const struct task *other = task->other;
	mmr_compare_options how = MMR_COMPARE_OPTIONS_INIT;
	mmr_comparison found = {.failed = 0};
	int err;

	how.first_only = options->quiet || options->maximum == 1;
	how.lines = !options->quiet;
	how.counts = how.first_only ? NULL : counts;
	if (!how.first_only)
		how.n_counts = options->json ? COMPARE_JSON_COUNTS : COMPARE_COUNTS;
	err = mmr_compare(
		task->input->reader, &task->scan, other->input->reader, &other->scan, &how, &found);
	if (err < 0)
		return message_file(
			found.failed == 2 ? other->input->name : task->input->name, err);
	note_used(task->input, found.starts[0] + found.compared);
	note_used(other->input, found.starts[1] + found.compared);
	report_bytes(2 * found.compared);
	if (!options->quiet)
		compare_print(task, &found, counts);
	return err == 0 ? STATUS_DONE : STATUS_NO_MATCH;
}
