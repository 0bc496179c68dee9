/* row_fields.c - the fields of -F: where they are in a row
 *
 * SPDX-License-Identifier: MIT */
#include "actions/row_fields.h"

#include "output/put.h"
#include "status/message.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MARK "\xef\xbb\xbf"

/* --- Rows ------------------------------------------------------------------------------------- */

static const char *find_byte(char byte, const char *at, const char *stop)
{
	const char *found = memchr(at, byte, (size_t)(stop - at));

	return found ? found : stop;
}

/* The end of the text of a quoted field: its quote, or `stop`. `at` is after the first quote. */
static const char *closing_quote(const char *at, const char *stop)
{
	const char *quote;

	for (;;) {
		quote = memchr(at, '"', (size_t)(stop - at));
		if (!quote)
			return stop;
		if (quote + 1 == stop || quote[1] != '"')
			return quote;
		at = quote + 2;
	}
}

static const char *csv_end(char separator, const char *at, const char *stop)
{
	if (at < stop && *at == '"')
		at = closing_quote(at + 1, stop);
	while (at < stop && *at != separator && *at != '\n')
		at++;
	return at;
}

const char *row_fields_end(const struct row_fields *fields, const char *at, const char *stop)
{
	char separator = fields->options->separator;

	return fields->options->csv ? csv_end(separator, at, stop) : find_byte(separator, at, stop);
}

bool row_fields_quoted(const struct row_fields *fields, mmr_slice field)
{
	const char *stop = field.ptr + field.len;

	return fields->options->csv && field.len > 1 && *field.ptr == '"' &&
	       closing_quote(field.ptr + 1, stop) == stop - 1;
}

size_t row_fields_unquote(mmr_slice field, char *to)
{
	const char *at = field.ptr + 1, *stop = field.ptr + field.len - 1, *quote;
	char *start = to;
	size_t len;

	for (; at < stop; at += len + 1) {
		/* The first of two quotes is copied, the second one is not. */
		quote = memchr(at, '"', (size_t)(stop - at));
		len = (size_t)((quote ? quote + 1 : stop) - at);
		memcpy(to, at, len);
		to += len;
	}
	return (size_t)(to - start);
}

/* A row of CSV that has quotes: only the end of its first line is known. */
static void find_quoted(const struct row_fields *fields, const char *stop, struct row *row)
{
	const char *at = row->start, *end, *line_end = row->end;
	char separator = fields->options->separator;
	size_t n = 0;

	if (stop - at > 3 && memcmp(at, MARK "\"", 4) == 0)
		at += 3;
	for (;; at = end + 1) {
		if (n <= fields->most)
			row->starts[n] = at;
		n++;
		if (line_end < at)
			line_end = find_byte('\n', at, stop);
		end = at < stop && *at == '"' ? csv_end(separator, at, stop)
					      : find_byte(separator, at, line_end);
		if (end == stop || *end == '\n')
			break;
	}
	row->stop = end < stop ? end + 1 : stop;
	row->end = end - (end < stop && end > at && end[-1] == '\r');
	if (n <= fields->most)
		row->starts[n] = row->end + 1;
	row->n = n < fields->most ? n : fields->most;
}

void row_fields_split(const struct row_fields *fields, struct row *row)
{
	char separator = fields->options->separator;
	const char *at = row->start;
	size_t n = 0;

	row->starts[0] = at;
	while (n < fields->most) {
		at = memchr(at, separator, (size_t)(row->end - at));
		at = at ? at + 1 : row->end + 1;
		row->starts[++n] = at;
		if (at > row->end)
			break;
	}
	row->n = n;
}

void row_fields_find(const struct row_fields *fields, mmr_slice bytes, struct row *row)
{
	const char *start = bytes.ptr, *stop = start + bytes.len;
	bool csv = fields->options->csv;
	const char *line_end = memchr(start, fields->options->delimiter, bytes.len);

	row->start = start;
	row->end = line_end ? line_end : stop;
	row->stop = line_end ? line_end + 1 : stop;
	if (csv && memchr(start, '"', (size_t)(row->end - start))) {
		find_quoted(fields, stop, row);
		return;
	}
	if (csv && line_end && line_end > start && line_end[-1] == '\r')
		row->end--;
	row_fields_split(fields, row);
}

/* --- Names ------------------------------------------------------------------------------------ */

/* Removes the quotes of a name, and those that are doubled. Returns: the length. */
static size_t unquote(mmr_slice name, char *to)
{
	char *start = to;
	size_t i, stop = name.len;

	if (stop < 2 || name.ptr[0] != '"' || name.ptr[stop - 1] != '"') {
		memcpy(to, name.ptr, stop);
		return stop;
	}
	for (i = 1, stop--; i < stop; i++) {
		*to++ = name.ptr[i];
		i += name.ptr[i] == '"';
	}
	return (size_t)(to - start);
}

/* The names of a header. */
struct names {
	mmr_slice *names; /* without quotes, in `bytes` */
	size_t n;
	char *bytes;
};

