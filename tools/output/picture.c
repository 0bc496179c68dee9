/* picture.c - draws buckets as block characters
 *
 * SPDX-License-Identifier: MIT */
#include "output/picture.h"

#include "output/human.h"

#include <langinfo.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

/* None, all, and seven levels between them. */
#define N_LEVELS 9

static const char *const blocks[N_LEVELS] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const signs[N_LEVELS] = {" ", ".", ":", "-", "=", "+", "*", "#", "@"};

size_t picture_width(size_t before)
{
	/* The frame, and the last column, after which some terminals break the line. */
	size_t width = human_width(STDOUT_FILENO), taken = before + 3;

	width = width > taken ? width - taken : 1;
	return width < PICTURE_WIDTH ? width : PICTURE_WIDTH;
}

/* Whether the locale has UTF-8. Nothing else in mmcat depends on the locale. */
static bool has_utf8(void)
{
	locale_t locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	bool utf8 = false;

	if (!locale)
		return false;
	utf8 = strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
	freelocale(locale);
	return utf8;
}

static unsigned level(uint16_t bucket)
{
	if (bucket == 0)
		return 0;
	if (bucket >= MMR_BUCKET_FULL)
		return N_LEVELS - 1;
	return 1 + bucket * (N_LEVELS - 2u) / MMR_BUCKET_FULL;
}

const char *picture_draw(const uint16_t *buckets, size_t n, char text[PICTURE_ROOM])
{
	const char *const *levels = has_utf8() ? blocks : signs;
	size_t len = 0, i;

	text[len++] = '|';
	for (i = 0; i < n && i < PICTURE_WIDTH; i++) {
		const char *sign = levels[level(buckets[i])];

		memcpy(text + len, sign, strlen(sign));
		len += strlen(sign);
	}
	text[len++] = '|';
	text[len] = '\0';
	return text;
}
