/* totals.c - the totals of a run: of all inputs and selections
 *
 * SPDX-License-Identifier: MIT */
#include "actions/totals.h"

#include "output/output.h"
#include "output/put.h"
#include "status/message.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* By column. Static, so that memory checkers find what they point to at the end. */
static struct total *all;
static enum mmr_type *types;
static bool lost;         /* an input was not read completely, which was reported */
static bool lacks_memory; /* for totals */

void totals_report(const struct input *input, const struct noted *wrong)
{
	if (wrong->n > 0)
		message("%s: cannot read a number in %" PRIu64 " %s, the first at byte %" PRIu64,
			message_quote(input->name), wrong->n, wrong->n == 1 ? "field" : "fields",
			input->base + wrong->first);
}

struct total *totals_new(const struct options *options)
{
	return calloc(options->totals.columns.n, sizeof(struct total));
}

static bool make_all(const struct options *options)
{
	size_t n = options->totals.columns.n, i;

	if (all)
		return true;
	if (!types)
		types = malloc(n * sizeof(*types));
	all = types ? totals_new(options) : NULL;
	lacks_memory |= !all;
	for (i = 0; i < n && all; i++)
		types[i] = MMR_F64;
	return all;
}

void totals_move(const struct options *options, struct total *totals)
{
	size_t i;

	if (!make_all(options))
		return;
	for (i = 0; i < options->totals.columns.n; i++)
		total_move(&all[i], &totals[i]);
}

void totals_set_type(const struct options *options, size_t column, enum mmr_type type)
{
	if (make_all(options))
		types[column] = type;
}

void totals_lose(void)
{
	lost = true;
}

/* Writes `"sum(FIELD)":`. */
static void print_key(const struct total_item *item)
{
	size_t len = strlen(item->field) + sizeof("mean()");
	char *name = malloc(len + PUT_JSON_ROOM(len) + 1), *json, *end;

	if (!name)
		exit((int)message("cannot print totals: %s", strerror(errno)));
	json = name + len;
	end = name;
	len = strlen(total_name(item->kind));
	memcpy(end, total_name(item->kind), len);
	end += len;
	*end++ = '(';
	memcpy(end, item->field, strlen(item->field));
	end += strlen(item->field);
	*end++ = ')';
	end = put_json(json, (mmr_slice){name, (size_t)(end - name)});
	*end++ = ':';
	output_write(json, (size_t)(end - json));
	free(name);
}

void totals_put(const struct options *options, const struct total *totals, bool follows)
{
	const struct total_list *list = &options->totals;
	char text[TOTAL_ROOM], *end;
	size_t i;

	for (i = 0; i < list->n; i++, follows = true) {
		const struct total_item *item = &list->items[i];

		if (follows)
			output_write(options->json ? "," : "\t", 1);
		if (options->json)
			print_key(item);
		end = total_put(text, &totals[item->column], item->kind,
			types ? types[item->column] : MMR_F64, options->json);
		output_write(text, (size_t)(end - text));
	}
}

void totals_put_names(const struct options *options)
{
	size_t i;

	for (i = 0; i < options->totals.n; i++) {
		const struct total_item *item = &options->totals.items[i];
		const char *name = total_name(item->kind);

		output_write("\t", 1);
		output_write(name, strlen(name));
		output_write("(", 1);
		output_write(item->field, strlen(item->field));
		output_write(")", 1);
	}
}

enum status totals_print(const struct options *options)
{
	if (lost)
		return STATUS_TROUBLE;
	if (!make_all(options) || lacks_memory || total_lacks_memory())
		return message("cannot keep totals: %s", strerror(ENOMEM));
	if (options->json)
		output_write("{", 1);
	totals_put(options, all, false);
	output_write(options->json ? "}\n" : "\n", options->json ? 2 : 1);
	return STATUS_DONE;
}

/* --- Of the values of -u ---------------------------------------------------------------------- */

/* The functions of a table have no context. */
static size_t n_columns;

void totals_add_values(void *totals, const void *values)
{
	const struct total_value *value = values;
	struct total *total = totals;
	size_t i;

	for (i = 0; i < n_columns; i++)
		total_add(&total[i], &value[i]);
}

void totals_merge(void *totals, const void *other)
{
	const struct total *from = other;
	struct total *total = totals;
	size_t i;

	for (i = 0; i < n_columns; i++)
		total_merge(&total[i], &from[i]);
}

size_t totals_columns(const struct options *options)
{
	n_columns = options->totals.columns.n;
	return n_columns;
}
