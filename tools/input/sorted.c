/* sorted.c - the lines of a sorted file from one key to another
 *
 * SPDX-License-Identifier: MIT */
#include "input/sorted.h"

#include "status/message.h"

#include <string.h>

/* Disorder may mean that lines are missing in the output: all that can be selected still is. */
static void report_disorder(struct input *input)
{
	const char *error = mmr_last_error(), *at;

	/* The message begins with the name of the reader, which is a descriptor. */
	for (at = error; (at = strstr(at, ": the key ")); at += 2)
		error = at + 2;
	if (!input->disorder)
		message("%s: lines are not sorted: %s", message_quote(input->name), error);
	input->disorder = true;
}

/* Finds the first line whose key is not less than `wanted`. */
static int find(struct input *input, const struct options *options, const char *wanted,
	const mmr_scan_options *scan, uint64_t *ret_off)
{
	int found = mmr_bisect(input->reader, scan, &options->keys.key, mmr_slice_of(wanted),
		MMR_BOUND_LOWER, ret_off);

	if (found == MMR_EORDER)
		report_disorder(input);
	/* An empty file has no lines at all. */
	if (found != 0 || mmr_size(input->reader) == 0)
		return found == MMR_EORDER || found > 0 ? 0 : found;
	message("%s: cannot find '%s': no line has a key %s; see --key", message_quote(input->name),
		message_quote(wanted),
		options->keys.key.kind == MMR_KEY_FORM ? "of this form" : "as --key describes it");
	return 1;
}

int sorted_locate(struct input *input, const struct options *options, mmr_scan_options *scan)
{
	const struct key_range *keys = &options->keys;
	uint64_t size = mmr_size(input->reader), start = 0, stop = size;
	mmr_scan_options all = *scan;
	int err = 0;

	/* Both searches are of the whole file: their results must not depend on each other. */
	if (keys->from)
		err = find(input, options, keys->from, &all, &start);
	if (err == 0 && keys->until)
		err = find(input, options, keys->until, &all, &stop);
	if (err != 0)
		return err;
	scan->offset = start;
	scan->length = stop > start ? stop - start : 0;
	return 0;
}
