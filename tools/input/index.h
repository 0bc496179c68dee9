/* index.h - the index of a file: made for --index, and used if there is a fresh one
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_INPUT_INDEX_H
#define TOOLS_INPUT_INDEX_H

#include "input/input.h"

/* Makes or opens the index of an input. Without --index, nothing is printed if there is none, or
 * none that can be used.
 *
 * Returns: STATUS_TROUBLE if --index failed; the input can then be used without an index. */
enum status input_index(struct input *input, const struct options *options);

/* Makes part K of N of the index of an input, or joins the parts. Returns: 0 or a code of the
 * library. */
int input_index_part(
	const struct input *input, const struct options *options, const struct shard *part);
int input_index_join(const struct input *input, const struct options *options, uint64_t n);

/* Opens the index of an input, if it can be used. Returns: 0 or a code of the library. */
int input_index_load(
	const struct input *input, const struct options *options, mmr_index **ret_index);

/* Finds the path of the index of an input: "" if it can have none. Returns: 0 or a code of the
 * library. */
int input_index_path(
	const struct input *input, const struct options *options, char *path, size_t size);

#endif
