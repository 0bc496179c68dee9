/* chain.h - where the matches of a whole file are free to start again after a cut
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_CHAIN_H
#define TOOLS_ACTIONS_CHAIN_H

#include "mmcat.h"

/* Matches do not overlap, and a search takes the first that it finds. A text that can overlap
 * itself, as "\n\n", therefore matches at places that depend on where the search began. This finds
 * where a search of the whole reader goes on at `cut`: at the end of the match that reaches over
 * it, else at `cut`.
 *
 * It reads back from `cut` to the start of the run of occurrences that overlap one another, and
 * only if one of them reaches over `cut`.
 *
 * Returns: 0 or a code of the library. */
int chain_resume(mmr_reader *reader, mmr_slice text, uint64_t cut, uint64_t *ret_from);

#endif
