/* guard.c - the SIGBUS handler
 *
 * The handler jumps instead of replacing the page. So it needs no exact address and maps nothing,
 * and zeroes of a new page are never read as data. doc/safety.md explains each flag.
 *
 * SPDX-License-Identifier: MIT */
#include "file/guard.h"

#include "file/registry.h"

#include <mmreader/guard.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

_Atomic(bool) guard_installed;
_Thread_local struct guard *guard_current __attribute__((tls_model("initial-exec")));
_Thread_local bool guard_prepared __attribute__((tls_model("initial-exec")));

static struct sigaction previous;
static pthread_mutex_t install_lock = PTHREAD_MUTEX_INITIALIZER;

static void unblock_sigbus(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGBUS);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

void guard_prepare(void)
{
	unblock_sigbus();
	guard_prepared = true;
}

/* Some machines report only the page of a fault. */
static bool covers(const struct guard *guard, const char *address)
{
	if (((uintptr_t)address | 4095) >= (uintptr_t)guard->lo && address < guard->hi)
		return true;
	return guard->reader && reader_map_at(guard->reader, address);
}

/* A fault is ours when a guard of this thread covers the address: any of them, since two files may
 * be guarded at once. The jump leaves the guards inside of it too. Returns only if it is not. */
static void jump_if_ours(const siginfo_t *info)
{
	struct guard *guard = guard_current;
	const char *address = info->si_addr;

	if (info->si_code <= 0 || info->si_code == BUS_ADRALN)
		return;
	while (guard && !covers(guard, address))
		guard = guard->outer;
	if (!guard)
		return;
	guard->address = address;
	guard->bad_memory = info->si_code != BUS_ADRERR;
	guard_current = guard->outer;
	/* SA_NODEFER leaves it unblocked, except under ThreadSanitizer, which widens the mask. */
	unblock_sigbus();
	siglongjmp(guard->env, 1);
}

void mmr_guard_handle(int number, void *info, void *context)
{
	(void)number;
	(void)context;
	jump_if_ours(info);
}

void mmr_guard_delegate(void)
{
	atomic_store(&guard_installed, true);
}

static void on_sigbus(int number, siginfo_t *info, void *context)
{
	int saved = errno;
	struct sigaction fallback;

	jump_if_ours(info);
	if (previous.sa_flags & SA_SIGINFO) {
		previous.sa_sigaction(number, info, context);
	} else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
		previous.sa_handler(number);
	} else if (previous.sa_handler == SIG_DFL || info->si_code > 0) {
		/* Return, so that the instruction faults again and the core dump shows it. A
		 * signal that a process sent has no instruction, so it is raised again. A
		 * real fault kills even if SIGBUS is ignored. */
		memset(&fallback, 0, sizeof(fallback));
		fallback.sa_handler = SIG_DFL;
		sigaction(SIGBUS, &fallback, NULL);
		if (info->si_code <= 0)
			raise(SIGBUS);
	}
	errno = saved;
}

int mmr_guard_install(void)
{
	struct sigaction action;
	int err = 0;

	pthread_mutex_lock(&install_lock);
	if (!atomic_load(&guard_installed)) {
		memset(&action, 0, sizeof(action));
		sigemptyset(&action.sa_mask);
		action.sa_sigaction = on_sigbus;
		action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
		/* The old action must be known before the first fault can ask for it. */
		if (sigaction(SIGBUS, NULL, &previous) < 0 || sigaction(SIGBUS, &action, NULL) < 0)
			err = -errno;
		else
			atomic_store(&guard_installed, true);
	}
	pthread_mutex_unlock(&install_lock);
	return err < 0 ? error_set(err, "install the SIGBUS handler") : 0;
}

int guard_fault(const struct guard *guard)
{
	const char *address = guard->address;
	struct owner owner;
	uint64_t off = 0;

	if (!registry_owner(address, &owner))
		return error_set(-EFAULT, "read memory at %p", (const void *)address);
	/* Addresses before the first byte are in the same page, which is lost as a whole. */
	if (address > owner.backing->bytes)
		off = (uint64_t)(address - owner.backing->bytes);
	return reader_explain(owner.reader, off, guard->bad_memory);
}

int mmr_try(mmr_reader *reader, int (*fn)(void *arg), void *arg)
{
	int result = reader_fault(reader);
	struct guard guard;

	if (result < 0)
		return result;
	if (mmr_backing(reader) == MMR_BACKING_MAPPED && !atomic_load(&guard_installed)) {
		error_set(-ENOTSUP, "guard the bytes of '%s'", reader->name);
		return error_hint(-ENOTSUP, "call mmr_guard_install first");
	}
	/* The guard names the reader, not its maps: a refresh may add one while `fn` runs. */
	if (!GUARD_ENTER(&guard, "", 0))
		return guard_fault(&guard);
	guard.reader = reader;
	result = fn(arg);
	guard_leave(&guard);
	return result;
}
