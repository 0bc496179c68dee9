/* array_turn.h - the part of array_template.h that turns bytes around, and widens f16
 *
 * SPDX-License-Identifier: MIT */

/* Turning bytes around is shifting: bytes in pairs, then pairs, then fours. Shuffles would be
 * shorter, but no compiler's vectors have them on every machine. */
#define SWAP(name, ELEMENT, VECTORS, TURN, TURN_ONE) \
	TARGET static void name(const char *ptr, size_t n, char *to) \
	{ \
		const size_t lanes = sizeof(VECTORS) / sizeof(ELEMENT); \
		ELEMENT element; \
		VECTORS v; \
\
		for (; n >= lanes; n -= lanes, ptr += sizeof(v), to += sizeof(v)) { \
			memcpy(&v, ptr, sizeof(v)); \
			v = TURN(v); \
			memcpy(to, &v, sizeof(v)); \
		} \
		for (; n > 0; n--, ptr += sizeof(element), to += sizeof(element)) { \
			memcpy(&element, ptr, sizeof(element)); \
			element = TURN_ONE(element); \
			memcpy(to, &element, sizeof(element)); \
		} \
	}

#define TURN_2(v) ((v) << 8 | (v) >> 8)
#define TURN_4(v) turn_4(v)
#define TURN_8(v) turn_8(v)

/* Four bytes around, in each 32 bits. */
TARGET static inline u32s turn_4(u32s v)
{
	v = (v & 0x00ff00ff) << 8 | ((v >> 8) & 0x00ff00ff);
	return v << 16 | v >> 16;
}

TARGET static inline u64s turn_8(u64s v)
{
	v = (u64s)turn_4((u32s)v);
	return v << 32 | v >> 32;
}

SWAP(swap_2, uint16_t, u16s, TURN_2, __builtin_bswap16)
SWAP(swap_4, uint32_t, u32s, TURN_4, __builtin_bswap32)
SWAP(swap_8, uint64_t, u64s, TURN_8, __builtin_bswap64)

/* The bits of a half as those of a float 2^112 times too small, which keeps subnormal ones right;
 * infinities and NaN are told by what comes out too large.
 *
 * Source: IEEE 754, binary16 and binary32. */
TARGET static void widen_f16(const char *ptr, size_t n, char *to)
{
	uint32_t bits, sign;
	uint16_t half;
	float value;

	for (; n > 0; n--, ptr += sizeof(half), to += sizeof(value)) {
		memcpy(&half, ptr, sizeof(half));
		sign = (uint32_t)(half & 0x8000) << 16;
		bits = (uint32_t)(half & 0x7fff) << 13;
		memcpy(&value, &bits, sizeof(value));
		value *= 0x1p112f;
		memcpy(&bits, &value, sizeof(bits));
		if ((half & 0x7c00) == 0x7c00)
			bits = UINT32_C(0x7f800000) | (uint32_t)(half & 0x3ff) << 13;
		bits |= sign;
		memcpy(to, &bits, sizeof(bits));
	}
}
