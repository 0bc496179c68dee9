/* put.h - writes numbers and texts into a buffer of the caller, faster than printf
 *
 * Each function returns the end of what it has written, and writes no NUL.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OUTPUT_PUT_H
#define TOOLS_OUTPUT_PUT_H

#include "mmcat.h"

/* The most bytes of a whole number. */
#define PUT_NUMBER_ROOM 20

char *put_unsigned(char *to, uint64_t number);
char *put_signed(char *to, int64_t number);

/* The most bytes of a float, such as "-2.2250738585072014e-308", with the NUL of snprintf. */
#define PUT_FLOAT_ROOM 32

/* Writes the fewest digits that are read back as the same number of its type, "nan", "inf" or
 * "-inf". Up to PUT_FLOAT_ROOM bytes are changed. */
char *put_float(char *to, double value, enum mmr_type type);

/* Writes a float as JSON, which has no number for "NaN", "Infinity" and "-Infinity": these are
 * strings, as in ProtoJSON. A zero keeps its sign. */
char *put_json_float(char *to, double value, enum mmr_type type);

/* Writes "\xHH". */
char *put_hex_escape(char *to, unsigned char byte);

/* The most bytes of a text of `len` bytes as a JSON string. */
#define PUT_JSON_ROOM(len) (2 + 6 * (len))

/* Writes a JSON string with its quotes. A byte that is not UTF-8 becomes the lone surrogate
 * U+DC00 + byte, which Python's os.fsencode and "surrogateescape" turn back into the byte. */
char *put_json(char *to, mmr_slice text);

/* The most bytes of `len` bytes inside a JSON string. */
#define PUT_JSON_PART_ROOM(len) (6 * (len))

/* Writes a part of a text that is UTF-8, as it is inside a JSON string. The part may start and end
 * within a character. */
char *put_json_part(char *to, mmr_slice text);

bool put_is_utf8(mmr_slice text);

/* The bytes of `len` bytes in base64. */
#define PUT_BASE64_ROOM(len) (((len) + 2) / 3 * 4)

/* Writes base64 (RFC 4648) with padding. */
char *put_base64(char *to, mmr_slice bytes);

#endif
