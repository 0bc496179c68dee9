/* print.c - the part as it is
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "binary.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "report.h"

static enum status print_range(struct input *input, const struct options *options)
{
	struct span span;
	uint64_t done;
	int err;

	err = part_locate(input, options, &span);
	if (err < 0)
		return message_file(input->name, err);
	input->used = span.stop;
	if (output_is_input(&input->st, input->base + span.start, input->base + span.stop, false))
		return message("%s: input file is output file", message_quote(input->name));
	if (binary_matters(options) && binary_refused_at(input, span.start, span.stop))
		return STATUS_TROUBLE;
	progress_expect(span.stop - span.start);
	err = output_range(input->fd, input->base + span.start, span.stop - span.start, &done);
	report_bytes(done);
	return err < 0 ? message_file_at(input->name, err, input->base + span.start + done)
		       : STATUS_DONE;
}

static enum status print_stream(struct input *input, const struct options *options)
{
	bool look = binary_matters(options), refused = false;
	struct feed feed;
	mmr_slice bytes;
	uint64_t done;
	int err;

	/* A file that was empty until this run wrote into it. */
	if (output_is_input(&input->st, 0, UINT64_MAX, false))
		return message("%s: input file is output file", message_quote(input->name));
	if (options->selection.part == PART_ALL && options->maximum == NO_MAXIMUM && !look) {
		err = output_stream(input->fd, &done);
		report_bytes(done);
		return err < 0 ? message_file_at(input->name, err, done) : STATUS_DONE;
	}
	err = feed_open(&feed, input, options);
	if (err < 0)
		return message_file(input->name, err);
	while (feed_next(&feed, &bytes)) {
		refused = look && binary_refused(input->name, bytes);
		look = false;
		if (refused)
			break;
		report_bytes(bytes.len);
		output_write(bytes.ptr, bytes.len);
		output_flush();
	}
	err = feed_close(&feed);
	if (refused)
		return STATUS_TROUBLE;
	return err < 0 ? message_file(input->name, err) : STATUS_DONE;
}

enum status action_print(struct input *input, const struct options *options)
{
	return input->reader ? print_range(input, options) : print_stream(input, options);
}
