/* inject.c - decides which call fails, and finds its caller
 *
 * SPDX-License-Identifier: MIT */
#include "config.h"

#include "inject.h"

#include "inject_calls.h"

#include <dirent.h>
#if defined(__GLIBC__)
#include <execinfo.h>
#endif
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const inject_names[] = {
#define NAME(name, ...) #name,
	INJECT_CALLS(NAME) NULL};

/* Faults of each function by its number; two zeroes end a list. */
static const int faults[][12] = {{0},
#define FAULTS(name, ...) {__VA_ARGS__, INJECT_SURVIVED, INJECT_SURVIVED},
	INJECT_CALLS(FAULTS)};

static int refused[INJECT_N];
static struct inject_table own_table, *table = &own_table;
static _Atomic(bool) counting, ended;
static _Atomic(long) n_blocks, n_mapped;
static _Atomic(long) left_to_live; /* calls; 0: no end */

/* Symbols of the linker: the start of the program, and the end of its code. */
extern const char __ehdr_start[], etext[];

int __real_open(const char *path, int flags, ...);
int __real_close(int fd);
void *__real_mmap(void *address, size_t len, int protection, int flags, int fd, off_t off);

void inject_origin(void)
{
}

/* --- When --- */

void inject_start(void)
{
	atomic_store(&counting, !atomic_load(&ended));
}

void inject_stop(void)
{
	atomic_store(&counting, false);
}

void inject_end(void)
{
	inject_stop();
	atomic_store(&ended, true);
}

void inject_refuse(const char *name, int errnum)
{
	uint32_t call;

	for (call = 1; call < INJECT_N; call++)
		if (strcmp(inject_names[call - 1], name) == 0)
			refused[call] = errnum;
}

void inject_die_at(long nth)
{
	atomic_store(&left_to_live, nth);
}

const char *inject_failed(int *ret_fault, bool *ret_must_survive)
{
	uint32_t call = atomic_load(&table->call);

	*ret_fault = atomic_load(&table->fault);
	*ret_must_survive = table->must_survive;
	return call == INJECT_NONE ? NULL : inject_names[call - 1];
}

void inject_count_blocks(long n)
{
	atomic_fetch_add(&n_blocks, n);
}

void inject_count_mapped(long n_bytes)
{
	atomic_fetch_add(&n_mapped, n_bytes);
}

long inject_blocks(void)
{
	return atomic_load(&n_blocks);
}

long inject_mapped(void)
{
	return atomic_load(&n_mapped);
}

static void __attribute__((constructor)) find_table(void)
{
	const char *path = getenv("INJECT_TABLE");
	int fd = path ? __real_open(path, O_RDWR | O_CLOEXEC) : -1;
	void *shared;

	if (fd >= 0) {
		shared = __real_mmap(
			NULL, sizeof(*table), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		__real_close(fd);
		if (shared == MAP_FAILED)
			abort();
		table = shared;
	}
	if (getenv("INJECT_AT_ONCE"))
		inject_start();
}

static void __attribute__((destructor)) count_descriptors(void)
{
	DIR *folder;

	inject_end();
	folder = opendir("/proc/self/fd");
	while (folder && readdir(folder))
		table->n_descriptors++;
	if (folder)
		closedir(folder);
}

/* A function whose last act is the call was called from a library, by a pointer. Libraries are
 * at other addresses in each run, so all such calls are one place. */
static bool is_elsewhere(const void *from)
{
	return (uintptr_t)from < (uintptr_t)__ehdr_start || (uintptr_t)from >= (uintptr_t)etext;
}

static int64_t place_of(const void *from)
{
	return (int64_t)(intptr_t)from - (int64_t)(intptr_t)inject_origin;
}

static uint32_t find_site(enum inject_call call, const void *from)
{
	int64_t place = place_of(from), none;
	uint32_t i;

	if (is_elsewhere(from))
		place = INT64_MAX - (int64_t)call;
	for (i = 0; i < INJECT_SITES; i++) {
		struct inject_site *site = &table->sites[i];

		none = 0;
		if (atomic_compare_exchange_strong(&site->place, &none, place))
			atomic_store(&site->call, call);
		else if (none != place)
			continue;
		return i;
	}
	abort();
}

/* Returns: a number for the way by which a call came, since many callers share a place. It is
 * the same in every run, whatever the addresses of the program and its libraries. */
static uint32_t hash_of_way(const struct inject_site *site)
{
	uint32_t hash = (uint32_t)atomic_load(&site->place);
#if defined(__GLIBC__)
	void *frames[32];
	int n = backtrace(frames, 32), i;

	for (i = 0; i < n; i++)
		if (!is_elsewhere(frames[i]))
			hash = (hash ^ (uint32_t)place_of(frames[i])) * 0x01000193u;
#endif
	return hash ? hash : 1;
}

/* Selects the wanted fault of a function. Returns: 0 if the function has no such choice. */
static int choose(enum inject_call call)
{
	const int *fault = faults[call];
	uint32_t n = 0;
	int chosen = 0;

	table->must_survive = false;
	for (; fault[0] != INJECT_SURVIVED || fault[1] != INJECT_SURVIVED; fault++) {
		if (*fault == INJECT_SURVIVED) {
			if (n <= table->choice)
				table->must_survive = true;
			continue;
		}
		if (n++ == table->choice)
			chosen = *fault;
	}
	table->n_choices = n;
	return chosen;
}

/* Returns: whether this call, number `n`, is the first to fail. */
static bool is_wanted(uint32_t n, const struct inject_site *site)
{
	uint32_t way;

	if (table->nth != 0 || atomic_load(&table->call) != INJECT_NONE)
		return n == table->nth;
	/* Called only here, since this place is part of the way. */
	way = hash_of_way(site);
	if (table->way == 0 && n < INJECT_TRACE)
		table->trace[n] = way;
	return table->way != 0 && way == table->way;
}

int inject_fault(enum inject_call call, const void *from)
{
	uint32_t i = find_site(call, from), n;
	int fault = 0;

	if (atomic_load(&left_to_live) > 0 && atomic_fetch_sub(&left_to_live, 1) == 1)
		kill(getpid(), SIGKILL);
	atomic_fetch_add(&table->sites[i].n_calls, 1);
	if (refused[call] != 0)
		return refused[call];
	if (!atomic_load(&counting))
		return 0;
	n = atomic_fetch_add(&table->n_calls, 1) + 1;
	if (is_wanted(n, &table->sites[i])) {
		fault = choose(call);
		atomic_store(&table->fault, fault);
		atomic_store(&table->call, call);
	} else if (table->lasts && atomic_load(&table->call) == (uint32_t)call) {
		fault = atomic_load(&table->fault);
		/* A caller that repeats an interrupted call would repeat it forever. */
		if (table->must_survive && (fault == EINTR || fault == EAGAIN))
			fault = 0;
	}
	if (fault != 0) {
		table->n_fired++;
		atomic_fetch_add(&table->sites[i].n_fired, 1);
	}
	return fault;
}
