/* open.c - how a file becomes bytes: the choice of the backing
 *
 * Small files are read (a map costs more than the copy, and maps are a limited good), large ones
 * are mapped, pseudo files are read because their size is a lie, and what fits nowhere stays
 * unmapped. Only a file that cannot be read at all fails to open.
 *
 * SPDX-License-Identifier: MIT */
#include "open/reader.h"
#include "open/registry.h"
#include "os/map.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Below this a read is cheaper than a map and its page fault. */
#define COPY_BELOW (UINT64_C(16) << 10)
/* What cannot be mapped is copied up to here, and left unmapped beyond. */
#define COPY_LIMIT (UINT64_C(64) << 20)
/* Of a file that says it is empty, so much is asked for at first: the kernel writes most pseudo
 * files anew for each read, which should be one, and some refuse to be read by less than a word. */
#define PSEUDO_STEP (UINT64_C(4) << 10)

static const mmr_reader_options default_options = MMR_READER_OPTIONS_INIT;

static struct mmr_reader *reader_new(const char *name)
{
	size_t len = strlen(name) + 1;
	struct mmr_reader *reader = heap_alloc(sizeof(*reader) + len);

	if (!reader)
		return NULL;
	memset(reader, 0, sizeof(*reader));
	memcpy(reader->name, name, len);
	reader->fd = -1;
	atomic_store(&reader->seek_fd, -1);
	return reader;
}

static int reject(const char *name, enum os_kind kind)
{
	switch (kind) {
	case OS_REGULAR:
	case OS_BLOCK_DEVICE:
		return 0;
	case OS_DIRECTORY:
		error_set(-EISDIR, "open '%s'", name);
		return error_hint(-EISDIR, "name a file in it");
	case OS_FIFO:
	case OS_SOCKET:
	case OS_CHARACTER_DEVICE:
		break;
	}
	error_set(MMR_ESTREAM, "open '%s'", name);
	return error_hint(MMR_ESTREAM, "read it as a stream of blocks, or save it to a file first");
}

static int check_options(const char *name, const mmr_reader_options *options)
{
	if (options->struct_size >= sizeof(*options) && options->backing <= MMR_BACKING_UNMAPPED &&
		options->backing != MMR_BACKING_CALLER)
		return 0;
	error_set(-EINVAL, "open '%s' with these options", name);
	return error_hint(-EINVAL, "start from MMR_READER_OPTIONS_INIT");
}

/* How much of the part there can be after it was copied: of a file that was cut meanwhile, what
 * lies behind the cut may have been copied as zeroes. Of others any size, since it may be a lie. */
static uint64_t size_left(const struct mmr_reader *reader)
{
	struct os_stat now;

	if (os_stat_fd(reader->fd, &now) < 0 || now.size >= reader->stat.size)
		return UINT64_MAX;
	return now.size > reader->offset ? now.size - reader->offset : 0;
}

/* Reads the part into the heap, up to `limit`. What the kernel says the size is decides nothing:
 * /proc says 0 and /sys says a page.
 *
 * Returns: 0; -EFBIG when there is more than `limit`; errno of pread(2) with the place in the file,
 * or UINT64_MAX for errors without one. */
static int copy_part(
	struct mmr_reader *reader, uint64_t wanted, uint64_t limit, uint64_t *ret_place)
{
	uint64_t guess = reader->size > 0 ? reader->size + 2 : PSEUDO_STEP;
	size_t room = (size_t)(min_u64(min_u64(wanted, guess - 1), limit) + 1);
	size_t len = 0, got;
	char *bytes, *larger;
	int err;

	*ret_place = UINT64_MAX;
	bytes = heap_alloc(room);
	if (!bytes)
		return -ENOMEM;
	for (;;) {
		size_t step = (size_t)min_u64(room - len, wanted - len);

		err = os_read_at(reader->fd, reader->offset + len, bytes + len, step, &got);
		if (err < 0) {
			*ret_place = reader->offset + len + got;
			goto free_bytes;
		}
		len += got;
		if (got < step || len == wanted)
			break;
		err = -EFBIG;
		if (len > limit)
			goto free_bytes;
		err = -ENOMEM;
		larger = room > SIZE_MAX / 2 ? NULL : heap_alloc(room * 2);
		if (!larger)
			goto free_bytes;
		memcpy(larger, bytes, len);
		heap_free(bytes);
		bytes = larger;
		room *= 2;
	}
	len = (size_t)min_u64(len, size_left(reader));
	reader->bytes = bytes;
	atomic_store(&reader->size, len);
	reader->backing = MMR_BACKING_COPIED;
	return 0;

free_bytes:
	heap_free(bytes);
	return err;
}

