/* action.h - what can be done with a selection of an input
 *
 * An action works on any input: tools/input/ knows what kind of input it is. cli/action.h has the
 * facts about each.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_ACTION_H
#define TOOLS_ACTIONS_ACTION_H

#include "cli/action.h"
#include "input/selection.h"

/* One action on one selection of one input. */
struct task {
	struct input *input;
	const struct options *options;
	const struct selection *selection;
	uint64_t maximum;      /* lines, matches or records that -m still allows */
	mmr_scan_options scan; /* the selection */
};

enum status action_print(struct task *task);
enum status action_count(struct task *task);
enum status action_reverse(struct task *task);
enum status action_find(struct task *task);
enum status action_regex(struct task *task);
enum status action_hex(struct task *task);
enum status action_type(struct task *task);
enum status action_info(struct task *task);

/* Compiles the layout of -t, or exits with a message. Returns: the bytes of a record. */
size_t type_record_size(const struct options *options);

/* Prints `n` of an input, for -c. */
void count_print(const struct input *input, const struct options *options);

#endif
