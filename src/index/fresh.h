/* fresh.h - whether an index that was saved is one of the bytes of a reader
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INDEX_FRESH_H
#define SRC_INDEX_FRESH_H

#include "file/reader.h"
#include "index/format.h"

/* Takes what a file was when its reader was opened, and whether its times prove something. `now_ns`
 * is when counting began. */
void fresh_describe(const struct os_stat *then, int64_t now_ns, struct format *format);

/* Hashes some blocks of the bytes that are covered. `seed` is one that nobody knew before.
 *
 * Errors: those of mmr_read_at. */
int fresh_sample(const mmr_reader *reader, int64_t seed, struct format *format);

/* Compares a file with what was saved. If its size and its times are the same, and old enough to
 * prove something, nothing is read. Else blocks of it are compared.
 *
 * Returns: 0; the file may have grown. Errors: MMR_ESTALE, without a message; those of
 *   mmr_read_at. */
int fresh_check(const mmr_reader *reader, const struct os_stat *then, const struct format *format);

#endif
