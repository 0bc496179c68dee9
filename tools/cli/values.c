/* values.c - parsing the values of options
 *
 * SPDX-License-Identifier: MIT */
#include "cli/values.h"

#include "status/message.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESCAPES "\\n \\t \\r \\0 \\\\ \\xHH"

_Noreturn void value_wrong(const char *what, const char *value, const char *hint)
{
	exit((int)message("invalid %s '%s'; %s", what, message_quote(value), hint));
}

/* Parses one byte of an argument, or an escape. Returns: what follows; NULL for a wrong escape. */
static const char *parse_byte(const char *text, char *ret_byte)
{
	static const char names[] = "0ntr\\", values[] = "\0\n\t\r\\";
	const char *name;
	char hex[3] = "";

	*ret_byte = text[0];
	if (text[0] != '\\')
		return text + 1;
	name = text[1] ? strchr(names, text[1]) : NULL;
	if (name) {
		*ret_byte = values[name - names];
		return text + 2;
	}
	if (text[1] != 'x' || !isxdigit((unsigned char)text[2]) ||
		!isxdigit((unsigned char)text[3]))
		return NULL;
	memcpy(hex, text + 2, 2);
	*ret_byte = (char)strtol(hex, NULL, 16);
	return text + 4;
}

mmr_slice value_bytes(const char *what, char *argument)
{
	mmr_slice bytes = {argument, 0};
	const char *at;
	char byte;

	if (strcmp(argument, "\\") == 0)
		return mmr_slice_of(argument);
	for (at = argument; *at;) {
		at = parse_byte(at, &byte);
		if (!at)
			value_wrong(what, argument, "use only the escapes " ESCAPES);
	}
	for (at = argument; *at; argument[bytes.len++] = byte)
		at = parse_byte(at, &byte);
	return bytes;
}

char value_byte(const char *what, const char *argument)
{
	const char *end = argument;
	char byte = '\\';

	if (strcmp(argument, "\\") != 0)
		end = *argument ? parse_byte(argument, &byte) : NULL;
	else
		end++;
	if (!end || *end)
		value_wrong(what, argument, "use one byte or one of the escapes " ESCAPES);
	return byte;
}

uint64_t value_number(const char *what, const char *argument, enum number_unit unit, uint64_t least,
	uint64_t most)
{
	char hint[64];
	uint64_t number;

	if (number_parse_all(argument, unit, &number) && number >= least && number <= most)
		return number;
	if (most >= INT64_MAX)
		snprintf(hint, sizeof(hint), "use a whole number, such as 100 or 5e6");
	else
		snprintf(hint, sizeof(hint), "use a number from %" PRIu64 " to %" PRIu64, least,
			most);
	value_wrong(what, argument, hint);
}

unsigned value_word(const char *what, const char *argument, const char *const *words)
{
	char hint[64] = "use ";
	unsigned i;

	for (i = 0; words[i]; i++)
		if (strcmp(argument, words[i]) == 0)
			return i;
	for (i = 0; words[i]; i++) {
		size_t len = strlen(hint);

		snprintf(hint + len, sizeof(hint) - len, "%s%s", i > 0 ? " or " : "", words[i]);
	}
	value_wrong(what, argument, hint);
}

/* --- Shards ----------------------------------------------------------------------------------- */

/* Parses decimal digits, which `end` must follow. */
static bool parse_count(const char *text, char end, const char **ret_rest, uint64_t *ret_count)
{
	char *rest;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*ret_count = strtoull(text, &rest, 10);
	if (errno != 0 || *rest != end)
		return false;
	*ret_rest = rest;
	return true;
}

/* Each launcher counts its ranks from 0. The innermost launcher comes first: a batch script of
 * Slurm has SLURM_PROCID=0, and the processes that it starts with mpirun or mpiexec inherit this.
 * Array jobs of Slurm have no useful SLURM_NTASKS and must pass K/N. */
static struct shard shard_of_launcher(void)
{
	static const struct {
		const char *rank, *size;
	} launchers[] = {
		{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
		{"PMI_RANK", "PMI_SIZE"},
		{"SLURM_PROCID", "SLURM_NTASKS"},
	};
	struct shard shard;
	size_t i;

	for (i = 0; i < sizeof(launchers) / sizeof(*launchers); i++) {
		const char *rank = getenv(launchers[i].rank), *size = getenv(launchers[i].size);
		const char *rest;

		if (!rank || !size)
			continue;
		if (!parse_count(rank, '\0', &rest, &shard.k) ||
			!parse_count(size, '\0', &rest, &shard.n) || shard.k >= shard.n)
			exit((int)message("cannot determine the shard: %s='%s' is not a number "
					  "less than %s='%s'",
				launchers[i].rank, message_quote(rank), launchers[i].size,
				message_quote(size)));
		shard.k++;
		return shard;
	}
	exit((int)message("cannot determine the shard: no rank and size in the environment; "
			  "set OMPI_COMM_WORLD_RANK and OMPI_COMM_WORLD_SIZE, "
			  "PMI_RANK and PMI_SIZE, or SLURM_PROCID and SLURM_NTASKS"));
}

struct shard value_shard(const char *argument)
{
	struct shard shard;
	const char *rest;

	if (strcmp(argument, "auto") == 0)
		return shard_of_launcher();
	if (!parse_count(argument, '/', &rest, &shard.k) ||
		!parse_count(rest + 1, '\0', &rest, &shard.n) || shard.k < 1 || shard.k > shard.n)
		value_wrong("shard", argument, "use K/N with 1 <= K <= N, such as 2/4, or auto");
	return shard;
}
