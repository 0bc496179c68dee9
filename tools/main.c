/* main.c - mmcat: one action on each selection of each input
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/row_fields.h"
#include "actions/row_filter.h"
#include "actions/totals.h"
#include "actions/unique.h"
#include "cli/help.h"
#include "cli/patterns.h"
#include "input/follow.h"
#include "input/index.h"
#include "output/output.h"
#include "status/message.h"
#include "status/progress.h"
#include "status/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

static enum need need_of(const struct options *options)
{
	if (options->selections[0].part == PART_SHARD)
		return NEED_SIZE;
	/* The lines around a match are read again. */
	if (pattern_crosses_lines(options) && !options->search.only_offsets &&
		!options->search.only_matches)
		return NEED_OFFSETS;
	/* A second selection may start before the first. Keys are searched for at any offset. A
	 * sample is drawn before its lines are read. */
	if (options->n_selections > 1 || keys_given(&options->keys) ||
		options->sample != NO_SAMPLE || options->reverse ||
		range_from_end(&options->selections[0].range))
		return NEED_OFFSETS;
	/* Records that are found for a table or totals are searched for as a sample is. */
	if (where_given(&options->where) && options->action == ACTION_TYPE &&
		(options->unique || options->totals.n > 0))
		return NEED_OFFSETS;
	/* The rows before the last one that -m wants are counted again if they have faults. */
	if (where_given(&options->where) && options->maximum != NO_MAXIMUM &&
		options->search.invert && !options->all_lines)
		return NEED_OFFSETS;
	/* Records of two streams are not numbered. */
	if (options->records && options->action == ACTION_COMPARE)
		return NEED_OFFSETS;
	/* Records are numbered from the start of the file. */
	if (options->records && options->selections[0].part == PART_BYTES &&
		(options->search.numbers || search_is_json(options)))
		return NEED_OFFSETS;
	return action_of(options)->need;
}

/* Combines two statuses: any error counts, then any match. */
static enum status both(enum status a, enum status b)
{
	if (a == STATUS_TROUBLE || b == STATUS_TROUBLE)
		return STATUS_TROUBLE;
	return a == STATUS_DONE || b == STATUS_DONE ? STATUS_DONE : STATUS_NO_MATCH;
}

static enum status run_selection(struct task *task)
{
	int err = selection_locate(
		task->input, task->options, task->selection, task->maximum, &task->scan);

	if (err != 0)
		return err < 0 ? message_file(task->input->name, err) : STATUS_TROUBLE;
	return action_of(task->options)->run(task);
}

/* Ends an input that cannot be read. */
static enum status give_up(void)
{
	unique_fail();
	totals_lose();
	return STATUS_TROUBLE;
}

/* Runs the action on each selection of an input. `task` has what these have in common. */
static enum status run_selections(struct task task)
{
	struct input *input = task.input;
	const struct options *options = task.options;
	enum status status = STATUS_NO_MATCH, one;
	bool failed = false;
	uint64_t used = 0;
	size_t i;

	task.maximum = options->maximum;
	/* After a failure nothing more is printed, so that the gap is not hidden. */
	for (i = 0; i < options->n_selections && !failed && (i == 0 || task.maximum > 0); i++) {
		task.selection = &options->selections[i];
		input->rest = false;
		one = run_selection(&task);
		failed = one == STATUS_TROUBLE && !input->rest;
		if (failed)
			give_up();
		status = both(status, one);
		/* The next program continues standard input at the end of what was used. */
		if (used < selection_end(input, &task.scan))
			used = selection_end(input, &task.scan);
		if (options->maximum != NO_MAXIMUM)
			task.maximum = options->maximum - min_u64(input->taken, options->maximum);
	}
	input->used = used;
	if (options->count_only && !options->unique && !failed)
		count_print(input, options);
	return input->disorder ? STATUS_TROUBLE : status;
}

/* Prints the header, then runs the action on the data after it. */
static enum status run_table(struct input *input, const struct options *options)
{
	struct row_fields fields;
	struct task task = {.input = input, .options = options};
	enum status status = STATUS_DONE;
	int err;

	if (options->action == ACTION_SEARCH)
		status = search_open(&task, &fields);
	err = status == STATUS_DONE ? header_print(&task) : 1;
	if (err < 0)
		message_file(input->name, err);
	else if (err > 0 && status == STATUS_DONE)
		binary_refuse(input->name);
	status = err == 0 ? run_selections(task) : give_up();
	search_close(&task);
	return status;
}

static enum status run(const char *file, const struct options *options)
{
	struct input input;
	enum status status, indexed;
	mmr_index_info info;

