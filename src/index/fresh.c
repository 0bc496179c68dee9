/* fresh.c - compares the times and some bytes of a file with those of when it was indexed
 *
 * Sizes and times are compared first, as git does for its index. A file that was written just
 * before it was indexed may change again without another time, so its bytes are always compared. So
 * are those of a file that was copied with its index, or that has grown.
 *
 * SPDX-License-Identifier: MIT */
#include "index/fresh.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define SAMPLE   ((size_t)4096)
#define N_MIDDLE 64

/* Times of files step by up to 10 ms on ext4 and XFS before Linux 6.13, by 1 s on NFSv3, and by 2 s
 * on FAT. */
#define YOUNG_NS INT64_C(2000000000)

/* Hashes a block, which may be shorter at the end of the covered bytes. */
static int hash_block(
	const mmr_reader *reader, uint64_t off, uint64_t covered, uint64_t seed, uint64_t *ret_hash)
{
	char block[SAMPLE];
	size_t len = (size_t)min_u64(SAMPLE, covered - off), got;
	int err = mmr_read_at(reader, off, block, len, &got);

	if (err == 0)
		*ret_hash = XXH3_64bits_withSeed(block, got, seed);
	return err;
}

/* Hashes the samples. The seed is given. */
static int take_samples(const mmr_reader *reader, uint64_t covered, struct format_samples *samples)
{
	uint64_t n_blocks = covered / SAMPLE + (covered % SAMPLE > 0), i, block;
	int err;

	samples->middle = samples->seed;
	if (covered == 0) {
		samples->head = samples->tail = 0;
		return 0;
	}
	err = hash_block(reader, 0, covered, 0, &samples->head);
	if (err == 0)
		err = hash_block(
			reader, covered - min_u64(covered, SAMPLE), covered, 0, &samples->tail);
	/* Each hash is the seed of the next one. */
	for (i = 0; err == 0 && i < N_MIDDLE; i++) {
		block = XXH3_64bits_withSeed(&i, sizeof(i), samples->seed) % n_blocks;
		err = hash_block(
			reader, block * SAMPLE, covered, samples->middle, &samples->middle);
	}
	return err;
}

void fresh_describe(const struct os_stat *then, int64_t now_ns, struct format *format)
{
	format->mtime_ns = then->mtime_ns;
	format->ctime_ns = then->ctime_ns;
	format->ino = then->ino;
	if (then->mtime_ns > now_ns - YOUNG_NS || then->ctime_ns > now_ns - YOUNG_NS)
		format->flags |= FORMAT_YOUNG;
}

int fresh_sample(const mmr_reader *reader, int64_t seed, struct format *format)
{
	format->samples.seed = XXH3_64bits_withSeed(&seed, sizeof(seed), format->ino);
	return take_samples(reader, format->covered, &format->samples);
}

int fresh_check(const mmr_reader *reader, const struct os_stat *then, const struct format *format)
{
	struct format_samples now = {.seed = format->samples.seed};
	bool same_size = mmr_size(reader) == format->covered;
	int err;

	if (mmr_size(reader) < format->covered || (same_size && then->mtime_ns != format->mtime_ns))
		return MMR_ESTALE;
	if (same_size && then->ctime_ns == format->ctime_ns && then->ino == format->ino &&
		!(format->flags & FORMAT_YOUNG))
		return 0;
	err = take_samples(reader, format->covered, &now);
	if (err < 0)
		return err;
	return now.head == format->samples.head && now.tail == format->samples.tail &&
			       now.middle == format->samples.middle
		       ? 0
		       : MMR_ESTALE;
}
