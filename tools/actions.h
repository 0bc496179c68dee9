/* actions.h - what can be done with a selection of an input; one file each
 *
 * Each works on `options->selection`, prints what failed and returns the status. It adds to `used`
 * and `n` of the input; where only a count is wanted, count_print prints it after the last
 * selection.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_H
#define TOOLS_ACTIONS_H

#include "part.h"

enum status action_print(struct input *input, const struct options *options);
enum status action_count(struct input *input, const struct options *options);
enum status action_reverse(struct input *input, const struct options *options);
enum status action_find(struct input *input, const struct options *options);
enum status action_pattern(struct input *input, const struct options *options);
enum status action_hex(struct input *input, const struct options *options);
enum status action_type(struct input *input, const struct options *options);
enum status action_info(struct input *input, const struct options *options);

/* Compiles the layout of -t, or leaves with a message. Returns: the bytes of a record. */
size_t type_record_size(const struct options *options);

/* Prints `n` of an input, for -c. */
void count_print(const struct input *input, const struct options *options);

#endif
