/* typed_row.h - one record as tab-separated values, or as a JSON object
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_TYPED_ROW_H
#define TOOLS_ACTIONS_TYPED_ROW_H

#include "mmcat.h"

/* The most bytes that a record may take, with a tab before it and a line end behind it. */
size_t typed_row_room(const mmr_layout *layout);

/* The same as a JSON object of the layout's names. What JSON has no number for is "NaN", "Infinity"
 * and "-Infinity", as in ProtoJSON. */
size_t typed_row_json_room(const mmr_layout *layout);
char *typed_row_put_json(char *to, const mmr_layout *layout, mmr_slice record);

/* Writes the values of a record, separated by tabs. A number that is read back is the same. A text
 * is written without the NULs at its end, and with \t \n \\ and \xHH for bytes that would break the
 * line. Returns: the end of what was written, without a line end. */
char *typed_row_put(char *to, const mmr_layout *layout, mmr_slice record);

#endif
