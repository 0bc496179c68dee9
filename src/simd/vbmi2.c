/* vbmi2.c - kernels with vectors of 64 bytes, for x86-64 processors that can compress bytes
 *
 * SPDX-License-Identifier: MIT */
#include "simd/simd.h"

#if defined(HAVE_AVX512VBMI2)

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,bmi,lzcnt,popcnt")))
#include "simd/avx512.h"

#define DECODE_MANY(word, n, first, at, falling) decode_many(word, n, first, at, falling)
#define KERNELS                                  simd_vbmi2
#define NAME                                     "avx512vbmi2"
#define USABLE                                   usable

static const unsigned char numbers[64] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16,
	17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39,
	40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62,
	63};

/* Adds `first` to 32 numbers of bits and stores them. */
TARGET SIMD_INLINE void store_half(uint16_t *at, __m256i bits, size_t first)
{
	__m512i offsets = _mm512_cvtepu8_epi16(bits);

	offsets = _mm512_add_epi16(offsets, _mm512_set1_epi16((short)first));
	_mm512_storeu_si512((void *)at, offsets);
}

/* Compresses to a register: processors of AMD up to Zen 4 compress to memory by microcode. */
TARGET SIMD_INLINE void decode_many(
	uint64_t word, unsigned n, size_t first, uint16_t *at, bool falling)
{
	const __m512i all = _mm512_loadu_si512((const void *)numbers);
	__m512i bits = _mm512_maskz_compress_epi8(word, all);

	if (falling)
		bits = _mm512_permutexvar_epi8(
			_mm512_sub_epi8(_mm512_set1_epi8((char)(n - 1)), all), bits);
	store_half(at, _mm512_castsi512_si256(bits), first);
	if (n > 32)
		store_half(at + 32, _mm512_extracti64x4_epi64(bits, 1), first);
}

static bool usable(void)
{
	return has_avx512() && __builtin_cpu_supports("avx512vbmi") &&
	       __builtin_cpu_supports("avx512vbmi2");
}

#include "simd/bytes_template.h"

#endif
