/* make.c - makes the files of indexes
 *
 * SPDX-License-Identifier: MIT */
#include "index/make.h"

#include "file/reader.h"
#include "index/file.h"
#include "index/fresh.h"
#include "index/write.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* What the file of the reader was when it was opened. */
static int describe(const mmr_index *index, int64_t started, struct format *format)
{
	struct os_stat then, now;
	int err = reader_status(index->reader, "index", &then, &now);

	if (err < 0)
		return err;
	fresh_describe(&then, started, format);
	return 0;
}

/* --- Whole ones ------------------------------------------------------------------------------- */

/* Takes the entries of an older index, whose blocks may be smaller. */
static int put_old(struct writer *writer, mmr_index *index, mmr_index *old, uint64_t *ret_block)
{
	unsigned larger = index->block_log2 - old->block_log2;
	uint64_t block, last = index_lasting(old) >> larger;
	struct index_entry entry;
	int err = 0;

	for (block = 0; err == 0 && block < last; block++) {
		err = old->table_kind->entry(old, block << larger, &entry);
		if (err == 0)
			err = writer_put(writer, block, &entry);
	}
	/* index_scan passes the last one. */
	if (err == 0)
		err = old->table_kind->entry(old, last << larger, &index->end);
	*ret_block = last;
	return err;
}

int make_whole(mmr_index *index, const mmr_scan_options *scan, const char *path, mmr_index *old)
{
	struct format format = {.covered = index->covered, .size = index->covered};
	int64_t started = now_ns();
	struct writer *writer;
	uint64_t from = 0;
	int err = writer_open(index, path, 0, &format, &writer);

	if (err < 0)
		return err;
	if (old)
		err = put_old(writer, index, old, &from);
	if (err == 0)
		err = index_scan(index, scan, from, writer_put, writer);
	if (err == 0)
		err = describe(index, started, &format);
	if (err == 0)
		err = fresh_sample(index->reader, started, &format);
	if (err == 0)
		err = writer_finish(writer, &format);
	writer_close(writer);
	return err;
}

/* --- Parts ------------------------------------------------------------------------------------ */

char *make_part_path(const char *path, uint64_t k, uint64_t n)
{
	size_t room = strlen(path) + 48;
	char *made = heap_alloc(room);

	if (made)
		snprintf(made, room, "%s.%llu-%llu", path, (unsigned long long)k,
			(unsigned long long)n);
	return made;
}

/* The first block after part `k` of `n`: parts differ by at most one block. */
static uint64_t part_stop(const mmr_index *index, uint64_t k, uint64_t n)
{
	uint64_t blocks = index_blocks(index);

	return blocks / n * k + min_u64(k, blocks % n);
}

int make_part(
	mmr_index *index, const mmr_scan_options *scan, const char *path, uint64_t k, uint64_t n)
{
	uint64_t first = part_stop(index, k - 1, n), last = part_stop(index, k, n);
	uint64_t start = min_u64(first << index->block_log2, index->covered);
	uint64_t stop = min_u64(last << index->block_log2, index->covered);
	struct format format = {.flags = FORMAT_PART,
		.covered = stop - start,
		.start = start,
		.size = index->covered};
	int64_t started = now_ns();
	struct writer *writer;
	int err = writer_open(index, path, first, &format, &writer);

	if (err < 0)
		return err;
	/* What is before the part counts as nothing, and what is after it is not counted. */
	index->covered = stop;
	err = index_scan(index, scan, first, writer_put, writer);
	if (err == 0)
		err = describe(index, started, &format);
	if (err == 0)
		err = writer_finish(writer, &format);
	writer_close(writer);
	return err;
}

/* Adds the entries of a part. Its last one is the first of the next part. */
static int put_part(
	struct writer *writer, mmr_index *index, mmr_index *part, uint64_t first, bool is_last)
{
	uint64_t n = index_blocks(part) + is_last, block;
	struct index_entry entry;
	int err = 0;

	for (block = 0; err == 0 && block < n; block++) {
		err = part->table_kind->entry(part, block, &entry);
		entry.rank += index->end.rank;
		if (err == 0)
			err = writer_put(writer, first + block, &entry);
	}
	index->end.rank += part->end.rank;
	if (part->covered > 0)
		index->unterminated = part->unterminated;
	return err;
}

/* What is joined. */
struct joint {
	mmr_index *index;
	bool any_owner;
	struct writer *writer;
	struct format format; /* what the file is now */
	uint64_t next;        /* where the next part starts ... */
	uint64_t next_block;  /* ... and the number of its first block */
};

static int join_part(struct joint *joint, const char *path, bool is_last)
{
	mmr_index *index = joint->index;
	struct format *format = &joint->format;
	mmr_index part = {.reader = index->reader, .units = index->units};
	struct format other;
	int err = file_load_part(&part, path, joint->any_owner, &other);

	if (err < 0)
		return err;
	if (other.start != joint->next || other.size != format->size ||
		other.mtime_ns != format->mtime_ns || other.ctime_ns != format->ctime_ns ||
		other.ino != format->ino || part.block_log2 != index->block_log2)
		err = error_set(MMR_ESTALE, "join '%s'", path);
	else
		err = put_part(joint->writer, index, &part, joint->next_block, is_last);
	if (err == MMR_EDAMAGED)
		error_set(err, "join '%s'", path);
	format->flags |= other.flags & FORMAT_YOUNG;
	joint->next += other.covered;
	joint->next_block += index_blocks(&part);
	part.table_kind->close(&part);
	return err;
}

static int join_parts(struct joint *joint, const char *path, uint64_t n)
{
	uint64_t k;
	char *part;
	int err = 0;

	for (k = 1; err == 0 && k <= n; k++) {
		part = make_part_path(path, k, n);
		err = part ? join_part(joint, part, k == n) : error_set(-ENOMEM, "join '%s'", path);
		heap_free(part);
	}
	if (err == 0 && joint->next != joint->index->covered)
		err = error_set(MMR_ESTALE, "join '%s'", path);
	return err;
}

int make_joined(mmr_index *index, const char *path, bool any_owner, uint64_t n)
{
	struct joint joint = {.index = index,
		.any_owner = any_owner,
		.format = {.covered = index->covered, .size = index->covered}};
	int64_t now = now_ns();
	int err = writer_open(index, path, 0, &joint.format, &joint.writer);

	if (err < 0)
		return err;
	err = describe(index, now, &joint.format);
	if (err == 0)
		err = join_parts(&joint, path, n);
	if (err == 0)
		err = fresh_sample(index->reader, now, &joint.format);
	if (err == 0)
		err = writer_finish(joint.writer, &joint.format);
	writer_close(joint.writer);
	return err;
}
