/* mmcat.c - print files of any size, or parts of them, without loading them into memory
 *
 * Part x action: the options name a part of each input and one thing to do with it.
 *
 * SPDX-License-Identifier: MIT */
#include "actions.h"
#include "follow.h"
#include "message.h"
#include "output.h"
#include "progress.h"
#include "report.h"

#include <stdlib.h>
#include <unistd.h>

static enum need need_of(const struct options *options)
{
	if (options->part == PART_SHARD)
		return NEED_SIZE;
	if (options->action == ACTION_REVERSE || options->action == ACTION_INFO ||
		range_from_end(&options->range))
		return NEED_OFFSETS;
	return NEED_BYTES;
}

static enum status run(const char *file, const struct options *options)
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
	struct input input;
	enum status status;

	progress_input(file);
	if (input_open(file, need_of(options), options, &input) != STATUS_DONE)
		return STATUS_TROUBLE;
	progress_watch(input.reader);
	status = actions[options->action](&input, options);
	report_engine(input.reader);
	progress_watch(NULL);
	input_close(&input);
	return status;
}

static enum status run_each(const struct options *options)
{
	bool trouble = false, matched = false;
	enum status status;
	int i;

	for (i = 0; i < options->n_files; i++) {
		status = run(options->files[i], options);
		trouble |= status == STATUS_TROUBLE;
		matched |= status == STATUS_DONE;
	}
	if (trouble)
		return STATUS_TROUBLE;
	return matched ? STATUS_DONE : STATUS_NO_MATCH;
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
	report_start();
	/* Of what has no end there is no part that is done. */
	if (!options.quiet && !options.follow)
		progress_start();
	/* A file that is cut short under the map becomes an error, not a death. */
	mmr_guard_install();
	status = options.follow ? follow_files(&options, run) : run_each(&options);
	output_close();
	progress_end();
	if (options.verbose)
		report_print();
	return (int)status;
}
