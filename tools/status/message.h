/* message.h - error messages, one line each
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_STATUS_MESSAGE_H
#define TOOLS_STATUS_MESSAGE_H

#include "mmcat.h"

/* The base name of argv[0]. */
extern const char *program_name;

void message_start(const char *argv0);

/* Prints "mmcat: " and the text. Returns: STATUS_TROUBLE. */
enum status message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints "mmcat: FILE: cannot read at byte N: REASON" for a code of the library, without the offset
 * if the error has none. Control bytes of the name are escaped. Returns: STATUS_TROUBLE. */
enum status message_file(const char *file, int code);

/* Like message_file, for a read by mmcat itself at this offset; UINT64_MAX: without offset. */
enum status message_file_at(const char *file, int code, uint64_t off);

/* A file's name with its control bytes as \xHH. Lifetime: until the next call but one. */
const char *message_quote(const char *file);

#endif
