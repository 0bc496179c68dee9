/* line_server.c - prints the lines of a file whose numbers it reads
 *
 *	line_server FILE < NUMBERS
 *
 * Numbers count from 1 and are separated by white space. Each answer is printed before the next
 * number is read. The answer to a number that FILE does not have is an empty line.
 *
 * The line index of FILE is loaded if FILE.mmri is its index, and is built otherwise, in memory.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

static int answer(mmr_reader *file, uint64_t number, const mmr_scan_options *scan)
{
	mmr_slice line = {"\n", 1};
	int err = number > 0 ? mmr_line_find(file, number - 1, scan, &line) : -ERANGE;

	if (err < 0 && err != -ERANGE)
		return err;
	if (fwrite(line.ptr, 1, line.len, stdout) < line.len)
		return -errno;
	if ((line.len == 0 || line.ptr[line.len - 1] != '\n') && putchar('\n') == EOF)
		return -errno;
	return fflush(stdout) == 0 ? 0 : -errno;
}

static int serve(mmr_reader *file)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_index *index = NULL;
	uint64_t number;
	int err;

	err = mmr_index_load(file, NULL, NULL, &index);
	if (err < 0)
		err = mmr_index_build(file, NULL, NULL, &index);
	scan.index = index;
	while (err >= 0 && scanf("%" SCNu64, &number) == 1)
		err = answer(file, number, &scan);
	mmr_index_close(index);
	return err;
}

int main(int argc, char **argv)
{
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: line_server FILE < NUMBERS\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_open(argv[1], NULL, &file);
	if (err == 0) {
		err = serve(file);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "line_server: %s\n", mmr_strerror(err)), 2;
	return 0;
}
