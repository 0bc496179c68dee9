/* action.h - the actions on a selection of an input
 *
 * An action works on any input; only input/ depends on its kind. cli/action.h has the properties of
 * each action.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_ACTION_H
#define TOOLS_ACTIONS_ACTION_H

#include "cli/action.h"
#include "input/selection.h"

struct row_fields;
struct row_filter;

/* One action on one selection of one input. */
struct task {
	struct input *input;
	const struct options *options;
	const struct selection *selection;
	uint64_t maximum;          /* lines or records that -m still allows */
	mmr_scan_options scan;     /* the selection */
	struct row_fields *fields; /* of -F; or NULL */
	struct row_filter *filter; /* of --in and --where; or NULL */
	const struct task *other;  /* the same selection of the second input of --compare */
};

enum status action_print(struct task *task);
enum status action_count(struct task *task);
enum status action_reverse(struct task *task);
enum status action_search(struct task *task);
enum status action_hex(struct task *task);
enum status action_type(struct task *task);
enum status action_info(struct task *task);
enum status action_index(struct task *task);
enum status action_compare(struct task *task);

/* Finds the fields of -F, and opens --in and --where, of an input whose header was read. Prints
 * what failed. Call search_close in any case. Lifetime: `fields` must live until then. */
enum status search_open(struct task *task, struct row_fields *fields);
void search_close(struct task *task);

/* For -f: the function `search` of follow_work. */
int search_follow(struct input *input, const struct options *options, const mmr_scan_options *scan,
	uint64_t maximum);

/* Whether lines are printed as JSON. Then call search_summary at the end. */
bool search_is_json(const struct options *options);
void search_summary(void);

/* Prints the header of an input, if the action prints its data. Returns: 0; 1 if it is binary and
 * the output a terminal; or a code. */
int header_print(const struct task *task);

/* Compiles the layout of -t, or exits with a message. Returns: the bytes of a record. */
size_t type_record_size(const struct options *options);

/* Prints a message if the input starts with the signature of a compressed file or the byte order
 * mark of UTF-16 or UTF-32. Call it once for each input, after a search without a match.
 *
 * Only bytes before the end of the selection are examined, so that a file and a pipe, which is not
 * read further than needed, get the same message.
 *
 * Returns: STATUS_NO_MATCH, or STATUS_TROUBLE if the file cannot be read any more. */
enum status unmatched_explain(const struct input *input, const struct options *options);

/* Prints `n` of an input, for -c. */
void count_print(const struct input *input, const struct options *options);

#endif
