/* draft.c - random patterns, and texts that they probably match
 *
 * SPDX-License-Identifier: MIT */
#include "draft.h"

static void put(char *to, size_t *n, const char *text)
{
	size_t len = strlen(text);

	if (*n + len < DRAFT_ROOM) {
		memcpy(to + *n, text, len);
		*n += len;
	}
}

static void draw_alternatives(struct draft *draft, unsigned depth);

/* An item that takes a character, and what it takes. */
static void draw_character(struct draft *draft)
{
	static const char *const characters[][2] = {{"a", "a"}, {"b", "b"}, {"k", "k"}, {"s", "s"},
		{"ab", "ab"}, {"ks", "ks"}, {"kab", "kab"}, {"[ab]", "b"}, {"[k]", "k"},
		{"[a-k]", "b"}, {"[^a]", "s"}, {"[[:alpha:]]", "a"}, {"[\\x61s]", "a"},
		{"\\x61", "a"}, {"\\x6b", "k"}, {"\\163", "s"}, {"\\x{62}", "b"}, {"\\w", "k"},
		{"\\d", "1"}, {"\\s", " "}, {".", "a"}, {"\\N", "b"}, {"\\h", " "}, {"\\R", "\r"},
		{"\\X", "a"}, {"\\b", ""}, {"\\B", ""}, {"^", ""}, {"$", ""}, {"\\A", ""},
		{"\\z", ""}, {"\\Z", ""}, {"\\K", ""}, {"\\G", ""}, {"\\1", "a"}, {"\\2", "ab"},
		{"\\g{-1}", "b"}, {"\\12", "\n"}, {"\\n", "\n"}, {"[\\n]", "\n"}, {"[a\\n]", "a"},
		{"\\Qab\\E", "ab"}, {"\\Q(\\E", "("}, {"\\Q|", "|"}, {"\\E", ""}, {"(?#k)", ""},
		{" ", " "}, {"# a\n", ""}, {"(?1)", "a"}, {"(?R)", ""}, {"(?C2)", ""},
		{"(*ACCEPT)", ""}, {"(*F)", ""}, {"(*SKIP)", ""}, {"\\ca", "\001"},
		{"\\c\\", "\x1c"}, {"\\\\", "\\"}, {"\\(", "("}, {"\\|", "|"}, {"{", "{"},
		{"]", "]"}, {"_", "_"}, {"=", "="}, {"\xe9", "\xe9"}, {"\xc3\xa9", "\xc3\xa9"},
		{"[\xc3\xa9]", "\xc3\xa9"}, {"\xc5\xbf", "s"}, {"[^\\x00-\\x{7f}]", "\xc3\xa9"},
		{"\\x{17f}", "S"}, {"\\p{L}", "a"}, {"\\p{Lu}", "A"}};
	size_t n = ARRAY_LEN(characters), i;

	/* Plain letters are as frequent as everything else. */
	i = chance_below(draft->chance, 2) ? chance_below(draft->chance, 7)
					   : chance_below(draft->chance, n);
	put(draft->pattern, &draft->n_pattern, characters[i][0]);
	put(draft->text, &draft->n_text, characters[i][1]);
}

static void draw_group(struct draft *draft, unsigned depth)
{
	static const char *const openings[] = {"(", "(", "(", "(?:", "(?:", "(?>", "(?|", "(?<n>",
		"(?P<m>", "(?'o'", "(?=", "(?<=", "(?!", "(?<!",
		"(?i:", "(?-i:", "(?x:", "(?^:", "(?(1)", "(?(?=a)", "(?(DEFINE)",
		"(*pla:", "(*atomic:", "( ?:", "(?i)(", "(?x)("};
	size_t i = chance_below(draft->chance, ARRAY_LEN(openings));
	size_t n_text = draft->n_text;

	put(draft->pattern, &draft->n_pattern, openings[i]);
	draw_alternatives(draft, depth + 1);
	put(draft->pattern, &draft->n_pattern, ")");
	if (chance_below(draft->chance, 8) == 0)
		draft->n_text = n_text;
}

static void draw_quantifier(struct draft *draft, size_t start)
{
	static const char *const quantifiers[] = {"?", "*", "+", "{1}", "{2}", "{1,2}", "{9}",
		"{3}", "{0,1}", "{0}", "{,2}", "{2,}", "??", "*?", "+?", "?+", "*+", "++", "{1}+",
		"{1}{2}", " +", "{ 1 }"};
	size_t len = draft->n_text - start;
	size_t n = chance_below(draft->chance, chance_below(draft->chance, 6) ? 4 : 12);

	put(draft->pattern, &draft->n_pattern,
		quantifiers[chance_below(draft->chance, ARRAY_LEN(quantifiers))]);
	if (n == 0)
		draft->n_text = start;
	for (; n > 1 && draft->n_text + len < sizeof(draft->text); n--) {
		memcpy(draft->text + draft->n_text, draft->text + start, len);
		draft->n_text += len;
	}
}

static void draw_sequence(struct draft *draft, unsigned depth)
{
	size_t n = chance_below(draft->chance, 5), start;

	for (; n > 0; n--) {
		start = draft->n_text;
		if (depth < 4 && chance_below(draft->chance, 4) == 0)
			draw_group(draft, depth);
		else
			draw_character(draft);
		if (chance_below(draft->chance, 4) == 0)
			draw_quantifier(draft, start);
	}
}

/* The text is the one of any alternative. */
static void draw_alternatives(struct draft *draft, unsigned depth)
{
	char kept[sizeof(draft->text)];
	size_t start = draft->n_text, n_kept;

	draw_sequence(draft, depth);
	while (chance_below(draft->chance, 4) == 0) {
		n_kept = draft->n_text - start;
		memcpy(kept, draft->text + start, n_kept);
		draft->n_text = start;
		put(draft->pattern, &draft->n_pattern, "|");
		draw_sequence(draft, depth);
		if (chance_below(draft->chance, 2)) {
			memcpy(draft->text + start, kept, n_kept);
			draft->n_text = start + n_kept;
		}
	}
}

struct draft draft_of(struct chance *chance)
{
	static const char *const leads[] = {"", "", "", "(?i)", "(?x)", "(?is)", "(?xx)"};
	struct draft draft = {.chance = chance};

	put(draft.pattern, &draft.n_pattern, leads[chance_below(chance, ARRAY_LEN(leads))]);
	draw_alternatives(&draft, 0);
	return draft;
}

bool draft_has_verb(mmr_slice pattern)
{
	size_t i;

	for (i = 0; i + 1 < pattern.len; i++)
		if (pattern.ptr[i] == '(' && pattern.ptr[i + 1] == '*')
			return true;
	return false;
}

size_t draft_mutate(struct chance *chance, char *line, size_t len, size_t room)
{
	static const char bytes[] = "abksABKSx1 \xe2\x84\xaa\xc5\xbf\xe9_=\t";
	size_t n = chance_below(chance, 4), at;

	for (; n > 0; n--) {
		at = chance_below(chance, len + 1);
		switch (chance_below(chance, 3)) {
		case 0:
			if (len == room)
				break;
			memmove(line + at + 1, line + at, len++ - at);
			/* fall through */
		case 1:
			if (at < len)
				line[at] = bytes[chance_below(chance, sizeof(bytes) - 1)];
			break;
		default:
			if (at < len)
				memmove(line + at, line + at + 1, --len - at);
			break;
		}
	}
	for (at = 0; at < len; at++)
		line[at] = (char)(line[at] == '\n' ? '.' : line[at]);
	return len;
}
