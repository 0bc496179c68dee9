/* common.h - errors, heap and small helpers for all files of the library
 *
 * This is the lowest layer: of the project it includes only public headers.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_COMMON_H
#define SRC_COMMON_H

#if defined(HAVE_CONFIG_H)
#include "config.h"
#endif

#include <mmreader/base.h>
#include <mmreader/error.h>

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Sets this thread's error message: "cannot OPERATION: REASON". The format gives the operation,
 * starting with a verb. The reason is the text of `code`.
 *
 * Returns: `code`, so that a failing path is one line: `return error_set(-EIO, "read '%s'", path)`.
 */
#define error_set(code, ...) error_set_at(code, UINT64_MAX, __VA_ARGS__)

/* Like error_set, with " at byte N" after the operation. Sets mmr_last_error_offset, too. `off` is
 * UINT64_MAX if there is no offset. */
int error_set_at(int code, uint64_t off, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Like error_set_at, for a complete message: "cannot parse layout: invalid type 'q'". "cannot" and
 * the text of `code` are not added. */
int error_explain_at(int code, uint64_t off, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Gives the last error an offset if it has the code and no offset. Returns: `code`. */
int error_locate(int code, uint64_t off);

/* Appends "; HINT" to the last message. A hint is an imperative. Returns: `code`. */
int error_hint(int code, const char *remedy);

/* The last error of a thread, for passing it to another thread. */
struct error_note {
	char text[1024];
	uint64_t off;
	int code;
};

void error_save(struct error_note *ret_note);
void error_restore(const struct error_note *note);

/* Like malloc and free, but counted by mmr_heap_bytes and mmr_heap_peak. Errors: NULL. */
void *heap_alloc(size_t size);
void heap_free(void *memory);

/* The size that was passed to heap_alloc; 0 for NULL. */
size_t heap_size(const void *memory);

/* Locks that are not recursive. A thread that takes both takes the first one first. */
enum lock {
	LOCK_LIBRARIES, /* optional libraries, which are loaded and initialized once */
	LOCK_READERS    /* the list of open readers, and what readers remember of their files */
};

void lock_take(enum lock lock);
void lock_give(enum lock lock);

/* Defines size_t NAME(ITERATOR *it, ITEM *items, size_t n), which calls `next` up to `n` times and
 * returns how many items there were. */
#define DEFINE_FILL(name, iterator, item, next) \
	size_t name(iterator *it, item *items, size_t n) \
	{ \
		size_t i = 0; \
\
		while (i < n && next(it, &items[i])) \
			i++; \
		return i; \
	}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline uint64_t round_down(uint64_t value, uint64_t step)
{
	return value / step * step;
}

static inline uint64_t round_up(uint64_t value, uint64_t step)
{
	return (value + step - 1) / step * step;
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* The pointer of a slice whose length is 0 because its bytes have no address, not because there are
 * none. mmr_bytes of an unmapped reader returns such a slice. Calls that need the bytes must fail.
 */
extern const char slice_nowhere[1];

static inline bool slice_is_nowhere(mmr_slice slice)
{
	return slice.ptr == slice_nowhere;
}

/* Sets the error of a slice without addresses. Returns: MMR_ENOMAP. */
int error_nowhere(void);

#endif
