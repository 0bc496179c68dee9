/* number.h - a number of the command line: decimal or hexadecimal, with a unit
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_NUMBER_H
#define TOOLS_CLI_NUMBER_H

#include "mmcat.h"

/* What is counted, which determines the meaning of K, M, G, T, P and E. */
enum number_unit {
	NUMBER_OF_BYTES, /* powers of 1024 */
	NUMBER_OF_ITEMS  /* powers of 1000: lines, records, matches, threads */
};

/* Parses the number at the start of a text: 5000, 5_000, 5e3, 1.5K, 0xff. KB, MB ... are powers of
 * 1000 and KiB, MiB ... of 1024 for both units. A number that is too large is clamped to
 * INT64_MAX.
 *
 * Returns: what follows the number; NULL if there is none, or it is not whole. */
const char *number_parse(const char *text, enum number_unit unit, uint64_t *ret_number);

/* The same, but nothing may follow. */
bool number_parse_all(const char *text, enum number_unit unit, uint64_t *ret_number);

#endif
