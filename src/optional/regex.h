/* regex.h - what the files of regex share: PCRE2's functions, a pattern, a matcher
 *
 * regex.c loads and compiles, regex_syntax.c and regex_jit.c read the pattern's text, regex_match.c
 * searches one piece of text, regex_slice.c and regex_reader.c bring the pieces. regex_absent.c
 * replaces all of them in a build without PCRE2.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_H
#define SRC_OPTIONAL_REGEX_H

#include "common.h"

#include "optional/lazy.h"
#include "scan/window.h"

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
	USE(pcre2_jit_match_8) \
	USE(pcre2_get_error_message_8)

/* Filled when PCRE2 is loaded: there is no mmr_regex before. */
struct regex_functions {
	REGEX_FUNCTIONS(LAZY_POINTER)
};
extern struct regex_functions pcre2;

/* Brings PCRE2's memory through the counted allocator. Made once, and then for ever; but what JIT
 * makes executable, and its stacks, it maps itself. */
extern pcre2_general_context *regex_memory;

/* Whether the machine code that a release (major * 1000 + minor) makes of a pattern is right. */
bool regex_trusts_jit(mmr_slice pattern, const mmr_regex_options *options, unsigned release);

/* A piece, unless a line is longer: what workers of a parallel run get, so that a slice and a
 * reader on every backing are cut at the same places. */
#define REGEX_PIECE WINDOW_COPY

struct mmr_regex {
	pcre2_code *code;
	uint32_t n_groups;
	uint32_t n_names, name_size; /* names: two bytes of number, then text, in name_size bytes */
	const unsigned char *names;
	uint32_t match_limit, depth_limit, heap_limit;
	char delimiter;
	bool utf;
	bool within_lines; /* several lines are searched at once (regex_syntax.h) */
	bool jit;
};

/* The searches of one thread: in a piece of whole lines, one after another. PCRE2 is shown either
 * the whole piece, where the pattern allows it, or each of its lines alone. */
struct matcher {
	const mmr_regex *regex;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL: the machine's own, 32 KiB of it */
	const size_t *places;   /* of the last match, from the start of the subject */
	mmr_slice piece;
	mmr_slice subject;
	bool is_piece; /* the subject is the whole piece */
	size_t from;   /* the next search starts here in the subject; past its end: in the next */
	bool after_empty;
};

/* Makes what one thread needs. Errors: -ENOMEM; there is nothing to end then. */
int matcher_start(struct matcher *matcher, const mmr_regex *regex);
void matcher_end(struct matcher *matcher);

/* Begins with a piece, which must be private and stay as long as its matches. Its last line may
 * lack the delimiter. */
void matcher_load(struct matcher *matcher, mmr_slice piece);

/* The next match.
 *
 * Returns: 1; 0 at the end of the piece.
 * Errors: -ECANCELED at a limit, -ENOMEM, -EIO (any other error of PCRE2), at `off`, which is the
 * piece's, plus where the search began. */
int matcher_next(struct matcher *matcher, uint64_t off);

/* Where the subject of the last match starts in the piece. */
size_t matcher_line(const struct matcher *matcher);

/* A match of the piece at `off` by the start of its subject and its places. */
mmr_regex_match matcher_match(
	const struct matcher *matcher, size_t line, const size_t *places, uint64_t off);

#endif
