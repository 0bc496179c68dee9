/* fuzz.h - shared code of the fuzz targets: parsing of the input, and checks
 *
 * A target is one file with LLVMFuzzerTestOneInput. libFuzzer searches for inputs (`make fuzz`).
 * replay.c runs the target over the files of its corpus (`make check`).
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <mmreader.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the program with a message unless the condition is true. */
#define MUST(condition, ...) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: " #condition ": ", __FILE__, __LINE__); \
			fprintf(stderr, __VA_ARGS__); \
			fputc('\n', stderr); \
			abort(); \
		} \
	} while (0)

/* The rest of an input, which is consumed from its start. */
struct taker {
	const uint8_t *at;
	size_t left;
};

static inline uint8_t take_byte(struct taker *taker)
{
	if (taker->left == 0)
		return 0;
	taker->left--;
	return *taker->at++;
}

/* Takes a number of 0 to 8 bytes, so that small and large numbers are equally likely. */
static inline uint64_t take_number(struct taker *taker)
{
	unsigned n = take_byte(taker) % 9;
	uint64_t number = 0;

	while (n-- > 0)
		number = number << 8 | take_byte(taker);
	return number;
}

static inline mmr_slice take_rest(struct taker *taker)
{
	mmr_slice rest = {(const char *)taker->at, taker->left};

	taker->left = 0;
	return rest;
}

/* Copies the rest. The copy ends where its allocation ends, so that a sanitizer finds each access
 * after it. */
static inline char *take_copy(struct taker *taker, size_t *ret_len)
{
	mmr_slice rest = take_rest(taker);
	char *copy = malloc(rest.len > 0 ? rest.len : 1);

	MUST(copy, "out of memory");
	if (rest.len > 0)
		memcpy(copy, rest.ptr, rest.len);
	*ret_len = rest.len;
	return copy;
}

#endif
