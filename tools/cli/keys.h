/* keys.h - the keys of sorted files: --from, --until, --key
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_CLI_KEYS_H
#define TOOLS_CLI_KEYS_H

#include "mmcat.h"

/* The lines from one key to another. */
struct key_range {
	const char *from, *until; /* NULL: no limit; both are NULL if neither is given */
	mmr_key key;
	mmr_regex *regex; /* of `key`; or NULL */
};

/* Parses the values of --from, --until and --key, each of which may be NULL. Prints a message and
 * exits if one is wrong. */
struct key_range keys_parse(const char *from, const char *until, const char *key, char delimiter);

static inline bool keys_given(const struct key_range *keys)
{
	return keys->from || keys->until;
}

#endif
