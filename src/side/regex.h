/* regex.h - what the files of regex share: PCRE2's functions, a pattern, a matcher
 *
 * regex.c loads and compiles, regex_match.c searches one piece of text, regex_slice.c and
 * regex_reader.c bring the pieces. regex_absent.c stands for all of them in a build without PCRE2.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIDE_REGEX_H
#define SRC_SIDE_REGEX_H

#include "common.h"

#include "bulk/window.h"
#include "side/lazy.h"

#include <mmreader/regex.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* By their true names: the short ones are macros. */
#define REGEX_FUNCTIONS(USE) \
	USE(pcre2_config_8) \
	USE(pcre2_general_context_create_8) \
	USE(pcre2_compile_context_create_8) \
	USE(pcre2_compile_context_free_8) \
	USE(pcre2_set_newline_8) \
	USE(pcre2_compile_8) \
	USE(pcre2_code_free_8) \
	USE(pcre2_jit_compile_8) \
	USE(pcre2_pattern_info_8) \
	USE(pcre2_match_context_create_8) \
	USE(pcre2_match_context_free_8) \
	USE(pcre2_set_match_limit_8) \
	USE(pcre2_set_depth_limit_8) \
	USE(pcre2_set_heap_limit_8) \
	USE(pcre2_jit_stack_create_8) \
	USE(pcre2_jit_stack_assign_8) \
	USE(pcre2_jit_stack_free_8) \
	USE(pcre2_match_data_create_from_pattern_8) \
	USE(pcre2_match_data_free_8) \
	USE(pcre2_get_ovector_pointer_8) \
	USE(pcre2_match_8) \
	USE(pcre2_get_error_message_8)

/* Filled when PCRE2 is loaded: there is no mmr_regex before. */
struct regex_functions {
	REGEX_FUNCTIONS(LAZY_POINTER)
};
extern struct regex_functions pcre2;

/* Brings PCRE2's memory through the counted allocator. Made once, and then for ever; but what JIT
 * makes executable, and its stacks, it maps itself. */
extern pcre2_general_context *regex_memory;

/* A piece, unless a line is longer: what workers of a parallel run get, so that a slice and a
 * reader on every backing are cut at the same places. */
#define REGEX_PIECE WINDOW_COPY

struct mmr_regex {
	pcre2_code *code;
	uint32_t n_groups;
	uint32_t n_names, name_size; /* names: two bytes of number, then text, in name_size bytes */
	const unsigned char *names;
	uint32_t match_limit, depth_limit, heap_limit;
	bool jit;
};

/* One search after the other in one piece; one thread's own. */
struct matcher {
	const mmr_regex *regex;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL: the machine's own, 32 KiB of it */
	const size_t *places;   /* of the last match */
	mmr_slice bytes;
	size_t from; /* the next search begins here; behind the end when all is done */
	bool after_empty;
};

/* Makes what one thread needs. Errors: -ENOMEM; there is nothing to end then. */
int matcher_start(struct matcher *matcher, const mmr_regex *regex);
void matcher_end(struct matcher *matcher);

/* Begins with a piece, which must be private and stay as long as its matches. */
void matcher_load(struct matcher *matcher, mmr_slice bytes);

/* The next match.
 *
 * Returns: 1; 0 at the end of the piece.
 * Errors: -ECANCELED at a limit, -ENOMEM, -EIO (whatever PCRE2 has against it), at `off` + where
 * the search began. */
int matcher_next(struct matcher *matcher, uint64_t off);

/* A match of the piece by its places; `off` is the piece's. */
mmr_regex_match matcher_match(const struct matcher *matcher, const size_t *places, uint64_t off);

#endif
