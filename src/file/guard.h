/* guard.h - enter and leave of the SIGBUS guard, for the library's own scans
 *
 * A guard is a jump buffer on the scanning function's stack and one thread-local pointer to it.
 * The mask is not saved (131 ns against 2.6 ns): the handler unblocks SIGBUS before it jumps.
 *
 *	struct guard guard;
 *
 *	if (!GUARD_ENTER(&guard, ptr, len))
 *		return guard_fault(&guard);
 *	... leaf code over [ptr, ptr + len): no malloc, no locks, no stdio, no callbacks ...
 *	guard_leave(&guard);
 *
 * Locals that change between enter and leave and are read after a fault must be volatile: best is
 * to have none.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_FILE_GUARD_H
#define SRC_FILE_GUARD_H

#include "common.h"

#include <mmreader/reader.h>

#include <setjmp.h>
#include <stdatomic.h>

struct guard {
	sigjmp_buf env;
	struct guard *outer;
	const char *lo, *hi;          /* faults in here are ours, ... */
	const mmr_reader *reader;     /* ... and in any map of this one; may be NULL */
	const char *volatile address; /* where it faulted ... */
	volatile bool bad_memory;     /* ... and that the file had no part in it */
};

/* Whether mmr_guard_install has been called. */
extern _Atomic(bool) guard_installed;

/* The innermost guard of this thread. initial-exec: a handler must not call into the allocator,
 * which the default model may do at a thread's first touch in a library opened by dlopen. */
extern _Thread_local struct guard *guard_current __attribute__((tls_model("initial-exec")));

/* Makes sure, once per thread, that SIGBUS is not blocked: a blocked fault kills at once. */
void guard_prepare(void);
extern _Thread_local bool guard_prepared __attribute__((tls_model("initial-exec")));

static inline void guard_set(struct guard *guard)
{
	/* The compiler must move no load of the map across this. */
	atomic_signal_fence(memory_order_seq_cst);
	guard_current = guard;
	atomic_signal_fence(memory_order_seq_cst);
}

static inline bool guard_wanted(struct guard *guard, const void *ptr, size_t len)
{
	guard->lo = ptr;
	guard->hi = len > 0 ? guard->lo + len : guard->lo; /* NULL + 0 is undefined */
	guard->reader = NULL;
	guard->outer = guard_current;
	if (!atomic_load_explicit(&guard_installed, memory_order_relaxed))
		return false;
	if (!guard_prepared)
		guard_prepare();
	return true;
}

/* True: go on, inside the guard. False: a fault brought us back here. sigsetjmp must stand in the
 * frame of the scanning function, hence a macro. Without an installed guard nothing is set. */
#define GUARD_ENTER(guard, ptr, len) \
	(!guard_wanted((guard), (ptr), (len)) || \
		(sigsetjmp((guard)->env, 0) == 0 && (guard_set(guard), true)))

static inline void guard_leave(struct guard *guard)
{
	guard_set(guard->outer);
}

/* After a fault: finds out by pread what happened, marks the reader, writes the sentence.
 *
 * Returns: MMR_ETRUNCATED or -EIO; -EFAULT when no reader owns the address. */
int guard_fault(const struct guard *guard);

#endif
