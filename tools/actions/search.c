/* search.c - prints or counts the matches of a text or a regular expression
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/chain.h"
#include "output/json.h"
#include "output/output.h"
#include "output/put.h"
#include "status/message.h"
#include "status/report.h"

#include <stdlib.h>
#include <string.h>

/* The search of one selection of an input. */
struct search {
	const struct task *task;
	uint64_t found;
	uint64_t stop;         /* matches from here on belong to the next shard */
	uint64_t lines_before; /* in the file before the start of the reader */
	bool knows_lines;
};

static void print_offset(const struct search *search, uint64_t off)
{
	char text[PUT_NUMBER_ROOM + 1], *end;

	if (search->task->options->n_files > 1) {
		output_write(search->task->input->name, strlen(search->task->input->name));
		output_write(":", 1);
	}
	end = put_unsigned(text, search->task->input->base + off);
	*end++ = '\n';
	output_write(text, (size_t)(end - text));
}

/* Counts the lines before the reader: lines are numbered from the start of the file. */
static int count_lines_before(struct search *search)
{
	const struct input *input = search->task->input;
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	mmr_scan_options all = search->task->scan;
	mmr_reader *before;
	int err;

	search->knows_lines = true;
	if (input->base == 0)
		return 0;
	how.length = input->base;
	err = mmr_open_fd(input->fd, &how, &before);
	if (err < 0)
		return err;
	all.offset = 0;
	all.length = MMR_REST;
	err = mmr_line_number(before, mmr_size(before), &all, &search->lines_before);
	mmr_close(before);
	return err;
}

static int print_object(struct search *search, const mmr_match *match)
{
	const struct input *input = search->task->input;
	bool lines = search->task->options->json == JSON_LINES;
	int err = lines && !search->knows_lines ? count_lines_before(search) : 0;

	if (err < 0)
		return err;
	json_begin(input->name);
	json_number("offset", input->base + match->off);
	json_number("length", match->len);
	if (lines)
		json_number("line", search->lines_before + match->line);
	json_end();
	return 0;
}

/* Returns: 1 after the last match that is wanted, 0, or a code of the library. */
static int on_match(void *context, const mmr_match *match)
{
	struct search *search = context;
	const struct options *options = search->task->options;
	int err = 0;

	if (match->off >= search->stop)
		return 1;
	if (options->count_only)
		;
	else if (options->json == JSON_NONE)
		print_offset(search, match->off);
	else
		err = print_object(search, match);
	if (err < 0)
		return err;
	return ++search->found == search->task->maximum;
}

static unsigned flags_of(const struct options *options)
{
	return options->json == JSON_LINES ? MMR_MATCH_LINES : MMR_MATCH_PLAIN;
}

/* Whether only the number of all matches is wanted. */
static bool counts_all(const struct task *task)
{
	return task->options->count_only && task->maximum == NO_MAXIMUM;
}

static enum status end_search(struct search *search, int err)
{
	report_scan();
	if (err < 0)
		return message_file(search->task->input->name, err);
	search->task->input->n += search->found;
	return search->found > 0 ? STATUS_DONE : STATUS_NO_MATCH;
}

/* --- Texts ------------------------------------------------------------------------------------ */

/* If matches can cross the ends of lines, a shard has the matches of the whole file that start in
 * it. Its search starts where a search of the file would continue, and ends with its last match. */
static int widen_shard(const struct task *task, mmr_scan_options *scan)
{
	mmr_slice text = task->options->text;
	mmr_reader *reader = task->input->reader;
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

enum status action_find(struct task *task)
{
	const struct options *options = task->options;
	mmr_reader *reader = task->input->reader;
	mmr_needle needle = mmr_needle_of(options->text);
	struct search search = {.task = task, .stop = UINT64_MAX};
	mmr_scan_options scan = task->scan;
	bool whole = task->selection->part == PART_SHARD && options->text.len > 0 &&
		     memchr(options->text.ptr, options->delimiter, options->text.len) != NULL;
	int err = 0;

	if (whole) {
		search.stop = scan.offset + scan.length;
		err = widen_shard(task, &scan);
	}
	if (err < 0 || task->maximum == 0)
		return end_search(&search, err);
	if (counts_all(task) && !whole)
		err = mmr_count_matches(reader, &needle, &scan, &search.found);
	else
		err = mmr_each_match(reader, &needle, &scan, flags_of(options), on_match, &search);
	return end_search(&search, err);
}

/* --- Regular expressions ---------------------------------------------------------------------- */

/* Compiles the pattern, once for all inputs. Exits with a message if it is wrong. */
static const mmr_regex *compiled(const struct options *options)
{
	static mmr_regex *regex;
	mmr_regex_options how = MMR_REGEX_OPTIONS_INIT;
	int err;

	if (regex)
		return regex;
	how.delimiter = options->delimiter;
	err = mmr_regex_compile(options->text, &how, &regex);
	if (err == 0)
		return regex;
	exit((int)message("%s", message_quote(mmr_last_error())));
}

static int on_regex_match(void *context, const mmr_regex_match *match)
{
	mmr_match plain = {match->off, match->text.len, match->line};

	return on_match(context, &plain);
}

enum status action_regex(struct task *task)
{
	const mmr_regex *regex = compiled(task->options);
	mmr_reader *reader = task->input->reader;
	struct search search = {.task = task, .stop = UINT64_MAX};
	int err = 0;

	if (task->maximum == 0)
		return end_search(&search, 0);
	if (counts_all(task))
		err = mmr_regex_count(regex, reader, &task->scan, &search.found);
	else
		err = mmr_regex_each(regex, reader, &task->scan, flags_of(task->options),
			on_regex_match, &search);
	return end_search(&search, err);
}
