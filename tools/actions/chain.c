/* chain.c - walks back over overlapping occurrences of a text to the first of them
 *
 * No earlier occurrence overlaps the first one, so it is a match wherever the search began. From
 * there the search is repeated up to the cut.
 *
 * SPDX-License-Identifier: MIT */
#include "actions/chain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW ((size_t)64 << 10)

/* A walk back through a reader. */
struct chain {
	mmr_reader *reader;
	mmr_slice text;
	size_t *borders; /* [i]: the longest border of the first i + 1 bytes of the text */
	char *window;    /* bytes [off, off + len) */
	size_t room, len;
	uint64_t off;
};

/* A border is both a start and an end of a text, and shorter than it. With a border of `len` bytes,
 * a text overlaps itself at the distance text.len - len. */
static void find_borders(mmr_slice text, size_t *borders)
{
	size_t i, len = 0;

	borders[0] = 0;
	for (i = 1; i < text.len; i++) {
		while (len > 0 && text.ptr[i] != text.ptr[len])
			len = borders[len - 1];
		len += text.ptr[i] == text.ptr[len];
		borders[i] = len;
	}
}

static int chain_begin(struct chain *chain, mmr_reader *reader, mmr_slice text)
{
	*chain = (struct chain){.reader = reader, .text = text};
	chain->borders = malloc(text.len * sizeof(*chain->borders));
	if (!chain->borders)
		return -ENOMEM;
	find_borders(text, chain->borders);
	chain->room = WINDOW + 2 * text.len;
	chain->window = malloc(chain->room);
	return chain->window ? 0 : -ENOMEM;
}

static void chain_end(struct chain *chain)
{
	free(chain->borders);
	free(chain->window);
}

/* Makes bytes [start, stop), not more than twice the text's length, available. */
static int look(struct chain *chain, uint64_t start, uint64_t stop, const char **ret_bytes)
{
	int err;

	if (start < chain->off || stop > chain->off + chain->len) {
		chain->off = stop > chain->room ? stop - chain->room : 0;
		chain->len = 0;
		err = mmr_read_at(chain->reader, chain->off, chain->window,
			(size_t)(stop - chain->off), &chain->len);
		if (err < 0)
			return err;
		if (chain->len < stop - chain->off)
			return MMR_ETRUNCATED;
	}
	*ret_bytes = chain->window + (start - chain->off);
	return 0;
}

/* Finds the last occurrence that crosses `cut`. Returns: 1, 0 if there is none, or a code. */
static int find_across(struct chain *chain, uint64_t cut, uint64_t *ret_at)
{
	size_t len = chain->text.len, before = (size_t)min_u64(len - 1, cut), d;
	uint64_t stop = cut + min_u64(len - 1, mmr_size(chain->reader) - cut);
	const char *bytes;
	int err;

	err = look(chain, cut - before, stop, &bytes);
	if (err < 0)
		return err;
	for (d = 1; d <= before; d++) {
		const char *at = bytes + (before - d);

		if (stop - (cut - d) < len || memcmp(at, chain->text.ptr, len) != 0)
			continue;
		*ret_at = cut - d;
		return 1;
	}
	return 0;
}

/* Finds the last occurrence before `*at` that overlaps the one at `*at`. Only its bytes before
 * `*at` have to be compared. Returns: 1, 0 if there is none, or a code. */
static int find_before(struct chain *chain, uint64_t *at)
{
	size_t len = chain->text.len, border, period;
	const char *bytes;
	int err;

	/* Each border of the text is the longest border of the next longer one. */
	for (border = chain->borders[len - 1]; border > 0; border = chain->borders[border - 1]) {
		period = len - border;
		if (period > *at)
			return 0;
		err = look(chain, *at - period, *at, &bytes);
		if (err < 0)
			return err;
		if (memcmp(bytes, chain->text.ptr, period) != 0)
			continue;
		*at -= period;
		return 1;
	}
	return 0;
}

/* The matches before a cut. */
struct passage {
	uint64_t cut, end;
};

static int pass(void *context, const mmr_match *match)
{
	struct passage *passage = context;

	if (match->off >= passage->cut)
		return 1;
	passage->end = match->off + match->len;
	return 0;
}

/* Repeats the search from the start of a run. */
static int search_again(const struct chain *chain, uint64_t start, uint64_t cut, uint64_t *ret_from)
{
	mmr_scan_options how = MMR_SCAN_OPTIONS_INIT;
	mmr_needle needle = mmr_needle_of(chain->text);
	struct passage passage = {cut, cut};
	int err;

	how.offset = start;
	how.length = cut - start + chain->text.len - 1;
	err = mmr_each_match(chain->reader, &needle, &how, MMR_MATCH_PLAIN, pass, &passage);
	if (err < 0)
		return err;
	*ret_from = passage.end > cut ? passage.end : cut;
	return 0;
}

int chain_resume(mmr_reader *reader, mmr_slice text, uint64_t cut, uint64_t *ret_from)
{
	struct chain chain;
	uint64_t at = cut;
	int err;

	*ret_from = cut;
	if (text.len == 0)
		return 0;
	err = chain_begin(&chain, reader, text);
	/* A text that cannot overlap itself matches wherever it occurs. */
	if (err == 0 && chain.borders[text.len - 1] > 0)
		err = find_across(&chain, cut, &at);
	if (err > 0) {
		do
			err = find_before(&chain, &at);
		while (err > 0);
		if (err == 0)
			err = search_again(&chain, at, cut, ret_from);
	}
	chain_end(&chain);
	return err;
}
