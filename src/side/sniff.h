/* sniff.h - what bytes are, by a short list of signatures
 *
 * For builds and machines without libmagic. Pure: a pointer and a length, no file, no failure.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIDE_SNIFF_H
#define SRC_SIDE_SNIFF_H

#include <mmreader/kind.h>

/* What the sample looks like; whatever it is, it is something: "data" in doubt.
 *
 * Shape: `sample` may be NULL when `len` is 0. A character that the end of the sample cuts in two
 *   counts as whole. */
void sniff(const void *sample, size_t len, struct mmr_kind *ret_kind);

#endif
