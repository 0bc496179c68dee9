/* search.c - prints or counts the lines that match texts and regular expressions
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/line_json.h"
#include "actions/line_text.h"
#include "actions/offsets.h"
#include "cli/patterns.h"
#include "input/copy.h"
#include "output/output.h"
#include "output/put.h"
#include "status/message.h"
#include "status/report.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The search of one selection. Changed in turn. */
struct search {
	struct line_style style;
	mmr_reader *reader;
	uint64_t n_lines, n_matches;
	uint64_t start, stop; /* a range that is to be printed */
	uint64_t found_stop;  /* end of the last line found, in the reader */
	uint64_t n_printed;   /* bytes of JSON */
	bool is_binary;       /* a line was not printed to a terminal */
	bool has_printed;
	uint64_t fault_off; /* of a range that could not be read */
	bool has_fault;
};

struct worker {
	struct line_text text;
	struct search *search;
};

/* Lines were printed before this selection. Groups of lines with context are separated. */
static bool has_groups;

/* Of all searches that printed JSON. */
static struct json_stats totals;

/* Compiles the patterns, once for all inputs. Exits with a message if one is wrong. */
static const mmr_search *compiled(const struct options *options)
{
	static mmr_search *search;
	const struct search_options *wanted = &options->search;
	mmr_search_options how = MMR_SEARCH_OPTIONS_INIT;

	if (search)
		return search;
	how.all = wanted->all;
	how.invert = wanted->invert;
	how.caseless = wanted->caseless;
	how.words = wanted->words;
	how.whole_lines = wanted->whole_lines;
	how.delimiter = options->delimiter;
	if (mmr_search_compile(wanted->patterns, wanted->n_patterns, &how, &search) == 0)
		return search;
	exit((int)message("%s", message_quote(mmr_last_error())));
}

/* --- Printing, in turn ------------------------------------------------------------------------ */

static int print_range(struct search *search)
{
	const struct input *input = search->style.input;
	uint64_t done, start = input->base + search->start;
	int err;

	if (search->start == search->stop)
		return 0;
	err = output_range(input->fd, start, search->stop - search->start, &done);
	search->fault_off = start + done;
	search->has_fault = err < 0;
	search->start = search->stop = 0;
	return err;
}

/* Ranges that follow one another are printed together. */
static int add_range(struct search *search, const struct line_range *range)
{
	int err = 0;

	if (search->stop != range->off) {
		err = print_range(search);
		search->start = range->off;
	}
	search->stop = range->off + range->len;
	return err;
}

static int print_bytes(struct search *search, const char *bytes, size_t len)
{
	int err = len > 0 ? print_range(search) : 0;

	if (err == 0)
		output_write(bytes, len);
	return err;
}

static int print_text(void *context, struct line_text *text)
{
	struct search *search = context;
	const struct search_options *wanted = &search->style.options->search;
	const char *gap = line_text_gap(search->style.options);
	size_t at = 0, i;
	/* A line that is printed in parts has not been verified by the scan. */
	int err = mmr_check(search->reader) == MMR_ETRUNCATED ? MMR_ETRUNCATED : 0;

	if (text->len == 0 && text->n_ranges == 0)
		return 0;
	if (!search->has_printed && search->style.as_json)
		search->n_printed += json_print_begin(search->style.json_path);
	else if (!search->has_printed && has_groups && (wanted->before > 0 || wanted->after > 0))
		output_write(gap, strlen(gap));
	search->has_printed = has_groups = true;
	search->n_printed += text->len;
	for (i = 0; i < text->n_ranges && err == 0; i++) {
		err = print_bytes(search, text->bytes + at, text->ranges[i].text_end - at);
		at = text->ranges[i].text_end;
		if (err == 0)
			err = add_range(search, &text->ranges[i]);
	}
	if (err == 0)
		err = print_bytes(search, text->bytes + at, text->len - at);
	text->len = text->n_ranges = 0;
	return err;
}

/* --- The job ---------------------------------------------------------------------------------- */

