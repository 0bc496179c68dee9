/* search.c - prints or counts the lines that match texts and regular expressions
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/line_json.h"
#include "actions/line_print.h"
#include "actions/offsets.h"
#include "actions/row_filter.h"
#include "actions/spans.h"
#include "actions/unique_lines.h"
#include "actions/where_faults.h"
#include "cli/patterns.h"
#include "input/copy.h"
#include "output/output.h"
#include "status/message.h"
#include "status/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* Of all searches that printed JSON. */
static struct json_stats totals;

/* Exits with a message about patterns that could not be compiled. If they can be for records, they
 * match only across lines. */
static _Noreturn void refuse_patterns(
	const struct search_options *wanted, const mmr_search_options *how)
{
	mmr_search_options across = *how;
	const char *hint = "";
	mmr_split *records;
	mmr_search *search;
	char reason[512];

	snprintf(reason, sizeof(reason), "%s", mmr_last_error());
	if (!how->records &&
		mmr_split_compile((mmr_slice){NULL, 0}, how->delimiter, &records) == 0) {
		across.records = records;
		if (mmr_search_compile(wanted->patterns, wanted->n_patterns, &across, &search) == 0)
			hint = "; use -R, or -e 'A\\nB'";
	}
	exit((int)message("%s%s", message_quote(reason), hint));
}

struct worker {
	struct line_text text;
	struct line_print *print;
	struct unique_batch unique; /* with -u */
};

/* Compiles the patterns, once for all inputs. Exits with a message if one is wrong. */
static const mmr_search *compiled(const struct task *task)
{
	static mmr_search *search;
	const struct options *options = task->options;
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
	how.records = options->records;
	if (row_filter_compile(task->filter, options, &how, &search) == 0)
		return search;
	refuse_patterns(wanted, &how);
}

/* --- The job ---------------------------------------------------------------------------------- */

static int start(void *state, void *context)
{
	struct worker *worker = state;
	int err;

	worker->print = context;
	err = line_text_start(&worker->text, &worker->print->style);
	if (err == 0 && worker->print->style.options->unique)
		err = unique_batch_start(&worker->unique);
	return err;
}

static void end(void *state, void *context)
{
	struct worker *worker = state;

	(void)context;
	line_text_end(&worker->text);
	unique_batch_end(&worker->unique);
}

static int add_line(void *state, const mmr_found_line *line)
{
	struct worker *worker = state;

	if (worker->unique.part)
		return unique_lines_add(
			&worker->unique, &worker->print->place, &worker->text, line);
	return line_text_add(&worker->text, line, line_print_text, worker->print);
}

static int collect(void *state)
{
	struct worker *worker = state;

	return line_print_collect(worker->print, &worker->text);
}

bool search_is_json(const struct options *options)
{
	return options->action == ACTION_SEARCH && options->json && !options->search.only_offsets &&
	       !options->count_only && options->fields.n == 0 && !options->unique;
}

static mmr_found_options found_options(const struct task *task)
{
	const struct options *options = task->options;
	const struct search_options *search = &options->search;
	mmr_found_options how = MMR_FOUND_OPTIONS_INIT;

	how.before = search->before;
	how.after = search->after;
	how.max_lines = task->maximum;
	how.numbers = (search->numbers || search_is_json(options)) && !options->count_only &&
		      !options->unique && options->totals.n == 0;
	how.backward = options->reverse;
	how.sample = options->sample;
	how.seed = options->seed;
	/* Nothing is done with single lines. */
	how.runs = options->unique ? !options->reverse && !search->only_matches &&
					     (!options->records || task->fields)
		   : task->fields
			   ? !options->reverse &&
				     (!binary_matters(options->binary) || options->totals.n > 0)
			   : !options->reverse && !options->names && !search->numbers &&
				     !search->offsets && !search->only_matches &&
				     !search->only_offsets && !options->color && !options->json &&
				     !options->count_only && !binary_matters(options->binary) &&
				     task->maximum == NO_MAXIMUM;
	return how;
}

/* --- The action ------------------------------------------------------------------------------- */

static mmr_found_job job_of(struct line_print *print)
{
	return (mmr_found_job){.line = add_line,
		.collect = collect,
		.start = start,
		.end = end,
		.context = print,
		.state_size = sizeof(struct worker)};
}

/* Where a search goes on after this one. */
static uint64_t next_offset(const struct task *task, const struct line_print *print)
{
	uint64_t stop = print->n_lines < task->maximum ? selection_end(task->input, &task->scan)
						       : print->found_stop;

	return task->input->base + stop;
}

