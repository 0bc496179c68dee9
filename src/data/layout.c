/* layout.c - parses the text of a layout into a table of fields
 *
 * The text is read twice. The first pass counts the fields and finds errors. The second pass stores
 * the fields in one allocation.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"
#include "data/array.h"

#include <mmreader/record.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* More than any real format needs. A larger value is a mistake. */
#define FIELDS_MAX 4096
#define SIZE_LIMIT ((size_t)1 << 30)
#define NAME_LIMIT 64

struct mmr_layout {
	size_t size, n_fields;
	mmr_field fields[]; /* the names are stored after the last field */
};

/* A field as written in the text. */
struct parsed {
	mmr_slice name; /* empty if there is none */
	size_t size;
	enum mmr_type type;
	enum mmr_order order;
	bool padding;
};

struct parser {
	const char *start, *at, *stop;
	bool begun; /* a field has been parsed */
};

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static int wrong(const struct parser *parser, const char *at, const char *why, mmr_slice what)
{
	uint64_t off = (uint64_t)(at - parser->start);

	error_explain_at(-EINVAL, off, "cannot parse layout: %s '%.*s'", why,
		(int)min_size(what.len, 40), what.ptr ? what.ptr : "");
	return error_hint(-EINVAL, "a field is type or name:type, as in id:u64le,f64,name:16s,4x");
}

/* Moves to the next field. A comma is allowed between two fields only. Returns: 1; 0 at the end; or
 * an error. */
static int next_field(struct parser *parser)
{
	const char *comma = NULL;

	for (; parser->at < parser->stop; parser->at++) {
		if (is_blank(*parser->at))
			continue;
		if (*parser->at != ',')
			break;
		if (comma || !parser->begun)
			return wrong(parser, parser->at, "no field before", mmr_slice_of(","));
		comma = parser->at;
	}
	if (parser->at < parser->stop)
		return 1;
	return comma ? wrong(parser, comma, "no field after", mmr_slice_of(",")) : 0;
}

/* The word up to the next separator. */
static mmr_slice take_word(struct parser *parser)
{
	mmr_slice word = {parser->at, 0};

	parser->begun = true;
	while (parser->at < parser->stop && !is_blank(*parser->at) && *parser->at != ',')
		parser->at++;
	word.len = (size_t)(parser->at - word.ptr);
	return word;
}

static bool is_name(mmr_slice text)
{
	size_t i;

	if (text.len == 0 || text.len > NAME_LIMIT || !is_letter(text.ptr[0]))
		return false;
	for (i = 1; i < text.len; i++)
		if (!is_letter(text.ptr[i]) && !is_digit(text.ptr[i]) && text.ptr[i] != '-' &&
			text.ptr[i] != '.')
			return false;
	return true;
}

/* Parses "16s" and "4x"; without a number the size is 1. Returns: whether the word has this form;
 * `*ret_size` is 0 for an invalid size. */
static bool parse_sized(mmr_slice word, size_t *ret_size)
{
	size_t size = 0, i;

	if (word.len == 0 || (word.ptr[word.len - 1] != 's' && word.ptr[word.len - 1] != 'x'))
		return false;
	for (i = 0; i + 1 < word.len; i++) {
		if (!is_digit(word.ptr[i]))
			return false;
		size = min_size(size * 10 + (size_t)(word.ptr[i] - '0'), SIZE_LIMIT + 1);
	}
	if (word.len == 1)
		size = 1;
	*ret_size = size > SIZE_LIMIT ? 0 : size;
	return true;
}

/* Parses "u32", "u32le" and "u32be". */
static bool parse_number(mmr_slice word, struct parsed *field)
{
	int type;

	field->order = MMR_NATIVE;
	if (mmr_slice_has_suffix(word, mmr_slice_of("le")))
		field->order = MMR_LITTLE;
	else if (mmr_slice_has_suffix(word, mmr_slice_of("be")))
		field->order = MMR_BIG;
	if (field->order != MMR_NATIVE)
		word.len -= 2;
	for (type = MMR_U8; type <= MMR_F64; type++) {
		if (!mmr_slice_equal(word, mmr_slice_of(array_type_name((unsigned)type))))
			continue;
		field->type = (enum mmr_type)type;
		field->size = mmr_type_size(field->type);
		return true;
	}
	return false;
}

