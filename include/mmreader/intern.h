/* intern.h - gives equal texts the same small number
 *
 * This does for slices what Python's sys.intern does for strings. The first text gets id 0, the
 * next different text gets id 1, and so on. Ids are compared, counted and stored as 32 bits. The
 * pool copies each distinct text, so a text may be in memory that is reused: a block, a buffer, the
 * stack.
 *
 *	err = mmr_intern_open(NULL, &pool);
 *	while (mmr_lines_next(&it, &line))
 *		if ((err = mmr_intern_add(pool, line, &id)) < 0)
 *			break;
 *	mmr_intern_close(pool);
 *
 * Memory for each distinct text, without the text: 16 bytes for its slice and 10 to 15 bytes of
 * hash table, at most 32 bytes in a pool of 10,000 texts or more. While the table grows, the old
 * and the new table exist together: 41 bytes. In a frozen pool: 16 bytes. A small pool uses about
 * 5 KiB in total.
 *
 * Memory for the copy of a text: its length. Copies share blocks, whose size doubles from 4 KiB to
 * 1 MiB. At most an eighth of each full block is unused. A text of more than 512 bytes has its own
 * block, with 8 bytes of overhead. With `zero_copy` there are no copies.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_INTERN_H
#define MMREADER_INTERN_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* The maximum number of texts in a pool: 13/16 of 2^32. */
#define MMR_INTERN_MAX UINT32_C(3489660928)

/* No text has this id. */
#define MMR_INTERN_NONE UINT32_MAX

/* A pool of distinct texts. */
typedef struct mmr_intern mmr_intern;

/* Options of a pool. Start from MMR_INTERN_OPTIONS_INIT, so that the struct can grow. */
typedef struct mmr_intern_options {
	size_t struct_size;
	/* Seed of the hash; 0 = made from the clock and an address, so that nobody can prepare a
	 * file whose texts all collide. Ids do not depend on the seed. */
	uint64_t seed;
	/* Keep pointers to the texts instead of copies. Each new text must then be in the bytes of
	 * an open reader (mapped, copied, or memory that was passed to mmr_open_memory), and that
	 * reader must stay open as long as the pool. Any other text is rejected. This includes
	 * blocks that are read into a buffer, even if the reader is mapped. */
	bool zero_copy;
} mmr_intern_options;

/* clang-format off */
#define MMR_INTERN_OPTIONS_INIT { sizeof(mmr_intern_options), 0, false }
/* clang-format on */

/* Creates an empty pool.
 *
 * Shape: `options` may be NULL.
 * Errors: -EINVAL (options), -ENOMEM.
 * Lifetime: until mmr_intern_close. With `zero_copy`, all texts must stay valid and unchanged until
 *   then.
 * Threads: one writer at a time; any number of threads may read while nobody writes. */
MMR_API MMR_MUST_CHECK int mmr_intern_open(
	const mmr_intern_options *options, mmr_intern **ret_pool);

/* Frees a pool and its copies of texts. NULL is allowed. */
MMR_API void mmr_intern_close(mmr_intern *pool);

/* Returns the id of a text in `*ret_id`. A new text is added and gets the next id.
 *
 * Shape: any bytes of any length, including none.
 * Units: ids count from 0 in the order in which texts are added.
 * Returns: 1 if the text is new, 0 if it is known.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault, in this text or in a text of the pool that is
 *   compared with it); MMR_ENOMAP (a slice without addresses); -EINVAL (`zero_copy`, and the new
 *   text is in no open reader); -ENOMEM; -EPERM (the pool is frozen); -EOVERFLOW (it holds
 *   MMR_INTERN_MAX texts). The pool is then unchanged and can be used.
 * Lifetime: `text` is needed during this call only; with `zero_copy`, see mmr_intern_open.
 * Threads: one at a time. */
MMR_API MMR_MUST_CHECK int mmr_intern_add(mmr_intern *pool, mmr_slice text, uint32_t *ret_id);

/* Finds the id of a text.
 *
 * Returns: 1 with the id in `*ret_id`; 0 when the pool does not hold the text.
 * Errors: like mmr_intern_add, except -EINVAL, -ENOMEM and -EOVERFLOW.
 * Threads: any number, while nobody writes. */
MMR_API MMR_MUST_CHECK int mmr_intern_find(
	const mmr_intern *pool, mmr_slice text, uint32_t *ret_id);

/* Finds the ids of `n` texts. Their lookups wait for memory together, so this takes less time than
 * calls of mmr_intern_find: a third or less in a pool that is larger than the caches.
 *
 * Shape: `texts` and `ret_ids` have `n` elements, which may be 0. A text may occur several times.
 * Returns: 0; `ret_ids[i]` is the id of `texts[i]`, or MMR_INTERN_NONE if the pool does not hold
 *   it.
 * Errors: like mmr_intern_find; `ret_ids` is unspecified.
 * Threads: like mmr_intern_find. */
MMR_API MMR_MUST_CHECK int mmr_intern_find_many(
	const mmr_intern *pool, const mmr_slice *texts, size_t n, uint32_t *ret_ids);

/* Adds `n` texts in their order. If most are known, this takes as long as mmr_intern_find_many.
 *
 * Shape: like mmr_intern_find_many.
 * Returns: 0; `ret_ids[i]` is the id of `texts[i]`. Ids from the previous mmr_intern_count on are
 *   new.
 * Errors: like mmr_intern_add. Texts before the failing one are added and stay; `ret_ids` is
 *   unspecified.
 * Lifetime: like mmr_intern_add.
 * Threads: one at a time. */
MMR_API MMR_MUST_CHECK int mmr_intern_add_many(
	mmr_intern *pool, const mmr_slice *texts, size_t n, uint32_t *ret_ids);

/* The text of an id.
 *
 * Errors: -ERANGE for an id that does not exist.
 * Lifetime: until mmr_intern_close; the text never moves. With `zero_copy`, that of the text that
 *   was added first.
 * Threads: like mmr_intern_find. */
MMR_API MMR_MUST_CHECK int mmr_intern_text(
	const mmr_intern *pool, uint32_t id, mmr_slice *ret_text);

/* The number of distinct texts; all ids are less. Threads: like mmr_intern_find. */
MMR_API uint32_t mmr_intern_count(const mmr_intern *pool);

/* Bytes of heap that the pool uses, including copies of texts. Threads: like mmr_intern_find. */
MMR_API uint64_t mmr_intern_bytes(const mmr_intern *pool);

/* Frees the hash table permanently. Ids and texts stay valid; adding and finding fail with -EPERM
 * from now on. Freezing a frozen pool does nothing. Threads: one at a time. */
MMR_API void mmr_intern_freeze(mmr_intern *pool);

/* Adds all texts of another pool, in the order of their ids.
 *
 * Shape: `ret_ids` has room for mmr_intern_count(other) ids, or is NULL. `other` may be frozen.
 * Returns: 0; `ret_ids[i]` is the id in `pool` of text i of `other`.
 * Errors: like mmr_intern_add. Texts before the failing one are added and stay; `ret_ids` is
 *   unspecified.
 * Lifetime: if `other` holds copies, its texts are copied again, so it may be closed. If it holds
 *   pointers, the texts must stay valid.
 * Threads: one at a time; others may read `other` meanwhile. */
MMR_API MMR_MUST_CHECK int mmr_intern_merge(
	mmr_intern *pool, const mmr_intern *other, uint32_t *ret_ids);

MMR_END_DECLS

#endif
