/* json.h - one JSON object per line: {"file":"log","lines":12}
 *
 * For one object per input or per match. The rows of -t are made by typed_row.c.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_JSON_H
#define TOOLS_OUTPUT_JSON_H

#include "mmcat.h"

/* Begins the object of an input: {"file":NAME */
void json_begin(const char *name);

/* One more member. Names need no escapes. */
void json_number(const char *name, uint64_t number);
void json_number_or_null(const char *name, uint64_t number, bool known);
void json_numbers(const char *name, const uint64_t *numbers, size_t n); /* an array */
void json_text(const char *name, const char *text);
void json_literal(const char *name, const char *literal); /* true, false or null */

/* Ends the object and its line. */
void json_end(void);

#endif