/* Prints the last object of a search. As in ripgrep, a search that printed nothing has none. */
static void end_json(const struct task *task, const struct line_print *print, double seconds)
{
	struct json_stats stats = {.seconds = seconds,
		.searches = 1,
		.searches_with_match = print->n_lines > 0,
		.bytes_printed = print->n_printed,
		.lines = print->n_lines,
		.matches = print->n_matches};
	uint64_t total;

	if (!print->has_printed)
		return;
	if (task->scan.progress)
		mmr_progress_read(task->scan.progress, &stats.bytes_searched, &total);
	json_add_stats(&totals, &stats);
	json_print_end(print->style.json_path, &stats, next_offset(task, print));
}

void search_summary(void)
{
	json_print_summary(report_seconds(), &totals);
}

/* Values of the next selection have positions after those of this one. */
static void advance_unique(const struct task *task, const struct line_print *print)
{
	if (task->options->reverse)
		unique_advance(task->scan.length);
	else if (print->n_lines > 0)
		unique_advance(print->found_stop - task->scan.offset);
}

/* Returns: like line_print_end; 1 if the table of -u failed, too, which was printed. */
static int print_lines(const struct task *task, struct line_print *print)
{
	mmr_found_options how = found_options(task);
	mmr_found_job job = job_of(print);
	mmr_scan_options scan = task->scan;
	double since = now_seconds();
	int err = line_print_start(print, task, compiled(task)), print_err;

	print->place = unique_place_of(task);
	if (task->filter)
		where_faults_start(task, &scan);
	if (err == 0)
		err = mmr_search_run(print->style.search, task->input->reader, &scan, &how, &job);
	report_scan();
	advance_unique(task, print);
	if (err >= 0 && print->style.as_json)
		end_json(task, print, now_seconds() - since);
	print_err = line_print_end(print, task->input, err);
	return task->options->unique ? err : print_err;
}

/* Whether the matches of a text are the same without lines or records: each is within one. A table
 * is read by rows, so that a quote that is not closed is found. */
static bool has_matches_alone(const struct options *options)
{
	return pattern_is_plain(&options->search) && !options->csv &&
	       !where_given(&options->where) &&
	       !(options->records && pattern_has_delimiter(&options->search, options->delimiter));
}

/* Whether `count` counts what is wanted. */
static bool can_count(const struct task *task)
{
	const struct search_options *wanted = &task->options->search;

	/* Rows that lack a field are reported. */
	if (!task->options->count_only || task->fields || task->maximum != NO_MAXIMUM ||
		task->options->sample != NO_SAMPLE || task->options->unique)
		return false;
	if (pattern_crosses_lines(task->options))
		return wanted->only_matches;
	return !wanted->only_matches ||
	       (has_matches_alone(task->options) && wanted->patterns[0].text.len > 0);
}

/* Counts the lines that match, or the matches of one text, which is faster than to find lines. */
static enum status count(struct task *task)
{
	const struct search_options *wanted = &task->options->search;
	mmr_needle needle = mmr_needle_of(wanted->patterns[0].text);
	struct input *input = task->input;
	bool faulty = false;
	uint64_t n = 0;
	int err;

	if (task->filter)
		where_faults_start(task, &task->scan);
	err = wanted->only_matches
		      ? mmr_count_matches(input->reader, &needle, &task->scan, &n)
		      : mmr_search_count(compiled(task), input->reader, &task->scan, &n);
	report_scan();
	if (err < 0 && err != MMR_EQUOTE)
		return message_file(input->name, err);
	if (task->filter)
		faulty = where_faults_report(task, NULL) > 0;
	input->n += n;
	input->rest = err < 0 || faulty;
	if (err < 0)
		return message_file(input->name, err);
	return faulty ? STATUS_TROUBLE : n > 0 ? STATUS_DONE : STATUS_NO_MATCH;
}

/* Whether only the offsets of one text are wanted, which needs no lines. -m counts lines, unless a
 * text contains their delimiter. An empty text is in every line, but has no match to print. */
static bool is_only_text(const struct task *task)
{
	const struct options *options = task->options;
	const struct search_options *wanted = &options->search;

	if (!wanted->only_offsets || !has_matches_alone(options) || options->reverse ||
		options->sample != NO_SAMPLE)
		return false;
	if (options->records && wanted->numbers)
		return false;
	return pattern_crosses_lines(options) ||
	       (task->maximum == NO_MAXIMUM && wanted->patterns[0].text.len > 0);
}

