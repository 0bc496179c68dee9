/* library.c - loads optional libraries once, with all functions or none, and measures the cost
 *
 * SPDX-License-Identifier: MIT */
#include "optional/library.h"

#include "os/os.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#if LIBRARY_DLOPEN
#include <dlfcn.h>
#endif

static struct library *const libraries[] = {
	[MMR_LIBRARY_MAGIC] = &library_magic,
	[MMR_LIBRARY_PCRE2] = &library_pcre2,
};

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

#if LIBRARY_DLOPEN
/* memcpy, because C has no cast between pointers to data and to functions. */
static void fill_in(const struct library *library, size_t i, void *address)
{
	memcpy((char *)library->functions + library->symbols[i].off, &address, sizeof(address));
}

/* Looks up all functions. On failure none is set. */
static bool resolve(const struct library *library, void *handle, const char *soname, char *reason)
{
	void *address;
	size_t i;

	for (i = 0; i < library->n_symbols; i++) {
		address = dlsym(handle, library->symbols[i].name);
		if (!address)
			break;
		fill_in(library, i, address);
	}
	if (i == library->n_symbols)
		return true;
	snprintf(reason, LIBRARY_REASON, "%s has no %s", soname, library->symbols[i].name);
	while (i > 0)
		fill_in(library, --i, NULL);
	return false;
}

static bool open_library(struct library *library, char *reason)
{
	const char *const *soname;

	for (soname = library->sonames; *soname; soname++) {
		void *handle = dlopen(*soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

		if (!handle) {
			snprintf(reason, LIBRARY_REASON, "%s", dlerror());
			continue;
		}
		if (resolve(library, handle, *soname, reason)) {
			library->status.soname = *soname;
			return true;
		}
		dlclose(handle);
	}
	return false;
}
#else
static bool open_library(struct library *library, char *reason)
{
	snprintf(reason, LIBRARY_REASON, "no dlopen for %s in this build", library->name);
	return false;
}
#endif

/* Loads and initializes a library. The caller holds the lock. */
static bool bring_in(struct library *library, char *reason)
{
	mmr_library_info *status = &library->status;
	uint64_t before = os_resident(), after;
	int64_t started = clock_ns(CLOCK_MONOTONIC);

	if (library->linkage == MMR_LINKAGE_ABSENT) {
		snprintf(reason, LIBRARY_REASON, "mmreader was built without it");
		return false;
	}
	status->soname = "";
	if (library->linkage == MMR_LINKAGE_DLOPEN && !open_library(library, reason))
		return false;
	if (library->start && !library->start(status->version, sizeof(status->version), reason))
		return false;
	status->load_ms = (double)(clock_ns(CLOCK_MONOTONIC) - started) / 1e6;
	status->loaded_ns = clock_ns(CLOCK_REALTIME);
	after = os_resident();
	status->load_resident = before > 0 && after > before ? after - before : 0;
	status->loaded = true;
	atomic_store_explicit(&library->loaded, true, memory_order_release);
	return true;
}

int library_try(struct library *library, char *reason)
{
	bool loaded = atomic_load_explicit(&library->loaded, memory_order_acquire);

	if (loaded)
		return 0;
	lock_take(LOCK_LIBRARIES);
	loaded = atomic_load_explicit(&library->loaded, memory_order_relaxed) ||
		 bring_in(library, reason);
	lock_give(LOCK_LIBRARIES);
	return loaded ? 0 : MMR_ENOLIB;
}

int library_load(struct library *library)
{
	char reason[LIBRARY_REASON], remedy[128];
	int err = library_try(library, reason);

	if (err == 0)
		return 0;
	error_set(err, "load %s for %s (%s)", library->name, library->feature, reason);
	if (library->linkage == MMR_LINKAGE_ABSENT)
		return error_hint(err, "build mmreader with it");
	snprintf(remedy, sizeof(remedy), "install it (package %s in Debian)", library->package);
	return error_hint(err, remedy);
}

void library_status(struct library *library, mmr_library_info *ret_status)
{
	if (atomic_load_explicit(&library->loaded, memory_order_acquire)) {
		*ret_status = library->status;
	} else {
		memset(ret_status, 0, sizeof(*ret_status));
		ret_status->soname = "";
	}
	ret_status->name = library->name;
	ret_status->feature = library->feature;
	ret_status->linkage = library->linkage;
}

static struct library *find(enum mmr_library library)
{
	return (size_t)library < ARRAY_LEN(libraries) ? libraries[library] : NULL;
}

int mmr_library_load(enum mmr_library library)
{
	struct library *entry = find(library);

	if (!entry)
		return error_set(-EINVAL, "load optional library %d", (int)library);
	return library_load(entry);
}

int mmr_library_status(enum mmr_library library, mmr_library_info *ret_status)
{
	struct library *entry = find(library);

	if (!entry)
		return error_set(-EINVAL, "find optional library %d", (int)library);
	library_status(entry, ret_status);
	return 0;
}
