/* count.c - how many lines, matches or records the selections have
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "json.h"
#include "message.h"
#include "output.h"
#include "tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *unit_of(enum action action)
{
	if (action == ACTION_COUNT)
		return "lines";
	return action == ACTION_TYPE ? "records" : "matches";
}

void count_print(const struct input *input, const struct options *options)
{
	char line[32];

	if (options->json != JSON_NONE) {
		json_begin(input);
		json_number(unit_of(options->action), input->n);
		json_end();
		return;
	}
	if (options->n_files > 1) {
		output_write(input->name, strlen(input->name));
		output_write(":", 1);
	}
	output_write(line, (size_t)snprintf(line, sizeof(line), "%" PRIu64 "\n", input->n));
}

enum status action_count(struct input *input, const struct options *options)
{
	struct tally tally = {0};
	int err;

	err = tally_part(input, options, &tally);
	if (err < 0)
		return message_file(input->name, err);
	input->n += min_u64(tally.n_lines, options->maximum);
	return STATUS_DONE;
}
