/* shard.c - which part of the input is this process's
 *
 * SPDX-License-Identifier: MIT */
#include "cli/shard.h"

#include "status/message.h"
#include "cli/values.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Plain decimal digits up to `end`. */
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

/* Each launcher counts its ranks from 0. The innermost is asked first: a batch script of Slurm has
 * a SLURM_PROCID of 0 itself, and what it starts by mpirun or mpiexec inherits that. Slurm also
 * tells array jobs, which have no SLURM_NTASKS of their own worth splitting by: those pass K/N
 * themselves. */
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
			!parse_count(size, '\0', &rest, &shard.n) || shard.k >= shard.n) {
			message("no shard can be told from %s='%s' and %s='%s'", launchers[i].rank,
				message_quote(rank), launchers[i].size, message_quote(size));
			exit(STATUS_TROUBLE);
		}
		shard.k++;
		return shard;
	}
	message("--shard=auto: no rank and size in the environment (OMPI_COMM_WORLD_RANK "
		"and OMPI_COMM_WORLD_SIZE, PMI_RANK and PMI_SIZE, SLURM_PROCID and SLURM_NTASKS)");
	exit(STATUS_TROUBLE);
}

struct shard shard_parse(const char *argument)
{
	struct shard shard;
	const char *rest;

	if (strcmp(argument, "auto") == 0)
		return shard_of_launcher();
	if (!parse_count(argument, '/', &rest, &shard.k) ||
		!parse_count(rest + 1, '\0', &rest, &shard.n) || shard.k < 1 || shard.k > shard.n)
		value_wrong("shard", argument, "use K/N with 1 <= K <= N, as in 2/4, or auto");
	return shard;
}
