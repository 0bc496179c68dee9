/* saved.c - indexes that are kept in files: loads, makes and verifies them
 *
 * SPDX-License-Identifier: MIT */
#include "file/reader.h"
#include "file/save.h"
#include "index/file.h"
#include "index/make.h"
#include "index/place.h"
#include "index/saved.h"

#include <errno.h>
#include <string.h>

/* A table in a file has at most 2^26 entries: larger files have larger blocks. */
#define TABLE_MOST (UINT64_C(256) << 20)

uint64_t saved_least = UINT64_C(4) << 20;

/* Only a whole regular file can be recognized again. */
static int check_reader(const mmr_reader *reader)
{
	struct os_stat then, now;
	int err = reader_status(reader, "index", &then, &now);

	if (err < 0)
		return err;
	if (err == 0 || then.kind != OS_REGULAR || reader->offset > 0 || !reader->to_the_end ||
		then.size != mmr_size(reader)) {
		error_set(-EINVAL, "keep an index of '%s'", reader->name);
		return error_hint(-EINVAL, "open a whole regular file");
	}
	return 0;
}

/* An index that has no table yet, and the path of its file. */
struct request {
	mmr_index *index;
	mmr_scan_options scan;
	const mmr_index_options *options;
	char *path;
};

static void end_request(struct request *request)
{
	heap_free(request->path);
	heap_free(request->index);
}

static int start_request(struct request *request, mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options)
{
	static const mmr_index_options defaults = MMR_INDEX_OPTIONS_INIT;
	int err;

	request->options = options ? options : &defaults;
	request->path = NULL;
	request->index = heap_alloc(sizeof(*request->index));
	if (!request->index)
		return error_set(-ENOMEM, "open an index");
	err = index_start(request->index, reader, scan, options, &request->scan);
	if (err == 0)
		err = check_reader(reader);
	if (err == 0)
		err = place_path(reader, &request->index->units, request->options, &request->path);
	if (err < 0)
		end_request(request);
	return err;
}

int mmr_index_path(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, char *buffer, size_t size, size_t *ret_len)
{
	struct request request;
	int err = start_request(&request, reader, scan, options);
	size_t len;

	if (err < 0)
		return err;
	len = strlen(request.path);
	if (size > 0) {
		memcpy(buffer, request.path, min_size(len, size - 1));
		buffer[min_size(len, size - 1)] = '\0';
	}
	*ret_len = len;
	end_request(&request);
	return 0;
}

int mmr_index_load(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_index **ret_index)
{
	struct request request;
	int err = start_request(&request, reader, scan, options);

	if (err < 0)
		return err;
	err = file_load(request.index, request.path, request.options->any_owner);
	if (err == 0) {
		*ret_index = request.index;
		request.index = NULL;
	}
	end_request(&request);
	return err;
}

/* Counts what is not in the file yet, writes the whole, and loads it. */
static int make(struct request *request, mmr_index *old)
{
	mmr_index *index = request->index, made = *index;
	int err = index_choose_block(&made, TABLE_MOST);

	/* An older index with larger blocks cannot be divided. */
	if (old && old->block_log2 > made.block_log2)
		old = NULL;
	if (err == 0)
		err = make_whole(&made, &request->scan, request->path, old);
	return err < 0 ? err : file_load(index, request->path, true);
}

int mmr_index_make(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_index **ret_index)
{
	struct request request;
	struct error_note note;
	mmr_index old;
	bool has_old, is_kept;
	int err;

	if (mmr_size(reader) < saved_least)
		return mmr_index_build(reader, scan, options, ret_index);
	err = start_request(&request, reader, scan, options);
	if (err < 0)
		return err;
	error_save(&note);
	old = *request.index;
	has_old = file_load(&old, request.path, request.options->any_owner) == 0;
	if (!has_old)
		error_restore(&note);
	is_kept = has_old && old.covered == mmr_size(reader);
	err = is_kept ? file_check(&old) : make(&request, has_old ? &old : NULL);
	/* An older table that is damaged is made again as a whole. */
	if (has_old && (err == MMR_EDAMAGED || err == MMR_ESTALE)) {
		is_kept = false;
		err = make(&request, NULL);
	}
	if (is_kept && err == 0)
		*request.index = old;
	else if (has_old)
		old.table_kind->close(&old);
	if (err == 0) {
		*ret_index = request.index;
		request.index = NULL;
	}
	end_request(&request);
	return err;
}

