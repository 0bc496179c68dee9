/* message.h - one clear line on standard error
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_STATUS_MESSAGE_H
#define TOOLS_STATUS_MESSAGE_H

#include "mmcat.h"

/* The base name of argv[0]: a renamed program speaks by its new name. */
extern const char *program_name;

void message_start(const char *argv0);

/* "mmcat: " and the text. Returns: STATUS_TROUBLE. */
enum status message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "mmcat: FILE: reason": the reason of a code of the library, with its offset where it has one; the
 * file's control bytes escaped. Returns: STATUS_TROUBLE. */
enum status message_file(const char *file, int code);

/* Like message_file, of a read by offset that the library did not do. */
enum status message_file_at(const char *file, int code, uint64_t off);

/* A file's name with its control bytes as \xHH. Lifetime: until the next call but one. */
const char *message_quote(const char *file);

#endif
