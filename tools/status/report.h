/* report.h - time, speed and memory of a run, in one line: --stats
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_STATUS_REPORT_H
#define TOOLS_STATUS_REPORT_H

#include "mmcat.h"

/* Starts the clock. */
void report_start(void);

/* Seconds since then. */
double report_seconds(void);

/* Adds used bytes of an input. */
void report_bytes(uint64_t n_bytes);

/* Adds the bytes of the last scan, which may have stopped early. */
void report_scan(void);

/* Adds lines that were counted. */
void report_lines(uint64_t n_lines);

/* Distinct values, and the bytes that they used. */
void report_values(uint64_t n_values, uint64_t n_bytes);

/* Notes that an index was used, or why it failed. */
void report_index(int failure);

/* The seed of a sample. */
void report_seed(uint64_t seed);

/* Prints "mmcat: 1073741824 bytes, 13083180 lines, 0.060 s, 17.90 GB/s, I/O mode map, ..." on
 * standard error. */
void report_print(void);

#endif
