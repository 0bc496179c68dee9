/* index.c - makes and opens the indexes of inputs
 *
 * SPDX-License-Identifier: MIT */
#include "input/index.h"

#include "status/message.h"
#include "status/progress.h"

#include <errno.h>

/* Smaller files are counted in less time than an index of them is opened. */
#define WORTH (UINT64_C(4) << 20)

/* Whether an index can be kept for an input: that of a whole file, not of a stream or a copy. */
static bool has_file(const struct input *input)
{
	return S_ISREG(input->st.st_mode) && !input->spooled && input->base == 0 &&
	       mmr_backing(input->reader) != MMR_BACKING_STREAM;
}

/* Whether lines are located or numbered. */
static bool is_useful(const struct options *options)
{
	const struct search_options *search = &options->search;
	size_t i;

	if (options->record_size > 0)
		return false;
	for (i = 0; i < options->n_selections; i++)
		if (options->selections[i].part == PART_LINES)
			return true;
	if (options->action == ACTION_COUNT || options->maximum != NO_MAXIMUM)
		return true;
	return options->action == ACTION_SEARCH && (search->numbers || options->json);
}

static mmr_index_options index_options(const struct input *input, const struct options *options)
{
	mmr_index_options how = MMR_INDEX_OPTIONS_INIT;

	how.place = options->index_place;
	/* Standard input has no name. */
	if (input->own_fd)
		how.data_path = input->name;
	return how;
}

static mmr_scan_options scan_options(const struct options *options)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.delimiter = options->delimiter;
	scan.records = options->records;
	scan.n_threads = options->n_threads;
	scan.cache = options->cache;
	return scan;
}

static enum status make(struct input *input, const struct options *options)
{
	mmr_index_options how = index_options(input, options);
	mmr_scan_options scan = scan_options(options);
	int err;

	/* An empty file is read as a stream. */
	if (input->own_fd && S_ISREG(input->st.st_mode) && input->st.st_size == 0)
		return STATUS_DONE;
	if (!has_file(input))
		return message("%s: cannot keep an index: only whole regular files have one",
			message_quote(input->name));
	scan.progress = progress_of_scans();
	err = mmr_index_make(input->reader, &scan, &how, &input->index);
	if (err == 0)
		return STATUS_DONE;
	input->index = NULL;
	/* The command reports where the file cannot be read. */
	if (mmr_last_error_offset() != UINT64_MAX)
		return message("%s: cannot make an index: %s", message_quote(input->name),
			mmr_strerror(err));
	return message("%s: %s", message_quote(input->name), message_quote(mmr_last_error()));
}

int input_index_part(
	const struct input *input, const struct options *options, const struct shard *part)
{
	mmr_index_options how = index_options(input, options);
	mmr_scan_options scan = scan_options(options);

	scan.progress = progress_of_scans();
	return mmr_index_make_part(input->reader, &scan, &how, part->k, part->n);
}

int input_index_join(const struct input *input, const struct options *options, uint64_t n)
{
	mmr_index_options how = index_options(input, options);
	mmr_scan_options scan = scan_options(options);
	mmr_index *index;
	int err = mmr_index_join(input->reader, &scan, &how, n, &index);

	if (err == 0)
		mmr_index_close(index);
	return err;
}

int input_index_load(
	const struct input *input, const struct options *options, mmr_index **ret_index)
{
	mmr_index_options how = index_options(input, options);
	mmr_scan_options scan = scan_options(options);

	return mmr_index_load(input->reader, &scan, &how, ret_index);
}

enum status input_index(struct input *input, const struct options *options)
{
	if (options->index && options->action != ACTION_INDEX)
		return make(input, options);
	if (options->no_index || !is_useful(options) || !has_file(input) ||
		mmr_size(input->reader) < WORTH || !input->own_fd)
		return STATUS_DONE;
	if (input_index_load(input, options, &input->index) < 0)
		input->index = NULL;
	return STATUS_DONE;
}

int input_index_path(
	const struct input *input, const struct options *options, char *path, size_t size)
{
	mmr_index_options how = index_options(input, options);
	mmr_scan_options scan = scan_options(options);
	size_t len;
	int err;

	path[0] = '\0';
	if (!has_file(input))
		return 0;
	err = mmr_index_path(input->reader, &scan, &how, path, size, &len);
	if (err < 0 || len >= size)
		path[0] = '\0';
	/* The files of /proc, and standard input without a place. */
	return err == -EINVAL ? 0 : err;
}
