/* actions.h - what can be done with a part of an input; one file each
 *
 * Each says what failed and answers with the status of this FILE.
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

#endif
