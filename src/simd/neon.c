/* neon.c - kernels with vectors of 16 bytes, for 64-bit ARM
 *
 * SPDX-License-Identifier: MIT */
#include "simd/simd.h"

#if defined(HAVE_NEON)

#include <arm_neon.h>

#define VECTOR       uint8x16_t
#define VECTOR_BYTES 16
#define TARGET
#define LOAD(p)            vld1q_u8((const uint8_t *)(const void *)(p))
#define SPLAT(b)           vdupq_n_u8((uint8_t)(b))
#define OR(v, w)           vorrq_u8(v, w)
#define EQUAL(v, w)        equal_bits(v, w)
#define AND(v, w)          vandq_u8(v, w)
#define TABLE(p)           vld1q_u8(p)
#define LOOKUP(t, v)       vqtbl1q_u8(t, v)
#define NIBBLES(v)         vshrq_n_u8(v, 4)
#define TALLY              uint8x16_t
#define TALLY_ZERO()       vdupq_n_u8(0)
#define TALLY_ADD(t, v, w) vsubq_u8(t, vceqq_u8(v, w))
#define TALLY_SUM(t)       ((uint64_t)vaddlvq_u8(t))
#define KERNELS            simd_neon
#define NAME               "neon"
#define USABLE             simd_always
#define NUMBERS            numbers_portable /* the compiler makes NEON of them */

/* NEON has no movemask. Each equal byte keeps one bit, and the bits of each half are added up. */
static inline uint64_t equal_bits(uint8x16_t v, uint8x16_t w)
{
	static const uint8_t places[16] = {
		1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
	uint8x16_t bits = vandq_u8(vceqq_u8(v, w), vld1q_u8(places));

	return (uint64_t)vaddv_u8(vget_low_u8(bits)) | (uint64_t)vaddv_u8(vget_high_u8(bits)) << 8;
}

#include "simd/bytes_template.h"

#endif
