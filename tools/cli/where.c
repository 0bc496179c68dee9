/* where.c - parses the expression of --where
 *
 * SPDX-License-Identifier: MIT */
#include "cli/where.h"

#include "cli/fields.h"
#include "cli/values.h"
#include "status/message.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define BLANKS " \t\n"

/* What ends a bare name, or a number. */
#define ENDS_NAME   BLANKS "=!<>&|()'\""
#define ENDS_NUMBER BLANKS "&|'\""

struct parser {
	const char *text, *at;
};

/* Exits with a message: what is needed instead of the bytes at `at`. */
static _Noreturn void wrong(const struct parser *parser, const char *needed)
{
	char hint[128];

	snprintf(hint, sizeof(hint), "at byte %zu, %s is needed",
		(size_t)(parser->at - parser->text), needed);
	value_wrong("expression", parser->text, hint);
}

static void skip_blanks(struct parser *parser)
{
	parser->at += strspn(parser->at, BLANKS);
}

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		exit((int)message("cannot keep an expression: %s", strerror(errno)));
	return memory;
}

/* Copies a text in quotes. */
static mmr_slice parse_quoted(struct parser *parser)
{
	const char *start = parser->at + 1, *stop = start;
	char quote = start[-1], *to, *text;

	while (*stop && (*stop != quote || stop[1] == quote))
		stop += *stop == quote ? 2 : 1;
	parser->at = stop;
	if (!*stop)
		wrong(parser, quote == '"' ? "a closing \"" : "a closing '");
	parser->at++;
	to = text = allocate((size_t)(stop - start) + 1);
	for (; start < stop; start += *start == quote ? 2 : 1)
		*to++ = *start;
	*to = '\0';
	return (mmr_slice){text, (size_t)(to - text)};
}

static bool at_quote(const struct parser *parser)
{
	return *parser->at == '\'' || *parser->at == '"';
}

static void parse_field(struct parser *parser, struct where_test *test)
{
	size_t len = strcspn(parser->at, ENDS_NAME);
	char *name;
	uint64_t number;

	if (at_quote(parser)) {
		test->name = parse_quoted(parser);
		return;
	}
	if (len == 0)
		wrong(parser, "a field, by its name or its number,");
	if (strspn(parser->at, "0123456789") >= len) {
		if (mmr_slice_to_u64((mmr_slice){parser->at, len}, &number) < 0 || number == 0 ||
			number > FIELDS_MOST)
			wrong(parser, "a number from 1 to 1048576");
		test->field = (size_t)number;
	} else {
		name = allocate(len + 1);
		memcpy(name, parser->at, len);
		name[len] = '\0';
		test->name = (mmr_slice){name, len};
	}
	parser->at += len;
}

static void parse_operator(struct parser *parser, struct where_test *test)
{
	/* The longer ones first. */
	static const struct {
		char text[3];
		unsigned orders;
	} operators[] = {{"==", ORDER_EQUAL}, {"!=", ORDER_LESS | ORDER_GREATER | ORDER_NONE},
		{"<=", ORDER_LESS | ORDER_EQUAL}, {">=", ORDER_GREATER | ORDER_EQUAL},
		{"<", ORDER_LESS}, {">", ORDER_GREATER}};
	size_t i, len;

	for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
		len = strlen(operators[i].text);
		if (strncmp(parser->at, operators[i].text, len) != 0)
			continue;
		test->orders = operators[i].orders;
		parser->at += len;
		return;
	}
	wrong(parser, "== != < <= > or >=");
}

static void parse_value(struct parser *parser, struct where_test *test)
{
	size_t len = strcspn(parser->at, ENDS_NUMBER);

	test->is_text = at_quote(parser);
	if (test->is_text) {
		test->text = parse_quoted(parser);
		return;
	}
	if (!scalar_parse((mmr_slice){parser->at, len}, &test->number))
		wrong(parser, "a number, or a text in quotes,");
	parser->at += len;
}

/* Takes && or ||. Returns: false at the end of the expression. */
static bool parse_join(struct parser *parser, bool *ret_or)
{
	if (!*parser->at)
		return false;
	*ret_or = strncmp(parser->at, "||", 2) == 0;
	if (!*ret_or && strncmp(parser->at, "&&", 2) != 0)
		wrong(parser, "&& or ||");
	parser->at += 2;
	return true;
}

void where_parse(const char *text, struct where *ret_where)
{
	struct parser parser = {text, text};
	/* The shortest test has 3 bytes, and 2 join it to the next one. */
	size_t most = strlen(text) / 5 + 1;
	struct where_test *test = allocate(most * sizeof(*test));
	bool after_or = false, more;

	*ret_where = (struct where){.tests = test};
	do {
		*test = (struct where_test){.after_or = after_or};
		ret_where->n++;
		skip_blanks(&parser);
		parse_field(&parser, test);
		skip_blanks(&parser);
		parse_operator(&parser, test);
		skip_blanks(&parser);
		parse_value(&parser, test);
		skip_blanks(&parser);
		more = parse_join(&parser, &after_or);
		test++;
	} while (more);
}
