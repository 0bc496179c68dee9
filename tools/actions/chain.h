/* chain.h - where a search of a whole file continues after a cut
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_CHAIN_H
#define TOOLS_ACTIONS_CHAIN_H

#include "mmcat.h"

/* Finds where a search of the whole reader continues at `cut`: at the end of the match that crosses
 * it, else at `cut`.
 *
 * Matches do not overlap, and a search takes the first one that it finds. The matches of a text
 * that can overlap itself, such as "\n\n", therefore depend on where the search began. This reads
 * back from `cut` to the start of the run of overlapping occurrences, if one of them crosses `cut`.
 *
 * Returns: 0 or a code of the library. */
int chain_resume(mmr_reader *reader, mmr_slice text, uint64_t cut, uint64_t *ret_from);

#endif