static int parse_field(struct parser *parser, struct parsed *field)
{
	mmr_slice word = take_word(parser), rest = word;
	const char *colon = memchr(word.ptr, ':', word.len);

	memset(field, 0, sizeof(*field));
	if (colon) {
		field->name.ptr = word.ptr;
		field->name.len = (size_t)(colon - word.ptr);
		rest.ptr = colon + 1;
		rest.len = word.len - field->name.len - 1;
		if (!is_name(field->name))
			return wrong(parser, word.ptr, "invalid name", field->name);
	}
	if (parse_number(rest, field))
		return 0;
	if (!parse_sized(rest, &field->size))
		return wrong(parser, rest.ptr, "invalid type", rest);
	if (field->size == 0)
		return wrong(parser, rest.ptr, "invalid size", rest);
	field->padding = rest.ptr[rest.len - 1] == 'x';
	return 0;
}

/* The result of the first pass. */
struct measure {
	size_t size, n_fields, name_bytes;
};

static int measure_layout(mmr_slice text, struct measure *measure)
{
	struct parser parser = {text.ptr, text.ptr, text.ptr + text.len, false};
	struct parsed field;
	const char *at;
	int err;

	memset(measure, 0, sizeof(*measure));
	while ((err = next_field(&parser)) > 0) {
		at = parser.at;
		err = parse_field(&parser, &field);
		if (err < 0)
			return err;
		if (field.size > SIZE_LIMIT - measure->size)
			return wrong(&parser, at, "record exceeds 1 GiB at field", field.name);
		measure->size += field.size;
		measure->n_fields += !field.padding;
		if (measure->n_fields > FIELDS_MAX)
			return wrong(&parser, at, "more than 4096 fields at field", field.name);
		/* A field without a name needs room for its number. */
		measure->name_bytes +=
			field.padding ? 0 : (field.name.len > 0 ? field.name.len : 4) + 1;
	}
	if (err < 0)
		return err;
	if (measure->n_fields == 0)
		return wrong(&parser, parser.start, "no field in", text);
	return 0;
}

/* The second pass. The only errors left are duplicate names. */
static int fill(mmr_slice text, mmr_layout *layout, char *names)
{
	struct parser parser = {text.ptr, text.ptr, text.ptr + text.len, false};
	struct parsed parsed;

	while (next_field(&parser) > 0) {
		mmr_field *field = &layout->fields[layout->n_fields];
		const char *at = parser.at;

		parse_field(&parser, &parsed);
		if (!parsed.padding) {
			field->name = names;
			field->off = layout->size;
			field->size = parsed.size;
			field->type = (uint8_t)parsed.type;
			field->swapped = array_swaps(parsed.type, parsed.order);
			if (parsed.name.len > 0) {
				memcpy(names, parsed.name.ptr, parsed.name.len);
				names[parsed.name.len] = '\0';
			} else {
				snprintf(names, 5, "%u", (unsigned)(layout->n_fields % 10000));
			}
			if (mmr_layout_find(layout, names))
				return wrong(&parser, at, "duplicate name", parsed.name);
			names += strlen(names) + 1;
			layout->n_fields++;
		}
		layout->size += parsed.size;
	}
	return 0;
}

int mmr_layout_parse(mmr_slice text, mmr_layout **ret_layout)
{
	struct measure measure;
	mmr_layout *layout;
	int err;

	if (!text.ptr)
		text.ptr = "";
	err = measure_layout(text, &measure);
	if (err < 0)
		return err;
	layout = heap_alloc(
		sizeof(*layout) + measure.n_fields * sizeof(*layout->fields) + measure.name_bytes);
	if (!layout)
		return error_set(-ENOMEM, "allocate a layout of %zu fields", measure.n_fields);
	layout->size = layout->n_fields = 0;
	err = fill(text, layout, (char *)&layout->fields[measure.n_fields]);
	if (err < 0) {
		heap_free(layout);
		return err;
	}
	*ret_layout = layout;
	return 0;
}

void mmr_layout_close(mmr_layout *layout)
{
	heap_free(layout);
}

size_t mmr_layout_size(const mmr_layout *layout)
{
	return layout->size;
}

size_t mmr_layout_n_fields(const mmr_layout *layout)
{
	return layout->n_fields;
}

const mmr_field *mmr_layout_field(const mmr_layout *layout, size_t number)
{
	return number < layout->n_fields ? &layout->fields[number] : NULL;
}

const mmr_field *mmr_layout_find(const mmr_layout *layout, const char *name)
{
	size_t i;

	for (i = 0; i < layout->n_fields; i++)
		if (strcmp(layout->fields[i].name, name) == 0)
			return &layout->fields[i];
	return NULL;
}
