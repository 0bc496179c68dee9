/* open.c - opens readers and chooses their backing
 *
 * Small files are copied, because a map costs more than the copy and the number of maps is limited.
 * Pseudo files are copied, because their size is wrong. Other files are mapped. Files that can
 * neither be mapped nor copied stay unmapped.
 *
 * SPDX-License-Identifier: MIT */
#include "file/backing.h"
#include "file/registry.h"
#include "file/stream.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const mmr_reader_options default_options = MMR_READER_OPTIONS_INIT;

static struct mmr_reader *reader_new(const char *name)
{
	size_t len = strlen(name) + 1;
	struct mmr_reader *reader = heap_alloc(sizeof(*reader) + len);

	if (!reader)
		return NULL;
	memset(reader, 0, sizeof(*reader));
	atomic_store(&reader->backing, &reader->first);
	memcpy(reader->name, name, len);
	reader->fd = -1;
	atomic_store(&reader->seek_fd, -1);
	atomic_store(&reader->direct_fd, -1);
	return reader;
}

static bool wants_file(const mmr_reader_options *options)
{
	return options->backing != MMR_BACKING_AUTO && options->backing != MMR_BACKING_STREAM;
}

static bool wants_range(const mmr_reader_options *options)
{
	return options->offset > 0 || options->length != MMR_REST;
}

/* Whether a stream can be opened with these options. */
static int check_stream(const char *name, const mmr_reader_options *options)
{
	if (wants_file(options)) {
		error_set(MMR_ESTREAM, "open '%s' with this backing", name);
		return error_hint(MMR_ESTREAM, "save it to a file first");
	}
	if (wants_range(options)) {
		error_set(-ESPIPE, "open a range of '%s'", name);
		return error_hint(-ESPIPE, "choose the range when it is scanned");
	}
	return 0;
}

static bool is_stream(const struct mmr_reader *reader, const mmr_reader_options *options)
{
	return options->backing == MMR_BACKING_STREAM ||
	       (reader->stat.kind != OS_REGULAR && reader->stat.kind != OS_BLOCK_DEVICE);
}

static int open_stream(struct mmr_reader *reader, const mmr_reader_options *options)
{
	int err = check_stream(reader->name, options);

	if (err < 0)
		return err;
	err = stream_start(reader, reader->by_path && reader->stat.kind == OS_FIFO);
	return err < 0 ? error_set(err, "open '%s'", reader->name) : 0;
}

static int check_options(const char *name, const mmr_reader_options *options)
{
	if (options->struct_size >= sizeof(*options) && options->backing <= MMR_BACKING_STREAM &&
		options->backing != MMR_BACKING_CALLER)
		return 0;
	error_set(-EINVAL, "open '%s' with these options", name);
	return error_hint(-EINVAL, "start from MMR_READER_OPTIONS_INIT");
}

static int map(struct mmr_reader *reader, uint64_t reserve)
{
	return backing_map(reader, mmr_size(reader), reserve, &reader->first);
}

static int copy(struct mmr_reader *reader, uint64_t wanted, uint64_t limit, uint64_t *ret_off)
{
	size_t len;
	int err = backing_copy(
		reader, mmr_size(reader), wanted, limit, &reader->first, &len, ret_off);

	if (err == 0)
		atomic_store(&reader->size, len);
	return err;
}

static int unmapped_error(const struct mmr_reader *reader, int err)
{
	error_set(err, "map '%s' (%llu bytes)", reader->name, (unsigned long long)mmr_size(reader));
	return error_hint(err, "raise the address space limit (ulimit -v), or read it in blocks");
}

static int choose_backing(
	struct mmr_reader *reader, const mmr_reader_options *options, uint64_t wanted)
{
	bool pseudo = reader->stat.kind == OS_REGULAR && reader->stat.size == 0;
	bool small = reader->size < BACKING_COPY_BELOW && options->reserve == 0;
	uint64_t off;
	int err;

	if (options->backing == MMR_BACKING_UNMAPPED) {
		reader->first.kind = MMR_BACKING_UNMAPPED;
		return 0;
	}
	if (options->backing == MMR_BACKING_MAPPED) {
		err = map(reader, options->reserve);
		return err < 0 ? unmapped_error(reader, MMR_ENOMAP) : 0;
	}
	if (options->backing == MMR_BACKING_COPIED || small || pseudo) {
		uint64_t limit =
			options->backing == MMR_BACKING_COPIED ? SIZE_MAX / 4 : BACKING_COPY_LIMIT;

		err = copy(reader, wanted, limit, &off);
		if (err == -ESPIPE)
			return open_stream(reader, options);
		if (err < 0)
			return error_set_at(err, off, "read '%s'", reader->name);
		if (reader->size > 0 || options->reserve == 0 ||
			options->backing == MMR_BACKING_COPIED)
			return 0;
		/* The file is empty and expected to grow, which needs a map. */
		backing_end(&reader->first);
		memset(&reader->first, 0, sizeof(reader->first));
	}
	err = map(reader, options->reserve);
	if (err == 0)
		return 0;
	/* There are addresses, but some file systems do not support maps. */
	if (err != -ENOMEM && copy(reader, wanted, BACKING_COPY_LIMIT, &off) == 0)
		return 0;
	reader->first.kind = MMR_BACKING_UNMAPPED;
	return 0;
}

