/* registry.h - all open readers, and which of them contains an address
 *
 * Iterators are given only addresses. The reader of an address is looked up in four cases: to
 * explain a fault, to decide whether a text can be kept without a copy, to write an error message,
 * and to drop the pages that a long walk has passed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_REGISTRY_H
#define SRC_FILE_REGISTRY_H

#include "file/reader.h"

void registry_add(struct mmr_reader *reader);
void registry_remove(struct mmr_reader *reader);

/* The reader whose map contains an address, and the backing of this map. */
struct owner {
	struct mmr_reader *reader;
	const struct backing *backing;
};

/* Finds the open reader that maps an address. Returns: false if there is none; `*ret_owner` is then
 * undefined. */
bool registry_owner(const char *address, struct owner *ret_owner);

/* The position of a slice in the file of an open reader. */
struct registry_place {
	uint64_t off;   /* of the first byte, from the start of the file */
	bool at_end;    /* the slice ends at the end of the reader */
	char name[256]; /* of the reader; a longer name is cut */
};

/* Finds the reader whose bytes contain a whole slice. They may be mapped, copied, or memory of the
 * caller.
 *
 * Shape: `ret_place` may be NULL.
 * Returns: false if no open reader contains it. */
bool registry_find(mmr_slice slice, struct registry_place *ret_place);

#endif
