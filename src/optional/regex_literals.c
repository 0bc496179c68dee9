/* regex_literals.c - derives from the items of a pattern the texts that it requires
 *
 * A walk over the items of an alternative collects a run: bytes that are next to each other in
 * each match. An item that takes anything else ends the run. A run gives sets of texts; one set
 * from each alternative of a group, taken together, is a set of the group.
 *
 * Why a set is right, item by item: what a match takes is what its items take, in their order.
 * ITEM_TEXT and ITEM_BYTES take at least one of their bytes at that place, ITEM_HIGH a byte
 * that is not ASCII. If an item may take
 * more bytes, all of them are of these, so the first one follows the item before and the last one
 * precedes the item after; the run is divided between them. ITEM_EMPTY takes nothing, so what is
 * around it is adjacent. A group without alternatives and without a quantifier is the items in it.
 * What a look-ahead requires starts where the item before it ends, what a look-behind requires
 * ends where the item after it starts, and both are in the line. Groups that are optional or must
 * not match end the run and give nothing, as do all other items.
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex_literals.h"

#include "optional/regex_items.h"
#include "scan/units.h"
#include "text/caseless.h"
#include "text/high.h"

#include <errno.h>
#include <string.h>

/* Alternatives within alternatives. Deeper ones give nothing. */
#define DEPTH_MAX 8
/* Sets of more texts than this have texts of at least LITERAL_MIN + 1 bytes. */
#define SMALL_SET 8
/* Longer texts are not better. */
#define LEN_ENOUGH 8

/* No byte is equal to it. */
#define NO_DELIMITER (-1)

/* The bytes that may be at a place of a run. */
struct place {
	unsigned n;
	unsigned char bytes[ITEM_BYTES_MAX];
};

/* Keeps the best sets that it is offered. */
struct collector {
	struct literal_set *sets;
	unsigned n, most;
};

/* The walk over one alternative. */
struct walk {
	const struct regex_items *items;
	struct collector *collector;
	int delimiter; /* a byte that is in no subject; NO_DELIMITER if all may be */
	unsigned depth;
	unsigned n_around;    /* look-arounds of which the items are in */
	bool whole;           /* so far the run is all that the alternative takes */
	bool around;          /* the run includes what a look-around requires */
	bool is_impossible;   /* an item needs the delimiter ... */
	size_t impossible_at; /* ... at this offset of the pattern */
	size_t n;
	struct place run[LITERAL_MAX];
};

/* --- Sets ------------------------------------------------------------------------------------- */

static unsigned shortest(const struct literal_set *set)
{
	unsigned len = LITERAL_MAX, i;

	if (set->high)
		return 1;
	for (i = 0; i < set->n; i++)
		if (set->texts[i].len < len)
			len = set->texts[i].len;
	return len;
}

/* How promising a set is: long texts are rare, and few texts are found faster. */
static unsigned value_of(const struct literal_set *set)
{
	unsigned value = 4 * (unsigned)min_size(shortest(set), LEN_ENOUGH);

	value += set->n == 1 ? 4 : set->n <= SMALL_SET ? 2 : 0;
	return value + !set->caseless + set->exact;
}

static void offer(struct collector *collector, const struct literal_set *set)
{
	struct literal_set *sets = collector->sets;
	unsigned i = collector->n;

	if (i == collector->most && value_of(&sets[i - 1]) >= value_of(set))
		return;
	if (i < collector->most)
		collector->n++;
	else
		i--;
	for (; i > 0 && value_of(&sets[i - 1]) < value_of(set); i--)
		sets[i] = sets[i - 1];
	sets[i] = *set;
}

static bool has_text(const struct literal_set *set, const struct literal *text)
{
	unsigned i;

	for (i = 0; i < set->n; i++)
		if (set->texts[i].len == text->len &&
			memcmp(set->texts[i].bytes, text->bytes, text->len) == 0)
			return true;
	return false;
}

/* Adds the texts of a set to those of another. Returns: false if they are too many. */
static bool unite(struct literal_set *all, const struct literal_set *set)
{
	unsigned i;

	/* Other alternatives may have texts of ASCII. */
	if (all->n > 0 && all->high != set->high)
		return false;
	all->high = set->high;
	for (i = 0; i < set->n; i++) {
		if (has_text(all, &set->texts[i]))
			continue;
		if (all->n == LITERAL_TEXTS)
			return false;
		all->texts[all->n++] = set->texts[i];
	}
	/* A set in which one text is exact in its case only is not exact without case. */
	all->exact &= set->exact && (all->caseless == set->caseless || all->n == set->n);
	all->caseless |= set->caseless;
	all->around |= set->around;
	return true;
}

