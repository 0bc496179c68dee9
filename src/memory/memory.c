/* memory.c - reports the memory of the process and of a reader, and the residency of a file
 *
 * Residency is counted in pages, like in the kernel. A page that a range touches counts in full, so
 * that a range is fully resident exactly when `resident` equals `bytes`.
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "file/stream.h"
#include "os/os.h"

#include <mmreader/memory.h>

#include <errno.h>

void mmr_memory_usage(mmr_memory *ret_memory)
{
	os_memory(ret_memory);
	ret_memory->heap = mmr_heap_bytes();
	ret_memory->heap_peak = mmr_heap_peak();
}

uint64_t mmr_memory_available(void)
{
	return os_memory_available();
}

/* The pages of a file that contain a range. */
struct span {
	uint64_t first, n;
};

static struct span span_of(const mmr_reader *reader, uint64_t off, uint64_t len)
{
	uint64_t size = mmr_size(reader), page = os_page_size();
	struct span span = {0, 0};
	/* Pages of a copy are counted from its first byte; those of the file do not matter. */
	uint64_t base = mmr_backing(reader) == MMR_BACKING_COPIED ? 0 : reader->offset;

	if (off >= size || len == 0)
		return span;
	len = min_u64(len, size - off);
	span.first = (base + off) / page;
	span.n = (base + off + len - 1) / page - span.first + 1;
	return span;
}

/* Counts how many of `n` pages are resident. Returns: 0; a negative code if it is unknown. */
static int ask(const mmr_reader *reader, uint64_t first, uint64_t n, uint64_t *ret_n_resident,
	enum mmr_residency_source *ret_source)
{
	uint64_t page = os_page_size();

	switch (mmr_backing(reader)) {
	case MMR_BACKING_COPIED:
		*ret_n_resident = n;
		*ret_source = MMR_RESIDENCY_HELD;
		return 0;
	case MMR_BACKING_CALLER:
	case MMR_BACKING_STREAM:
		return -ENOTSUP;
	default:
		return os_cached_pages(
			reader->fd, first * page, n * page, ret_n_resident, ret_source);
	}
}

/* Thousandths. 0 and MMR_BUCKET_FULL are returned only if no page or all pages are resident. */
static uint16_t share_of(uint64_t n_resident, uint64_t n)
{
	double share = (double)n_resident / (double)n * MMR_BUCKET_FULL;

	if (n_resident == 0)
		return 0;
	if (n_resident >= n)
		return MMR_BUCKET_FULL;
	if (share < 1)
		return 1;
	return share > MMR_BUCKET_FULL - 1 ? MMR_BUCKET_FULL - 1 : (uint16_t)(share + 0.5);
}

/* floor(i * total / n) for i <= n <= UINT32_MAX, without overflow of i * total. */
static uint64_t part_of(uint64_t total, uint64_t i, uint64_t n)
{
	return total / n * i + total % n * i / n;
}

/* Fills the buckets and counts all resident pages. With more buckets than pages, each page is
 * queried once. */
static int fill(const mmr_reader *reader, struct span span, uint16_t *buckets, size_t n,
	uint64_t *ret_n_resident, enum mmr_residency_source *ret_source)
{
	uint64_t done = 0, sum = 0, start, stop, n_resident;
	size_t i;
	int err;

	for (i = 0; i < n; i++) {
		start = part_of(span.n, i, n);
		stop = part_of(span.n, i + 1, n);
		if (stop <= start)
			stop = start + 1;
		if (i > 0 && start < done) {
			buckets[i] = buckets[i - 1];
			continue;
		}
		err = ask(reader, span.first + start, stop - start, &n_resident, ret_source);
		if (err < 0)
			return err;
		buckets[i] = share_of(n_resident, stop - start);
		sum += n_resident;
		done = stop;
	}
	*ret_n_resident = sum;
	return 0;
}

static void fill_all(uint16_t *buckets, size_t n, uint16_t value)
{
	size_t i;

	for (i = 0; i < n; i++)
		buckets[i] = value;
}

static void find_residency(const mmr_reader *reader, struct span span, uint16_t *buckets, size_t n,
	mmr_residency *ret_residency)
{
	mmr_residency found = {0, 0, MMR_RESIDENCY_HELD, 0};
	uint64_t page = os_page_size(), n_resident = 0;

	found.bytes = span.n * page;
	if (span.n == 0)
		fill_all(buckets, n, 0);
	else if (n > 0)
		found.reason = fill(reader, span, buckets, n, &n_resident, &found.source);
	else
		found.reason = ask(reader, span.first, span.n, &n_resident, &found.source);
	found.resident = n_resident * page;
	if (found.reason < 0) {
		fill_all(buckets, n, MMR_BUCKET_UNKNOWN);
		found.source = MMR_RESIDENCY_UNKNOWN;
		found.resident = MMR_UNKNOWN;
	}
	*ret_residency = found;
}

int mmr_reader_residency(const mmr_reader *reader, uint64_t off, uint64_t len, uint16_t *buckets,
	size_t n, mmr_residency *ret_residency)
{
	const uint64_t n_buckets = n;

	/* part_of multiplies by `n`, which must fit into 32 bits. */
	if (n_buckets > UINT32_MAX || (n > 0 && !buckets))
		return error_set(-EINVAL, "report the residency of '%s' in %zu buckets%s",
			reader->name, n, buckets ? "" : " at NULL");
	find_residency(reader, span_of(reader, off, len), buckets, n, ret_residency);
	return 0;
}

void mmr_reader_memory(const mmr_reader *reader, mmr_reader_memory_info *ret_info)
{
	const struct backing *backing = reader_backing(reader);

	ret_info->backing = backing->kind;
	ret_info->mapped = 0;
	ret_info->heap = heap_size(reader);
	if (reader->stream)
		ret_info->heap += heap_size(reader->stream) + reader->stream->rest_room;
	for (; backing; backing = backing->older) {
		ret_info->mapped += atomic_load(&backing->map_len);
		if (backing->kind == MMR_BACKING_COPIED)
			ret_info->heap += heap_size(backing->bytes);
		if (backing != &reader->first)
			ret_info->heap += heap_size(backing);
	}
	find_residency(reader, span_of(reader, 0, MMR_REST), NULL, 0, &ret_info->cached);
}
