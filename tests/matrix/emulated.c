/* emulated.c - corrects the address of a fault under qemu-user
 *
 * Linked with -Wl,--wrap=sigaction into programs that run under qemu. Signals there carry addresses
 * of the host (on arm and ppc they differ by a constant), or with their halves swapped (s390x).
 * The guard compares addresses, so each handler of SIGBUS is called with the corrected one. A fault
 * at a known address before main() measures the difference.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE

#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int __real_sigaction(int number, const struct sigaction *action, struct sigaction *ret_old);
int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *ret_old);

static uintptr_t reported, difference;
static int halves_swapped;
static sigjmp_buf env;
static struct sigaction wanted;
static int is_wrapped;

static uintptr_t swap_halves(uintptr_t address)
{
	return sizeof(address) < 8 ? address
				   : (uintptr_t)((uint64_t)address << 32 | (uint64_t)address >> 32);
}

static void measure(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)context;
	reported = (uintptr_t)info->si_addr;
	siglongjmp(env, 1);
}

__attribute__((constructor)) static void calibrate(void)
{
	struct sigaction action, old;
	char path[] = "/tmp/mmreader-XXXXXX";
	int fd = mkstemp(path);
	volatile char *map;

	unlink(path);
	if (fd < 0 || ftruncate(fd, 1) < 0)
		abort();
	map = mmap(NULL, 1 << 20, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		abort();
	map += 1 << 19;
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = measure;
	action.sa_flags = SA_SIGINFO;
	__real_sigaction(SIGBUS, &action, &old);
	if (sigsetjmp(env, 1) == 0) {
		(void)*map;
		abort();
	}
	__real_sigaction(SIGBUS, &old, NULL);
	halves_swapped = reported != (uintptr_t)map && swap_halves(reported) == (uintptr_t)map;
	if (!halves_swapped)
		difference = reported - (uintptr_t)map;
	munmap((char *)(uintptr_t)map - (1 << 19), 1 << 20);
	close(fd);
}

static void correct(int number, siginfo_t *info, void *context)
{
	siginfo_t right = *info;
	uintptr_t address = (uintptr_t)info->si_addr;

	/* A positive code is a fault, which has an address. */
	if (info->si_code > 0)
		right.si_addr =
			(void *)((halves_swapped ? swap_halves(address) : address) - difference);
	wanted.sa_sigaction(number, &right, context);
}

int __wrap_sigaction(int number, const struct sigaction *action, struct sigaction *ret_old)
{
	struct sigaction wrapped, before = wanted;
	int was_wrapped = is_wrapped, err;

	if (number != SIGBUS)
		return __real_sigaction(number, action, ret_old);
	if (action && action->sa_flags & SA_SIGINFO) {
		wrapped = *action;
		wrapped.sa_sigaction = correct;
		wanted = *action;
		is_wrapped = 1;
		err = __real_sigaction(number, &wrapped, ret_old);
	} else {
		if (action)
			is_wrapped = 0;
		err = __real_sigaction(number, action, ret_old);
	}
	if (err == 0 && ret_old && was_wrapped)
		*ret_old = before;
	return err;
}