/* --- Runs ------------------------------------------------------------------------------------- */

/* A part of a run, and the texts that it stands for. */
struct part {
	size_t start, len;
	unsigned n_texts;
	bool caseless;
};

/* Whether a letter may be at a place in both cases, and nothing else. */
static bool is_pair(const struct place *place)
{
	return place->n == 2 && is_letter((char)place->bytes[0]) &&
	       (place->bytes[0] ^ place->bytes[1]) == CASE_BIT;
}

/* The longest part of a run with at most `n_most` texts. */
static struct part widest(const struct walk *walk, unsigned n_most, bool caseless)
{
	struct part best = {0, 0, 0, false}, at;

	for (at.start = 0; at.start < walk->n; at.start++) {
		at.n_texts = 1;
		at.caseless = false;
		for (at.len = 1; at.start + at.len <= walk->n; at.len++) {
			const struct place *place = &walk->run[at.start + at.len - 1];
			bool pair = caseless && is_pair(place);

			at.n_texts *= pair ? 1 : place->n;
			at.caseless |= pair;
			if (at.n_texts > n_most)
				break;
			if (at.len > best.len && at.len >= LITERAL_MIN + (at.n_texts > SMALL_SET))
				best = at;
		}
	}
	return best;
}

/* Whether a caseless search for the texts of a run finds nothing else: each letter may be there in
 * both cases. */
static bool has_both_cases(const struct walk *walk)
{
	size_t i;
	unsigned k;

	for (i = 0; i < walk->n; i++)
		for (k = 0; k < walk->run[i].n; k++) {
			const struct place *place = &walk->run[i];

			if (is_letter((char)place->bytes[k]) &&
				!memchr(place->bytes, place->bytes[k] ^ CASE_BIT, place->n))
				return false;
		}
	return true;
}

static void offer_part(struct walk *walk, const struct part *part, bool exact)
{
	struct literal_set set = {.n = 0, .caseless = part->caseless, .around = walk->around};
	unsigned i, rest;
	size_t k;

	set.exact = exact && (!part->caseless || has_both_cases(walk));
	for (i = 0; i < part->n_texts; i++) {
		struct literal *text = &set.texts[set.n];

		text->len = (unsigned char)part->len;
		for (k = 0, rest = i; k < part->len; k++) {
			const struct place *place = &walk->run[part->start + k];
			unsigned n = part->caseless && is_pair(place) ? 1 : place->n;

			text->bytes[k] = (char)place->bytes[rest % n];
			rest /= n;
			if (part->caseless)
				text->bytes[k] = fold_byte(text->bytes[k]);
		}
		set.n += !has_text(&set, text);
	}
	offer(walk->collector, &set);
}

/* Ends a run. Of the parts of it, the one without alternatives, the one with letters in both cases
 * and the one with several texts are offered, as far as each is longer than the one before. */
static void end_run(struct walk *walk, bool exact)
{
	struct part single = widest(walk, 1, false), pairs = widest(walk, 1, true);
	struct part several = widest(walk, LITERAL_TEXTS, true);

	if (single.len > 0)
		offer_part(walk, &single, exact && single.len == walk->n);
	if (pairs.len > single.len)
		offer_part(walk, &pairs, exact && pairs.len == walk->n);
	if (several.len > pairs.len)
		offer_part(walk, &several, exact && several.len == walk->n);
	walk->n = 0;
	walk->around = walk->n_around > 0;
}

/* Ends a run where an item takes anything or nothing. */
static void cut(struct walk *walk)
{
	walk->whole = false;
	end_run(walk, false);
}

/* Adds a place to the run. The delimiter is in no line. */
static void add_place(struct walk *walk, const unsigned char *bytes, unsigned n)
{
	struct place place = {.n = 0};
	unsigned i;

	for (i = 0; i < n; i++)
		if (bytes[i] != walk->delimiter)
			place.bytes[place.n++] = bytes[i];
	if (walk->n == LITERAL_MAX)
		cut(walk);
	walk->is_impossible |= place.n == 0;
	if (place.n > 0)
		walk->run[walk->n++] = place;
}

static const struct literal_set high_set = {.n = 1, .high = true, .around = true};

/* --- The walk --------------------------------------------------------------------------------- */

