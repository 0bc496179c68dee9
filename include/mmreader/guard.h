/* guard.h - a fault in a mapped file becomes an error instead of a death by SIGBUS
 *
 * The application opts in once. From then on every scan of this library runs inside a guard of its
 * own thread: when the file is cut short or its device fails, the scan ends with MMR_ETRUNCATED or
 * -EIO and mmr_last_error() names the offset. Without it, bulk reading copies with pread(2).
 *
 * The reader remembers it: blocks, parallel runs, whole-file calls and mmr_try answer the same from
 * then on, with the same place, until it is closed.
 *
 * One thing no guard can see: inside the page in which a cut falls, the lost bytes read as zeroes
 * and nothing faults. Scans (scan.h) ask for the file's size
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

/* For applications that have a SIGBUS handler of their own and keep it, instead of
 * mmr_guard_install: tells the library that this handler calls mmr_guard_handle first.
 *
 * Threads: safe; call it once the handler is in place. */
MMR_API void mmr_guard_delegate(void);

/* The part of a SIGBUS handler that is the library's: for a fault that a guard of this thread waits
 * for it does not return, but jumps to the guarded scan.
 *
 * Shape: what the handler got; `info` is a siginfo_t, which strict C does not know. It was
 * installed with SA_SIGINFO, SA_ONSTACK if any thread has an alternate stack, and an empty sa_mask:
 * the jump does not restore a mask. Returns: when the fault is not the library's. errno is then as
 * it was. Threads: safe, and safe in a signal handler; only there has it a meaning. */
MMR_API void mmr_guard_handle(int number, void *info, void *context);

/* Runs `fn(arg)` with the reader's bytes guarded: a fault in them ends `fn` on the spot.
 *
 * Shape: `fn` may touch slices of `reader` and the caller's own memory. It must not hold or take
 *   anything that needs releasing (locks, stdio, malloc, C++ objects with destructors): a fault
 *   jumps out of it as longjmp does.
 * Returns: what `fn` returned, if that is not negative.
 * Errors: what `fn` returned, if negative; MMR_ETRUNCATED, -EIO after a fault; -ENOTSUP when the
 *   reader is mapped and neither mmr_guard_install nor mmr_guard_delegate has been called.
 * Threads: safe; calls nest. */
MMR_API int mmr_try(mmr_reader *reader, int (*fn)(void *arg), void *arg);

MMR_END_DECLS

#endif
