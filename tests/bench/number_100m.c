/* number_100m.c - compares very many floats parsed from text with the results of strtod
 *
 *	number_100m N [SEED]
 *
 * Run it by `make number-100m`. The C library's strtod must round correctly, as glibc's and musl's
 * do. Texts are drawn in turn from the kinds of numbers below, most of which are rare in data but
 * likely to reveal an error.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 2048

static uint64_t state = 1;

static uint64_t draw(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state * UINT64_C(2685821657736338717);
}

static int draw_below(int limit)
{
	return (int)(draw() >> 33) % limit;
}

/* Each number of digits from 1 to 20 is equally frequent. */
static uint64_t draw_whole(void)
{
	return draw() >> (draw() >> 58);
}

static double from_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static void make_seventeen(char *text)
{
	snprintf(text, ROOM, "%.17g", from_bits(draw()));
}

static void make_digits(char *text)
{
	snprintf(text, ROOM, "%.*g", draw_below(40), from_bits(draw()));
}

static void make_price(char *text)
{
	snprintf(text, ROOM, "%" PRIu64 ".%02d", draw_whole() >> 20, draw_below(100));
}

static void make_power(char *text)
{
	snprintf(text, ROOM, "%" PRIu64 "e%d", draw_whole(), draw_below(800) - 400);
}

static void make_fraction(char *text)
{
	snprintf(text, ROOM, "%s0.%0*d%" PRIu64 "E+%d", draw_below(2) ? "-" : "", draw_below(25), 0,
		draw_whole(), draw_below(30));
}

/* 17 to 40 digits, which may contain a point. */
static void make_long(char *text)
{
	int len;

	snprintf(text, ROOM, "%" PRIu64 "%s%" PRIu64, draw(), draw_below(2) ? "." : "",
		draw_whole());
	len = (int)strlen(text);
	snprintf(text + len, (size_t)(ROOM - len), "e%d", draw_below(760) - 400);
}

static void make_subnormal(char *text)
{
	uint64_t bits = draw_whole() & UINT64_C(0x001fffffffffffff);

	snprintf(text, ROOM, "%.*e", draw_below(40), from_bits(bits));
}

/* Numbers next to 0, the least normal number, 2^53, and the largest double. */
static void make_edge(char *text)
{
	static const uint64_t edges[] = {UINT64_C(1) << 4, UINT64_C(1) << 52,
		UINT64_C(0x4340000000000000), UINT64_C(0x7fefffffffffffff) - 16};
	uint64_t bits = edges[draw_below(4)] + (uint64_t)draw_below(33) - 16;
	char *digit;

	snprintf(text, ROOM, "%.*e", 14 + draw_below(12), from_bits(bits));
	digit = strchr(text, 'e') - 1;
	*digit = (char)('0' + draw_below(10));
}

/* The exact middle of two doubles, with all digits, with one digit changed, or cut off. */
static void make_middle(char *text)
{
	uint64_t mantissa = draw_below(8) ? draw() >> 11 : draw_whole() >> 11;
	int exponent = draw_below(4) ? draw_below(200) - 130 : draw_below(2046) - 1075;
	long double middle = ldexpl((long double)(2 * mantissa + 1), exponent);
	size_t len = (size_t)snprintf(text, ROOM, "%.*Lf", exponent < 0 ? -exponent : 0, middle);

	switch (draw_below(4)) {
	case 0:
		text[draw() % len] = (char)('0' + draw_below(10));
		break;
	case 1:
		text[1 + draw() % len] = '\0';
		break;
	case 2:
		strcpy(text + len, exponent < 0 ? "0000000000001" : ".0000000000001");
		break;
	}
}

static const struct kind {
	const char *name;
	void (*make)(char *text);
} kinds[] = {
	{"%.17g", make_seventeen},
	{"up to 39 digits", make_digits},
	{"prices", make_price},
	{"whole numbers with an exponent", make_power},
	{"fractions after zeros", make_fraction},
	{"17 to 40 digits with an exponent", make_long},
	{"subnormal numbers", make_subnormal},
	{"edges of the range and of 2^53", make_edge},
	/* Last, since it needs a long double with 64 bits of precision. */
	{"middles of two doubles", make_middle},
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

static bool is_read_alike(const char *text)
{
	double want = strtod(text, NULL), value = 0;
	int err = mmr_slice_to_f64(mmr_slice_of(text), &value);

	if (isnan(want))
		return err == 0 && isnan(value);
	if (isinf(want) && !strchr(text, 'i'))
		return err == -ERANGE;
	return err == 0 && memcmp(&value, &want, sizeof(want)) == 0;
}

int main(int argc, char **argv)
{
	size_t n_kinds = LDBL_MANT_DIG < 64 ? N_KINDS - 1 : N_KINDS, kind;
	uint64_t n = argc >= 2 ? strtoull(argv[1], NULL, 10) : 0, i;
	uint64_t made[N_KINDS] = {0}, wrong[N_KINDS] = {0}, n_wrong = 0;
	char text[ROOM];

	if (n == 0 || argc > 3)
		return fprintf(stderr, "usage: number_100m N [SEED]\n"), 2;
	if (argc == 3)
		state += strtoull(argv[2], NULL, 10) << 8;
	for (i = 0; i < n; i++) {
		kind = i % n_kinds;
		kinds[kind].make(text);
		made[kind]++;
		if (is_read_alike(text))
			continue;
		if (n_wrong++ < 10)
			fprintf(stderr, "number_100m: %s\n", text);
		wrong[kind]++;
	}
	for (kind = 0; kind < n_kinds; kind++)
		printf("%-34s %11" PRIu64 " compared, %" PRIu64 " differ\n", kinds[kind].name,
			made[kind], wrong[kind]);
	printf("%-34s %11" PRIu64 " compared, %" PRIu64 " differ\n", "all", n, n_wrong);
	return n_wrong > 0;
}
