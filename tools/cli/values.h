/* values.h - the values of options: bytes, numbers, one word of several
 *
 * Each parser leaves with a message when the value is wrong.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_VALUES_H
#define TOOLS_CLI_VALUES_H

#include "cli/number.h"

/* Prints "invalid WHAT 'VALUE'; HINT" and leaves. The hint says what to write instead. */
_Noreturn void value_wrong(const char *what, const char *value, const char *hint);

/* The bytes that an argument with escapes (\0 \n \t \r \\ \xHH) stands for, in its own place; a
 * lone backslash is one. */
mmr_slice value_bytes(const char *what, char *argument);

/* One byte, or an escape for one. */
char value_delimiter(const char *argument);

/* A number of [least, most]. */
uint64_t value_number(const char *what, const char *argument, enum number_unit unit, uint64_t least,
	uint64_t most);

/* Which of the words, which end with NULL. */
unsigned value_word(const char *what, const char *argument, const char *const *words);

#endif
