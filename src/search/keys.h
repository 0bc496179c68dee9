/* keys.h - the keys of lines, and their order
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SEARCH_KEYS_H
#define SRC_SEARCH_KEYS_H

#include "common.h"

#include <mmreader/bisect.h>

/* How the lines of a search are sorted. */
struct keys {
	mmr_key key;
	mmr_slice wanted;
};

/* A copy of a key. */
struct key_copy {
	char *bytes;
	size_t len, room;
	uint64_t off; /* of its line */
	bool known;
};

/* Checks the options. Errors: -EINVAL. */
int keys_start(const mmr_key *key, mmr_slice wanted, struct keys *ret_keys);

/* Copies the key of a line, which is in memory that cannot fault. Returns and Errors: as
 * mmr_key_fn; those of mmr_regex_matches_error; -ENOMEM. */
int keys_find(const struct keys *keys, mmr_slice line, struct key_copy *ret_copy);

/* Returns: like mmr_key_compare_fn. */
int keys_compare(const struct keys *keys, mmr_slice a, mmr_slice b);

static inline mmr_slice key_slice(const struct key_copy *copy)
{
	return (mmr_slice){copy->bytes, copy->len};
}

#endif
