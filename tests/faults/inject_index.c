/* inject_index.c - scenarios: indexes of lines, and the questions that they answer
 *
 * SPDX-License-Identifier: MIT */
#include "inject_library.h"

#include "inject.h"

#include <fcntl.h>
#include <unistd.h>

/* With an index that fails, a question is answered by a scan. */
static int ask(mmr_reader *reader, mmr_index *index)
{
	mmr_scan_options options = MMR_SCAN_OPTIONS_INIT;
	mmr_counts counts;
	uint64_t at, number;
	int err;

	options.index = index;
	options.n_threads = N_THREADS;
	err = TRY(at, mmr_line_seek(reader, 0, 5000, &options, &at));
	if (err < 0)
		return err;
	note(at);
	err = TRY(number, mmr_line_number(reader, at / 2, &options, &number));
	if (err < 0)
		return err;
	note(number);
	options.offset = 3000;
	err = TRY(counts, mmr_count_lines(reader, &options, &counts));
	if (err == 0)
		note(counts.lines);
	return err;
}

static int build(mmr_reader *reader, mmr_index **ret_index)
{
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.n_threads = N_THREADS;
	options.heap = 4096;
	return TRY(*ret_index, mmr_index_build(reader, &scan, &options, ret_index));
}

static int build_and_ask(const char *path, enum mmr_backing_kind backing)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_index *index;
	int err;

	options.backing = backing;
	err = TRY(reader, mmr_open(path, &options, &reader));
	if (err < 0)
		return err;
	err = build(reader, &index);
	if (err == 0) {
		err = ask(reader, index);
		mmr_index_close(index);
	}
	mmr_close(reader);
	return err;
}

static int index_mapped(void)
{
	return build_and_ask(LARGE, MMR_BACKING_MAPPED);
}

static int index_unmapped(void)
{
	return build_and_ask(LARGE, MMR_BACKING_UNMAPPED);
}

static int extend_and_ask(mmr_reader *reader, mmr_index *index)
{
	mmr_index_info before, after;
	int err = mmr_refresh(reader);

	if (err != MMR_ENOROOM)
		err = TRY_ALONE(err);
	if (err <= 0)
		return err;
	mmr_index_describe(index, &before);
	err = TRY_ALONE(mmr_index_extend(index, NULL));
	mmr_index_describe(index, &after);
	must(after.covered == (err < 0 ? before.covered : mmr_size(reader)),
		"it covers other bytes");
	return err < 0 ? err : ask(reader, index);
}

/* Extends an index of a file that has grown. */
static int extend(void)
{
	mmr_reader *reader;
	mmr_index *index;
	int err, fd;

	inject_stop();
	fd = open("growing", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && ftruncate(fd, 100000) == 0, "no file");
	inject_start();
	err = TRY(reader, mmr_open("growing", NULL, &reader));
	if (err == 0) {
		err = build(reader, &index);
		if (err == 0) {
			must(ftruncate(fd, 300000) == 0, "cannot extend the file");
			err = extend_and_ask(reader, index);
			mmr_index_close(index);
		}
		mmr_close(reader);
	}
	inject_stop();
	close(fd);
	unlink("growing");
	return err;
}

const struct scenario inject_index_scenarios[] = {
	{"index_mapped", index_mapped},
	{"index_unmapped", index_unmapped},
	{"index_extend", extend},
	{NULL, NULL},
};
