/* error.h - what went wrong, as a code for the program and as a sentence for the person
 *
 * Every call that can fail returns an int: 0 or more when it worked, a negative code when it did
 * not. Down to -4095 the code is a negated errno; below that it is one of MMR_E....
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_ERROR_H
#define MMREADER_ERROR_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

enum {
	/* The file ended before the bytes that were there when it was opened. */
	MMR_ETRUNCATED = -4096,
	/* The file is no longer the one that was opened: other size, times or inode. */
	MMR_ECHANGED = -4097,
	/* The bytes have no address: the file is too large to map. Read it in blocks. */
	MMR_ENOMAP = -4098,
	/* A pipe, socket or terminal: bytes pass once and have no offsets. */
	MMR_ESTREAM = -4099,
	/* The file grew beyond the addresses that were reserved for it. */
	MMR_ENOROOM = -4100,
	/* A line is longer than the limit that was set for it. */
	MMR_ELONG = -4101,
	/* An optional library is not installed or not usable. */
	MMR_ENOLIB = -4102,
	/* A quoted cell of a table is not closed before the end of the bytes. */
	MMR_EQUOTE = -4103
};

/* A short text for a code.
 *
 * Returns: English, without a final dot; "unknown error" for a code that no call returns.
 * Lifetime: of errno texts until this thread's next call; of MMR_E... texts for ever.
 * Threads: safe. */
MMR_API const char *mmr_strerror(int code);

/* The last failure in this thread, told in full: operation, object, offset, cause, remedy.
 *
 * Returns: "" before the first failure. A call that succeeds leaves the text as it was. Arguments
 *   of one call come in any order: what fails must not stand beside this.
 * Lifetime: until this thread's next failing call.
 * Threads: each thread has its own. */
MMR_API const char *mmr_last_error(void);

/* Where in the file the last failure of this thread was.
 *
 * Units: bytes from the start of the file, whatever part of it the reader holds.
 * Returns: UINT64_MAX when that failure had no place. Threads: each thread has its own. */
MMR_API uint64_t mmr_last_error_offset(void);

MMR_END_DECLS

#endif
