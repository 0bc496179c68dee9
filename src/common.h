/* common.h - what every file of the library may use: errors, memory, small arithmetic
 *
 * Rank 0 of the layers: it includes nothing of the project but the public base.
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

/* Says what failed in this thread, for mmr_last_error. The text of `code` is added at the end of
 * the sentence, after a colon.
 *
 * Returns: `code`, so that a failing path is one line: `return error_set(-EIO, "read '%s'", path)`.
 */
int error_set(int code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Like error_set, with " at byte N" behind the sentence, for mmr_last_error_offset too. */
int error_set_at(int code, uint64_t off, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Like error_set_at, for a message that contains the reason: "cannot parse layout: no type is 'q'".
 * The text of `code` is not added. `off` is UINT64_MAX where there is no offset. */
int error_explain_at(int code, uint64_t off, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Adds "; do this" to the sentence of the last error_set. Returns: `code`. */
int error_hint(int code, const char *remedy);

/* The last failure of one thread, to be told in another. */
struct error_note {
	char text[1024];
	uint64_t off;
	int code;
};

void error_save(struct error_note *ret_note);
void error_restore(const struct error_note *note);

/* Like malloc and free, but counted: mmr_heap_peak tells. Errors: NULL. */
void *heap_alloc(size_t size);
void heap_free(void *memory);

/* What was asked for when the block was made; 0 for NULL. */
size_t heap_size(const void *memory);

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static inline size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* A slice that has a length of 0 because its bytes have no address, not because there are none.
 * mmr_bytes of an unmapped reader answers with it; whoever looks for bytes in it must fail. */
extern const char slice_nowhere[1];

static inline bool slice_is_nowhere(mmr_slice slice)
{
	return slice.ptr == slice_nowhere;
}

/* Sets the error of a slice without addresses. Returns: MMR_ENOMAP. */
int error_nowhere(void);

#endif
