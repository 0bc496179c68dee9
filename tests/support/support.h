/* support.h - shared code of the unit tests: random data, fences, files, every backing, streams
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

/* First, because config.h selects what the system headers declare. */
#include "common.h"

#include "check_main.h"

#include <mmreader.h>

#include <errno.h>
#include <string.h>
#include <sys/types.h>

/* Like ck_assert_msg, but fast enough for inner loops. The message describes the case. */
#define MUST(condition, ...) \
	do { \
		if (!(condition)) \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

/* Initializers of an mmr_pattern. */
#define TEXT(text) \
	{ \
		{text, sizeof(text) - 1}, false \
	}
#define EXPRESSION(text) \
	{ \
		{text, sizeof(text) - 1}, true \
	}

/* Adds a test case to a suite: its name, then its tests. */
#define ADD_CASE(suite, name, ...) \
	add_case((suite), (name), (const TTest *const[]){__VA_ARGS__, NULL})

void add_case(Suite *suite, const char *name, const TTest *const tests[]);

/* --- Random data, the same in every run --- */

struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *chance);

/* Returns a number from 0 to `limit` - 1. */
size_t chance_below(struct chance *chance, size_t limit);

/* Fills a buffer with bytes of an alphabet. An alphabet of length 0 means all 256 bytes. */
void chance_fill(struct chance *chance, char *bytes, size_t len, mmr_slice alphabet);

/* --- Fences: memory between two pages that must not be touched --- */

struct fence {
	char *start, *stop; /* whole pages */
};

/* Makes room for at least `len` bytes. */
struct fence fence_open(size_t len);
void fence_close(struct fence *fence);

/* --- Files --- */

struct temp {
	char path[256];
	int fd;
};

struct temp temp_open(const void *bytes, size_t len);
void temp_write(struct temp *temp, uint64_t off, const void *bytes, size_t len);
void temp_resize(struct temp *temp, uint64_t size);

/* Whether the library knows that the bytes at `off` are a hole. This depends on the build and the
 * file system. */
bool temp_has_hole(const struct temp *temp, uint64_t off);
void temp_close(struct temp *temp);

/* Opens the file with a backing. The test fails if that is not possible. */
mmr_reader *temp_reader(const struct temp *temp, enum mmr_backing_kind backing);

/* --- Every backing --- */

struct setting {
	const char *name;   /* for messages */
	mmr_reader *reader; /* contains `bytes`, with any backing */
	mmr_slice bytes;
	bool addressable; /* false: the reader is UNMAPPED, views of it must fail */
};

/* Calls `body` with the same bytes mapped, copied, unmapped, as memory of the caller, and as a
 * range of a larger file that starts at an odd offset. */
void on_every_backing(
	mmr_slice bytes, void (*body)(const struct setting *setting, void *arg), void *arg);

/* Calls on_every_backing for bytes of each size: short lines, lines of about 256 bytes, NULs, and a
 * single line. The argument of `body` is `chance`. */
void on_random_lines(const size_t sizes[], size_t n_sizes,
	void (*body)(const struct setting *setting, void *arg), struct chance *chance);

/* For on_every_backing: checks the size, the bytes and reads at random offsets. `arg` is the struct
 * chance. */
void must_read_the_same(const struct setting *setting, void *arg);

/* --- Streams --- */

/* A pipe that a thread writes bytes to. */
struct piped {
	mmr_reader *reader; /* reader of the pipe */
	struct piped_writer *writer;
};

/* Opens a reader of bytes that are written in pieces of `piece` bytes, or of various sizes if it is
 * 0. Then the pipe ends, or it stays open until piped_close if `stays_open` is set. The bytes must
 * remain valid until piped_close. */
struct piped piped_open(mmr_slice bytes, size_t piece, bool stays_open);

/* Closes the reader. Bytes that were not read are lost. */
void piped_close(struct piped *piped);

/* --- Scans --- */

/* The `start` of a job whose state is a pointer to its context. */
int keep_context(void *state, void *context);

/* --- Processes --- */

/* Returns the seconds of a monotonic clock. */
double seconds(void);

/* Calls `body` in a child, which exits with 0 when it returns. Returns: the wait status. */
int in_child(void (*body)(void *arg), void *arg);

size_t count_descriptors(void);

/* Like mmr_heap_bytes, but first allocates the message of this thread's last error, which is kept
 * until the thread ends. */
uint64_t heap_in_use(void);

/* Returns the number of lines of /proc/self/maps that contain a word. */
size_t count_maps(const char *word);

/* Returns the resident KiB of this process, counted page by page, or 0 if the kernel does not
 * report them. */
size_t resident_kib(void);

/* Whether ThreadSanitizer or MemorySanitizer uses several bytes of memory for each byte that is
 * accessed. */
bool memory_is_shadowed(void);

/* Whether a sanitizer, including AddressSanitizer, uses memory of this process, so that its pages
 * and addresses are not those of the library alone. */
bool memory_is_shared_with_checker(void);

bool is_built_with_pcre2(void);

/* Whether PCRE2 is built in and can be loaded. If not, prints that a test is skipped. */
bool has_pcre2(void);

/* Returns the release of the PCRE2 that is loaded, as major * 1000 + minor. */
unsigned pcre2_release(void);

/* Returns the bytes of address space in use. */
uint64_t address_space(void);

#endif
