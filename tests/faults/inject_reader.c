/* inject_reader.c - scenarios: all ways to open a reader, and all queries of a reader
 *
 * SPDX-License-Identifier: MIT */
#include "inject_library.h"

#include "inject.h"
#include "file/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Reads all bytes by pread, and all lines by their addresses. */
static int look(mmr_reader *reader)
{
	static char bytes[100000];
	uint64_t n_lines, off = mmr_size(reader) / 3;
	size_t got;
	int err;

	note(mmr_size(reader));
	err = TRY_ALONE(mmr_read_at(reader, off, bytes, sizeof(bytes), &got));
	if (err < 0)
		return err;
	note_bytes((mmr_slice){bytes, got});
	err = TRY(n_lines, mmr_slice_count(mmr_bytes(reader), '\n', &n_lines));
	/* Reads a file without addresses, as if it could not be mapped. */
	if (err < 0)
		return err;
	note(n_lines);
	return 0;
}

static int open_path(const char *path, const mmr_reader_options *options)
{
	mmr_reader *reader;
	int err;

	err = TRY(reader, mmr_open(path, options, &reader));
	if (err < 0)
		return err;
	err = look(reader);
	mmr_close(reader);
	return err;
}

static int open_large(void)
{
	return open_path(LARGE, NULL);
}

static int open_small(void)
{
	return open_path(SMALL, NULL);
}

/* Reads a file without a size to its end. */
static int open_pseudo(void)
{
	return open_path("/proc/version", NULL);
}

static int open_backing(const char *path, enum mmr_backing_kind backing)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;

	options.backing = backing;
	options.offset = 1001;
	return open_path(path, &options);
}

static int open_mapped(void)
{
	return open_backing(LARGE, MMR_BACKING_MAPPED);
}

static int open_copied(void)
{
	return open_backing(LARGE, MMR_BACKING_COPIED);
}

/* Reads a file in /proc, whose size is reported as 0, so the buffer grows step by step. */
static int open_growing(void)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;

	options.backing = MMR_BACKING_COPIED;
	return open_path("/proc/self/limits", &options);
}

static int open_unmapped(void)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	char bytes[100];
	mmr_reader *reader;
	size_t got;
	int err;

	options.backing = MMR_BACKING_UNMAPPED;
	err = TRY(reader, mmr_open(LARGE, &options, &reader));
	if (err < 0)
		return err;
	err = TRY_ALONE(mmr_read_at(reader, 77, bytes, sizeof(bytes), &got));
	if (err == 0)
		note_bytes((mmr_slice){bytes, got});
	mmr_close(reader);
	return err;
}

static int open_and_look(int fd)
{
	mmr_extent extent;
	mmr_reader *reader;
	mmr_extents it;
	int err;

	err = TRY(reader, mmr_open_fd(fd, NULL, &reader));
	if (err < 0)
		return err;
	err = look(reader);
	it = mmr_extents_of(reader);
	must(mmr_extents_next(&it, &extent), "no data in a file");
	mmr_close(reader);
	return err;
}

static int open_descriptor(void)
{
	int err, fd;

	inject_stop();
	fd = open(LARGE, O_RDONLY | O_CLOEXEC);
	inject_start();
	err = open_and_look(fd);
	inject_stop();
	must(lseek(fd, 0, SEEK_CUR) == 0, "the offset of a descriptor moved");
	close(fd);
	return err;
}

static int open_memory(void)
{
	mmr_reader *reader;
	int err;

	err = TRY(reader, mmr_open_memory("a\nb\n", 4, &reader));
	if (err < 0)
		return err;
	err = look(reader);
	mmr_close(reader);
	return err;
}

static int guard(void)
{
	return TRY_ALONE(mmr_guard_install());
}

static int count_in_try(void *argument)
{
	mmr_slice bytes = mmr_bytes(argument);
	size_t i, n = 0;

	for (i = 0; i < bytes.len; i += 4096)
		n += bytes.ptr[i] != 0;
	return (int)n;
}

