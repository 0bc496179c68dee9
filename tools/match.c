/* match.c - printing where matches are, or how many
 *
 * SPDX-License-Identifier: MIT */
#include "match.h"

#include "output.h"

#include <string.h>

/* Decimal digits and a line end, without printf: a frequent text has millions of matches. */
static void print_number(uint64_t number)
{
	char text[24], *end = text + sizeof(text), *at = end;

	*--at = '\n';
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) > 0);
	output_write(at, (size_t)(end - at));
}

static void print_prefix(const struct search *search)
{
	if (search->options->n_files > 1) {
		output_write(search->input->name, strlen(search->input->name));
		output_write(":", 1);
	}
}

int match_found(struct search *search, uint64_t off)
{
	if (search->found >= search->options->maximum || off >= search->stop)
		return 1;
	if (!search->options->count_only) {
		print_prefix(search);
		print_number(search->input->base + off);
	}
	return ++search->found == search->options->maximum;
}

enum status match_end(const struct search *search)
{
	if (search->options->count_only) {
		print_prefix(search);
		print_number(search->found);
	}
	return search->found > 0 ? STATUS_DONE : STATUS_NO_MATCH;
}
