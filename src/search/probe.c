/* probe.c - reads single lines of a file, at any offset, by small reads
 *
 * SPDX-License-Identifier: MIT */
#include "search/probe.h"

#include "file/reader.h"
#include "scan/fixed.h"

#include <errno.h>

struct probe probe_of(
	const mmr_reader *reader, const struct units *units, uint64_t start, uint64_t stop)
{
	return (struct probe){.reader = reader, .units = *units, .start = start, .stop = stop};
}

void probe_close(struct probe *probe)
{
	heap_free(probe->bytes);
}

static uint64_t end_of(const struct probe *probe)
{
	return probe->off + probe->len;
}

/* Makes room for bytes to read. Those that were read are lost. */
static int reserve(struct probe *probe, size_t room)
{
	probe->len = 0;
	if (room <= probe->room)
		return 0;
	heap_free(probe->bytes);
	probe->bytes = heap_alloc(room);
	probe->room = probe->bytes ? room : 0;
	return probe->bytes ? 0 : error_set(-ENOMEM, "read %zu bytes of a line", room);
}

/* Makes bytes [off, off + len) available, as far as they are in the range. */
static int look(struct probe *probe, uint64_t off, size_t len)
{
	uint64_t stop = min_u64(off + len, probe->stop);
	size_t more = units_mark(&probe->units) + units_head(&probe->units);
	int err;

	if (off >= probe->off && stop <= end_of(probe))
		return 0;
	if (probe->len > 0 && off >= probe->off && off <= end_of(probe))
		probe->step = min_size(2 * probe->step, PROBE_MOST);
	else
		probe->step = PROBE_READ;
	len = (size_t)min_u64(max_u64(len, probe->step + more), probe->stop - off);
	probe->off = off;
	err = reserve(probe, len);
	if (err == 0)
		err = mmr_read_at(probe->reader, off, probe->bytes, len, &probe->len);
	if (err == 0 && probe->len < len)
		err = error_set_at(MMR_ETRUNCATED, probe->reader->offset + off + probe->len,
			"read '%s'", probe->reader->name);
	/* What a read that failed has left is not looked at. */
	if (err < 0)
		probe->len = 0;
	return err;
}

int probe_start(struct probe *probe, uint64_t from, uint64_t to, uint64_t *ret_at)
{
	size_t mark = units_mark(&probe->units), head = units_head(&probe->units), at;
	uint64_t first, decided;
	struct unit_view view = {.known = 0};
	int found;

	if (from <= probe->start && from < to) {
		*ret_at = probe->start;
		return 1;
	}
	if (units_are_fixed(&probe->units)) {
		first = fixed_seek(probe->units.records, probe->start, probe->stop, from - 1, 1);
		if (first < to)
			*ret_at = first;
		return first < to;
	}
	for (; from < to; from = decided) {
		first = from - min_u64(from - probe->start, mark);
		found = look(probe, first, (size_t)(from - first) + head + 1);
		if (found < 0)
			return found;
		/* Starts before this offset are decided by the bytes that were read. */
		decided = end_of(probe) == probe->stop ? probe->stop : end_of(probe) - head;
		decided = min_u64(decided, to);
		view.bytes = (mmr_slice){
			probe->bytes + (first - probe->off), (size_t)(end_of(probe) - first)};
		view.at_start = first == probe->start;
		found = units_next(&probe->units, &view, (size_t)(from - first),
			(size_t)(decided - first), &at);
		if (found > 0)
			*ret_at = first + at;
		if (found != 0)
			return found;
	}
	return 0;
}

int probe_unit(struct probe *probe, uint64_t at, size_t most, mmr_slice *ret_unit)
{
	/* A delimiter, and the start after it. */
	uint64_t limit = min_u64(probe->stop, at + most + 2), stop = limit;
	int found = probe_start(probe, at + 1, limit, &stop);
	mmr_slice unit;

	if (found < 0)
		return found;
	found = look(probe, at, (size_t)(stop - at));
	if (found < 0)
		return found;
	unit = (mmr_slice){probe->bytes + (at - probe->off), (size_t)(stop - at)};
	if (units_end_with(&probe->units, unit.ptr[unit.len - 1]))
		unit.len--;
	unit.len = min_size(unit.len, most);
	*ret_unit = unit;
	return 0;
}
