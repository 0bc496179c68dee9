/* inject_library.h - what scenarios of the library share
 *
 * A scenario uses one area of the library as an application would, and passes errors up. The same
 * function runs with a fault and without: what it notes must be the same each time it works.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULTS_INJECT_LIBRARY_H
#define TESTS_FAULTS_INJECT_LIBRARY_H

/* First, so that config.h decides what the system's headers show. */
#include "common.h"

#include <mmreader.h>

#include <string.h>

#define N_THREADS 3

/* In the working folder, made by inject.py: 3 MiB of lines, one of them of 1 MiB; 5 KiB of
 * lines; data from 1 to 2 MiB of 4 MiB; 20,000 little-endian numbers of 64 bits;
 * and something of 16 KiB or more that belongs to somebody else. */
#define LARGE   "large"
#define SMALL   "small"
#define SPARSE  "sparse"
#define NUMBERS "numbers"
#define FOREIGN "foreign"

struct scenario {
	const char *name;
	/* Returns: 0, or the code of what failed. */
	int (*run)(void);
};

/* Each ends with a NULL. */
extern const struct scenario inject_reader_scenarios[];
extern const struct scenario inject_whole_scenarios[];
extern const struct scenario inject_side_scenarios[];

/* Adds to what the scenario found out. */
void note(uint64_t value);
void note_bytes(mmr_slice bytes);

/* Looks at the answer of a call: on failure its code and sentence must be fit for the fault, and
 * its output, which was filled with INJECT_POISON, as it was. Returns: `result`. */
int tried(int result, const char *call, const void *output, size_t size);

#define INJECT_POISON 0xa5

/* A call that leaves its output alone when it fails; and one without an output. */
#define TRY(output, call) \
	(memset(&(output), INJECT_POISON, sizeof(output)), \
		tried((call), #call, &(output), sizeof(output)))
#define TRY_ALONE(call) tried((call), #call, NULL, 0)

/* What must hold whatever failed. */
void must(bool condition, const char *words);

#endif
