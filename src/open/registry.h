/* registry.h - which reader owns an address
 *
 * Kernels and iterators know bytes, not files. Only after a fault does it matter whose they were.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPEN_REGISTRY_H
#define SRC_OPEN_REGISTRY_H

#include "common.h"

struct mmr_reader;

void registry_add(struct mmr_reader *reader);
void registry_remove(struct mmr_reader *reader);

/* Tells by pread why an address faulted, marks its reader and writes the sentence. `bad_memory` as
 * in reader_explain.
 *
 * Returns: MMR_ETRUNCATED, -EIO, or -EFAULT for memory that no reader owns. */
int registry_explain(const char *address, bool bad_memory);

#endif
