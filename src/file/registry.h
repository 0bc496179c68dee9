/* registry.h - all open readers, and which of them owns an address
 *
 * Kernels and iterators know bytes, not files. It matters whose the bytes are after a fault, where
 * a text is to be kept without a copy, and when a long walk drops the pages that it has passed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_REGISTRY_H
#define SRC_FILE_REGISTRY_H

#include "common.h"

struct mmr_reader;
struct backing;

/* Whose map an address is in, and in which of its maps. */
struct owner {
	struct mmr_reader *reader;
	const struct backing *backing;
};

/* The lock over the list, and over what readers remember of their files: one lock for both, since a
 * fault asks for both, and only this one is known to be free in a child of fork. */
void registry_take(void);
void registry_give(void);

void registry_add(struct mmr_reader *reader);
void registry_remove(struct mmr_reader *reader);

/* Returns: whether an address is in a map of an open reader. */
bool registry_owner(const char *address, struct owner *ret_owner);

/* Tells by pread why an address faulted, marks its reader and writes the sentence. `bad_memory` as
 * in reader_explain.
 *
 * Returns: MMR_ETRUNCATED, -EIO, or -EFAULT for memory that no reader owns. */
int registry_explain(const char *address, bool bad_memory);

/* Where a slice is in the file of an open reader. */
struct registry_place {
	uint64_t off;   /* of the first byte, from the start of the file */
	bool at_end;    /* the slice ends where the reader's range ends */
	char name[256]; /* of the reader, cut where it is longer */
};

/* Finds the reader whose bytes contain a whole slice: mapped, copied or the caller's memory.
 *
 * Shape: `ret_place` may be NULL.
 * Returns: false when no open reader contains it. */
bool registry_find(mmr_slice slice, struct registry_place *ret_place);

#endif