	progress_input(file);
	if (input_open(file, need_of(options), options, &input) != STATUS_DONE)
		return give_up();
	if (options->has_header && input_header(&input, options) != STATUS_DONE) {
		input_close(&input);
		return give_up();
	}
	indexed = input_index(&input, options);
	status = run_table(&input, options);
	if (status == STATUS_NO_MATCH && options->action == ACTION_SEARCH)
		status = unmatched_explain(&input, options);
	if (input.index) {
		mmr_index_describe(input.index, &info);
		report_index(info.failure);
	}
	input_close(&input);
	return indexed == STATUS_TROUBLE ? STATUS_TROUBLE : status;
}

/* Runs the action on one selection of two inputs. */
static enum status run_selection_of_two(struct task *tasks)
{
	size_t i;

	for (i = 0; i < 2; i++) {
		struct task *task = &tasks[i];
		int err = selection_locate(
			task->input, task->options, task->selection, task->maximum, &task->scan);

		if (err != 0)
			return err < 0 ? message_file(task->input->name, err) : STATUS_TROUBLE;
	}
	return action_of(tasks[0].options)->run(&tasks[0]);
}

/* Runs the action on each selection of two inputs. Returns: the worst status. */
static enum status run_selections_of_two(struct input *inputs, const struct options *options)
{
	struct task tasks[2] = {{.input = &inputs[0], .other = &tasks[1]}, {.input = &inputs[1]}};
	enum status status = STATUS_DONE, one;
	size_t i, j;

	for (i = 0; i < options->n_selections && status != STATUS_TROUBLE; i++) {
		for (j = 0; j < 2; j++) {
			tasks[j].options = options;
			tasks[j].selection = &options->selections[i];
			tasks[j].maximum = NO_MAXIMUM;
		}
		one = run_selection_of_two(tasks);
		status = one > status ? one : status;
	}
	return inputs[0].disorder || inputs[1].disorder ? STATUS_TROUBLE : status;
}

static enum status run_two(const struct options *options)
{
	enum status status = STATUS_TROUBLE, indexed;
	struct input inputs[2];

	if (input_is_one_stream(options->files[0], options->files[1]))
		return message("%s: cannot be compared with itself: it can be read only once",
			message_quote(options->files[0]));
	progress_input(options->files[0]);
	if (input_open(options->files[0], need_of(options), options, &inputs[0]) != STATUS_DONE)
		return STATUS_TROUBLE;
	if (input_open(options->files[1], need_of(options), options, &inputs[1]) == STATUS_DONE) {
		indexed = input_index(&inputs[0], options);
		if (input_index(&inputs[1], options) == STATUS_TROUBLE)
			indexed = STATUS_TROUBLE;
		status = run_selections_of_two(inputs, options);
		if (indexed == STATUS_TROUBLE)
			status = STATUS_TROUBLE;
		input_close(&inputs[1]);
	}
	input_close(&inputs[0]);
	return status;
}

/* Chooses a seed that no other run has. It is reported, so that the run can be repeated. */
static uint64_t choose_seed(void)
{
	uint32_t seed;

	if (getentropy(&seed, sizeof(seed)) < 0)
		exit((int)message("cannot choose a seed: %s; use --seed", strerror(errno)));
	return seed;
}

static enum status run_each(const struct options *options)
{
	enum status status = STATUS_NO_MATCH;
	int i;

	if (options->action == ACTION_COMPARE)
		return run_two(options);
	if (!options->unique) {
		for (i = 0; i < options->n_files; i++)
			status = both(status, run(options->files[i], options));
		return status;
	}
	unique_open(options);
	for (i = 0; i < options->n_files && !unique_has_failed(); i++)
		status = both(status, run(options->files[i], options));
	return unique_print(options) == STATUS_TROUBLE ? STATUS_TROUBLE : status;
}

int main(int argc, char **argv)
{
	struct follow_work work = {.print = run};
	/* Static, so that memory checkers find what it points to at the end. */
	static struct options options;
	enum status status;

	message_start(argv[0]);
	output_start();
	options_parse(argc, argv, &options);
	if (optind == argc && isatty(STDIN_FILENO))
		return (int)help_hint();
	if (action_has(&options, ACTION_HAS_RECORDS))
		options.record_size = type_record_size(&options);
	report_start();
	if (options.sample != NO_SAMPLE && !options.has_seed)
		options.seed = choose_seed();
	if (options.sample != NO_SAMPLE)
		report_seed(options.seed);
	/* -f never ends, so it shows no progress. */
	if (!options.quiet && !options.follow)
		progress_start(options.progress);
	/* A file that is truncated under its map is reported as an error. */
	mmr_guard_install();
	if (options.follow) {
		work.search = options.action == ACTION_SEARCH ? search_follow : NULL;
		status = follow_files(&options, &work);
	} else {
		status = run_each(&options);
	}
	if (search_is_json(&options))
		search_summary();
	if (totals_are_alone(&options) && totals_print(&options) != STATUS_DONE)
		status = STATUS_TROUBLE;
	output_close();
	progress_end();
	if (options.stats)
		report_print();
	return (int)status;
}
