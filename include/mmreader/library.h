/* library.h - optional libraries, loaded when they are first needed
 *
 * A program that never asks for a content type spends no start-up time and no memory on libmagic,
 * and does not need it installed. Calls that need a library load it themselves. The calls below
 * load it at another time, or report what it cost.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_LIBRARY_H
#define MMREADER_LIBRARY_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* Numbered from 0 without gaps; mmr_library_status returns -EINVAL after the last one. */
enum mmr_library {
	MMR_LIBRARY_MAGIC = 0, /* libmagic, of file(1): mmr_filetype_of */
	MMR_LIBRARY_PCRE2      /* PCRE2: regex.h */
};

/* How a library is loaded; chosen when mmreader was built. */
enum mmr_linkage {
	MMR_LINKAGE_ABSENT = 0, /* never: mmreader was built without it */
	MMR_LINKAGE_LINKED,     /* linked with mmreader; initialized when first needed */
	MMR_LINKAGE_DLOPEN      /* by dlopen(3), when first needed */
};

/* Until the library is loaded, all members after `loaded` are 0 or "". */
typedef struct mmr_library_info {
	const char *name;    /* "libmagic" */
	const char *feature; /* what it is used for, in a few words */
	enum mmr_linkage linkage;
	bool loaded;
	const char *soname;     /* the file that was opened, "libmagic.so.1"; "" when linked */
	char version[16];       /* "5.44": that of the loaded library */
	int64_t loaded_ns;      /* time of loading, in ns since 1970 (CLOCK_REALTIME) */
	double load_ms;         /* duration of loading and initialization, in milliseconds */
	uint64_t load_resident; /* bytes by which resident memory grew; 0 = unknown */
} mmr_library_info;

/* Loads a library now, so that its first user need not wait. If it is loaded, this does nothing.
 * After a failure it tries again. A library is never unloaded.
 *
 * Errors: MMR_ENOLIB when the library is not installed, lacks a function or cannot be initialized
 *   (mmr_last_error reports the reason and the package to install), or when mmreader was built
 *   without it; -EINVAL for a library that does not exist.
 * Threads: safe; one thread loads, the others wait for it. */
MMR_API int mmr_library_load(enum mmr_library library);

/* Reports the status of a library without loading it.
 *
 * Errors: -EINVAL for a library that does not exist.
 * Lifetime: the texts are static.
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_library_status(
	enum mmr_library library, mmr_library_info *ret_status);

MMR_END_DECLS

#endif
