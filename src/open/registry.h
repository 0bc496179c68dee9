/* registry.h - which reader owns an address
 *
 * Kernels and iterators know bytes, not files. Only after a fault does it matter whose they were.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPEN_REGISTRY_H
#define SRC_OPEN_REGISTRY_H

#include "common.h"

struct mmr_reader;

/* The lock over the list, and over what readers remember of their files: one lock for both, since a
 * fault asks for both, and only this one is known to be free in a child of fork. */
void registry_take(void);
void registry_give(void);

void registry_add(struct mmr_reader *reader);
void registry_remove(struct mmr_reader *reader);

/* Tells by pread why an address faulted, marks its reader and writes the sentence. `bad_memory` as
 * in reader_explain.
 *
 * Returns: MMR_ETRUNCATED, -EIO, or -EFAULT for memory that no reader owns. */
int registry_explain(const char *address, bool bad_memory);

#endif
