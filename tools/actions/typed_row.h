/* typed_row.h - one record as tab-separated values, or as a JSON object
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TYPED_ROW_H
#define TOOLS_ACTIONS_TYPED_ROW_H

#include "actions/typed_fields.h"

/* The most bytes that a record may take, with a tab before it and a line end after it. */
size_t typed_row_room(const struct typed_fields *fields, bool json);

/* Writes a record at `*to` and moves `*to` to its end: as values with tabs between them, or as a
 * JSON object of the fields' names.
 *
 * A number is read back as the same number. A text is written without the NULs at its end, and in
 * values with \t \n \\ and \xHH for bytes that would break the line. JSON has no number for "NaN",
 * "Infinity" and "-Infinity", which are strings, as in ProtoJSON.
 *
 * Returns: 0; no line end is written. Errors: those of mmr_record_f64. */
int typed_row_put(char **to, const struct typed_fields *fields, mmr_slice record, bool json);

#endif
