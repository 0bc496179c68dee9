/* line_print.c - prints what workers have made of lines, in the order of the input
 *
 * SPDX-License-Identifier: MIT */
#include "actions/line_print.h"

#include "actions/line_json.h"
#include "output/output.h"
#include "output/put.h"
#include "status/message.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Lines were printed before this search. Groups of lines with context are separated. */
static bool has_groups;

int line_print_start(struct line_print *print, const struct task *task, const mmr_search *search)
{
	const struct options *options = task->options;
	const struct search_options *wanted = &options->search;
	mmr_slice name = {task->input->name, strnlen(task->input->name, PATH_MAX)};
	bool counts = options->count_only;
	struct line_style *style = &print->style;

	*print = (struct line_print){
		.style = {.input = task->input, .options = options, .fields = task->fields}};
	style->search = search;
	style->as_json = search_is_json(options);
	style->matches = search && !style->fields && options->in.n == 0 &&
			 (wanted->only_matches || wanted->only_offsets ||
				 ((options->color || style->as_json) && !wanted->invert &&
					 !counts && !options->unique));
	style->has_ranges = input_has_ranges(task->input) && !options->unique;
	style->refuses_binary = binary_matters(options->binary) && !counts &&
				!wanted->only_offsets && !options->unique && options->totals.n == 0;
	if (options->json) {
		print->json_path = json_path(task->input->name);
		print->json_name = malloc(PUT_JSON_ROOM(name.len) + 1);
		if (!print->json_path || !print->json_name)
			return -ENOMEM;
		*put_json(print->json_name, name) = '\0';
	}
	style->json_path = print->json_path;
	style->json_name = print->json_name;
	if (!wanted->numbers && !style->as_json)
		return 0;
	return input_lines_before(task->input, &task->scan, &style->lines_before);
}

static int print_range(struct line_print *print)
{
	const struct input *input = print->style.input;
	uint64_t done, start = input->base + print->start;
	int err;

	if (print->start == print->stop)
		return 0;
	err = output_range(input->fd, start, print->stop - print->start, &done);
	print->fault_off = start + done;
	print->has_fault = err < 0;
	print->start = print->stop = 0;
	return err;
}

/* Ranges that follow one another are printed together. */
static int add_range(struct line_print *print, const struct line_range *range)
{
	int err = 0;

	if (print->stop != range->off) {
		err = print_range(print);
		print->start = range->off;
	}
	print->stop = range->off + range->len;
	return err;
}

static int print_bytes(struct line_print *print, const char *bytes, size_t len)
{
	int err = len > 0 ? print_range(print) : 0;

	if (err == 0)
		output_write(bytes, len);
	return err;
}

int line_print_text(void *context, struct line_text *text)
{
	struct line_print *print = context;
	const struct search_options *wanted = &print->style.options->search;
	const char *gap = line_text_gap(print->style.options);
	size_t at = 0, i;
	/* A line that is printed in parts has not been verified by the scan. */
	int err = mmr_check(print->style.input->reader) == MMR_ETRUNCATED ? MMR_ETRUNCATED : 0;

	if (text->len == 0 && text->n_ranges == 0)
		return 0;
	if (!print->has_printed && print->style.as_json)
		print->n_printed += json_print_begin(print->style.json_path);
	else if (!print->has_printed && has_groups && (wanted->before > 0 || wanted->after > 0))
		output_write(gap, strlen(gap));
	print->has_printed = has_groups = true;
	print->n_printed += text->len;
	for (i = 0; i < text->n_ranges && err == 0; i++) {
		err = print_bytes(print, text->bytes + at, text->ranges[i].text_end - at);
		at = text->ranges[i].text_end;
		if (err == 0)
			err = add_range(print, &text->ranges[i]);
	}
	if (err == 0)
		err = print_bytes(print, text->bytes + at, text->len - at);
	text->len = text->n_ranges = 0;
	return err;
}

int line_print_collect(struct line_print *print, struct line_text *text)
{
	print->n_lines += text->n_lines;
	print->n_matches += text->n_matches;
	if (text->n_lines > 0) {
		print->found_start = text->start;
		print->found_stop = text->stop;
	}
	text->n_lines = text->n_matches = 0;
	noted_move(&print->lacking, &text->lacking);
	noted_move(&print->wrong, &text->wrong);
	if (text->totals)
		totals_move(print->style.options, text->totals);
	print->is_binary |= text->is_binary;
	return line_print_text(print, text);
}

int line_print_end(struct line_print *print, struct input *input, int err)
{
	int range_err = print_range(print);

	free(print->json_name);
	free(print->json_path);
	input->n += print->style.options->search.only_matches ? print->n_matches : print->n_lines;
	input->taken += print->n_lines;
	if (err < 0 || range_err < 0)
		return err < 0 ? err : range_err;
	if (!print->is_binary)
		return 0;
	output_flush();
	binary_refuse(input->name);
	return 1;
}

enum status line_print_fail(const struct line_print *print, int err)
{
	const char *name = print->style.input->name;

	return print->has_fault ? message_file_at(name, err, print->fault_off)
				: message_file(name, err);
}
