/* guard.h - reports a fault in a mapped file as an error instead of raising SIGBUS
 *
 * The application installs the guard once. From then on each scan of this library is guarded in its
 * own thread: if the file is truncated or its device fails, the scan ends with MMR_ETRUNCATED or
 * -EIO, and mmr_last_error_offset reports where. Without the guard, whole-file calls copy with
 * pread(2).
 *
 * A reader remembers a fault: from then on blocks, parallel runs, whole-file calls and mmr_try
 * return the same error with the same offset, until the reader is closed.
 *
 * The guard cannot detect a truncation inside a page: the lost bytes of that page read as zeroes
 * and do not fault. Whole-file calls (scan.h) therefore check the file's
 * size after each window and return MMR_ETRUNCATED. After a walk over mmr_bytes, call mmr_check.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_GUARD_H
#define MMREADER_GUARD_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* Installs the library's process-wide SIGBUS handler. It is never uninstalled.
 *
 * Faults outside the library's scans are passed to the handler that was installed before. If there
 * was none, they take the default action at the instruction that faulted. If a thread blocks
 * SIGBUS, the library unblocks it before the first guarded scan, because a blocked fault kills the
 * process. Do not block it again.
 *
 * Errors: errno of sigaction(2).
 * Threads: safe; later calls do nothing. */
MMR_API int mmr_guard_install(void);

/* Tells the library that the application's own SIGBUS handler calls mmr_guard_handle first. For
 * applications that keep their handler instead of calling mmr_guard_install.
 *
 * Threads: safe; call it after the handler has been installed. */
MMR_API void mmr_guard_delegate(void);

/* The library's part of a SIGBUS handler. If the fault is in a guarded range of this thread, this
 * does not return but jumps back to the guarded scan.
 *
 * Shape: the arguments of the handler; `info` is a siginfo_t, which strict C does not declare. The
 *   handler must be installed with SA_SIGINFO, with SA_ONSTACK if any thread has an alternate
 *   stack, and with an empty sa_mask, because the jump does not restore the signal mask.
 * Returns: if the fault is not the library's; errno is then unchanged.
 * Threads: safe. Async-signal-safe; call it only in a signal handler. */
MMR_API void mmr_guard_handle(int number, void *info, void *context);

/* Runs `fn(arg)` with the reader's bytes guarded: a fault in them ends `fn` immediately.
 *
 * Shape: `fn` may touch slices of `reader` and the caller's own memory. It must not hold or acquire
 *   anything that needs releasing (locks, stdio, malloc, C++ objects with destructors), because a
 *   fault jumps out of it like longjmp.
 * Returns: the result of `fn`, if it is not negative.
 * Errors: the result of `fn`, if it is negative; MMR_ETRUNCATED, -EIO after a fault; -ENOTSUP when
 *   the reader is mapped and neither mmr_guard_install nor mmr_guard_delegate has been called.
 * Threads: safe; calls nest. */
MMR_API MMR_MUST_CHECK int mmr_try(mmr_reader *reader, int (*fn)(void *arg), void *arg);

MMR_END_DECLS

#endif