static bool read_alternatives(struct walk *outer, size_t from, size_t to);

static void add_item(struct walk *walk, const struct regex_item *item)
{
	const char *text = walk->items->pattern.ptr + item->at;
	size_t i;

	if (item->kind == ITEM_TEXT) {
		for (i = 0; i < item->len; i++)
			add_place(walk, (const unsigned char *)text + i, 1);
		return;
	}
	add_place(walk, item->bytes, item->n);
	if (item->more) {
		cut(walk);
		add_place(walk, item->bytes, item->n);
	}
}

static bool has_bar(const struct regex_items *items, size_t from, size_t to)
{
	for (; from < to; from++) {
		if (items->items[from].kind == ITEM_BAR)
			return true;
		if (items->items[from].peer > from)
			from = items->items[from].peer;
	}
	return false;
}

/* Enters a group whose items belong to the run, or passes it. Returns: the last item that is done.
 */
static size_t open_group(struct walk *walk, size_t i)
{
	const struct regex_item *open = &walk->items->items[i];
	const struct regex_item *close = &walk->items->items[open->peer];

	if (open->kind != ITEM_GROUP)
		walk->whole = false;
	if (open->kind == ITEM_NEVER || close->n == 0 ||
		(open->kind != ITEM_GROUP && close->more)) {
		cut(walk);
		return open->peer;
	}
	if (has_bar(walk->items, i + 1, open->peer)) {
		cut(walk);
		walk->n_around += open->kind != ITEM_GROUP;
		if (walk->depth < DEPTH_MAX)
			walk->is_impossible |= !read_alternatives(walk, i + 1, open->peer);
		walk->n_around -= open->kind != ITEM_GROUP;
		return open->peer;
	}
	if (close->more || open->kind == ITEM_BEHIND)
		cut(walk);
	if (open->kind != ITEM_GROUP) {
		walk->n_around++;
		walk->around = true;
	}
	return i;
}

/* Leaves a group whose items belong to the run. */
static void close_group(struct walk *walk, const struct regex_item *close)
{
	enum regex_item_kind kind = walk->items->items[close->peer].kind;

	walk->n_around -= kind != ITEM_GROUP;
	if (close->more || kind == ITEM_AHEAD)
		cut(walk);
}

/* Reads an alternative. Returns: false if it needs the delimiter. */
static bool read_alternative(struct walk *walk, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to && !walk->is_impossible; i++) {
		const struct regex_item *item = &walk->items->items[i];

		if (item->kind == ITEM_TEXT || item->kind == ITEM_BYTES)
			walk->impossible_at = item->at;

		switch (item->kind) {
		case ITEM_TEXT:
		case ITEM_BYTES:
			add_item(walk, item);
			break;
		case ITEM_EMPTY:
			walk->whole = false;
			break;
		case ITEM_HIGH:
			cut(walk);
			offer(walk->collector, &high_set);
			break;
		case ITEM_GROUP:
		case ITEM_AHEAD:
		case ITEM_BEHIND:
		case ITEM_NEVER:
			i = open_group(walk, i);
			break;
		case ITEM_CLOSE:
			close_group(walk, item);
			break;
		default:
			cut(walk);
			break;
		}
	}
	if (!walk->is_impossible)
		end_run(walk, walk->whole);
	return !walk->is_impossible;
}

static struct walk inner_walk(const struct walk *outer, struct collector *collector)
{
	struct walk walk = {.items = outer->items,
		.collector = collector,
		.delimiter = outer->delimiter,
		.depth = outer->depth + 1,
		.n_around = outer->n_around,
		.whole = true,
		.around = outer->n_around > 0};

	return walk;
}

/* Reads the alternatives of a group and offers a set for all of them. Those that need the delimiter
 * match in no line. Returns: false if all of them do. */
static bool read_alternatives(struct walk *outer, size_t from, size_t to)
{
	struct literal_set all = {.n = 0, .exact = outer->whole && outer->n_around == 0}, best;
	bool is_possible = false, complete = true;
	size_t end;

	for (; from <= to; from = end + 1) {
		struct collector collector = {.sets = &best, .most = 1};
		struct walk walk = inner_walk(outer, &collector);

		for (end = from; end < to && walk.items->items[end].kind != ITEM_BAR; end++)
			if (walk.items->items[end].peer > end)
				end = walk.items->items[end].peer;
		if (!read_alternative(&walk, from, end)) {
			outer->impossible_at = walk.impossible_at;
			continue;
		}
		is_possible = true;
		complete = complete && collector.n == 1 && unite(&all, &best);
	}
	if (is_possible && complete)
		offer(outer->collector, &all);
	return is_possible;
}