/* --- Parts ------------------------------------------------------------------------------------ */

static int make_part_of(struct request *request, uint64_t k, uint64_t n)
{
	char *path = make_part_path(request->path, k, n);
	int err;

	if (!path)
		return error_set(
			-ENOMEM, "make part %llu of '%s'", (unsigned long long)k, request->path);
	err = index_choose_block(request->index, TABLE_MOST);
	if (err == 0)
		err = make_part(request->index, &request->scan, path, k, n);
	heap_free(path);
	return err;
}

int mmr_index_make_part(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, uint64_t k, uint64_t n)
{
	struct request request;
	int err;

	if (k < 1 || k > n) {
		error_set(-EINVAL, "make part %llu of %llu of an index", (unsigned long long)k,
			(unsigned long long)n);
		return error_hint(-EINVAL, "parts count from 1");
	}
	err = start_request(&request, reader, scan, options);
	if (err < 0)
		return err;
	/* The state before a part is not known. */
	if (units_are_rows(&request.index->units))
		err = error_set(-EINVAL, "make an index of the rows of a table in parts");
	else
		err = make_part_of(&request, k, n);
	end_request(&request);
	return err;
}

static void remove_parts(const char *path, uint64_t n)
{
	uint64_t k;
	char *part;

	for (k = 1; k <= n; k++) {
		part = make_part_path(path, k, n);
		if (part)
			save_remove(part);
		heap_free(part);
	}
}

static int join(struct request *request, uint64_t n)
{
	mmr_index *index = request->index, made = *index;
	int err = index_choose_block(&made, TABLE_MOST);

	if (err == 0)
		err = make_joined(&made, request->path, request->options->any_owner, n);
	if (err == 0)
		err = file_load(index, request->path, true);
	if (err == 0)
		remove_parts(request->path, n);
	return err;
}

int mmr_index_join(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, uint64_t n, mmr_index **ret_index)
{
	struct request request;
	int err;

	if (n < 1)
		return error_set(-EINVAL, "join no parts of an index");
	err = start_request(&request, reader, scan, options);
	if (err < 0)
		return err;
	err = join(&request, n);
	if (err == 0) {
		*ret_index = request.index;
		request.index = NULL;
	}
	end_request(&request);
	return err;
}

/* --- Verification ----------------------------------------------------------------------------- */

static int compare(void *context, uint64_t block, const struct index_entry *entry)
{
	mmr_index *index = context;
	struct index_entry saved;
	int err = index->table_kind->entry(index, block, &saved);

	if (err < 0)
		return err;
	return saved.rank == entry->rank && saved.state == entry->state ? 0 : MMR_ESTALE;
}

int mmr_index_verify(mmr_index *index, const mmr_scan_options *options)
{
	mmr_scan_options scan;
	mmr_index counted;
	int err = index_start(&counted, index->reader, options, NULL, &scan);

	if (err < 0)
		return err;
	counted.block_log2 = index->block_log2;
	counted.covered = index->covered;
	counted.units = index->units;
	scan.delimiter = index->units.delimiter;
	scan.records = index->units.records;
	err = index_scan(&counted, &scan, 0, compare, index);
	if (err == 0 &&
		(counted.end.rank != index->end.rank || counted.end.state != index->end.state))
		err = MMR_ESTALE;
	if (err == MMR_ESTALE || err == MMR_EDAMAGED) {
		atomic_store(&index->failure, err);
		error_set(err, "verify an index of '%s'", index->reader->name);
	}
	return err;
}
