/* mmcat.c - print files of any size, or parts of them, without loading them into memory
 *
 * Selections x action: the options choose parts of each input and one thing to do with them.
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "follow.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "report.h"
#include "unmatched.h"

#include <stdlib.h>
#include <unistd.h>

static enum need need_of(const struct options *options)
{
	size_t i;

	if (options->selections[0].part == PART_SHARD)
		return NEED_SIZE;
	if (options->action == ACTION_REVERSE || options->action == ACTION_INFO)
		return NEED_OFFSETS;
	/* A second selection may begin before the first. */
	if (options->n_selections > 1)
		return NEED_OFFSETS;
	for (i = 0; i < options->n_selections; i++)
		if (range_from_end(&options->selections[i].range))
			return NEED_OFFSETS;
	return NEED_BYTES;
}

/* The status of two pieces of work: one match is enough, and one error too. */
static enum status both(enum status a, enum status b)
{
	if (a == STATUS_TROUBLE || b == STATUS_TROUBLE)
		return STATUS_TROUBLE;
	return a == STATUS_DONE || b == STATUS_DONE ? STATUS_DONE : STATUS_NO_MATCH;
}

/* The action on each selection of an input. */
static enum status run_selections(struct input *input, const struct options *options)
{
	static enum status (*const actions[])(struct input *, const struct options *) = {
		[ACTION_PRINT] = action_print,
		[ACTION_COUNT] = action_count,
		[ACTION_REVERSE] = action_reverse,
		[ACTION_FIND] = action_find,
		[ACTION_PATTERN] = action_pattern,
		[ACTION_HEX] = action_hex,
		[ACTION_TYPE] = action_type,
		[ACTION_INFO] = action_info,
	};
	enum status status = STATUS_NO_MATCH, one;
	struct options task = *options;
	bool failed = false;
	uint64_t used = 0;
	size_t i;

	/* After a failure the rest would be printed as if it followed what came before. */
	for (i = 0; i < options->n_selections && !failed && (i == 0 || task.maximum > 0); i++) {
		task.selection = options->selections[i];
		progress_watch(input->reader);
		input->rest = false;
		one = actions[options->action](input, &task);
		failed = one == STATUS_TROUBLE && !input->rest;
		status = both(status, one);
		/* Standard input is left after all that was used. */
		if (used < input->used)
			used = input->used;
		if (options->maximum != NO_MAXIMUM)
			task.maximum = options->maximum - min_u64(input->n, options->maximum);
	}
	input->used = used;
	if (options->count_only && !failed)
		count_print(input, options);
	return status;
}

static enum status run(const char *file, const struct options *options)
{
	struct input input;
	enum status status;

	progress_input(file);
	if (input_open(file, need_of(options), options, &input) != STATUS_DONE)
		return STATUS_TROUBLE;
	status = run_selections(&input, options);
	if (status == STATUS_NO_MATCH)
		status = unmatched_explain(&input, options);
	report_engine(input.reader);
	progress_watch(NULL);
	input_close(&input);
	return status;
}

static enum status run_each(const struct options *options)
{
	enum status status = STATUS_NO_MATCH;
	int i;

	for (i = 0; i < options->n_files; i++)
		status = both(status, run(options->files[i], options));
	return status;
}

int main(int argc, char **argv)
{
	struct options options;
	enum status status;

	message_start(argv[0]);
	output_start();
	options_parse(argc, argv, &options);
	if (optind == argc && isatty(STDIN_FILENO))
		return (int)options_hint();
	if (options.action == ACTION_TYPE)
		options.record_size = type_record_size(&options);
	report_start();
	/* -f never ends, so it shows no progress. */
	if (!options.quiet && !options.follow)
		progress_start(options.progress);
	/* A file that is cut short under the map becomes an error, not a death. */
	mmr_guard_install();
	status = options.follow ? follow_files(&options, run) : run_each(&options);
	output_close();
	progress_end();
	if (options.verbose)
		report_print();
	return (int)status;
}