/* --- Patterns --------------------------------------------------------------------------------- */

/* Whether PCRE2 agrees with a set as far as it says anything about it. */
static bool is_plausible(
	const struct literal_set *set, const pcre2_code *code, const mmr_regex_options *options)
{
	uint32_t min_len = 0, type = 0, last = 0;

	pcre2.pcre2_pattern_info_8(code, PCRE2_INFO_MINLENGTH, &min_len);
	pcre2.pcre2_pattern_info_8(code, PCRE2_INFO_LASTCODETYPE, &type);
	pcre2.pcre2_pattern_info_8(code, PCRE2_INFO_LASTCODEUNIT, &last);
	if (min_len > 0 && !options->utf && !set->around && shortest(set) > min_len)
		return false;
	return !(set->exact && set->n == 1 && !set->caseless && type == 1) ||
	       memchr(set->texts[0].bytes, (int)last, set->texts[0].len);
}

static void read_pattern(
	struct regex_literals *literals, const struct regex_items *items, const mmr_regex *regex)
{
	struct collector collector = {.sets = literals->sets, .most = LITERAL_SETS_MAX};
	struct walk walk = {.items = items,
		.collector = &collector,
		.delimiter = regex->subject == REGEX_RECORD ? NO_DELIMITER
							    : (unsigned char)regex->delimiter,
		.whole = true};

	literals->impossible = has_bar(items, 0, items->n) ? !read_alternatives(&walk, 0, items->n)
							   : !read_alternative(&walk, 0, items->n);
	literals->impossible_at = walk.impossible_at;
	literals->n_sets = collector.n;
}

/* Whether a line has a text at an offset. */
static bool is_text(mmr_slice line, size_t at, const struct literal *text, bool caseless)
{
	size_t i;

	for (i = 0; i < text->len; i++) {
		char byte = line.ptr[at + i];

		if ((caseless ? fold_byte(byte) : byte) != text->bytes[i])
			return false;
	}
	return true;
}

static bool has_any(mmr_slice line, const struct literal_set *set)
{
	unsigned i;
	size_t at;

	if (set->high)
		return high_next(line, 0, &at) > 0;
	for (i = 0; i < set->n; i++)
		for (at = 0; at + set->texts[i].len <= line.len; at++)
			if (is_text(line, at, &set->texts[i], set->caseless))
				return true;
	return false;
}

bool regex_literals_allow(const struct regex_literals *literals, mmr_slice line)
{
	unsigned i;

	for (i = 0; literals && i < literals->n_sets; i++)
		if (!has_any(line, &literals->sets[i]))
			return false;
	return true;
}

/* Whether a text of a set may cross the end of a record. */
static bool has_delimiter(const struct literal_set *set, char delimiter)
{
	unsigned i;

	for (i = 0; i < set->n; i++)
		if (memchr(set->texts[i].bytes, delimiter, set->texts[i].len))
			return true;
	return false;
}

int regex_literals_of(mmr_slice pattern, const mmr_regex_options *options, const mmr_regex *regex,
	struct regex_literals **ret_literals)
{
	struct regex_literals *literals;
	struct regex_items *items;
	unsigned i;
	int err;

	*ret_literals = NULL;
	err = regex_items_of(pattern, options, &items);
	if (err < 0 || !items)
		return err;
	literals = heap_alloc(sizeof(*literals));
	if (!literals) {
		heap_free(items);
		return error_set(-ENOMEM, "analyze a pattern of %zu bytes", pattern.len);
	}
	read_pattern(literals, items, regex);
	heap_free(items);
	for (i = 0; i < literals->n_sets; i++) {
		/* PCRE2 skips bytes that are not UTF-8 by its own rules. */
		literals->sets[i].exact &= !options->utf;
		literals->sets[i].exact &= !has_delimiter(&literals->sets[i], regex->delimiter);
		/* A text may cross records that have no delimiter. */
		literals->sets[i].exact &= !split_is_fixed(regex->records);
		if (!is_plausible(&literals->sets[i], regex->code, options))
			literals->n_sets = 0;
	}
	if (literals->n_sets == 0 && !literals->impossible) {
		heap_free(literals);
		return 0;
	}
	*ret_literals = literals;
	return 0;
}
