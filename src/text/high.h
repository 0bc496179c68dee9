/* high.h - finds bytes that are not ASCII
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_TEXT_HIGH_H
#define SRC_TEXT_HIGH_H

#include "common.h"

/* Finds the first byte from `from` on that is 0x80 or more.
 *
 * Returns: 1 with `*ret_at` set, 0 if there is none. Errors: MMR_ETRUNCATED, -EIO (a guarded
 * fault).
 */
int high_next(mmr_slice bytes, size_t from, size_t *ret_at);

#endif
