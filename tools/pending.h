/* pending.h - bytes of a stream that wait for those behind them
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_PENDING_H
#define TOOLS_PENDING_H

#include "common.h"

/* All 0 at first; `bytes` is freed by its owner. */
struct pending {
	char *bytes;
	size_t len, room;
};

/* Puts bytes behind those that wait. Returns: 0 or -ENOMEM. */
int pending_add(struct pending *pending, mmr_slice bytes);

/* Drops the first `len` bytes. */
void pending_drop(struct pending *pending, size_t len);

#endif
