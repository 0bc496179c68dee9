/* support.h - what the unit tests share: fences, files, every backing, chance
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_H
#define TESTS_SUPPORT_H

/* First, so that config.h decides what the system's headers show. */
#include "common.h"

#include "check_main.h"

#include <mmreader.h>

#include <errno.h>
#include <string.h>
#include <sys/types.h>

/* Like ck_assert_msg, for loops: costs nothing while it holds. Words about the case come last. */
#define MUST(condition, ...) \
	do { \
		if (!(condition)) \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)

/* Adds a test case to a suite: its name, then its tests. */
#define ADD_CASE(suite, name, ...) \
	add_case((suite), (name), (const TTest *const[]){__VA_ARGS__, NULL})

void add_case(Suite *suite, const char *name, const TTest *const tests[]);

/* --- Chance: the same in every run --- */

struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *chance);

/* From 0 to `limit` - 1. */
size_t chance_below(struct chance *chance, size_t limit);

/* Bytes drawn from an alphabet; an alphabet of length 0 stands for all 256. */
void chance_fill(struct chance *chance, char *bytes, size_t len, mmr_slice alphabet);

/* --- Fences: memory between two pages that may not be touched --- */

struct fence {
	char *start, *stop; /* whole pages */
};

/* Room for at least `len` bytes. */
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

/* Whether the library can tell what was not written at `off` from zeroes: in this build, on this
 * file system. */
bool temp_has_hole(const struct temp *temp, uint64_t off);
void temp_close(struct temp *temp);

/* The file opened with one of the backings; fails the test when it does not open. */
mmr_reader *temp_reader(const struct temp *temp, enum mmr_backing_kind backing);

/* --- Every backing --- */

struct setting {
	const char *name;   /* for messages */
	mmr_reader *reader; /* contains `bytes`, with any backing */
	mmr_slice bytes;
	bool addressable; /* false: the reader is UNMAPPED, views of it must fail */
};

/* Runs a body over the same bytes mapped, copied, unmapped, as the caller's memory, and as a part
 * of a larger file that begins at an odd offset. */
void on_every_backing(
	mmr_slice bytes, void (*body)(const struct setting *setting, void *arg), void *arg);

/* For on_every_backing: size, bytes and reads at random places are those of the setting. `arg` is
 * the struct chance. */
void must_read_the_same(const struct setting *setting, void *arg);

/* --- Streams --- */

/* Bytes that a thread writes into a pipe. */
struct piped {
	mmr_reader *reader; /* of the pipe */
	struct piped_writer *writer;
};

/* Opens a reader of bytes that are written in pieces of `piece` bytes, or of various sizes if it is
 * 0. Then the pipe ends, or stays open until piped_close if `stays_open` is set. The bytes must be
 * there until piped_close. */
struct piped piped_open(mmr_slice bytes, size_t piece, bool stays_open);

/* Closes the reader. What was not read is lost. */
void piped_close(struct piped *piped);

/* --- Processes --- */

/* Runs a body in a child, which leaves with 0 when it returns. Returns: the wait status. */
int in_child(void (*body)(void *arg), void *arg);

size_t count_descriptors(void);

/* mmr_heap_bytes, with the note of this thread's last error already made: it stays with the thread.
 */
uint64_t heap_in_use(void);

/* Lines of /proc/self/maps that contain a word. */
size_t count_maps(const char *word);

/* Resident KiB of this process, counted page by page. 0 where the kernel does not tell. */
size_t resident_kib(void);

/* Whether ThreadSanitizer or MemorySanitizer keeps several bytes in memory for each byte that is
 * looked at. */
bool memory_is_shadowed(void);

/* Whether a sanitizer keeps books in this process's memory: its pages and its addresses are not the
 * library's alone. AddressSanitizer, too. */
bool memory_is_shared_with_checker(void);

bool is_built_with_pcre2(void);

/* Whether it can be loaded, too; if not, says that something is skipped. */
bool has_pcre2(void);

/* Bytes of address space in use. */
uint64_t address_space(void);

#endif
