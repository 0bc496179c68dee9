/* regex.h - declarations shared by the files of regex: PCRE2's functions, a pattern, a matcher
 *
 * regex.c loads PCRE2 and compiles patterns. regex_syntax.c and regex_jit.c analyze the text of a
 * pattern. regex_items.c and regex_literals.c find out which texts it requires. regex_match.c
 * searches one piece of text. regex_slice.c and regex_reader.c copy the pieces. regex_absent.c
 * replaces all of them in a build without PCRE2.
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OPTIONAL_REGEX_H
#define SRC_OPTIONAL_REGEX_H

#include "common.h"

#include "optional/library.h"
#include "scan/window.h"

#include <mmreader/regex.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Full names, because the short ones are macros. */
#define REGEX_FUNCTIONS(USE) \
	USE(pcre2_config_8) \
	USE(pcre2_general_context_create_8) \
	USE(pcre2_compile_context_create_8) \
	USE(pcre2_compile_context_free_8) \
	USE(pcre2_set_newline_8) \
	USE(pcre2_compile_8) \
	USE(pcre2_code_free_8) \
	USE(pcre2_callout_enumerate_8) \
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

/* Set when PCRE2 is loaded. No mmr_regex exists before. */
struct regex_functions {
	REGEX_FUNCTIONS(LIBRARY_POINTER)
};
extern struct regex_functions pcre2;

/* Makes PCRE2 allocate with heap_alloc. Created once and never freed. PCRE2 maps the memory of its
 * machine code and the stacks of JIT itself. */
extern pcre2_general_context *regex_memory;

/* The flags of a code for subjects that may be not UTF-8. Without them, a match ends with an error
 * in such a subject. */
#define REGEX_INVALID_UTF (PCRE2_MATCH_INVALID_UTF | PCRE2_NO_DOTSTAR_ANCHOR)

/* Compiles a pattern with the options and with further flags of PCRE2.
 *
 * Returns: NULL if it cannot be compiled; `*ret_cause` is then the error of PCRE2, and `*ret_at`
 *   the offset in the pattern. */
pcre2_code *regex_code_of(mmr_slice pattern, const mmr_regex_options *options, uint32_t flags,
	int *ret_cause, size_t *ret_at);

/* What a pattern is matched against. */
enum regex_subject {
	REGEX_LINE,   /* a line without its delimiter */
	REGEX_RECORD, /* several lines, without the delimiter of the last one */
	REGEX_HEAD    /* a line, and only at its start */
};

/* Like mmr_regex_compile. */
int regex_compile(mmr_slice pattern, const mmr_regex_options *options, enum regex_subject subject,
	mmr_regex **ret_regex);

/* Sets the error of a pattern that needs the delimiter, at an offset in it. Returns: -EINVAL. */
int regex_refuse(mmr_slice pattern, char delimiter, size_t at);

/* Whether a release (major * 1000 + minor) compiles a pattern to correct machine code. */
bool regex_trusts_jit(mmr_slice pattern, const mmr_regex_options *options, unsigned release);

/* Copies bytes of a map. Errors: MMR_ETRUNCATED, -EIO (a guarded fault). */
int regex_copy(char *to, const char *from, size_t len);

/* Returns: how many bytes at the start of private memory are whole lines. */
size_t regex_whole_lines(mmr_slice bytes, char delimiter);

/* The size of a piece, unless a line is longer. It is the window of parallel runs, so that slices
 * and readers with any backing are cut at the same offsets. */
#define REGEX_PIECE WINDOW_COPY

struct mmr_regex {
	pcre2_code *code;
	pcre2_code *invalid_code; /* for subjects that are not UTF-8; NULL unless `utf` */
	uint32_t n_groups;
	uint32_t n_names, name_size; /* each name takes name_size bytes: a 2-byte number, a text */
	const unsigned char *names;
	uint32_t match_limit, depth_limit, heap_limit;
	char delimiter;
	bool utf;
	enum regex_subject subject;
	const mmr_split *records; /* of REGEX_RECORD */
	bool within_lines;        /* several lines are searched at once (regex_syntax.h) */
	bool jit;
	struct regex_literals *literals; /* regex_literals.h; NULL if none are known */
};

/* The searches of one thread. It searches one piece of whole lines after another. The subject that
 * PCRE2 gets is the whole piece, if the pattern allows it, or else each line alone. */
struct matcher {
	const mmr_regex *regex;
	pcre2_match_data *data;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL: 32 KiB of the thread's stack are used */
	const size_t *places;   /* offsets of the last match and its groups in the subject */
	mmr_slice piece;
	mmr_slice subject;
	bool is_piece; /* the subject is the whole piece */
	enum {
		SUBJECT_UNKNOWN,
		SUBJECT_VALID, /* it is UTF-8 */
		SUBJECT_INVALID
	} validity;  /* of `utf` */
	size_t from; /* offset of the next search in the subject; past its end: search the next */
	bool after_empty;
};

/* Allocates the data of one thread. Errors: -ENOMEM; do not call matcher_end then. */
int matcher_start(struct matcher *matcher, const mmr_regex *regex);
void matcher_end(struct matcher *matcher);

/* Starts with a new piece. It must be private memory that stays valid as long as its matches. Its
 * last line may lack the delimiter. Unless lines are matched, the piece is one subject. */
void matcher_load(struct matcher *matcher, mmr_slice piece);

/* Continues at offset `from` of the piece, which is the start of a line or the end. */
void matcher_skip(struct matcher *matcher, size_t from);

/* The next match.
 *
 * Returns: 1; 0 at the end of the piece.
 * Errors: -ECANCELED at a limit, -ENOMEM, -EIO (any other error of PCRE2). The offset of the error
 *   is where the search began; `off` is that of the piece. */
int matcher_next(struct matcher *matcher, uint64_t off);

/* The offset of the last match's subject in the piece. */
size_t matcher_line(const struct matcher *matcher);

/* Makes a match from the offset of its subject in the piece, the offsets of its groups in the
 * subject, and the offset of the piece. */
mmr_regex_match matcher_match(
	const struct matcher *matcher, size_t line, const size_t *places, uint64_t off);

#endif
