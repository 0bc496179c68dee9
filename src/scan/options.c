/* options.c - checks the options of scans, and keeps their progress
 *
 * SPDX-License-Identifier: MIT */
#include "scan/options.h"

#include "os/os.h"
#include "scan/index.h"
#include "scan/window.h"

#include <errno.h>
#include <string.h>

int scan_options(const mmr_scan_options *given, mmr_scan_options *ret_options)
{
	static const mmr_scan_options defaults = MMR_SCAN_OPTIONS_INIT;

	if (!given)
		given = &defaults;
	if (given->struct_size < sizeof(*given) || (unsigned)given->io_mode > MMR_IO_DIRECT ||
		(unsigned)given->cache > MMR_CACHE_LEAVE) {
		error_set(-EINVAL, "scan with these options");
		return error_hint(-EINVAL, "start from MMR_SCAN_OPTIONS_INIT");
	}
	if ((given->cache == MMR_CACHE_LEAVE && given->io_mode == MMR_IO_MAP) ||
		(given->cache == MMR_CACHE_FILL && given->io_mode > MMR_IO_READ)) {
		error_set(-EINVAL, "scan with an I/O mode that contradicts the use of the cache");
		return error_hint(-EINVAL, "leave one of them AUTO");
	}
	if (given->records && !split_is_fixed(given->records) &&
		given->records->delimiter != given->delimiter) {
		error_set(-EINVAL, "scan records of lines that end with byte %u",
			(unsigned)(unsigned char)given->delimiter);
		return error_hint(-EINVAL, "compile them with the same delimiter");
	}
	if (given->index && (given->index->units.delimiter != given->delimiter ||
				    given->index->units.records != given->records)) {
		error_set(-EINVAL, "scan with an index of other lines or records");
		return error_hint(-EINVAL, "build it with the same delimiter and records");
	}
	*ret_options = *given;
	return 0;
}

int scan_check_index(const mmr_reader *reader, const mmr_scan_options *scan)
{
	if (!scan->index || scan->index->reader == reader)
		return 0;
	error_set(-EINVAL, "scan with the index of another reader");
	return error_hint(-EINVAL, "build an index of this one");
}

int scan_options_for(const mmr_scan_options *given, char delimiter, mmr_scan_options *ret_options)
{
	int err = scan_options(given, ret_options);

	if (err < 0 || ret_options->delimiter == delimiter)
		return err;
	error_set(-EINVAL, "search in lines that end with byte %u",
		(unsigned)(unsigned char)ret_options->delimiter);
	return error_hint(-EINVAL, "compile the pattern with the same delimiter");
}

int block_options(const mmr_block_options *given, mmr_block_options *ret_options)
{
	static const mmr_block_options defaults = MMR_BLOCK_OPTIONS_INIT;

	if (!given)
		given = &defaults;
	if (given->struct_size < sizeof(*given) ||
		(!given->split_lines && (given->skip_holes || given->ahead > 0)) ||
		(given->backward && given->skip_holes)) {
		error_set(-EINVAL, "cut blocks with these options");
		return error_hint(-EINVAL, "start from MMR_BLOCK_OPTIONS_INIT");
	}
	*ret_options = *given;
	if (ret_options->window == 0)
		ret_options->window = WINDOW_DEFAULT;
	if (ret_options->line_limit == 0)
		ret_options->line_limit = WINDOW_LINE_LIMIT;
	/* A line that fits a buffer anyway is not refused. */
	if (ret_options->line_limit < min_size(ret_options->window, WINDOW_COPY))
		ret_options->line_limit = min_size(ret_options->window, WINDOW_COPY);
	return 0;
}

int error_long(uint64_t off, const struct units *units)
{
	error_set_at(MMR_ELONG, off, "buffer a %s",
		units_are_rows(units) ? "row"
		: units->records      ? "record"
				      : "line");
	return error_hint(MMR_ELONG, "raise line_limit, or split lines");
}

unsigned mmr_processors(void)
{
	return os_processors();
}

mmr_progress *mmr_progress_new(void)
{
	mmr_progress *progress = heap_alloc(sizeof(*progress));

	if (!progress)
		return NULL;
	memset(progress, 0, sizeof(*progress));
	return progress;
}

void mmr_progress_free(mmr_progress *progress)
{
	heap_free(progress);
}

void mmr_progress_read(const mmr_progress *progress, uint64_t *ret_done, uint64_t *ret_total)
{
	*ret_done = atomic_load_explicit(&progress->done, memory_order_relaxed);
	*ret_total = atomic_load_explicit(&progress->total, memory_order_relaxed);
}

void mmr_progress_io(const mmr_progress *progress, mmr_io_summary *ret_summary)
{
	unsigned io_mode, most = MMR_IO_AUTO;

	for (io_mode = 0; io_mode < ARRAY_LEN(ret_summary->bytes); io_mode++) {
		ret_summary->bytes[io_mode] = atomic_load(&progress->bytes[io_mode]);
		most = ret_summary->bytes[io_mode] > ret_summary->bytes[most] ? io_mode : most;
	}
	ret_summary->io_mode = (enum mmr_io_mode)most;
	ret_summary->device = atomic_load(&progress->device);
	ret_summary->kept = atomic_load(&progress->kept);
}

void scan_progress_start(mmr_progress *progress, uint64_t total)
{
	if (!progress)
		return;
	atomic_store_explicit(&progress->done, 0, memory_order_relaxed);
	atomic_store_explicit(&progress->total, total, memory_order_relaxed);
}

void scan_progress_set(mmr_progress *progress, uint64_t done)
{
	if (progress)
		atomic_store_explicit(&progress->done, done, memory_order_relaxed);
}

void scan_progress_end(mmr_progress *progress, const mmr_io_summary *summary)
{
	unsigned i;

	if (!progress)
		return;
	for (i = 0; i < ARRAY_LEN(summary->bytes); i++)
		atomic_fetch_add(&progress->bytes[i], summary->bytes[i]);
	atomic_fetch_add(&progress->device, summary->device);
	atomic_fetch_add(&progress->kept, summary->kept);
}
