/* inject.h - system calls that fail when they are told to
 *
 * Linked into a program with -Wl,--wrap=NAME for every wrapper of inject.c: each call of one is
 * counted, and one of them fails. The request and its outcome are in a table in the file named by
 * $INJECT_TABLE, so that it survives a crash of the program. inject.py reads it, too, and knows
 * this layout.
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
	_Atomic(int64_t) place; /* from inject_origin on; 0 for none yet */
	_Atomic(uint32_t) call; /* which wrapper, by its number in inject.c, from 1 */
	_Atomic(uint32_t) n_calls, n_fired;
};

struct inject_table {
	/* Wanted. */
	uint32_t nth;    /* this call is the first to fail, counted from 1; 0 for none */
	uint32_t way;    /* instead: the first call that comes this way; 0 for none */
	uint32_t lasts;  /* 0: once; 1: from then on, every call of the same function */
	uint32_t choice; /* which of the function's faults */

	/* What came of it, in this run. */
	_Atomic(uint32_t) n_calls;
	_Atomic(uint32_t) call;       /* the one that failed first; 0: none was reached */
	_Atomic(int32_t) fault;       /* how: an errno; -1: it did a part only; 0: no such choice */
	uint32_t must_survive;        /* nobody may notice this fault */
	uint32_t n_choices;           /* that the function has */
	uint32_t n_fired;             /* how many calls failed */
	uint32_t n_descriptors;       /* open when the program ended by exit(3) */
	uint32_t trace[INJECT_TRACE]; /* by number of the call, from 1: which way it came */

	/* Over all runs that share the file. */
	struct inject_site sites[INJECT_SITES];
};

/* Calls are counted, and fail, from inject_start on and up to inject_stop, again and again until
 * inject_end. A program that has $INJECT_AT_ONCE need not call them. */
void inject_start(void);
void inject_stop(void);
void inject_end(void);

/* Has all calls of a function fail, uncounted: what an older kernel or another user meets. */
void inject_refuse(const char *name, int errnum);

/* What failed first, since inject_start: its name, or NULL; how, as in the table. */
const char *inject_failed(int *ret_fault, bool *ret_must_survive);

/* Blocks of memory that came from a wrapped malloc and its like and were not freed; bytes of
 * address space that were mapped and not unmapped. */
long inject_blocks(void);
long inject_mapped(void);

/* Names of all wrappers, in the order of their numbers; NULL ends it. */
extern const char *const inject_names[];

/* What places of sites count from. */
void inject_origin(void);

#endif
