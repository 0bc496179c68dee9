/* lazy.h - optional libraries that are loaded when they are first needed, and what they cost
 *
 * A program that never asks for a content type never pays for libmagic: no start-up time, no
 * memory, no need to have it installed. Calls that need a library load it themselves; those below
 * are for who wants to choose the moment, or to know the price.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_LAZY_H
#define MMREADER_LAZY_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* Numbered from 0 without gaps: mmr_lazy_status answers -EINVAL behind the last one. */
enum mmr_library {
	MMR_LIBRARY_MAGIC = 0, /* libmagic, of file(1): mmr_kind_of */
	MMR_LIBRARY_PCRE2      /* PCRE2: regex.h */
};

/* How a library gets into the process; chosen when mmreader was built. */
enum mmr_lazy_way {
	MMR_LAZY_ABSENT = 0, /* never: built without it */
	MMR_LAZY_LINKED,     /* linked with mmreader; still started when first needed */
	MMR_LAZY_OPENED      /* by dlopen(3), when first needed */
};

/* Until the library is loaded everything behind `loaded` is 0 or "". */
typedef struct mmr_lazy_status_info {
	const char *name;    /* "libmagic" */
	const char *feature; /* what it is for, in a few words */
	enum mmr_lazy_way way;
	bool loaded;
	const char *soname;     /* what was opened, "libmagic.so.1"; "" when linked */
	char version[16];       /* "5.44": of the library that runs */
	int64_t loaded_ns;      /* when, in ns since 1970 (CLOCK_REALTIME) */
	double load_ms;         /* milliseconds that it took, its own start included */
	uint64_t load_resident; /* bytes by which resident memory grew; 0 = unknown */
} mmr_lazy_status_info;

/* Loads a library now, so that its first user need not wait. Loaded already, it does nothing; after
 * a failure it tries again. A library is never unloaded.
 *
 * Errors: MMR_ENOLIB when it is not installed, lacks a function or cannot start (mmr_last_error
 *   names the cause and the package to install), or when mmreader was built without it; -EINVAL
 *   for a library that does not exist.
 * Threads: safe; one loads, the others wait for it. */
MMR_API int mmr_lazy_load(enum mmr_library library);

/* What is known of a library. It loads nothing.
 *
 * Errors: -EINVAL for a library that does not exist.
 * Lifetime: texts live for ever. Threads: safe. */
MMR_API int mmr_lazy_status(enum mmr_library library, mmr_lazy_status_info *ret_status);

MMR_END_DECLS

#endif
