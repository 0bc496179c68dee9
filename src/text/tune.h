/* tune.h - chooses the bytes by which a text is searched for from a sample of the input
 *
 * A table of rare bytes is right on average. In one file, two bytes that are rare elsewhere may be
 * next to each other on each line. A search for the pair that is rarest in a sample of this file
 * examines fewer candidates.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_TUNE_H
#define SRC_TEXT_TUNE_H

#include "common.h"

#include <mmreader/find.h>

/* Replaces the bytes of a needle by those that are rarest in the sample.
 *
 * Shape: a needle of any text; a sample in private memory, which may be empty. */
void needle_tune(mmr_needle *needle, mmr_slice sample);

#endif