/* Maps the part and `reserve` bytes of address space behind it. */
static int map_part(struct mmr_reader *reader, uint64_t reserve)
{
	size_t page = os_page_size();
	uint64_t lead = reader->offset % page;
	uint64_t size = atomic_load(&reader->size);
	uint64_t room = SIZE_MAX - 2 * page;
	size_t len;
	int err;

	if (size > room - lead || reserve > room - lead - size)
		return -ENOMEM;
	len = (size_t)(lead + size + reserve + page - 1) / page * page;
	reader->map_off = reader->offset - lead;
	if (len > 0 && size + reserve > 0) {
		err = os_map(reader->fd, reader->map_off, len, &reader->map, &reader->shared);
		if (err < 0)
			return err;
		atomic_store(&reader->map_len, len);
		reader->bytes = (const char *)reader->map + lead;
		registry_add(reader);
	} else {
		reader->bytes = "";
	}
	reader->backing = MMR_BACKING_MAPPED;
	return 0;
}

static int map_or_less(struct mmr_reader *reader, uint64_t reserve)
{
	int err = map_part(reader, reserve);

	/* The reserve is a wish where addresses are scarce. */
	if (err < 0 && reserve > 0)
		err = map_part(reader, 0);
	return err;
}

static int unmapped_error(const struct mmr_reader *reader, int err)
{
	error_set(err, "map '%s' (%llu bytes)", reader->name, (unsigned long long)reader->size);
	return error_hint(err, "raise the address space limit (ulimit -v), or read it in blocks");
}

static int choose_backing(
	struct mmr_reader *reader, const mmr_reader_options *options, uint64_t wanted)
{
	bool pseudo = reader->stat.kind == OS_REGULAR && reader->stat.size == 0;
	bool small = reader->size < COPY_BELOW && options->reserve == 0;
	uint64_t place;
	int err;

	if (options->backing == MMR_BACKING_UNMAPPED) {
		reader->backing = MMR_BACKING_UNMAPPED;
		return 0;
	}
	if (options->backing == MMR_BACKING_MAPPED) {
		err = map_or_less(reader, options->reserve);
		return err < 0 ? unmapped_error(reader, MMR_ENOMAP) : 0;
	}
	if (options->backing == MMR_BACKING_COPIED || small || pseudo) {
		uint64_t limit = options->backing == MMR_BACKING_COPIED ? SIZE_MAX / 4 : COPY_LIMIT;

		err = copy_part(reader, wanted, limit, &place);
		if (err == -ESPIPE)
			return reject(reader->name, OS_FIFO);
		if (err < 0 && place != UINT64_MAX)
			return error_set_at(err, place, "read '%s'", reader->name);
		if (err < 0)
			return error_set(err, "read '%s'", reader->name);
		if (reader->size > 0 || options->reserve == 0 ||
			options->backing == MMR_BACKING_COPIED)
			return 0;
		/* Truly empty, and expected to grow: it needs addresses to grow into. */
		heap_free((void *)reader->bytes);
		reader->bytes = NULL;
	}
	err = map_or_less(reader, options->reserve);
	if (err == 0)
		return 0;
	/* Refused, not out of addresses: files of some file systems cannot be mapped at all. */
	if (err != -ENOMEM && copy_part(reader, wanted, COPY_LIMIT, &place) == 0)
		return 0;
	reader->backing = MMR_BACKING_UNMAPPED;
	return 0;
}

/* Takes `fd` over, whatever comes. */
static int open_descriptor(const char *name, int fd, bool by_path,
	const mmr_reader_options *options, mmr_reader **ret_reader)
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
	err = reject(name, reader->stat.kind);
	if (err < 0)
		goto close_reader;
	reader->offset = options->offset;
	reader->to_the_end = options->length == MMR_REST;
	left = reader->stat.size > options->offset ? reader->stat.size - options->offset : 0;
	atomic_store(&reader->size, min_u64(left, options->length));
	err = choose_backing(reader, options, options->length);
	if (err < 0)
		goto close_reader;
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
	/* A FIFO is turned away before it is opened: its writer must not see a reader come and
	 * go. What open finds is checked again, since the path may change hands meanwhile. */
	err = os_stat_path(path, &stat);
	if (err < 0)
		return error_set(err, "open '%s'", path);
	err = reject(path, stat.kind);
	if (err < 0)
		return err;
	err = os_open(path, &fd);
	if (err < 0)
		return error_set(err, "open '%s'", path);
	return open_descriptor(path, fd, true, options, ret_reader);
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
	return open_descriptor(name, own, false, options, ret_reader);
}

int mmr_open_memory(const void *bytes, size_t len, mmr_reader **ret_reader)
{
	struct mmr_reader *reader;

	if (!bytes && len > 0)
		return error_set(-EINVAL, "open %zu bytes of memory at NULL", len);
	reader = reader_new("memory");
	if (!reader)
		return error_set(-ENOMEM, "open memory");
	reader->backing = MMR_BACKING_CALLER;
	reader->bytes = bytes ? bytes : "";
	atomic_store(&reader->size, len);
	*ret_reader = reader;
	return 0;
}

void mmr_close(mmr_reader *reader)
{
	if (!reader)
		return;
	if (reader->map) {
		registry_remove(reader);
		os_unmap(reader->map, atomic_load(&reader->map_len));
	}
	if (reader->backing == MMR_BACKING_COPIED)
		heap_free((void *)reader->bytes);
	if (atomic_load(&reader->seek_fd) >= 0)
		os_close(atomic_load(&reader->seek_fd));
	if (reader->fd >= 0)
		os_close(reader->fd);
	heap_free(reader);
}
