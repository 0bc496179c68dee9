/* advise.c - gives the kernel advice on ranges of a reader, and releases their pages
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"

/* Finds the pages of a map that a range touches, if `outward` is set, or else those that it covers.
 *
 * Returns: the length of these pages; 0 if there is nothing to do. */
static size_t pages_of(const struct mmr_reader *reader, const struct backing *backing, uint64_t off,
	uint64_t len, bool outward, const char **ret_start)
{
	uint64_t size = mmr_size(reader), page = os_page_size();
	uint64_t lead = reader->offset - backing->map_off;
	uint64_t start, stop;

	if (!backing->map || off >= size || len == 0)
		return 0;
	start = lead + off;
	stop = start + min_u64(len, size - off);
	/* The rest of the last page has no other bytes of the range. */
	stop = outward || stop == lead + size ? round_up(stop, page) : round_down(stop, page);
	start = outward ? round_down(start, page) : round_up(start, page);
	/* A map that was made before the file grew may end earlier. */
	stop = min_u64(stop, atomic_load(&backing->map_len));
	if (start >= stop)
		return 0;
	*ret_start = (const char *)backing->map + start;
	return (size_t)(stop - start);
}

static int explain(const struct mmr_reader *reader, uint64_t off, const char *operation, int err)
{
	if (err == 0)
		return 0;
	return error_set_at(err, reader->offset + off, "%s '%s'", operation, reader->name);
}

static int give_hint(const struct mmr_reader *reader, uint64_t off, uint64_t len, enum os_hint hint,
	const char *operation)
{
	const char *start;
	size_t n = pages_of(reader, reader_backing(reader), off, len, true, &start);

	return n == 0 ? 0 : explain(reader, off, operation, os_hint(start, n, hint));
}

int mmr_advise(const mmr_reader *reader, uint64_t off, uint64_t len, enum mmr_advice advice)
{
	static const enum os_hint hints[] = {OS_HINT_NORMAL, OS_HINT_SEQUENTIAL, OS_HINT_RANDOM};

	return give_hint(reader, off, len, hints[advice], "advise");
}

int mmr_prefetch(const mmr_reader *reader, uint64_t off, uint64_t len)
{
	return give_hint(reader, off, len, OS_HINT_WILL_NEED, "prefetch");
}

/* Drops the pages of each map of the reader, because slices may have accessed any of them. Returns:
 * the first error. */
static int drop(const struct mmr_reader *reader, uint64_t off, uint64_t len)
{
	const struct backing *backing = reader_backing(reader);
	const char *start;
	int result = 0, err;
	size_t n;

	for (; backing; backing = backing->older) {
		n = pages_of(reader, backing, off, len, false, &start);
		err = n > 0 ? os_drop(start, n) : 0;
		if (result == 0)
			result = err;
	}
	return result;
}

int mmr_release(const mmr_reader *reader, uint64_t off, uint64_t len)
{
	return explain(reader, off, "release", drop(reader, off, len));
}

void reader_drop(const struct mmr_reader *reader, uint64_t off, uint64_t len)
{
	drop(reader, off, len);
}

bool reader_releases(void)
{
	return os_drops();
}

_Atomic(int) reader_tables_kept = -1;

void backing_reclaim(const struct mmr_reader *reader, const struct backing *backing,
	const char *start, size_t len)
{
	if (atomic_load(&reader_tables_kept) < 0)
		atomic_store(&reader_tables_kept, os_keeps_tables());
	if (!backing->shared || !atomic_load(&reader_tables_kept))
		return;
	os_map_again(start, len, reader->fd,
		backing->map_off + (uint64_t)(start - (const char *)backing->map));
}

void reader_reclaim(const struct mmr_reader *reader, uint64_t off, uint64_t len)
{
	const struct backing *backing = reader_backing(reader);
	const char *start;
	size_t n = pages_of(reader, backing, off, len, false, &start);

	if (n > 0)
		backing_reclaim(reader, backing, start, n);
}
