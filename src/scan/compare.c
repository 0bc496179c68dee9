/* compare.c - compares two readers: options, ranges, and the number of a line
 *
 * SPDX-License-Identifier: MIT */
#include "scan/compare.h"

#include "file/reader.h"
#include "scan/options.h"

#include <errno.h>
#include <string.h>

static int check(const mmr_compare_options *given, mmr_compare_options *ret_options)
{
	static const mmr_compare_options defaults = MMR_COMPARE_OPTIONS_INIT;

	if (!given)
		given = &defaults;
	if (given->struct_size < sizeof(*given) || given->n_counts > MMR_COMPARE_COUNTS ||
		(given->n_counts > 0 && (given->first_only || !given->counts))) {
		error_set(-EINVAL, "compare with these options");
		return error_hint(-EINVAL, "start from MMR_COMPARE_OPTIONS_INIT");
	}
	*ret_options = *given;
	return 0;
}

/* Finds the range of a reader that has offsets. */
static int start_side(struct side *side, mmr_reader *reader)
{
	int err;

	side->reader = reader;
	if (reader_is_stream(reader))
		return 0;
	err = mmr_scan_locate(reader, &side->scan, &side->start, &side->stop);
	if (err < 0)
		return err;
	side->scan.offset = side->start;
	side->scan.length = side->stop - side->start;
	side->scan.first_line = 0;
	side->scan.n_lines = MMR_REST;
	return 0;
}

/* Limits two files to the bytes that both have. */
static void limit(struct side *sides, mmr_comparison *result)
{
	uint64_t lens[2] = {sides[0].stop - sides[0].start, sides[1].stop - sides[1].start};
	unsigned i;

	if (lens[0] != lens[1])
		result->shorter = lens[0] < lens[1] ? 1 : 2;
	for (i = 0; i < 2; i++) {
		sides[i].scan.length = min_u64(lens[0], lens[1]);
		sides[i].stop = sides[i].start + sides[i].scan.length;
	}
}

/* Finds the number of the line in which the ranges differ, from a reader that has offsets. */
static int find_line(const struct side *sides, mmr_comparison *result)
{
	unsigned which = reader_is_stream(sides[0].reader);
	const struct side *side = &sides[which];
	uint64_t at = result->first != MMR_REST ? result->first : result->compared;
	mmr_scan_options scan = side->scan;
	int err;

	scan.progress = NULL;
	err = mmr_line_number(side->reader, side->start + at, &scan, &result->line);
	if (err < 0)
		result->failed = 1 + which;
	return err;
}

static int compare(struct side *sides, const mmr_compare_options *options,
	struct differences *differences, mmr_comparison *result)
{
	bool a_streams = reader_is_stream(sides[0].reader);
	bool b_streams = reader_is_stream(sides[1].reader);

	if (a_streams && b_streams)
		return compare_streams(sides, differences, options->lines, result);
	if (!a_streams && !b_streams) {
		limit(sides, result);
		differences->grain =
			differences_grain(differences->n_counts, sides[0].scan.length, 1);
	}
	return compare_with_file(sides, b_streams ? 0 : 1, differences, result);
}

/* Completes the result. */
static int end(const struct side *sides, const mmr_compare_options *options,
	struct differences *differences, mmr_comparison *result)
{
	bool stopped = options->first_only && differences_found(differences);
	bool both_stream = reader_is_stream(sides[0].reader) && reader_is_stream(sides[1].reader);
	int err = 0;

	result->first = differences->first;
	memcpy(result->bytes, differences->bytes, sizeof(result->bytes));
	result->different = stopped ? 1 : differences->n;
	if (stopped) {
		result->compared = result->first + 1;
		result->shorter = 0;
	}
	if (options->n_counts > 0) {
		result->grain = differences_grain(options->n_counts, result->compared, 1);
		differences_raise(differences, result->grain);
	}
	if (!differences_found(differences) && result->shorter == 0)
		result->line = MMR_NO_LINE;
	else if (options->lines && !both_stream)
		err = find_line(sides, result);
	return err;
}

/* Checks the options of both scans and finds their ranges. */
static int start(struct side *sides, mmr_reader *const *readers,
	const mmr_scan_options *const *scans, mmr_comparison *result)
{
	mmr_scan_options *own = &sides[0].scan, *other = &sides[1].scan;
	unsigned i;
	int err = 0;

	for (i = 0; i < 2 && err == 0; i++)
		err = scan_options(scans[i], &sides[i].scan);
	if (err < 0)
		return err;
	other->n_threads = own->n_threads;
	other->progress = own->progress;
	other->before_wait = own->before_wait;
	other->wait_context = own->wait_context;
	for (i = 0; i < 2; i++) {
		err = start_side(&sides[i], readers[i]);
		if (err < 0) {
			result->failed = 1 + i;
			return err;
		}
		result->starts[i] = sides[i].start;
	}
	return 0;
}

int mmr_compare(mmr_reader *a, const mmr_scan_options *scan_a, mmr_reader *b,
	const mmr_scan_options *scan_b, const mmr_compare_options *given,
	mmr_comparison *ret_comparison)
{
	mmr_reader *const readers[] = {a, b};
	const mmr_scan_options *const scans[] = {scan_a, scan_b};
	mmr_comparison result = {.first = MMR_REST, .line = MMR_NO_LINE};
	struct differences differences = {.first = MMR_REST, .grain = 1};
	mmr_compare_options options = MMR_COMPARE_OPTIONS_INIT;
	struct side sides[2] = {{.reader = NULL}, {.reader = NULL}};
	int err = check(given, &options);

	if (err == 0)
		err = start(sides, readers, scans, &result);
	if (err == 0) {
		differences.first_only = options.first_only;
		differences.counts = options.counts;
		differences.n_counts = options.n_counts;
		if (options.n_counts > 0)
			memset(options.counts, 0, options.n_counts * sizeof(*options.counts));
		err = compare(sides, &options, &differences, &result);
	}
	if (err == 0)
		err = end(sides, &options, &differences, &result);
	if (err < 0) {
		ret_comparison->failed = result.failed;
		return err;
	}
	*ret_comparison = result;
	return result.first != MMR_REST || result.shorter != 0;
}
