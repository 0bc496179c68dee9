/* put.h - numbers and texts into a buffer of the caller, without printf: millions of lines a second
 *
 * Each returns the end of what was written; nothing ends with a NUL.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_PUT_H
#define TOOLS_PUT_H

#include "common.h"

/* The most that a whole number may take. */
#define PUT_NUMBER_ROOM 20

char *put_unsigned(char *to, uint64_t number);
char *put_signed(char *to, int64_t number);

/* "\xHH", the one way in which bytes are told that are no text. */
char *put_hex_escape(char *to, unsigned char byte);

/* The most that a text of `len` bytes may take as a JSON string. */
#define PUT_JSON_ROOM(len) (2 + 6 * (len))

/* A JSON string, with its quotes. A byte that is no UTF-8 becomes the lone surrogate U+DC00 + byte,
 * so that nothing is lost: Python's os.fsencode and "surrogateescape" turn it back. */
char *put_json(char *to, mmr_slice text);

#endif
