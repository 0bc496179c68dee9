/* inject_library.h - declarations that the scenarios of the library share
 *
 * A scenario uses one area of the library as an application would, and passes errors up. The same
 * function runs with a fault and without: its findings must be equal each time it succeeds.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULTS_INJECT_LIBRARY_H
#define TESTS_FAULTS_INJECT_LIBRARY_H

/* First, since config.h selects what the system's headers declare. */
#include "common.h"

#include <mmreader.h>

#include <string.h>

#define N_THREADS 3

/* Files in the working folder, made by inject.py: 3 MiB of lines, one of them of 1 MiB; 5 KiB of
 * lines; data from 1 to 2 MiB of 4 MiB; 20,000 little-endian numbers of 64 bits; and a file of
 * 16 KiB or more that belongs to another user. */
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

/* Each list ends with a NULL. */
extern const struct scenario inject_reader_scenarios[];
extern const struct scenario inject_whole_scenarios[];
extern const struct scenario inject_index_scenarios[];
extern const struct scenario inject_side_scenarios[];
extern const struct scenario inject_event_scenarios[];

/* Adds to the findings of the scenario. */
void note(uint64_t value);
void note_bytes(mmr_slice bytes);

/* Checks the result of a call: after a failure the code and the error message must fit the
 * fault, and the output, which was filled with INJECT_POISON, must be unchanged. Returns:
 * `result`. */
int tried(int result, const char *call, const void *output, size_t size);

#define INJECT_POISON 0xa5

/* For a call that does not write its output when it fails; and for one without an output. */
#define TRY(output, call) \
	(memset(&(output), INJECT_POISON, sizeof(output)), \
		tried((call), #call, &(output), sizeof(output)))
#define TRY_ALONE(call) tried((call), #call, NULL, 0)

/* Conditions that must be true whatever failed. */
void must(bool condition, const char *words);

#endif
