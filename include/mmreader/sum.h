/* sum.h - sum, least and greatest of the numbers of a whole file
 *
 * One pass with all processors, in bounded memory: the file may be larger than memory, and need
 * have no addresses. What an element is and what a summary tells: array.h.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_SUM_H
#define MMREADER_SUM_H

#include <mmreader/array.h>
#include <mmreader/blocks.h>

MMR_BEGIN_DECLS

/* What to add up. Start from MMR_SUM_OPTIONS_INIT, so that the struct can grow. */
typedef struct mmr_sum_options {
	size_t struct_size;
	uint64_t offset; /* of the first element within the reader's part */
	uint64_t length; /* of the range; MMR_REST = to the end */
	enum mmr_type type;
	enum mmr_order order;
	size_t stride;          /* bytes from one element to the next; 0 = none lie between them */
	unsigned n_threads;     /* 0 = mmr_processors() */
	enum mmr_engine engine; /* as in blocks.h */
} mmr_sum_options;

/* clang-format off */
#define MMR_SUM_OPTIONS_INIT \
	{ sizeof(mmr_sum_options), 0, MMR_REST, MMR_F64, MMR_NATIVE, 0, 0, MMR_ENGINE_AUTO }
/* clang-format on */

/* Adds up the numbers of a reader. With a stride and an offset: one column of its records.
 *
 * Shape: `options` may be NULL: 64-bit floating numbers. A range beyond the end is empty.
 * Returns: the same sum, to the last bit, whatever the threads, the engine and the backing: the
 *   16 KiB of mmr_array_sum are those of the file, counted from its start.
 * Errors: -EBADMSG when the range ends within an element: mmr_last_error tells how many bytes are
 *   left over; -EINVAL (options), -ENOMEM, those of mmr_blocks_error. Threads: safe. */
MMR_API int mmr_sum_numbers(
	mmr_reader *reader, const mmr_sum_options *options, mmr_summary *ret_summary);

MMR_END_DECLS

#endif
