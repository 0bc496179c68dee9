/* put.h - numbers and texts into a buffer of the caller, without printf: millions of lines a second
 *
 * Each returns the end of what was written; nothing ends with a NUL.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_PUT_H
#define TOOLS_OUTPUT_PUT_H

#include "mmcat.h"

/* The most that a whole number may take. */
#define PUT_NUMBER_ROOM 20

char *put_unsigned(char *to, uint64_t number);
char *put_signed(char *to, int64_t number);

/* The most that a float may take: "-2.2250738585072014e-308", and a NUL of printf's. */
#define PUT_FLOAT_ROOM 32

/* The fewest digits that give the same number of its type back, "nan", "inf" or "-inf". Returns: as
 * the others; up to PUT_FLOAT_ROOM bytes are touched. */
char *put_float(char *to, double value, enum mmr_type type);

/* "\xHH", the one way in which bytes are told that are no text. */
char *put_hex_escape(char *to, unsigned char byte);

/* The most that a text of `len` bytes may take as a JSON string. */
#define PUT_JSON_ROOM(len) (2 + 6 * (len))

/* A JSON string, with its quotes. A byte that is no UTF-8 becomes the lone surrogate U+DC00 + byte,
 * so that nothing is lost: Python's os.fsencode and "surrogateescape" turn it back. */
char *put_json(char *to, mmr_slice text);

#endif
