/* guard.h - a fault in a mapped file becomes an error instead of a death by SIGBUS
 *
 * The application opts in once. From then on every scan of this library runs inside a guard of its
 * own thread: when the file is cut short or its device fails, the scan ends with MMR_ETRUNCATED or
 * -EIO and mmr_last_error() names the offset. Without it, bulk reading copies with pread(2).
 *
 * One thing no guard can see: inside the page in which a cut falls, the lost bytes read as zeroes
 * and nothing faults. Whole-file calls (blocks.h, parallel.h, count.h) ask for the file's size
 * after each window and answer MMR_ETRUNCATED; after a walk over mmr_bytes, mmr_check() tells.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_GUARD_H
#define MMREADER_GUARD_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* Installs the process-wide SIGBUS handler of the library, once.
 *
 * Faults that are not the library's own go to the handler that was there before, or take the
 * default action at the true place. It is never uninstalled. In a thread that blocks SIGBUS the
 * library unblocks it before the first guarded scan, since a blocked fault kills; do not block it
 * again afterwards.
 *
 * Errors: errno of sigaction(2). Threads: safe; later calls do nothing. */
MMR_API int mmr_guard_install(void);

/* Runs `fn(arg)` with the reader's bytes guarded: a fault in them ends `fn` on the spot.
 *
 * Shape: `fn` may touch slices of `reader` and the caller's own memory. It must not hold or take
 *   anything that needs releasing (locks, stdio, malloc, C++ objects with destructors): a fault
 *   jumps out of it as longjmp does.
 * Returns: what `fn` returned, if that is not negative.
 * Errors: what `fn` returned, if negative; MMR_ETRUNCATED, -EIO after a fault; -ENOTSUP when
 *   mmr_guard_install has not been called and the reader is mapped.
 * Threads: safe; calls nest. */
MMR_API int mmr_try(mmr_reader *reader, int (*fn)(void *arg), void *arg);

MMR_END_DECLS

#endif
