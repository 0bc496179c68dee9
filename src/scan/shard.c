/* shard.c - finds the bounds of shards
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"

#include <mmreader/scan.h>

#include <errno.h>

/* Finds the first line that starts at or after an offset. */
static int cut(mmr_reader *reader, char delimiter, uint64_t off, uint64_t *ret_off)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.delimiter = delimiter;
	scan.n_threads = 1;
	if (off > 0)
		return mmr_line_seek(reader, off - 1, 1, &scan, ret_off);
	*ret_off = 0;
	return 0;
}

/* The end of share k: sizes differ by at most one byte, and the larger ones come first. */
static uint64_t bound(uint64_t size, uint64_t k, uint64_t n)
{
	return size / n * k + min_u64(k, size % n);
}

int mmr_shard(mmr_reader *reader, char delimiter, uint64_t k, uint64_t n, uint64_t *ret_start,
	uint64_t *ret_stop)
{
	uint64_t size = mmr_size(reader), start, stop;
	int err;

	if (k < 1 || k > n) {
		error_set(-EINVAL, "cut shard %llu of %llu", (unsigned long long)k,
			(unsigned long long)n);
		return error_hint(-EINVAL, "shards count from 1");
	}
	if (reader_is_stream(reader))
		return reader_no_offsets(reader);
	err = cut(reader, delimiter, bound(size, k - 1, n), &start);
	if (err == 0)
		err = cut(reader, delimiter, bound(size, k, n), &stop);
	if (err < 0)
		return err;
	*ret_start = start;
	*ret_stop = stop;
	return 0;
}