int reader_open(const char *name, int fd, bool by_path, const mmr_reader_options *options,
	mmr_reader **ret_reader)
{
	struct mmr_reader *reader;
	uint64_t left;
	int err;

	reader = reader_new(name);
	if (!reader) {
		os_close(fd);
		return error_set(-ENOMEM, "open '%s'", name);
	}
	reader->fd = fd;
	reader->by_path = by_path;
	err = os_check_readable(fd);
	if (err < 0) {
		error_set(err, "open '%s'", name);
		error_hint(err, "open the descriptor for reading");
		goto close_reader;
	}
	err = os_stat_fd(fd, &reader->stat);
	if (err < 0) {
		error_set(err, "stat '%s'", name);
		goto close_reader;
	}
	if (reader->stat.kind == OS_DIRECTORY) {
		error_set(-EISDIR, "open '%s'", name);
		err = error_hint(-EISDIR, "name a file in it");
		goto close_reader;
	}
	reader->offset = options->offset;
	reader->keep_pages = options->keep_pages;
	reader->to_the_end = options->length == MMR_REST;
	atomic_store(&reader->ctime_ns, reader->stat.ctime_ns);
	left = reader->stat.size > options->offset ? reader->stat.size - options->offset : 0;
	atomic_store(&reader->size, min_u64(left, options->length));
	reader->copy_wanted = options->backing == MMR_BACKING_COPIED;
	err = is_stream(reader, options) ? open_stream(reader, options)
					 : choose_backing(reader, options, options->length);
	if (err < 0)
		goto close_reader;
	if (!reader_is_stream(reader))
		registry_add(reader);
	*ret_reader = reader;
	return 0;

close_reader:
	mmr_close(reader);
	return err;
}

int mmr_open(const char *path, const mmr_reader_options *options, mmr_reader **ret_reader)
{
	struct os_stat stat;
	int err, fd;

	if (!options)
		options = &default_options;
	err = check_options(path, options);
	if (err < 0)
		return err;
	/* A FIFO is refused before it is opened: its writer must not see a reader that closes it at
	 * once. */
	if (wants_file(options) || wants_range(options)) {
		err = os_stat_path(path, &stat);
		if (err < 0)
			return error_set(err, "open '%s'", path);
		if (stat.kind == OS_FIFO)
			return check_stream(path, options);
	}
	err = os_open(path, options->wait, &fd);
	if (err < 0)
		return error_set(err, "open '%s'", path);
	return reader_open(path, fd, true, options, ret_reader);
}

int mmr_open_fd(int fd, const mmr_reader_options *options, mmr_reader **ret_reader)
{
	char name[32];
	int err, own;

	snprintf(name, sizeof(name), "descriptor %d", fd);
	if (!options)
		options = &default_options;
	err = check_options(name, options);
	if (err < 0)
		return err;
	err = os_dup(fd, &own);
	if (err < 0)
		return error_set(err, "open '%s'", name);
	return reader_open(name, own, false, options, ret_reader);
}

int mmr_open_memory(const void *bytes, size_t len, mmr_reader **ret_reader)
{
	struct mmr_reader *reader;

	if (!bytes && len > 0)
		return error_set(-EINVAL, "open %zu bytes of memory at NULL", len);
	reader = reader_new("memory");
	if (!reader)
		return error_set(-ENOMEM, "open memory");
	reader->first.kind = MMR_BACKING_CALLER;
	reader->first.bytes = bytes ? bytes : "";
	atomic_store(&reader->size, len);
	registry_add(reader);
	*ret_reader = reader;
	return 0;
}

void mmr_close(mmr_reader *reader)
{
	struct backing *backing, *older;

	if (!reader)
		return;
	if (reader->in_registry)
		registry_remove(reader);
	for (backing = reader_backing(reader); backing; backing = older) {
		older = backing->older;
		backing_end(backing);
		if (backing != &reader->first)
			heap_free(backing);
	}
	if (atomic_load(&reader->seek_fd) >= 0)
		os_close(atomic_load(&reader->seek_fd));
	if (atomic_load(&reader->direct_fd) >= 0)
		os_close(atomic_load(&reader->direct_fd));
	stream_free(reader->stream);
	if (reader->fd >= 0)
		os_close(reader->fd);
	heap_free(reader);
}
