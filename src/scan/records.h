/* records.h - records that begin with a literal text, and paragraphs
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_RECORDS_H
#define SRC_SCAN_RECORDS_H

#include "scan/units.h"

/* The bytes of a line that decide whether a record begins with it. */
#define RECORDS_HEAD ((size_t)4096)

/* Records that begin with lines that start with a text.
 *
 * Shape: a text of 1 to RECORDS_HEAD bytes without the delimiter, which is copied.
 * Errors: -ENOMEM. */
int records_of_text(mmr_slice text, char delimiter, mmr_split **ret_records);

/* Paragraphs. Errors: -ENOMEM. */
int records_of_paragraphs(char delimiter, mmr_split **ret_records);

#endif