static int advise(void)
{
	mmr_reader *reader;
	int err, n;

	err = TRY(reader, mmr_open(LARGE, NULL, &reader));
	if (err < 0)
		return err;
	err = TRY_ALONE(mmr_advise(reader, 0, MMR_REST, MMR_ADVICE_SEQUENTIAL));
	if (err == 0)
		err = TRY_ALONE(mmr_prefetch(reader, 0, 1 << 20));
	if (err == 0)
		err = TRY_ALONE(mmr_release(reader, 0, MMR_REST));
	/* These calls only save memory, so their errors are never reported. */
	atomic_store(&reader_tables_kept, -1);
	reader_reclaim(reader, 0, 1 << 20);
	atomic_store(&reader_tables_kept, 1);
	reader_reclaim(reader, 0, MMR_REST);
	reader_drop(reader, 0, MMR_REST);
	if (err == 0) {
		n = TRY_ALONE(mmr_try(reader, count_in_try, reader));
		err = n < 0 ? n : 0;
		note((uint64_t)n);
	}
	if (err == 0)
		err = look(reader);
	mmr_close(reader);
	return err;
}

/* The data is from 1 to 2 MiB; if holes are not reported, all is data. */
static int extents(void)
{
	uint64_t stop = 0;
	mmr_extent extent;
	mmr_reader *reader;
	mmr_extents it;
	bool seen = false;
	int err;

	err = TRY(reader, mmr_open(SPARSE, NULL, &reader));
	if (err < 0)
		return err;
	it = mmr_extents_of(reader);
	while (mmr_extents_next(&it, &extent)) {
		must(extent.off >= stop && extent.len > 0, "extents out of order");
		stop = extent.off + extent.len;
		seen |= extent.off <= 1 << 20 && stop >= 2 << 20;
	}
	must(seen && stop <= mmr_size(reader), "no extent has the data");
	mmr_close(reader);
	return 0;
}

static int refresh_and_look(mmr_reader *reader)
{
	int err = mmr_refresh(reader);

	/* Whatever prevented a new map. */
	if (err != MMR_ENOROOM)
		err = TRY_ALONE(err);
	must(mmr_size(reader) == (err > 0 ? 300000 : 100000), "the size is wrong");
	if (err <= 0)
		return err;
	err = mmr_check(reader);
	/* A path that cannot be queried takes another branch. */
	if (err != MMR_EREPLACED)
		err = TRY_ALONE(err);
	return err < 0 ? err : look(reader);
}

/* Refreshes a file that has grown, with and without room for it. */
static int grow(uint64_t reserve)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;
	int err, fd;

	inject_stop();
	fd = open("growing", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	must(fd >= 0 && ftruncate(fd, 100000) == 0, "no file");
	inject_start();
	options.reserve = reserve;
	options.backing = MMR_BACKING_MAPPED;
	err = TRY(reader, mmr_open("growing", &options, &reader));
	if (err == 0) {
		must(ftruncate(fd, 300000) == 0, "cannot extend the file");
		err = refresh_and_look(reader);
		mmr_close(reader);
	}
	inject_stop();
	close(fd);
	unlink("growing");
	return err;
}

static int refresh(void)
{
	return grow(1 << 20);
}

/* Whether the map moves depends on what is after it. */
static int refresh_without_reserve(void)
{
	return grow(0);
}

const struct scenario inject_reader_scenarios[] = {
	{"open_large", open_large},
	{"open_small", open_small},
	{"open_pseudo", open_pseudo},
	{"open_mapped", open_mapped},
	{"open_copied", open_copied},
	{"open_growing", open_growing},
	{"open_unmapped", open_unmapped},
	{"open_descriptor", open_descriptor},
	{"open_memory", open_memory},
	{"guard", guard},
	{"advise", advise},
	{"extents", extents},
	{"refresh", refresh},
	{"refresh_without_reserve", refresh_without_reserve},
	{NULL, NULL},
};
