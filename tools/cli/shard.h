/* shard.h - "K/N", or the rank and the size that a job launcher tells
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_SHARD_H
#define TOOLS_CLI_SHARD_H

#include "mmcat.h"

/* Part `k` of `n`, from 1. */
struct shard {
	uint64_t k, n;
};

/* Parses "K/N", or "auto": from the environment of Open MPI, PMI or Slurm, in this order. Leaves
 * with a message when it cannot. */
struct shard shard_parse(const char *argument);

#endif
