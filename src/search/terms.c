/* terms.c - makes the terms of literal texts
 *
 * If one pattern is enough, texts are searched for together. The shortest text of a set limits what
 * its filter looks for, so short texts have sets of their own.
 *
 * SPDX-License-Identifier: MIT */
#include "search/search.h"
#include "text/caseless.h"

#include <errno.h>
#include <string.h>

/* A longer text is searched for alone, by a search that takes linear time for all texts. */
#define LONG_TEXT ((size_t)4096)
/* Sets by the lengths of their texts: 1; 2 and 3; 4 or more. */
#define N_SETS 3
#define NO_SET N_SETS
/* If most texts of the last set have the same start, those of this length or more get a set. */
#define OWN_LENGTH 16

static bool may_cross(const mmr_search_options *options, mmr_slice text)
{
	if (split_is_fixed(options->records))
		return text.len > 1;
	return options->records && text.len > 0 && memchr(text.ptr, options->delimiter, text.len);
}

static unsigned set_of(const mmr_search_options *options, mmr_slice text)
{
	if (options->all || text.len == 0 || text.len > LONG_TEXT || may_cross(options, text))
		return NO_SET;
	return text.len == 1 ? 0 : text.len < 4 ? 1 : 2;
}

size_t terms_most(const mmr_search_options *options, const mmr_pattern *patterns,
	const bool *is_text, size_t n)
{
	/* A set may be divided. */
	size_t most = (size_t)2 * N_SETS, i;

	for (i = 0; i < n; i++)
		most += !is_text[i] || set_of(options, patterns[i].text) == NO_SET;
	return min_size(most, n);
}

static int add_text(struct mmr_search *search, mmr_slice text)
{
	struct term *term = &search->terms[search->n_terms];
	bool caseless = search->options.caseless;
	mmr_slice copy = {NULL, text.len};
	size_t i;

	if (text.len > 0) {
		term->copy = heap_alloc(text.len);
		if (!term->copy)
			return error_set(-ENOMEM, "compile a text of %zu bytes", text.len);
		for (i = 0; i < text.len; i++)
			term->copy[i] = caseless ? fold_byte(text.ptr[i]) : text.ptr[i];
		copy.ptr = term->copy;
	}
	term->needle = caseless ? needle_of_folded(copy) : mmr_needle_of(copy);
	term->crosses = may_cross(&search->options, text);
	term->overlaps = term->crosses || edges_need_overlaps(&search->edges, copy);
	search->n_terms++;
	return 0;
}

static int add_set(struct mmr_search *search, const mmr_slice *texts, size_t n)
{
	int err;

	if (n == 0)
		return 0;
	if (n == 1)
		return add_text(search, texts[0]);
	err = needles_open(texts, n, search->options.caseless, &search->edges,
		&search->terms[search->n_terms].needles);
	search->n_terms += err == 0;
	return err;
}

/* Moves the texts of OWN_LENGTH or more to the end. Returns: the number of the others. */
static size_t part_texts(mmr_slice *texts, size_t n)
{
	size_t n_short = 0, i;
	mmr_slice text;

	for (i = 0; i < n; i++) {
		if (texts[i].len >= OWN_LENGTH)
			continue;
		text = texts[i];
		texts[i] = texts[n_short];
		texts[n_short++] = text;
	}
	return n_short;
}

/* Replaces the last term, a set, by two if that helps. */
static int divide_set(struct mmr_search *search, mmr_slice *texts, size_t n)
{
	struct term *term = &search->terms[search->n_terms - 1];
	size_t n_short;
	int err;

	if (!term->needles || !needles_are_alike(term->needles))
		return 0;
	n_short = part_texts(texts, n);
	if (n_short == 0 || n_short == n)
		return 0;
	needles_close(term->needles);
	term->needles = NULL;
	search->n_terms--;
	err = add_set(search, texts, n_short);
	return err < 0 ? err : add_set(search, texts + n_short, n - n_short);
}

int terms_of_texts(
	struct mmr_search *search, const mmr_pattern *patterns, const bool *is_text, size_t n)
{
	mmr_slice *texts;
	size_t i, n_texts;
	unsigned set;
	int err = 0;

	if (n > SIZE_MAX / sizeof(*texts) || !(texts = heap_alloc(n * sizeof(*texts))))
		return error_set(-ENOMEM, "compile %zu patterns", n);
	for (set = 0; set < N_SETS && err == 0; set++) {
		for (i = 0, n_texts = 0; i < n; i++)
			if (is_text[i] && set_of(&search->options, patterns[i].text) == set)
				texts[n_texts++] = patterns[i].text;
		err = add_set(search, texts, n_texts);
		if (err == 0 && n_texts > 1)
			err = divide_set(search, texts, n_texts);
	}
	for (i = 0; i < n && err == 0; i++)
		if (is_text[i] && set_of(&search->options, patterns[i].text) == NO_SET)
			err = add_text(search, patterns[i].text);
	heap_free(texts);
	return err;
}
