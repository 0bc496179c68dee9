/* values.h - the values of options: bytes, numbers, words, shards
 *
 * Each parser prints a message and exits if the value is wrong.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_VALUES_H
#define TOOLS_CLI_VALUES_H

#include "cli/number.h"

/* Prints "invalid WHAT 'VALUE'; HINT" and exits. The hint is what to write instead. */
_Noreturn void value_wrong(const char *what, const char *value, const char *hint);

/* Replaces the escapes \0 \n \t \r \\ \xHH of an argument. A single backslash is itself. */
mmr_slice value_bytes(const char *what, char *argument);

/* One byte, or an escape for one. */
char value_delimiter(const char *argument);

/* A number from `least` to `most`. */
uint64_t value_number(const char *what, const char *argument, enum number_unit unit, uint64_t least,
	uint64_t most);

/* The index of one of the words, which end with NULL. */
unsigned value_word(const char *what, const char *argument, const char *const *words);

/* Part `k` of `n`, from 1. */
struct shard {
	uint64_t k, n;
};

/* "K/N", or "auto": from the environment of Open MPI, PMI or Slurm, in this order. */
struct shard value_shard(const char *argument);

#endif
