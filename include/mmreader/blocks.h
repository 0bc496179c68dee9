/* blocks.h - a whole file, whole lines at a time, in memory that does not grow with it
 *
 * Feeds what cannot be held: files of any size, pipes, any descriptor. Each block holds whole lines
 * (or any bytes, without a delimiter) and lives until the next one. Between blocks, mapped pages
 * are dropped again, so that what stays resident is about one window.
 *
 *	err = mmr_blocks_of(reader, NULL, &blocks);
 *	while (mmr_blocks_next(blocks, &block))
 *		use(block.bytes);
 *	err = mmr_blocks_error(blocks);
 *	mmr_blocks_close(blocks);
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_BLOCKS_H
#define MMREADER_BLOCKS_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

typedef struct mmr_blocks mmr_blocks;

/* How bytes of a reader come in. */
enum mmr_engine {
	MMR_ENGINE_AUTO =
		0,      /* both on the first windows, then the faster; asked again now and then */
	MMR_ENGINE_MAP, /* point into the map: nothing is copied */
	MMR_ENGINE_COPY /* pread(2) into a buffer: cannot fault, whatever happens to the file */
};

/* As a delimiter: blocks may end anywhere. */
#define MMR_NO_DELIMITER (-1)

/* How to feed. Start from MMR_BLOCKS_OPTIONS_INIT, so that the struct can grow. */
typedef struct mmr_blocks_options {
	size_t struct_size;
	uint64_t offset;        /* of the range within the reader's part */
	uint64_t length;        /* of the range; MMR_REST = to the end */
	size_t window;          /* bytes in a block, about; 0 = 2 MiB */
	size_t line_limit;      /* a line that must be copied may be this long, delimiter and,
				   backward, the one before it included; 0 = 64 MiB */
	int delimiter;          /* a byte from 0 to 255, or MMR_NO_DELIMITER */
	enum mmr_engine engine; /* AUTO copies unless mmr_guard_install was called */
	bool backward;          /* the last block first; lines in a block still run forward */
	bool skip_holes; /* leave the holes of sparse files out; forward, MMR_NO_DELIMITER only */
} mmr_blocks_options;

/* clang-format off */
#define MMR_BLOCKS_OPTIONS_INIT \
	{ sizeof(mmr_blocks_options), 0, MMR_REST, 0, 0, '\n', MMR_ENGINE_AUTO, false, false }
/* clang-format on */

typedef struct mmr_block {
	mmr_slice bytes;
	uint64_t off; /* of the first byte, from the start of the reader's part or of the stream */
	size_t ahead; /* bytes at the end that belong to the next block: to look at (parallel.h) */
} mmr_block;

/* Starts to feed a reader.
 *
 * Shape: `options` may be NULL. A range beyond the end is empty.
 * Errors: -EINVAL (options), -ENOMEM, an earlier fault of the reader.
 * Lifetime: until mmr_blocks_close; the reader must live longer.
 * Threads: one feed belongs to one thread; a reader may have many. */
MMR_API int mmr_blocks_of(
	mmr_reader *reader, const mmr_blocks_options *options, mmr_blocks **ret_blocks);

/* Starts to feed from where a descriptor stands: a pipe, a terminal, a socket, anything.
 *
 * Shape: `backward`, `offset` and `engine` have no meaning for a stream: the first two must be 0.
 * Errors: as mmr_blocks_of, and -ESPIPE for `backward` or an `offset`.
 * Lifetime: as mmr_blocks_of; `fd` stays the caller's. */
MMR_API int mmr_blocks_of_fd(int fd, const mmr_blocks_options *options, mmr_blocks **ret_blocks);

/* The next block: never empty, ending behind a delimiter or at the end of the range. Of a stream,
 * as soon as there is a whole line.
 *
 * Returns: false at the end or at an error; mmr_blocks_error tells which.
 * Lifetime: of the block, until the next call for the same feed. */
MMR_API bool mmr_blocks_next(mmr_blocks *blocks, mmr_block *ret_block);

/* Why the feed ended.
 *
 * Returns: 0 at the end of the range.
 * Errors: MMR_ETRUNCATED when the file has become shorter (forward, what was left of it came
 *   first); MMR_ELONG for a line past `line_limit`, with the place where it starts, backward where
 *   it ends; any errno of read(2) and pread(2); -ENOMEM. */
MMR_API int mmr_blocks_error(const mmr_blocks *blocks);

/* The engine of the last block; COPY for streams. */
MMR_API enum mmr_engine mmr_blocks_engine(const mmr_blocks *blocks);

/* The engine that did most of the last whole-file work on a reader (a feed that was closed, a
 * parallel run, a count, a search); AUTO before the first. Threads: safe. */
MMR_API enum mmr_engine mmr_engine_used(const mmr_reader *reader);

/* Ends a feed. NULL is allowed. */
MMR_API void mmr_blocks_close(mmr_blocks *blocks);

MMR_END_DECLS

#endif
