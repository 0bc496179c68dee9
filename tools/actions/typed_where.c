/* typed_where.c - --where for the records of a layout
 *
 * SPDX-License-Identifier: MIT */
#include "actions/typed_where.h"

#include "status/message.h"

#include <errno.h>
#include <stdlib.h>

struct typed_where {
	const struct where *where;
	mmr_field *fields; /* of the tests */
	mmr_search_filter filter;
};

/* A record that is tested. */
struct record {
	const struct typed_where *where;
	mmr_slice bytes;
	int err;
};

static bool number_holds(
	struct record *record, const mmr_field *field, const struct where_test *test)
{
	struct scalar number = {SCALAR_UNSIGNED, {0}};
	uint64_t u64 = 0;
	int64_t i64 = 0;
	double f64 = 0;

	/* Each field is read as its own type. */
	if (field->type <= MMR_U64) {
		record->err = mmr_record_u64(record->bytes, field, &u64);
		number = scalar_of_u64(u64);
	} else if (field->type <= MMR_I64) {
		record->err = mmr_record_i64(record->bytes, field, &i64);
		number = scalar_of_i64(i64);
	} else {
		record->err = mmr_record_f64(record->bytes, field, &f64);
		number = scalar_of_f64(f64);
	}
	return where_number_holds(test, &number);
}

static bool test_holds(void *context, const struct where_test *test)
{
	struct record *record = context;
	const struct typed_where *where = record->where;
	const mmr_field *field = &where->fields[test - where->where->tests];

	if (test->is_text)
		return where_text_holds(test, mmr_record_text(record->bytes, field));
	return number_holds(record, field, test);
}

static int start(void *state, void *context)
{
	*(const struct typed_where **)state = context;
	return 0;
}

static int keep(void *state, mmr_slice bytes, uint64_t off)
{
	const struct typed_where *where = *(const struct typed_where **)state;
	struct record record = {where, bytes, 0};
	bool holds = where_holds(where->where, test_holds, &record);

	(void)off;
	return record.err < 0 ? record.err : holds;
}

/* The field of a test, or an exit with a message. */
static const mmr_field *find_field(const mmr_layout *layout, const struct where_test *test)
{
	const mmr_field *field = test->field > 0 ? mmr_layout_field(layout, test->field - 1)
						 : mmr_layout_find(layout, test->name.ptr);

	if (!field && test->field > 0)
		exit((int)message("cannot find field %zu of --where: the layout has %zu",
			test->field, mmr_layout_n_fields(layout)));
	if (!field)
		exit((int)message("cannot find field '%s' of --where: the layout has no such name",
			message_quote(test->name.ptr)));
	if (test->is_text && field->type != MMR_TEXT)
		exit((int)message("cannot compare field '%s' with a text: it is a number",
			message_quote(field->name)));
	if (!test->is_text && field->type == MMR_TEXT)
		exit((int)message("cannot compare field '%s' with a number: it is a text",
			message_quote(field->name)));
	return field;
}

const mmr_search_filter *typed_where(const struct where *where, const mmr_layout *layout)
{
	static struct typed_where known;
	size_t i;

	if (!where_given(where))
		return NULL;
	if (known.fields)
		return &known.filter;
	known = (struct typed_where){.where = where,
		.fields = malloc(where->n * sizeof(*known.fields)),
		.filter = {.keep = keep,
			.start = start,
			.context = &known,
			.state_size = sizeof(struct typed_where *)}};
	if (!known.fields)
		exit((int)message("cannot keep an expression: %s", strerror(errno)));
	for (i = 0; i < where->n; i++)
		known.fields[i] = *find_field(layout, &where->tests[i]);
	return &known.filter;
}
