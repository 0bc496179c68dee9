/* match.c - printing where matches are, or how many
 *
 * SPDX-License-Identifier: MIT */
#include "match.h"

#include "json.h"
#include "message.h"
#include "output.h"
#include "put.h"

#include <string.h>

static void print_number(const struct search *search, uint64_t number)
{
	char text[PUT_NUMBER_ROOM + 1], *end;

	if (search->options->n_files > 1) {
		output_write(search->input->name, strlen(search->input->name));
		output_write(":", 1);
	}
	end = put_unsigned(text, number);
	*end++ = '\n';
	output_write(text, (size_t)(end - text));
}

static int print_object(struct search *search, uint64_t off, uint64_t len)
{
	int err = 0;

	if (search->options->json == JSON_LINES)
		err = numbering_go(&search->numbering, search->input, off);
	if (err < 0)
		return err;
	json_begin(search->input);
	json_number("offset", search->input->base + off);
	json_number("length", len);
	if (search->options->json == JSON_LINES)
		json_number("line", search->numbering.line);
	json_end();
	return 0;
}

struct search search_begin(struct input *input, const struct options *options)
{
	return (struct search){.input = input,
		.options = options,
		.stop = UINT64_MAX,
		.numbering = {.delimiter = options->delimiter, .n_threads = options->n_threads}};
}

int match_found(struct search *search, uint64_t off, uint64_t len)
{
	int err = 0;

	if (search->found >= search->options->maximum || off >= search->stop)
		return 1;
	if (search->options->count_only)
		;
	else if (search->options->json == JSON_NONE)
		print_number(search, search->input->base + off);
	else
		err = print_object(search, off, len);
	if (err < 0)
		return err;
	return ++search->found == search->options->maximum;
}

void search_reach(struct search *search, const struct feed *feed, mmr_slice bytes, uint64_t off)
{
	struct numbering *numbering = &search->numbering;
	size_t passed;

	if (search->options->json != JSON_LINES)
		return;
	if (!numbering->bytes.ptr) {
		numbering->off = off;
		numbering->line = feed->skipped_lines;
	}
	passed = (size_t)(numbering->off - off);
	numbering->bytes = (mmr_slice){bytes.ptr + passed, bytes.len - passed};
}

int search_leave(struct search *search, uint64_t off)
{
	if (search->options->json != JSON_LINES)
		return 0;
	return numbering_go(&search->numbering, search->input, off);
}

enum status search_end(struct search *search, int err)
{
	numbering_close(&search->numbering);
	if (err < 0)
		return message_file(search->input->name, err);
	search->input->n += search->found;
	return search->found > 0 ? STATUS_DONE : STATUS_NO_MATCH;
}
