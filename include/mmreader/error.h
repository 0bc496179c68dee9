/* error.h - error codes for programs and error messages for people
 *
 * Calls that can fail return an int: 0 or more on success, a negative code on failure. Others say
 * so. Codes down to -4095 are negated errno values. Lower codes are MMR_E....
 *
 * Compilers warn if the result of such a call is ignored (gcc and clang do), with two exceptions:
 * advice (mmr_advise, mmr_prefetch, mmr_release, mmr_library_load), because no later call depends
 * on its success; and mmr_guard_install, because sigaction(2) does not fail for SIGBUS.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_ERROR_H
#define MMREADER_ERROR_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* Codes that are not errno values. */
enum {
	/* The file is shorter than it was when it was opened. */
	MMR_ETRUNCATED = -4096,
	/* The times of the file differ from when it was opened: its bytes may have changed in
	 * place. */
	MMR_ECHANGED = -4097,
	/* The bytes have no address because the file is too large to map. Read it in blocks. */
	MMR_ENOMAP = -4098,
	/* A pipe, socket or terminal: its bytes can be read only once and have no offsets. */
	MMR_ESTREAM = -4099,
	/* The file grew beyond the address space that was reserved for it. */
	MMR_ENOROOM = -4100,
	/* A line is longer than its limit. */
	MMR_ELONG = -4101,
	/* An optional library is not installed or not usable. */
	MMR_ENOLIB = -4102,
	/* A quoted cell of a table is not closed before the end of the slice. */
	MMR_EQUOTE = -4103,
	/* An index was not built from the bytes that the file has now. */
	MMR_ESTALE = -4104,
	/* The file of an index is damaged, or was written by another version. */
	MMR_EDAMAGED = -4105,
	/* Lines that should be sorted are not. */
	MMR_EORDER = -4106,
	/* The file is longer than it was when it was opened. */
	MMR_EGROWN = -4107,
	/* The path of the file names another file now, or none. */
	MMR_EREPLACED = -4108
};

/* A short text for an error code.
 *
 * Returns: English text without a final period; "unknown error" for a code that no call returns.
 * Lifetime: texts of errno values, until the next mmr_strerror or strerror of this thread; those of
 *   MMR_E... are static.
 * Threads: safe. */
MMR_API const char *mmr_strerror(int code);

/* The error message of this thread's last failure: the operation, its object and the reason, and
 * where known an offset and a hint. Calls that often fail do not set it; they say so.
 *
 * Returns: "" before the first failure. A successful call does not change the message. Do not use
 *   mmr_last_error and a call that may fail as arguments of one call: C does not define which of
 *   them runs first.
 * Lifetime: until this thread's next failing call.
 * Threads: each thread has its own. */
MMR_API const char *mmr_last_error(void);

/* The file offset of this thread's last failure.
 *
 * Units: bytes from the start of the file, even if the reader starts at a later offset.
 * Returns: UINT64_MAX if the failure has no offset, and before the first failure.
 * Threads: each thread has its own. */
MMR_API uint64_t mmr_last_error_offset(void);

MMR_END_DECLS

#endif