/* Rows that lack a field of -F are printed nevertheless. */
static void report_lacking(const struct task *task, const struct noted *lacking)
{
	message("%s: cannot find field %zu in %" PRIu64 " %s, the first at byte %" PRIu64,
		message_quote(task->input->name), task->fields->most, lacking->n,
		lacking->n == 1 ? "row" : "rows", task->input->base + lacking->first);
}

/* Finds the number of the row with the quote that is not closed, counted from 1. The quote is at
 * `off` in the file. A stream of which all rows were printed ends with this row. */
static bool find_open_row(
	const struct task *task, const struct line_print *print, uint64_t off, uint64_t *ret_number)
{
	const struct input *input = task->input;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	uint64_t number = 0;

	if (!input_has_ranges(input)) {
		*ret_number = print->n_lines;
		return task->options->all_lines && task->selection->part == PART_ALL;
	}
	scan.records = task->options->records;
	scan.n_threads = task->options->n_threads;
	scan.cache = task->options->cache;
	if (mmr_line_number(input->reader, off - input->base, &scan, &number) < 0 ||
		input_lines_before(input, &task->scan, ret_number) < 0)
		return false;
	*ret_number += number + 1;
	return true;
}

static enum status fail(const struct task *task, const struct line_print *print, int err)
{
	uint64_t off = mmr_last_error_offset(), number;

	if (err != MMR_EQUOTE || !task->fields || !find_open_row(task, print, off, &number))
		return line_print_fail(print, err);
	return message("%s: cannot read row %" PRIu64 " at byte %" PRIu64
		       ": a quote is never closed",
		message_quote(task->input->name), number, off);
}

static bool has_wrong_rows(const struct line_print *print)
{
	return print->lacking.n > 0 || print->wrong.n > 0;
}

enum status search_open(struct task *task, struct row_fields *fields)
{
	const struct options *options = task->options;
	enum status status = STATUS_DONE;

	if (options->fields.n > 0) {
		status = row_fields_open(task->input, options, &options->fields, fields);
		task->fields = status == STATUS_DONE ? fields : NULL;
	}
	return status == STATUS_DONE ? row_filter_open(task->input, options, &task->filter)
				     : status;
}

void search_close(struct task *task)
{
	row_filter_close(task->filter);
	if (task->fields)
		row_fields_close(task->fields);
}

int search_follow(struct input *input, const struct options *options, const mmr_scan_options *scan,
	uint64_t maximum)
{
	struct task task = {.input = input, .options = options, .maximum = maximum, .scan = *scan};
	struct line_print print = {.n_lines = 0};
	struct row_fields fields;
	int err = search_open(&task, &fields) == STATUS_DONE ? 0 : 1, faulty = 0;

	if (err == 0)
		err = print_lines(&task, &print);
	if (print.lacking.n > 0)
		report_lacking(&task, &print.lacking);
	if (err == 0 && task.filter)
		faulty = where_faults_report(&task, &print);
	input->rest = has_wrong_rows(&print) || faulty > 0;
	search_close(&task);
	return err != 0 || faulty > 0 ? err : faulty;
}

enum status action_search(struct task *task)
{
	const struct options *options = task->options;
	struct line_print print = {.n_lines = 0};
	int err, faulty = 0;

	if (!options->count_only && copy_meets_output(task->input, &task->scan))
		return STATUS_TROUBLE;
	if (is_only_text(task))
		return offsets_print(task);
	if (can_count(task))
		return count(task);
	if (pattern_crosses_lines(options))
		err = spans_print(task, &print);
	else
		err = print_lines(task, &print);
	if (print.lacking.n > 0)
		report_lacking(task, &print.lacking);
	totals_report(task->input, &print.wrong);
	if (err < 0)
		fail(task, &print, err);
	if (task->filter && (err == 0 || err == MMR_EQUOTE))
		faulty = where_faults_report(task, &print);
	if (faulty < 0)
		message_file(task->input->name, faulty);
	task->input->rest =
		err == MMR_EQUOTE || (err == 0 && (has_wrong_rows(&print) || faulty > 0));
	if (err != 0 || has_wrong_rows(&print) || faulty != 0)
		return STATUS_TROUBLE;
	if (print.n_lines > 0 ||
		(options->all_lines && !totals_are_alone(options) && !where_given(&options->where)))
		return STATUS_DONE;
	return STATUS_NO_MATCH;
}
