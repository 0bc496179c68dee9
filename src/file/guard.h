/* guard.h - the SIGBUS guard of the library's own scans
 *
 * A guard is a jump buffer on the stack of the scanning function, and a thread-local pointer to it.
 * Entering takes 2.6 ns; saving the signal mask would take 131 ns. So the handler unblocks SIGBUS
 * before it jumps.
 *
 *	struct guard guard;
 *
 *	if (!GUARD_ENTER(&guard, ptr, len))
 *		return guard_fault(&guard);
 *	... leaf code over [ptr, ptr + len): no malloc, no locks, no stdio, no callbacks ...
 *	guard_leave(&guard);
 *
 * Local variables that change between enter and leave and are read after a fault must be volatile.
 * It is best to have none.
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
	const char *lo, *hi;          /* the guarded range ... */
	const mmr_reader *reader;     /* ... and a reader that is guarded; or NULL */
	const char *volatile address; /* of the fault */
	volatile bool bad_memory;     /* a memory error, not one of the file */
};

/* Whether mmr_guard_install has been called. */
extern _Atomic(bool) guard_installed;

/* The innermost guard of this thread. It has the model initial-exec, because a handler must not
 * allocate. The default model may allocate at the first access of a thread if the library was
 * opened by dlopen. */
extern _Thread_local struct guard *guard_current __attribute__((tls_model("initial-exec")));

/* Whether bytes of a reader have addresses, and a fault of them is caught. */
static inline bool guard_covers(mmr_slice bytes)
{
	return !slice_is_nowhere(bytes) &&
	       atomic_load_explicit(&guard_installed, memory_order_relaxed);
}

/* Unblocks SIGBUS, once in each thread, because a fault that is blocked kills the process. */
void guard_prepare(void);
extern _Thread_local bool guard_prepared __attribute__((tls_model("initial-exec")));

static inline void guard_set(struct guard *guard)
{
	/* The compiler must not move a load from the map across this. */
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

/* True: continue inside the guard. False: a fault has jumped back here. This is a macro, because
 * sigsetjmp must be called by the scanning function itself. Without an installed guard, nothing is
 * set. */
#define GUARD_ENTER(guard, ptr, len) \
	(!guard_wanted((guard), (ptr), (len)) || \
		(sigsetjmp((guard)->env, 0) == 0 && (guard_set(guard), true)))

static inline void guard_leave(struct guard *guard)
{
	guard_set(guard->outer);
}

/* After a fault: finds out the reason with pread(2), keeps it in the reader, and sets the message.
 *
 * Returns: MMR_ETRUNCATED or -EIO; -EFAULT if no reader contains the address. */
int guard_fault(const struct guard *guard);

#endif
