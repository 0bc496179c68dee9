/* load.h - little-endian words from unaligned memory
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SIMD_LOAD_H
#define SRC_SIMD_LOAD_H

#include "common.h"

#include <string.h>

static inline uint64_t load_u64le(const char *ptr)
{
	uint64_t word;

	memcpy(&word, ptr, sizeof(word));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

static inline uint16_t load_u16le(const char *ptr)
{
	return (uint16_t)((unsigned char)ptr[0] | (unsigned char)ptr[1] << 8);
}

static inline uint32_t load_u32le(const char *ptr)
{
	uint32_t word;

	memcpy(&word, ptr, sizeof(word));
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap32(word);
#endif
	return word;
}

#endif
