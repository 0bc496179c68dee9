/* typed.h - the records of a selection as lines
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TYPED_H
#define TOOLS_ACTIONS_TYPED_H

#include "actions/action.h"
#include "actions/totals.h"
#include "actions/typed_row.h"
#include "actions/unique.h"

struct typed_totals;

/* How records are printed, and what has been printed. */
struct table {
	mmr_scan_options scan; /* the selection, in records that start where it starts */
	mmr_block_options cut;
	const mmr_layout *layout;
	struct typed_fields fields;      /* that are printed */
	struct typed_fields columns;     /* of totals, in the same memory */
	const mmr_search_filter *filter; /* of --where; or NULL */
	bool json, backward;
	size_t size, per_row;        /* bytes of a record; records per line */
	size_t room;                 /* the most bytes of a record as text */
	uint64_t n_all;              /* records of the selection, if they are printed backward */
	uint64_t n_records;          /* printed, or counted */
	struct noted wrong;          /* in columns */
	struct typed_totals *totals; /* to which a sample is added; or NULL: it is printed */
	bool unique;                 /* -u: records are added to its table, not printed */
	struct unique_place place;
};

/* Writes a record at `*to` and moves `*to` to its end. `*column` is the number of records that are
 * in the line, which ends when it is full. Returns: like typed_row_put. */
static inline int typed_put(char **to, const struct table *table, mmr_slice record, size_t *column)
{
	int err;

	if (*column > 0)
		*(*to)++ = '\t';
	err = typed_row_put(to, &table->fields, record, table->json);
	if (++*column < table->per_row)
		return err;
	*(*to)++ = '\n';
	*column = 0;
	return err;
}

/* Prints a random sample of the records, or adds it, or the records that the filter keeps, to the
 * totals or the table of -u. Sets the numbers of the table, but does not end a last line that is
 * not full. Returns: 0 or a code of the library, which is -EBADMSG if bytes are left over. */
int typed_print_sample(struct table *table, struct task *task);

/* Prints or counts the records that the filter keeps, or a random sample of them. Otherwise like
 * typed_print_sample. */
int typed_find(struct table *table, struct task *task);

#endif