static int start(void *state, void *context)
{
	struct worker *worker = state;

	worker->search = context;
	return line_text_start(&worker->text, &worker->search->style);
}

static void end(void *state, void *context)
{
	struct worker *worker = state;

	(void)context;
	line_text_end(&worker->text);
}

static int add_line(void *state, const mmr_found_line *line)
{
	struct worker *worker = state;

	return line_text_add(&worker->text, line, print_text, worker->search);
}

static int collect(void *state)
{
	struct worker *worker = state;
	struct search *search = worker->search;

	search->n_lines += worker->text.n_lines;
	search->n_matches += worker->text.n_matches;
	if (worker->text.n_lines > 0)
		search->found_stop = worker->text.stop;
	worker->text.n_lines = worker->text.n_matches = 0;
	search->is_binary |= worker->text.is_binary;
	return print_text(search, &worker->text);
}

bool search_is_json(const struct options *options)
{
	return options->action == ACTION_SEARCH && options->json && !options->search.only_offsets &&
	       !options->count_only;
}

static mmr_found_options found_options(const struct task *task)
{
	const struct options *options = task->options;
	const struct search_options *search = &options->search;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;

	how.before = search->before;
	how.after = search->after;
	how.max_lines = task->maximum;
	how.numbers = (search->numbers || options->json) && !options->count_only;
	how.backward = options->reverse;
	/* Nothing is done with single lines. */
	how.runs = !options->reverse && !options->names && !search->numbers && !search->offsets &&
		   !search->only_matches && !search->only_offsets && !options->color &&
		   !options->json && task->maximum == NO_MAXIMUM;
	return how;
}

/* --- The action ------------------------------------------------------------------------------- */

static enum status fail(const struct search *search, int err)
{
	const char *name = search->style.input->name;

	return search->has_fault ? message_file_at(name, err, search->fault_off)
				 : message_file(name, err);
}

/* Returns: 0, or a code of reading. */
static int print_lines(const struct task *task, struct search *search)
{
	static const mmr_found_job lines = {.line = add_line,
		.collect = collect,
		.start = start,
		.end = end,
		.state_size = sizeof(struct worker)};
	const struct options *options = task->options;
	const struct search_options *wanted = &options->search;
	mmr_slice name = {task->input->name, strnlen(task->input->name, PATH_MAX)};
	char json_name[PUT_JSON_ROOM(PATH_MAX)];
	struct line_style *style = &search->style;
	mmr_found_options how = found_options(task);
	mmr_found_job job = lines;
	int err = 0, range_err;

	style->as_json = search_is_json(options);
	style->matches =
		wanted->only_matches || wanted->only_offsets ||
		((options->color || style->as_json) && !wanted->invert && !options->count_only);
	style->has_ranges = input_has_ranges(task->input);
	style->refuses_binary =
		binary_matters(options->binary) && !options->count_only && !wanted->only_offsets;
	style->json_name.ptr = json_name;
	style->json_name.len = (size_t)(put_json(json_name, name) - json_name);
	job.context = search;
	if (wanted->numbers || style->as_json)
		err = input_lines_before(task->input, &task->scan, &style->lines_before);
	if (err < 0)
		return err;
	err = mmr_search_run(style->search, search->reader, &task->scan, &how, &job);
	report_scan();
	range_err = print_range(search);
	task->input->n += wanted->only_matches ? search->n_matches : search->n_lines;
	task->input->taken += search->n_lines;
	if (search->is_binary) {
		output_flush();
		binary_refuse(task->input->name);
	}
	return err >= 0 && range_err < 0 ? range_err : err;
}

/* Where a search goes on after this one. */
static uint64_t next_offset(const struct task *task, const struct search *search)
{
	uint64_t stop = search->n_lines < task->maximum ? selection_end(task->input, &task->scan)
							: search->found_stop;

	return task->input->base + stop;
}

static void add_stats(struct json_stats *sum, const struct json_stats *stats)
{
	sum->seconds += stats->seconds;
	sum->searches += stats->searches;
	sum->searches_with_match += stats->searches_with_match;
	sum->bytes_searched += stats->bytes_searched;
	sum->bytes_printed += stats->bytes_printed;
	sum->lines += stats->lines;
	sum->matches += stats->matches;
}

