/* inject.h - system calls that fail on request
 *
 * Linked into a program with -Wl,--wrap=NAME for every wrapper of inject.c. Each call of a
 * wrapper is counted, and one of the calls fails. The request and its outcome are in a table in
 * the file named by $INJECT_TABLE, which survives a crash of the program. inject.py reads the
 * table, too, and repeats this layout.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULTS_INJECT_H
#define TESTS_FAULTS_INJECT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define INJECT_SITES 1024
#define INJECT_TRACE 8192

/* A place in the code that calls a wrapper: a return address. */
struct inject_site {
	_Atomic(int64_t) place; /* offset from inject_origin; 0: unused */
	_Atomic(uint32_t) call; /* number of the wrapper in inject.c, from 1 */
	_Atomic(uint32_t) n_calls, n_fired;
};

struct inject_table {
	/* The request. */
	uint32_t nth;    /* this call is the first to fail, counted from 1; 0 for none */
	uint32_t way;    /* instead: the first call that comes by this way; 0 for none */
	uint32_t lasts;  /* 0: once; 1: every later call of the same function, too */
	uint32_t choice; /* number of the fault, among those of the function */

	/* The outcome of this run. */
	_Atomic(uint32_t) n_calls;
	_Atomic(uint32_t) call;       /* the one that failed first; 0: none was reached */
	_Atomic(int32_t) fault;       /* an errno; -1: it did only a part; 0: no such choice */
	uint32_t must_survive;        /* this fault must not have an effect */
	uint32_t n_choices;           /* number of faults that the function has */
	uint32_t n_fired;             /* how many calls failed */
	uint32_t n_descriptors;       /* open when the program ended by exit(3) */
	uint32_t trace[INJECT_TRACE]; /* the way of each call, by its number from 1 */

	/* Kept over all runs that share the file. */
	struct inject_site sites[INJECT_SITES];
};

/* Calls are counted, and fail, between inject_start and inject_stop, repeatedly, until
 * inject_end. A program that runs with $INJECT_AT_ONCE does not need to call them. */
void inject_start(void);
void inject_stop(void);
void inject_end(void);

/* Makes all calls of a function fail, uncounted, as on an older kernel or for another user. */
void inject_refuse(const char *name, int errnum);

/* Kills the process at a call of a wrapper, counted from 1. */
void inject_die_at(long nth);

/* Returns: the name of what failed first since inject_start, or NULL; and how, as in the table. */
const char *inject_failed(int *ret_fault, bool *ret_must_survive);

/* Returns: the blocks of a wrapped malloc and the like that were not freed; the bytes of address
 * space that were mapped and not unmapped. */
long inject_blocks(void);
long inject_mapped(void);

/* The names of all wrappers, by number; NULL ends the list. */
extern const char *const inject_names[];

/* The origin of the places of sites. */
void inject_origin(void);

#endif
