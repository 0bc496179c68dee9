/* intern.h - equal texts share one small number
 *
 * What Python's sys.intern does for strings, for slices: the first text gets 0, the next one that
 * differs gets 1, and so on. Texts that have numbers are compared, counted and stored as 32 bits.
 * The pool copies each distinct text, so a text may come from memory that is reused: a block, a
 * buffer, the stack.
 *
 *	err = mmr_intern_open(NULL, &pool);
 *	while (mmr_lines_next(&it, &line))
 *		if ((err = mmr_intern_add(pool, line, &id)) < 0)
 *			break;
 *	mmr_intern_close(pool);
 *
 * Memory for each distinct text, without the text: 16 bytes for its slice and 10 to 15 bytes of
 * hash table, at most 32 bytes in a pool of 10,000 texts or more. While the table grows, the old
 * one and the new one exist together: 41 bytes. Frozen: 16 bytes. A small pool holds about 5 KiB in
 * all.
 *
 * Memory for the copy of a text: its length. Copies share blocks, which double from 4 KiB to 1 MiB;
 * at most an eighth of each full block is lost. A text of more than 512 bytes has a block of its
 * own, with 8 bytes of overhead. With `zero_copy` there are no copies.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_INTERN_H
#define MMREADER_INTERN_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* How many texts one pool can hold: 13/16 of 2 to the power of 32. */
#define MMR_INTERN_MAX UINT32_C(3489660928)

/* A pool of distinct texts. */
typedef struct mmr_intern mmr_intern;

/* How to pool. Start from MMR_INTERN_OPTIONS_INIT, so that the struct can grow. */
typedef struct mmr_intern_options {
	size_t struct_size;
	/* Of the hash; 0 = one of the pool's own, from the clock and its address, so that nobody
	 * can prepare a file whose texts all collide. Ids do not depend on it. */
	uint64_t seed;
	/* Keep pointers to the texts instead of copies. Each new text must then be in the bytes of
	 * an open reader (mapped, copied, or memory that was passed to mmr_open_memory), and that
	 * reader must stay open as long as the pool. Any other text is refused: blocks may be read
	 * into a buffer that is reused, and then even those of a mapped reader are refused. */
	bool zero_copy;
} mmr_intern_options;

/* clang-format off */
#define MMR_INTERN_OPTIONS_INIT { sizeof(mmr_intern_options), 0, false }
/* clang-format on */

/* Makes an empty pool.
 *
 * Shape: `options` may be NULL.
 * Errors: -EINVAL (options), -ENOMEM.
 * Lifetime: until mmr_intern_close. With `zero_copy`, every text must live as long, unchanged.
 * Threads: a pool has one writer; while nobody writes, any number of threads may read. */
MMR_API int mmr_intern_open(const mmr_intern_options *options, mmr_intern **ret_pool);

/* Ends a pool and frees the copies of its texts. NULL is allowed. */
MMR_API void mmr_intern_close(mmr_intern *pool);

/* The id of a text, which gets one if it has none yet.
 *
 * Shape: any bytes of any length, none too.
 * Units: ids count from 0 in the order in which texts are first seen.
 * Returns: 1 when the text is new, 0 when it was known.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault, in this text or in one of the pool that looks
 *   like it); MMR_ENOMAP (a slice without addresses); -EINVAL (`zero_copy`, and the text is new
 *   and in no open reader); -ENOMEM; -EPERM (the pool is frozen); -EOVERFLOW (it holds
 *   MMR_INTERN_MAX). The pool is then as it was, and can be used.
 * Lifetime: of `text`, this call; with `zero_copy`, see mmr_intern_open.
 * Threads: one at a time. */
MMR_API int mmr_intern_add(mmr_intern *pool, mmr_slice text, uint32_t *ret_id);

/* The id of a text, if it has one.
 *
 * Returns: 1 with the id in `*ret_id`; 0 when the pool does not hold the text.
 * Errors: like mmr_intern_add, except -EINVAL, -ENOMEM and -EOVERFLOW.
 * Threads: any number, while nobody writes. */
MMR_API int mmr_intern_find(const mmr_intern *pool, mmr_slice text, uint32_t *ret_id);

/* The text of an id.
 *
 * Errors: -ERANGE for an id that was never given.
 * Lifetime: until mmr_intern_close: it never moves. With `zero_copy`, that of the text first seen.
 * Threads: like mmr_intern_find. */
MMR_API int mmr_intern_text(const mmr_intern *pool, uint32_t id, mmr_slice *ret_text);

/* How many distinct texts there are: ids are below that. Threads: like mmr_intern_find. */
MMR_API uint32_t mmr_intern_count(const mmr_intern *pool);

/* Bytes of heap that the pool holds, copies of texts included. Threads: like mmr_intern_find. */
MMR_API uint64_t mmr_intern_bytes(const mmr_intern *pool);

/* Gives the hash table back for good: ids and texts stay, adding and finding is -EPERM from now on.
 * To freeze again does nothing. Threads: one at a time. */
MMR_API void mmr_intern_freeze(mmr_intern *pool);

/* Adds all texts of another pool, in the order of their ids.
 *
 * Shape: `ret_ids` has room for mmr_intern_count(other) ids, or is NULL. `other` may be frozen.
 * Returns: 0, with the id here of each id there in `ret_ids`.
 * Errors: like mmr_intern_add. What came before the failing text was added, and stays; `ret_ids`
 *   is unspecified.
 * Lifetime: when `other` holds copies, its texts are copied here too; so it may be closed. Texts
 * that it points at must live on. Threads: one at a time; others may read `other` meanwhile. */
MMR_API int mmr_intern_merge(mmr_intern *pool, const mmr_intern *other, uint32_t *ret_ids);

MMR_END_DECLS

#endif