/* Splits the header. Returns: 0 or -ENOMEM. */
static int split(const struct row_fields *fields, mmr_slice header, struct names *ret_names)
{
	struct names *names = ret_names;
	struct row row;
	const char *at, *end;
	size_t used = 0, len;

	*names = (struct names){
		malloc((header.len + 1) * sizeof(mmr_slice)), 0, malloc(header.len + 1)};
	row.starts = malloc((fields->most + 1) * sizeof(*row.starts));
	if (!names->names || !names->bytes || !row.starts) {
		free(row.starts);
		return -ENOMEM;
	}
	row_fields_find(fields, header, &row);
	at = row.starts[0];
	free(row.starts);
	/* The mark of a table in UTF-8 is not part of a name. */
	if (row.end - at >= 3 && memcmp(at, MARK, 3) == 0)
		at += 3;
	for (;; at = end + 1) {
		end = row_fields_end(fields, at, row.end);
		len = fields->options->csv
			      ? unquote((mmr_slice){at, (size_t)(end - at)}, names->bytes + used)
			      : (size_t)(end - at);
		if (!fields->options->csv)
			memcpy(names->bytes + used, at, len);
		names->names[names->n++] = (mmr_slice){names->bytes + used, len};
		used += len;
		if (end == row.end)
			return 0;
	}
}

/* Sets the number of the field with a name. Prints a message if there is none, or several. */
static enum status resolve(const struct input *input, const struct names *names,
	const struct field_item *item, struct field_span *span)
{
	char *wanted = malloc(item->name.len + 1);
	size_t len, i;

	if (!wanted)
		return message_file(input->name, -ENOMEM);
	len = item->name.len;
	if (item->is_plain)
		memcpy(wanted, item->name.ptr, len);
	else
		len = unquote(item->name, wanted);
	wanted[len] = '\0';
	span->first = 0;
	for (i = 0; i < names->n; i++) {
		if (names->names[i].len != len || memcmp(names->names[i].ptr, wanted, len) != 0)
			continue;
		if (span->first > 0)
			break;
		span->first = span->last = i + 1;
	}
	if (span->first == 0)
		message("%s: cannot find field '%s': the header has no such name",
			message_quote(input->name), message_quote(wanted));
	else if (i < names->n)
		message("%s: cannot choose field '%s': fields %zu and %zu have this name",
			message_quote(input->name), message_quote(wanted), span->first, i + 1);
	free(wanted);
	return span->first == 0 || i < names->n ? STATUS_TROUBLE : STATUS_DONE;
}

/* Makes the keys of JSON. Returns: 0 or -ENOMEM. */
static int make_keys(const struct names *names, struct row_fields *fields)
{
	char *key, *end;
	size_t i;

	fields->keys = calloc(names->n, sizeof(*fields->keys));
	if (!fields->keys)
		return -ENOMEM;
	for (i = 0; i < names->n; i++) {
		key = malloc(PUT_JSON_ROOM(names->names[i].len) + 2);
		if (!key)
			return -ENOMEM;
		end = put_json(key, names->names[i]);
		memcpy(end, ":", 2);
		fields->keys[fields->n_keys++] = key;
	}
	return 0;
}

static enum status use_header(const struct input *input, struct row_fields *fields)
{
	const struct field_list *list = fields->list;
	enum status status = STATUS_DONE;
	struct names names = {NULL, 0, NULL};
	size_t i;
	int err = 0;

	if (input->header.len > 0)
		err = split(fields, input->header, &names);
	for (i = 0; i < list->n && err == 0 && status == STATUS_DONE; i++)
		if (list->items[i].name.ptr)
			status = resolve(input, &names, &list->items[i], &fields->spans[i]);
	if (err == 0 && status == STATUS_DONE && names.n > 0)
		err = make_keys(&names, fields);
	free(names.names);
	free(names.bytes);
	return err < 0 ? message_file(input->name, err) : status;
}

enum status row_fields_open(const struct input *input, const struct options *options,
	const struct field_list *list, struct row_fields *ret_fields)
{
	struct row_fields *fields = ret_fields;
	enum status status;
	size_t i;

	*fields = (struct row_fields){.options = options, .list = list, .n = list->n, .most = 1};
	if (list == &options->fields)
		fields->n_columns = options->totals.columns.n;
	fields->n -= fields->n_columns;
	fields->spans = malloc((list->n + 1) * sizeof(*fields->spans));
	if (!fields->spans)
		return message_file(input->name, -ENOMEM);
	for (i = 0; i < list->n; i++)
		fields->spans[i] = (struct field_span){list->items[i].first, list->items[i].last};
	status = options->has_header ? use_header(input, fields) : STATUS_DONE;
	for (i = 0; i < list->n && status == STATUS_DONE; i++) {
		const struct field_span *span = &fields->spans[i];
		size_t last = span->last == FIELDS_REST ? span->first : span->last;

		fields->most = last > fields->most ? last : fields->most;
	}
	if (status != STATUS_DONE)
		row_fields_close(fields);
	return status;
}

void row_fields_close(struct row_fields *fields)
{
	while (fields->n_keys > 0)
		free(fields->keys[--fields->n_keys]);
	free(fields->keys);
	free(fields->spans);
	fields->keys = NULL;
	fields->spans = NULL;
}
