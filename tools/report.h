/* report.h - what a run did, told by -v in one line
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include "common.h"

/* The clock starts. */
void report_start(void);

/* What one input added: bytes that were used of it. */
void report_bytes(uint64_t n_bytes);

/* The same of a reader that was searched by threads, to its end or until there was enough. */
void report_search(const mmr_reader *reader);

/* Lines, where they were counted. */
void report_lines(uint64_t n_lines);

/* The engine of a reader that is done with; NULL for a stream. */
void report_engine(const mmr_reader *reader);

/* "mmcat: 1073741824 bytes, 13083180 lines, 0.060 s, 17.9 GB/s, map, avx512, ..." on standard
 * error. */
void report_print(void);

#endif