/* Prints lines as JSON. Returns: like print_lines. */
static int print_objects(const struct task *task, struct search *search)
{
	struct json_stats stats = {.searches = 1};
	double start = now_seconds();
	uint64_t bytes = 0, total;
	char *path;
	int err;

	path = json_path(task->input->name);
	if (!path)
		return -ENOMEM;
	search->style.json_path = path;
	err = print_lines(task, search);
	if (task->scan.progress)
		mmr_progress_read(task->scan.progress, &bytes, &total);
	stats.seconds = now_seconds() - start;
	stats.searches_with_match = search->n_lines > 0;
	stats.bytes_searched = bytes;
	stats.bytes_printed = search->n_printed;
	stats.lines = search->n_lines;
	stats.matches = search->n_matches;
	/* As in ripgrep, a search that printed nothing is not mentioned. */
	if (search->has_printed)
		add_stats(&totals, &stats);
	if (err >= 0 && search->has_printed)
		json_print_end(path, &stats, next_offset(task, search));
	free(path);
	return err;
}

void search_summary(void)
{
	json_print_summary(report_seconds(), &totals);
}

static struct search search_of(const struct task *task)
{
	struct search search = {.reader = task->input->reader};

	search.style.input = task->input;
	search.style.options = task->options;
	search.style.search = compiled(task->options);
	return search;
}

int search_follow(struct input *input, const struct options *options, const mmr_scan_options *scan,
	uint64_t maximum)
{
	struct task task = {.input = input, .options = options, .maximum = maximum, .scan = *scan};
	struct search search = search_of(&task);
	int err = print_lines(&task, &search);

	return err < 0 ? err : search.is_binary;
}

/* Whether `count` counts what is wanted. */
static bool can_count(const struct task *task)
{
	const struct search_options *wanted = &task->options->search;

	if (!task->options->count_only || task->maximum != NO_MAXIMUM)
		return false;
	return !wanted->only_matches ||
	       (pattern_is_plain(wanted) && wanted->patterns[0].text.len > 0);
}

/* Counts the lines that match, or the matches of one text, which is faster than to find lines. */
static enum status count(struct task *task, const struct search *search)
{
	const struct search_options *wanted = &task->options->search;
	mmr_needle needle = mmr_needle_of(wanted->patterns[0].text);
	struct input *input = task->input;
	uint64_t n = 0;
	int err;

	err = wanted->only_matches
		      ? mmr_count_matches(search->reader, &needle, &task->scan, &n)
		      : mmr_search_count(search->style.search, search->reader, &task->scan, &n);
	report_scan();
	if (err < 0)
		return message_file(input->name, err);
	input->n += n;
	return n > 0 ? STATUS_DONE : STATUS_NO_MATCH;
}

/* Whether only the offsets of one text are wanted, which needs no lines. -m counts lines, unless a
 * text contains their delimiter. An empty text is in every line, but has no match to print. */
static bool is_only_text(const struct task *task)
{
	const struct options *options = task->options;
	const struct search_options *wanted = &options->search;

	if (!wanted->only_offsets || !pattern_is_plain(wanted) || options->reverse)
		return false;
	return pattern_crosses_lines(wanted, options->delimiter) ||
	       (task->maximum == NO_MAXIMUM && wanted->patterns[0].text.len > 0);
}

enum status action_search(struct task *task)
{
	const struct options *options = task->options;
	struct search search;
	int err;

	if (!options->count_only && copy_meets_output(task->input, &task->scan))
		return STATUS_TROUBLE;
	if (is_only_text(task))
		return offsets_print(task);
	search = search_of(task);
	if (can_count(task))
		return count(task, &search);
	err = search_is_json(options) ? print_objects(task, &search) : print_lines(task, &search);
	if (err < 0)
		return fail(&search, err);
	if (search.is_binary)
		return STATUS_TROUBLE;
	return search.n_lines > 0 ? STATUS_DONE : STATUS_NO_MATCH;
}
