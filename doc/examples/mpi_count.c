/* mpi_count.c - the number of lines of a file and of occurrences of a text, counted by many nodes
 *
 *	mpirun -n 64 mpi_count FILE [TEXT]
 *
 * Each rank opens the file and reads its shard. The cuts follow from the size, which rank 0 sends
 * to all: if the file grows while ranks start, all use the same cuts, and no rank counts later
 * bytes. Ranks then communicate only to add up. A rank that fails prints the reason, and all end
 * with status 2.
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

/* Returns: whether no rank has failed. All ranks call this after each step, so none waits for a
 * rank that has exited. MPI_Abort is not used, because with Open MPI 4.1 about every second mpirun
 * that was ended with it hung or crashed, and lost the status. */
static bool all_well(bool well)
{
	int mine = well, all = 0;

	MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);
	return all != 0;
}

/* Opens the number of bytes that rank 0 has found. Rank 0 opens first, so it alone reports a
 * missing file. */
static bool open_same(const struct rank *rank, const char *path, mmr_reader **ret_file)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	uint64_t size = MMR_REST; /* no file is so large */
	char reason[160];
	bool opened;

	opened = rank->number == 0 && mmr_open(path, NULL, ret_file) == 0;
	/* For a stream this is MMR_REST, too. */
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

	err = mmr_shard(file, NULL, k, n, &start, &stop);
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
	/* A match belongs to the shard in which it starts. One that starts in the last line may end
	 * in the next shard. So add the length of the text, less one: a match that starts there
	 * does not fit. */
	behind = mmr_size(file) - stop;
	options.length += behind < needle.text.len - 1 ? behind : needle.text.len - 1;
	return mmr_count_matches(file, &needle, &options, &counts[MATCHES]);
}

/* Rank 0 prints the sums of all. Returns: false if that failed. */
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

/* Returns: whether all ranks succeeded. */
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

	/* A truncation during the count is reported as an error, instead of killing the rank. */
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
