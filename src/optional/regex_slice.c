/* regex_slice.c - finds the matches in a slice, which is copied piece by piece
 *
 * SPDX-License-Identifier: MIT */
#include "optional/regex.h"

#include "file/guard.h"
#include "file/walk.h"

#include <mmreader/positions.h>

#include <errno.h>
#include <string.h>

struct mmr_regex_matches {
	struct matcher matcher;
	mmr_slice rest; /* not copied yet */
	size_t held;    /* bytes before `rest` whose pages have not been dropped */
	uint64_t off;   /* offset of the copy in the slice */
	char *copy;
	size_t room;
	int error;
};

int mmr_regex_matches_of(const mmr_regex *regex, mmr_slice slice, mmr_regex_matches **ret_it)
{
	mmr_regex_matches *it;
	int err;

	if (slice_is_nowhere(slice))
		return error_nowhere();
	it = heap_alloc(sizeof(*it));
	if (!it)
		return error_set(-ENOMEM, "match a pattern");
	memset(it, 0, sizeof(*it));
	err = matcher_start(&it->matcher, regex);
	if (err < 0) {
		heap_free(it);
		return err;
	}
	/* No piece is loaded yet: this is the state at the end of a piece. */
	it->matcher.from = 1;
	it->rest = slice;
	*ret_it = it;
	return 0;
}

int regex_copy(char *to, const char *from, size_t len)
{
	struct guard guard;

	if (!GUARD_ENTER(&guard, from, len))
		return guard_fault(&guard);
	memcpy(to, from, len);
	guard_leave(&guard);
	return 0;
}

static int reserve(mmr_regex_matches *it, size_t room)
{
	char *larger;

	if (room <= it->room)
		return 0;
	larger = heap_alloc(room);
	if (!larger)
		return error_set(-ENOMEM, "copy %zu bytes of a line", room);
	heap_free(it->copy);
	it->copy = larger;
	it->room = room;
	return 0;
}

size_t regex_whole_lines(mmr_slice bytes, char delimiter)
{
	mmr_positions positions = mmr_positions_of(bytes, delimiter);
	const char *at;

	return mmr_positions_next_back(&positions, &at) ? (size_t)(at - bytes.ptr) + 1 : 0;
}

static int next_copy(mmr_regex_matches *it)
{
	size_t n = min_size(it->rest.len, REGEX_PIECE);
	mmr_slice copy;
	int err;

	for (;; n = min_size(min_size(2 * n, WINDOW_LINE_LIMIT), it->rest.len)) {
		err = reserve(it, n);
		if (err == 0)
			err = regex_copy(it->copy, it->rest.ptr, n);
		if (err < 0)
			return err;
		copy.ptr = it->copy;
		copy.len = n;
		if (n < it->rest.len)
			copy.len = regex_whole_lines(copy, it->matcher.regex->delimiter);
		if (copy.len > 0)
			break;
		if (n == WINDOW_LINE_LIMIT)
			return error_set(MMR_ELONG, "copy a line for a pattern");
	}
	it->off += it->matcher.piece.len;
	it->rest.ptr += copy.len;
	it->rest.len -= copy.len;
	walk_pass(&it->held, it->rest.ptr, copy.len, false);
	matcher_load(&it->matcher, copy);
	return 0;
}

bool mmr_regex_matches_next(mmr_regex_matches *it, mmr_regex_match *ret_match)
{
	int found;

	while (it->error == 0) {
		found = matcher_next(&it->matcher, it->off);
		if (found > 0) {
			*ret_match = matcher_match(&it->matcher, matcher_line(&it->matcher),
				it->matcher.places, it->off);
			return true;
		}
		if (found < 0)
			it->error = found;
		else if (it->rest.len == 0)
			return false;
		else
			it->error = next_copy(it);
	}
	return false;
}

/* Only the place: the text is overwritten by the search for the next match. */
static bool next_place(mmr_regex_matches *it, mmr_match *ret_match)
{
	mmr_regex_match match;

	if (!mmr_regex_matches_next(it, &match))
		return false;
	ret_match->off = match.off;
	ret_match->len = match.text.len;
	ret_match->line = match.line;
	return true;
}

DEFINE_FILL(mmr_regex_matches_fill, mmr_regex_matches, mmr_match, next_place)

int mmr_regex_matches_error(const mmr_regex_matches *it)
{
	return it->error;
}

void mmr_regex_matches_close(mmr_regex_matches *it)
{
	if (!it)
		return;
	matcher_end(&it->matcher);
	heap_free(it->copy);
	heap_free(it);
}
