/* library.h - one loader for all optional libraries
 *
 * Each library has an entry in the module that uses it, and a line in the table of library.c. The
 * module keeps pointers to the functions in a struct. Their types come from the library's own
 * header, so that the compiler checks every call although nothing is linked:
 *
 *	#define FUNCTIONS(USE) USE(magic_open) USE(magic_close)
 *	static struct functions { FUNCTIONS(LIBRARY_POINTER) } magic;
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_LIBRARY_H
#define SRC_OPTIONAL_LIBRARY_H

#include "common.h"

#include <mmreader/library.h>

#include <stdatomic.h>

/* Whether any library is loaded by dlopen. If not, dlopen must not be linked. */
#if MMR_MAGIC_LAZY || MMR_PCRE2_LAZY
#define LIBRARY_DLOPEN 1
#endif

/* For lists of functions: a member of the struct, and its value if the library is linked. */
#define LIBRARY_POINTER(function) __typeof__(function) *function;
#define LIBRARY_LINKED(function)  .function = function,

/* Size of the buffer for the reason of a failure. */
#define LIBRARY_REASON 256

struct library_symbol {
	const char *name;
	size_t off; /* offset of its pointer in `functions` */
};

struct library {
	const char *name;
	const char *package; /* Debian's name for it */
	const char *feature;
	enum mmr_linkage linkage;
	/* The next four are for MMR_LINKAGE_DLOPEN only. */
	const char *const *sonames; /* tried in this order; ends with NULL */
	const struct library_symbol *symbols;
	size_t n_symbols;
	void *functions;
	/* Initializes the library and returns its version; NULL if there is nothing to do. Called
	 * with LOCK_LIBRARIES held, until it succeeds once. Returns: false, with a reason. */
	bool (*start)(char *ret_version, size_t size, char *reason);
	/* Initially 0. `status` is written once, before `loaded`. */
	_Atomic(bool) loaded;
	mmr_library_info status;
};

/* The entries. */
extern struct library library_magic; /* filetype.c */
extern struct library library_pcre2; /* regex.c */

/* Loads a library if it is not loaded. It does not set mmr_last_error: for callers that can do
 * without the library.
 *
 * Shape: `reason` has LIBRARY_REASON bytes and is written only on failure.
 * Errors: MMR_ENOLIB; no function is set then.
 * Threads: safe. */
int library_try(struct library *library, char *reason);

/* Like library_try, but it sets mmr_last_error. */
int library_load(struct library *library);

/* Like mmr_library_status, for an entry. */
void library_status(struct library *library, mmr_library_info *ret_status);

/* Adds a note to the ELF file that names the library for packagers, since no DT_NEEDED entry does.
 *
 * Shape: literals; `sonames` is quoted as in JSON: "\"libmagic.so.1\"". Ends without a semicolon.
 * Source: https://uapi-group.org/specifications/specs/elf_dlopen_metadata/ */
#if LIBRARY_DLOPEN && defined(__ELF__)
#define LIBRARY_NOTE_TEXT(sonames, about) \
	"[{\"soname\":[" sonames "],\"feature\":\"" about "\",\"description\":\"Adds " about \
	"\",\"priority\":\"suggested\"}]"
#define LIBRARY_NOTE(id, sonames, about) \
	__attribute__((used, section(".note.dlopen"), aligned(4))) static const struct { \
		uint32_t owner_size, text_size, type; \
		char owner[4]; \
		char text[(sizeof(LIBRARY_NOTE_TEXT(sonames, about)) + 3) / 4 * 4]; \
	} library_note_##id = {4, sizeof(LIBRARY_NOTE_TEXT(sonames, about)), 0x407c0c0a, "FDO", \
		LIBRARY_NOTE_TEXT(sonames, about)};
#else
#define LIBRARY_NOTE(id, sonames, about)
#endif

#endif
