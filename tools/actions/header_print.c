/* header_print.c - prints the header of an input before its data
 *
 * SPDX-License-Identifier: MIT */
#include "actions/action.h"
#include "actions/line_text.h"
#include "actions/totals.h"
#include "actions/unique.h"
#include "output/output.h"
#include "status/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* The last header that was printed: inputs with the same one follow without it. */
static char *printed;
static size_t printed_len;
static bool has_any; /* a header was printed */

/* Whether the action prints data that has a header. */
static bool is_wanted(const struct task *task)
{
	const struct options *options = task->options;
	const struct search_options *search = &options->search;
	const struct selection *selection = &options->selections[0];

	if (task->input->header.len == 0 || options->count_only || options->json ||
		totals_are_alone(options) || search->only_matches || search->only_offsets)
		return false;
	/* There is one table, whose values come from all inputs. */
	if (options->unique && has_any)
		return false;
	/* All shards together are the file. */
	if (selection->part == PART_SHARD && selection->shard.k > 1)
		return false;
	/* The action reports it. */
	return !output_is_input(&task->input->st, 0, UINT64_MAX, true);
}

static bool is_known(const struct line_text *text)
{
	return printed && printed_len == text->len && memcmp(printed, text->bytes, text->len) == 0;
}

/* Keeps the text as the last header. */
static int keep(const struct line_text *text)
{
	char *kept = realloc(printed, text->len);

	if (!kept)
		return -ENOMEM;
	memcpy(kept, text->bytes, text->len);
	printed = kept;
	printed_len = text->len;
	return 0;
}

/* Prints a header. The names of totals are before its end. */
static void print_text(const struct options *options, const struct line_text *text)
{
	size_t len = text->len;

	if (options->unique)
		unique_print_column();
	if (options->totals.n == 0) {
		output_write(text->bytes, len);
		return;
	}
	len -= len > 0;
	len -= options->csv && len > 0 && text->bytes[len - 1] == '\r';
	output_write(text->bytes, len);
	totals_put_names(options);
	output_write(&options->delimiter, 1);
}

static int print(const struct options *options, const struct line_text *text)
{
	if (!is_known(text)) {
		int err = keep(text);

		if (err < 0)
			return err;
		print_text(options, text);
	}
	has_any = true;
	return 0;
}

int header_print(const struct task *task)
{
	struct line_style style = {.input = task->input,
		.options = task->options,
		.fields = task->fields,
		.is_header = true,
		.refuses_binary = binary_matters(task->options->binary)};
	mmr_found_line line = {.bytes = task->input->header, .in_turn = true};
	struct line_text text = {.style = NULL};
	int err;

	if (!is_wanted(task))
		return 0;
	err = line_text_start(&text, &style);
	/* All of a header is compared with the last one. */
	if (err == 0)
		err = line_text_add(&text, &line, line_text_grow, NULL);
	if (err == 0)
		err = print(task->options, &text);
	line_text_end(&text);
	return err;
}
