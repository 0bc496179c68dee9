/* fuzz.h - what the fuzz targets share: taking the input apart, and a way to say what is wrong
 *
 * A target is one file with LLVMFuzzerTestOneInput. With libFuzzer it is searched (`make fuzz`);
 * without, replay.c runs it over the files of its corpus (`make check`).
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

/* Ends the program with a sentence unless the condition holds. */
#define MUST(condition, ...) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s:%d: " #condition ": ", __FILE__, __LINE__); \
			fprintf(stderr, __VA_ARGS__); \
			fputc('\n', stderr); \
			abort(); \
		} \
	} while (0)

/* An input, taken from its start. */
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

/* A number of 0 to 8 bytes, so that small and huge ones are as easy to find. */
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

/* A copy that ends where its allocation ends, so that a sanitizer sees each byte behind it. */
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
