/* memory.c - the memory of a file, of the library and of the process
 *
 * This program prints how much of a file is in memory, and how much memory the library and the
 * process use:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

static void print(const char *what, uint64_t bytes)
{
	if (bytes == MMR_UNKNOWN)
		printf("%s: unknown\n", what);
	else
		printf("%s: %" PRIu64 "\n", what, bytes);
}

int main(int argc, char **argv)
{
	mmr_reader_memory_info info;
	mmr_memory process;
	mmr_reader *file;

	if (argc != 2)
		return fprintf(stderr, "usage: memory FILE\n"), 2;
	if (mmr_open(argv[1], NULL, &file) < 0)
		return fprintf(stderr, "memory: %s\n", mmr_last_error()), 2;
	mmr_reader_memory(file, &info);
	mmr_memory_usage(&process);
	print("bytes of the file", mmr_size(file));
	print("bytes in the page cache", info.cached.resident);
	print("heap of the library", process.heap);
	print("resident memory of the process", process.resident);
	mmr_close(file);
	return 0;
}
