/* offsets.c - prints the offsets of a text, in lines or across their ends
 *
 * SPDX-License-Identifier: MIT */
#include "actions/offsets.h"
#include "actions/chain.h"
#include "actions/line_text.h"
#include "cli/patterns.h"
#include "output/json.h"
#include "output/output.h"
#include "output/put.h"
#include "status/message.h"
#include "status/report.h"

#include <string.h>

/* The search of one selection of an input. */
struct search {
	const struct task *task;
	uint64_t found;
	uint64_t stop;         /* matches from here on belong to the next shard */
	uint64_t lines_before; /* in the file before the start of the reader */
};

static void print_colored(bool colored, const char *color, const char *text, size_t len)
{
	if (colored)
		output_write(color, strlen(color));
	output_write(text, len);
	if (colored)
		output_write(COLOR_END, strlen(COLOR_END));
}

static void print_number(bool colored, uint64_t number)
{
	char text[PUT_NUMBER_ROOM];

	print_colored(colored, COLOR_NUMBER, text, (size_t)(put_unsigned(text, number) - text));
}

static void print_offset(const struct search *search, const mmr_match *match)
{
	const struct options *options = search->task->options;
	const struct input *input = search->task->input;
	bool colored = options->color;

	if (options->names) {
		print_colored(colored, COLOR_FILE, input->name, strlen(input->name));
		print_colored(colored, COLOR_SEPARATOR, ":", 1);
	}
	if (options->search.numbers) {
		print_number(colored, search->lines_before + match->line + 1);
		print_colored(colored, COLOR_SEPARATOR, ":", 1);
	}
	print_number(colored, input->base + match->off);
	output_write("\n", 1);
}

static void print_object(const struct search *search, const mmr_match *match)
{
	const struct input *input = search->task->input;

	json_begin(input->name);
	json_number("offset", input->base + match->off);
	json_number("length", match->len);
	if (search->task->options->search.numbers)
		json_number("line", search->lines_before + match->line + 1);
	json_end();
}

/* Returns: 1 after the last match that is wanted, else 0. */
static int on_match(void *context, const mmr_match *match)
{
	struct search *search = context;

	if (match->off >= search->stop)
		return 1;
	if (search->task->options->json)
		print_object(search, match);
	else
		print_offset(search, match);
	return ++search->found == search->task->maximum;
}

/* If matches can cross the ends of lines, a shard has the matches of the whole file that start in
 * it. Its search starts where a search of the file would continue, and ends with its last match. */
static int widen_shard(mmr_reader *reader, mmr_slice text, mmr_scan_options *scan)
{
	uint64_t from, stop = scan->offset + scan->length;
	int err;

	err = chain_resume(reader, text, scan->offset, &from);
	if (err < 0)
		return err;
	stop += min_u64(text.len - 1, mmr_size(reader) - stop);
	scan->offset = from;
	scan->length = stop > from ? stop - from : 0;
	return 0;
}

enum status offsets_print(struct task *task)
{
	const struct options *options = task->options;
	const struct search_options *wanted = &options->search;
	mmr_slice text = wanted->patterns[0].text;
	mmr_needle needle = mmr_needle_of(text);
	struct search search = {.task = task, .stop = UINT64_MAX};
	struct input *input = task->input;
	mmr_scan_options scan = task->scan;
	int err = 0;

	if (task->selection->part == PART_SHARD && pattern_crosses_lines(options)) {
		search.stop = scan.offset + scan.length;
		err = widen_shard(input->reader, text, &scan);
	}
	if (err == 0 && wanted->numbers)
		err = input_lines_before(input, &task->scan, &search.lines_before);
	if (err == 0 && task->maximum > 0)
		err = mmr_each_match(input->reader, &needle, &scan,
			wanted->numbers ? MMR_MATCH_LINES : MMR_MATCH_PLAIN, on_match, &search);
	report_scan();
	if (err < 0)
		return message_file(input->name, err);
	input->taken += search.found;
	return search.found > 0 ? STATUS_DONE : STATUS_NO_MATCH;
}
