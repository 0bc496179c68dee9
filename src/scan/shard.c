/* shard.c - finds the bounds of shards
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"

#include <errno.h>

/* Finds the first line that starts at or after an offset. `known` is the start of a line. */
static int cut(mmr_reader *reader, const mmr_scan_options *scan, uint64_t known, uint64_t off,
	uint64_t *ret_off)
{
	if (off > known)
		return scan_seek(reader, known, off - 1, 1, scan, ret_off);
	*ret_off = known;
	return 0;
}

/* The end of share k: sizes differ by at most one byte, and the larger ones come first. */
static uint64_t bound(uint64_t size, uint64_t k, uint64_t n)
{
	return size / n * k + min_u64(k, size % n);
}

int mmr_shard(mmr_reader *reader, const mmr_scan_options *options, uint64_t k, uint64_t n,
	uint64_t *ret_start, uint64_t *ret_stop)
{
	mmr_scan_options scan;
	uint64_t start, stop;
	int err;

	if (k < 1 || k > n) {
		error_set(-EINVAL, "cut shard %llu of %llu", (unsigned long long)k,
			(unsigned long long)n);
		return error_hint(-EINVAL, "shards count from 1");
	}
	err = scan_options(options, &scan);
	if (err == 0 && (scan.first_line > 0 || scan.n_lines != MMR_REST))
		err = error_set(-EINVAL, "divide a range of lines into shards");
	if (err == 0)
		err = scan_locate(reader, &scan, &start, &stop);
	if (err < 0)
		return err;
	scan.offset = start;
	scan.length = stop - start;
	/* Rows are looked for in all bytes before them, other lines only near the cuts. */
	if (!scan.records || !scan.records->of_rows)
		scan.n_threads = 1;
	scan.progress = NULL;
	err = cut(reader, &scan, start, scan.offset + bound(scan.length, k - 1, n), &start);
	if (err == 0)
		err = cut(reader, &scan, start, scan.offset + bound(scan.length, k, n), &stop);
	if (err < 0)
		return err;
	*ret_start = start;
	*ret_stop = stop;
	return 0;
}
