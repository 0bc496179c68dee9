/* values.h - the values of options: bytes, numbers, words, shards
 *
 * Each parser prints a message and exits if the value is wrong.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_VALUES_H
#define TOOLS_CLI_VALUES_H

#include "cli/number.h"

/* Prints "invalid WHAT 'VALUE'; HINT" and exits. The hint describes a valid value. */
_Noreturn void value_wrong(const char *what, const char *value, const char *hint);

/* Replaces the escapes \0 \n \t \r \\ \xHH of an argument. A single backslash is itself. */
mmr_slice value_bytes(const char *what, char *argument);

/* Parses one byte, or the escape of one. */
char value_byte(const char *what, const char *argument);

/* Parses a number from `least` to `most`. */
uint64_t value_number(const char *what, const char *argument, enum number_unit unit, uint64_t least,
	uint64_t most);

/* Returns: the index of the argument in `words`, which end with NULL. */
unsigned value_word(const char *what, const char *argument, const char *const *words);

/* Shard `k` of `n`. `k` counts from 1. */
struct shard {
	uint64_t k, n;
};

/* Parses "K/N", or "auto": the environment of Open MPI, PMI or Slurm, in this order. */
struct shard value_shard(const char *argument);

#endif
