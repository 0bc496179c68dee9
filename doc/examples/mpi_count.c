/* mpi_count.c - how many lines a file has, and how often a text occurs, counted by many nodes
 *
 *	mpirun -n 64 mpi_count FILE [TEXT]
 *
 * Each rank takes its shard of the one file, with its own open and its own reads: the cuts follow
 * from the size, so ranks need not talk before the sums. That size is rank 0's and is told to all:
 * a file that grows while they start has the same cuts everywhere, and what comes later counts for
 * nobody. A rank that fails says why, and all end with status 2.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <mpi.h>
#include <stdio.h>

struct rank {
	int number, n_ranks;
};

/* Returns: false, so that a failing path is one line. */
static bool complain(const struct rank *rank, const char *reason)
{
	fprintf(stderr, "mpi_count: rank %d of %d: %s\n", rank->number, rank->n_ranks, reason);
	return false;
}

/* Whether no rank has failed. All ranks call this after each step, so none waits for a rank that
 * has exited. MPI_Abort is not used, because with Open MPI 4.1 about every second mpirun that was
 * ended with it hung or crashed, and lost the status. */
static bool all_well(bool well)
{
	int mine = well, all = 0;

	MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
	return all != 0;
}

/* Opens as many bytes of the file as rank 0 has found. It opens first: of a file that is nowhere,
 * it alone complains. */
static bool open_same(const struct rank *rank, const char *path, mmr_reader **ret_file)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	uint64_t size = MMR_REST; /* no file has so many */
	char reason[160];
	bool opened;

	opened = rank->number == 0 && mmr_open(path, NULL, ret_file) == 0;
	/* Of a stream this is MMR_REST, too. */
	if (opened)
		size = mmr_size(*ret_file);
	MPI_Bcast(&size, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
	if (rank->number == 0 && opened && size == MMR_REST)
		return complain(rank, "a stream has no shards");
	if (rank->number == 0)
		return opened || complain(rank, mmr_last_error());
	if (size == MMR_REST)
		return false;
	options.length = size;
	if (mmr_open(path, &options, ret_file) < 0)
		return complain(rank, mmr_last_error());
	if (mmr_size(*ret_file) == size)
		return true;
	snprintf(reason, sizeof(reason),
		"the file has %" PRIu64 " bytes here, and %" PRIu64 " on rank 0",
		mmr_size(*ret_file), size);
	return complain(rank, reason);
}

enum {
	LINES,
	MATCHES,
	N_COUNTS
};

static int count_shard(
	const struct rank *rank, mmr_reader *file, const char *text, uint64_t *counts)
{
	uint64_t k = (uint64_t)rank->number + 1, n = (uint64_t)rank->n_ranks, start, stop, behind;
	mmr_needle needle = mmr_needle_of(mmr_slice_of(text));
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_counts found;
	int err;

	err = mmr_shard(file, '\n', k, n, &start, &stop);
	if (err < 0)
		return err;
	options.offset = start;
	options.length = stop - start;
	err = mmr_count_lines(file, &options, &found);
	if (err < 0)
		return err;
	counts[LINES] = found.lines;
	if (needle.text.len == 0)
		return 0;
	/* A match belongs where it starts. One that starts in the last line may end in the next
	 * shard, but one that starts there does not fit in one byte less than the text. */
	behind = mmr_size(file) - stop;
	options.length += behind < needle.text.len - 1 ? behind : needle.text.len - 1;
	return mmr_count_matches(file, &needle, &options, &counts[MATCHES]);
}

/* Returns: whether the sums of all could be printed, by rank 0. */
static bool print_sums(const struct rank *rank, const uint64_t *counts, bool with_matches)
{
	uint64_t sums[N_COUNTS] = {0};

	MPI_Reduce(counts, sums, N_COUNTS, MPI_UINT64_T, MPI_SUM, 0, MPI_COMM_WORLD);
	if (rank->number > 0)
		return true;
	printf("%" PRIu64 " lines\n", sums[LINES]);
	if (with_matches)
		printf("%" PRIu64 " matches\n", sums[MATCHES]);
	return fflush(stdout) == 0 || complain(rank, "cannot write the result");
}

/* Returns: whether all is well, with all. */
static bool count(const struct rank *rank, const char *path, const char *text)
{
	uint64_t counts[N_COUNTS] = {0};
	mmr_reader *file = NULL;
	bool well;

	well = all_well(open_same(rank, path, &file));
	if (well) {
		well = count_shard(rank, file, text, counts) == 0 ||
		       complain(rank, mmr_last_error());
		well = all_well(well) && print_sums(rank, counts, *text != '\0');
	}
	mmr_close(file);
	return well;
}

int main(int argc, char **argv)
{
	struct rank rank;
	bool well = false;

	/* A file cut short while it is counted is an error to report, not a rank that is gone. */
	if (mmr_guard_install() < 0)
		return fprintf(stderr, "mpi_count: %s\n", mmr_last_error()), 2;
	MPI_Init(&argc, &argv);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank.number);
	MPI_Comm_size(MPI_COMM_WORLD, &rank.n_ranks);
	if (argc == 2 || (argc == 3 && argv[2][0] != '\0'))
		well = count(&rank, argv[1], argc == 3 ? argv[2] : "");
	else if (rank.number == 0)
		fprintf(stderr, "usage: mpirun -n RANKS mpi_count FILE [TEXT]\n");
	MPI_Finalize();
	return well ? 0 : 2;
}
