/* count.c - prints the number of lines, records or rows
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "output/json.h"
#include "status/message.h"
#include "status/report.h"
#include "output/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void count_print(const struct input *input, const struct options *options)
{
	char line[32];

	if (options->json) {
		json_begin(input->name);
		json_number(options->search.only_matches ? "matches"
			    : options->csv               ? "rows"
			    : options->records           ? "records"
							 : action_of(options)->unit,
			input->n);
		json_end();
		return;
	}
	if (options->names) {
		output_write(input->name, strlen(input->name));
		output_write(":", 1);
	}
	output_write(line, (size_t)snprintf(line, sizeof(line), "%" PRIu64 "\n", input->n));
}

enum status action_count(struct task *task)
{
	struct input *input = task->input;
	mmr_counts counts;
	int err;

	err = mmr_count_lines(input->reader, &task->scan, &counts);
	if (err < 0 && err != MMR_EQUOTE)
		return message_file(input->name, err);
	report_scan();
	report_lines(counts.lines);
	input->n += min_u64(counts.lines, task->maximum);
	input->taken = input->n;
	input->rest = err < 0;
	return err < 0 ? message_file(input->name, err) : STATUS_DONE;
}
