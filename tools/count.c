/* count.c - how many lines the part has
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

enum status action_count(struct input *input, const struct options *options)
{
	struct tally tally = {0};
	char line[32];
	uint64_t n;
	int err;

	err = tally_part(input, options, &tally);
	if (err < 0)
		return message_file(input->name, err);
	n = min_u64(tally.n_lines, options->maximum);
	if (options->json != JSON_NONE) {
		json_begin(input);
		json_number("lines", n);
		json_end();
		return STATUS_DONE;
	}
	if (options->n_files > 1) {
		output_write(input->name, strlen(input->name));
		output_write(":", 1);
	}
	output_write(line, (size_t)snprintf(line, sizeof(line), "%" PRIu64 "\n", n));
	return STATUS_DONE;
}
