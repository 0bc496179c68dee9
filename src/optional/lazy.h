/* lazy.h - one loader for all optional libraries
 *
 * Each library has an entry in the module that uses it, and a line in the table of lazy.c. The
 * module keeps pointers to the functions in a struct. Their types come from the library's own
 * header, so that the compiler checks every call although nothing is linked:
 *
 *	#define FUNCTIONS(USE) USE(magic_open) USE(magic_close)
 *	static struct functions { FUNCTIONS(LAZY_POINTER) } magic;
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_LAZY_H
#define SRC_OPTIONAL_LAZY_H

#include "common.h"

#include <mmreader/lazy.h>

#include <stdatomic.h>

/* Whether any library is loaded by dlopen. If not, dlopen must not be linked. */
#if MMR_MAGIC_LAZY || MMR_PCRE2_LAZY
#define LAZY_DLOPEN 1
#endif

/* For lists of functions: a member of the struct, and its value if the library is linked. */
#define LAZY_POINTER(function) __typeof__(function) *function;
#define LAZY_LINKED(function)  .function = function,

/* Size of the buffer for the reason of a failure. */
#define LAZY_REASON 256

struct lazy_symbol {
	const char *name;
	size_t off; /* offset of its pointer in `functions` */
};

struct lazy_library {
	const char *name;
	const char *package; /* Debian's name for it */
	const char *feature;
	enum mmr_lazy_way way;
	/* The next four are for MMR_LAZY_OPENED only. */
	const char *const *sonames; /* tried in this order; ends with NULL */
	const struct lazy_symbol *symbols;
	size_t n_symbols;
	void *functions;
	/* Initializes the library and returns its version; NULL if there is nothing to do. Called
	 * with the loader's lock held, until it succeeds once. Returns: false, with a reason. */
	bool (*start)(char *ret_version, size_t size, char *reason);
	/* Initially 0. `status` is written once, before `loaded`. */
	_Atomic(bool) loaded;
	mmr_lazy_status_info status;
};

/* The entries. */
extern struct lazy_library lazy_magic; /* filetype.c */
extern struct lazy_library lazy_pcre2; /* regex.c */

/* Loads a library if it is not loaded. It does not set mmr_last_error: for callers that can do
 * without the library.
 *
 * Shape: `reason` has LAZY_REASON bytes and is written only on failure.
 * Errors: MMR_ENOLIB; no function is set then.
 * Threads: safe. */
int lazy_try(struct lazy_library *library, char *reason);

/* Like lazy_try, but it sets mmr_last_error. */
int lazy_load(struct lazy_library *library);

/* Like mmr_lazy_status, for an entry. */
void lazy_status(struct lazy_library *library, mmr_lazy_status_info *ret_status);

/* The loader's lock, for operations that a library cannot do in two threads at once. It is not
 * recursive. In a child of fork it is free. */
void lazy_enter(void);
void lazy_leave(void);

/* Adds a note to the ELF file that names the library for packagers, since no DT_NEEDED entry does.
 *
 * Shape: literals; `sonames` is quoted as in JSON: "\"libmagic.so.1\"". Ends without a semicolon.
 * Source: https://uapi-group.org/specifications/specs/elf_dlopen_metadata/ */
#if LAZY_DLOPEN && defined(__ELF__)
#define LAZY_NOTE_TEXT(sonames, about) \
	"[{\"soname\":[" sonames "],\"feature\":\"" about "\",\"description\":\"Adds " about \
	"\",\"priority\":\"suggested\"}]"
#define LAZY_NOTE(id, sonames, about) \
	__attribute__((used, section(".note.dlopen"), aligned(4))) static const struct { \
		uint32_t owner_size, text_size, type; \
		char owner[4]; \
		char text[(sizeof(LAZY_NOTE_TEXT(sonames, about)) + 3) / 4 * 4]; \
	} lazy_note_##id = {4, sizeof(LAZY_NOTE_TEXT(sonames, about)), 0x407c0c0a, "FDO", \
		LAZY_NOTE_TEXT(sonames, about)};
#else
#define LAZY_NOTE(id, sonames, about)
#endif

#endif
