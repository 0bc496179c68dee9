/* filters.c - chooses how the expressions of a search are used in one input
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/window.h"
#include "search/search.h"

#include <errno.h>
#include <string.h>

/* An input of at least SAMPLED_MIN bytes is sampled at SAMPLES places. Shorter ones are searched
 * in less time than it takes to choose. */
#define SAMPLES     8
#define SAMPLE      ((size_t)4 << 10)
#define SAMPLED_MIN ((uint64_t)64 << 10)

void filters_close(const struct mmr_search *search, struct filters *filters)
{
	size_t i;

	if (!filters)
		return;
	for (i = 0; i < search->n_terms; i++)
		regex_filter_close(filters->of_terms[i]);
	heap_free(filters);
}

/* Reads a sample of the range. Errors are ignored: the scan will report them.
 *
 * Shape: `buffer` has room for all samples. */
static mmr_slice read_sample(const mmr_reader *reader, const mmr_scan_options *scan, char *buffer)
{
	uint64_t start = min_u64(scan->offset, mmr_size(reader));
	uint64_t len = min_u64(scan->length, mmr_size(reader) - start);
	mmr_slice sample = {buffer, 0};
	size_t i, got;

	if (len < SAMPLED_MIN)
		return sample;
	for (i = 0; i < SAMPLES; i++)
		if (mmr_read_at(reader, start + (len - SAMPLE) / (SAMPLES - 1) * i,
			    buffer + sample.len, SAMPLE, &got) == 0)
			sample.len += got;
	return sample;
}

/* Opens the filter of each expression, and checks whether all have one. Nothing is known about a
 * stream, so there both ways are measured. Errors: -ENOMEM. */
static int choose(const struct mmr_search *search, const mmr_reader *reader,
	const mmr_scan_options *scan, struct filters *filters, bool *ret_all)
{
	bool is_stream = reader_is_stream(reader);
	mmr_slice sample = {NULL, 0};
	char *buffer = NULL;
	size_t i;
	int err = 0;

	if (!is_stream) {
		buffer = heap_alloc(SAMPLES * SAMPLE);
		if (!buffer)
			return error_set(-ENOMEM, "search for lines");
		sample = read_sample(reader, scan, buffer);
	}
	*ret_all = is_stream || sample.len > 0;
	for (i = 0; i < search->n_terms && err == 0 && *ret_all; i++) {
		if (!search->terms[i].regex)
			continue;
		err = regex_filter_open(search->terms[i].regex, sample, &filters->of_terms[i]);
		*ret_all = filters->of_terms[i] != NULL;
	}
	heap_free(buffer);
	return err;
}

int filters_open(const struct mmr_search *search, const mmr_reader *reader, mmr_scan_options *scan,
	mmr_block_options *cut, struct filters **ret_filters)
{
	size_t size = sizeof(struct filters) + search->n_terms * sizeof(struct regex_filter *);
	struct filters *filters;
	bool all = false;
	int err;

	*ret_filters = NULL;
	if (!search->has_regex)
		return 0;
	filters = heap_alloc(size);
	if (!filters)
		return error_set(-ENOMEM, "search for lines");
	memset(filters, 0, size);
	err = choose(search, reader, scan, filters, &all);
	if (err < 0) {
		filters_close(search, filters);
		return err;
	}
	/* PCRE2 is given private copies alone. If all lines are copied, they are searched while
	 * they are in the cache. */
	filters->is_private = !all || reader_is_stream(reader);
	if (!all) {
		scan->io_mode = MMR_IO_READ;
		cut->window = WINDOW_COPY;
	}
	*ret_filters = filters;
	return 0;
}
