/* info_index.h - the index of a file, for -i
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_INFO_INDEX_H
#define TOOLS_ACTIONS_INFO_INDEX_H

#include "actions/action.h"

#include <limits.h>

enum index_state {
	INDEX_NONE,
	INDEX_FRESH,
	INDEX_PARTIAL, /* the file has grown */
	INDEX_STALE,
	INDEX_DAMAGED,
	INDEX_WRONG,   /* the numbers are not those of the bytes */
	INDEX_FOREIGN, /* somebody else may have written it */
	INDEX_UNREADABLE
};

struct index_facts {
	char path[PATH_MAX]; /* "": the input cannot have an index */
	enum index_state state;
	mmr_index_info info;  /* of one that is fresh or partial */
	uint64_t n_uncovered; /* bytes of the file */
};

/* Finds the index of a file, and counts the bytes that it covers to compare it with them.
 *
 * Returns: 0 or a code of the library. */
int index_facts_find(const struct task *task, struct index_facts *ret_facts);

/* One word, for programs. */
const char *index_facts_word(const struct index_facts *facts);

/* For people. */
void index_facts_describe(const struct index_facts *facts, char *text, size_t room);

#endif
