/* sample_lines.c - draws a random sample of the lines that match, and reports its lines
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "scan/options.h"
#include "search/lines.h"
#include "search/sample.h"

/* A scan of its own costs as much time as to read so many bytes. */
#define FETCH_COST ((uint64_t)1 << 20)

/* Lines of a sample are read together if they are nearer than this. */
#define FETCH_GAP ((uint64_t)64 << 10)

/* The end of a group of near lines that begins with line `i`, or `i` + 1 if it ends with it. */
static size_t group_from(const struct sample *sample, size_t i)
{
	for (i++; i < sample->len; i++)
		if (sample->lines[i].off - sample->lines[i - 1].off >= FETCH_GAP)
			break;
	return i;
}

/* The same backward: the start of a group that ends with the line before `i`. */
static size_t group_to(const struct sample *sample, size_t i)
{
	for (i--; i > 0; i--)
		if (sample->lines[i].off - sample->lines[i - 1].off >= FETCH_GAP)
			break;
	return i;
}

/* Whether it is faster to read only the groups of a sample than all of the range. */
static bool is_sparse(const struct lines_scan *all, const mmr_scan_options *scan)
{
	uint64_t most = scan->length / FETCH_COST;
	size_t i = 0;

	if (all->how.numbers || lines_have_context(all))
		return false;
	for (; i < all->sample->len && most > 0; most--)
		i = group_from(all->sample, i);
	return i == all->sample->len;
}

/* Reports a group of the sample. */
static int report_group(struct lines_scan *all, mmr_scan_options scan, size_t first, size_t last)
{
	uint64_t start = all->sample->lines[first].off - all->sample->base, stop;
	int result;

	scan.progress = NULL;
	/* The pages around each group would stay in memory: a scan releases only those that it has
	 * passed. */
	if (scan.io_mode <= MMR_IO_MAP)
		scan.io_mode = MMR_IO_READ;
	result = mmr_line_seek(
		all->reader, all->sample->lines[last].off - all->sample->base, 1, &scan, &stop);
	if (result < 0)
		return result;
	scan.offset = start;
	scan.length = stop - start;
	scan.n_threads = 1;
	result = lines_run(all, &scan);
	all->how.max_lines = all->left;
	return all->stopped || all->left == 0 ? 1 : result;
}

static int report_groups(struct lines_scan *all, const mmr_scan_options *scan)
{
	size_t first = 0, stop = all->sample->len;
	int result = 0;

	while (first < stop && result == 0) {
		size_t from = all->how.backward ? group_to(all->sample, stop) : first;
		size_t to = all->how.backward ? stop : group_from(all->sample, first);

		result = report_group(all, *scan, from, to - 1);
		if (all->how.backward)
			stop = from;
		else
			first = to;
	}
	return result;
}

int lines_run_sample(struct lines_scan *given, const mmr_scan_options *options)
{
	/* Nothing has to be searched for once the lines are drawn. */
	struct mmr_search all_lines = {
		.options = given->search->options, .units = given->search->units};
	struct lines_scan drawn = *given;
	mmr_scan_options scan;
	struct sample sample;
	struct error_note note;
	int result = lines_check(given, options, &scan), end;

	if (result == 0 && reader_is_stream(given->reader))
		result = reader_no_offsets(given->reader);
	/* Its lines are not counted twice. */
	if (result == 0)
		result = scan_use_bytes(given->reader, &scan);
	if (result < 0 || given->how.sample == 0 || given->how.max_lines == 0)
		return result;
	end = sample_draw(
		given->search, given->reader, &scan, given->how.sample, given->how.seed, &sample);
	if (end < 0 && !units_end_error(&given->search->units, end))
		return end;
	error_save(&note);
	all_lines.options.invert = false;
	all_lines.options.filter = NULL;
	drawn.search = &all_lines;
	drawn.sample = &sample;
	result = is_sparse(&drawn, &scan) ? report_groups(&drawn, &scan) : lines_run(&drawn, &scan);
	given->stopped = drawn.stopped;
	sample_free(&sample);
	if (result != 0 || end == 0)
		return result;
	error_restore(&note);
	return end;
}
