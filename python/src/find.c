/* find.c - find, rfind, count and `in`
 *
 * The text is copied before the GIL is released, so that nothing changes it meanwhile.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>
#include <stdlib.h>

/* Without addresses, windows of this size are searched. */
#define WINDOW ((size_t)1 << 20)

struct search {
	struct reader *reader;
	char *text;
	size_t len;
	bool last; /* find the last occurrence */
	bool found;
	uint64_t off; /* of the occurrence */
};

/* Takes a private copy of what is searched for. */
static bool copy_text(struct search *search, const Py_buffer *view)
{
	search->len = (size_t)view->len;
	search->text = PyMem_Malloc(search->len + 1);
	if (!search->text) {
		PyErr_NoMemory();
		return false;
	}
	if (search->len > 0)
		memcpy(search->text, view->buf, search->len);
	return true;
}

static int find_in_slice(struct search *search, mmr_slice slice)
{
	mmr_needle needle = mmr_needle_of((mmr_slice){search->text, search->len});
	mmr_matches it = mmr_matches_of(slice, &needle);
	mmr_slice match;

	search->found =
		search->last ? mmr_matches_next_back(&it, &match) : mmr_matches_next(&it, &match);
	if (!search->found)
		return mmr_matches_error(&it);
	search->off = (uint64_t)(match.ptr - slice.ptr);
	return 0;
}

/* The windows overlap by all but one byte of the text, so each occurrence is in one of them. */
static int find_in_windows(struct search *search, uint64_t start, uint64_t stop)
{
	size_t room = WINDOW + search->len - 1, n;
	char *window = malloc(room);
	uint64_t off = start, end = stop;
	int err = window ? 0 : -ENOMEM;

	while (err == 0 && !search->found && end - off >= search->len) {
		n = end - off < room ? (size_t)(end - off) : room;
		if (search->last)
			off = end - n;
		err = mmr_read_at(search->reader->mmr, off, window, n, &n);
		if (err == 0)
			err = find_in_slice(search, (mmr_slice){window, n});
		if (search->found) {
			search->off += off;
		} else if (search->last) {
			if (off == start)
				break;
			end = off + search->len - 1;
			off = start;
		} else {
			off += n - (search->len - 1);
		}
	}
	free(window);
	return err;
}

static int find_in(struct search *search, uint64_t start, uint64_t stop)
{
	mmr_slice bytes;
	int err;

	if (!reader_has_addresses(search->reader))
		return find_in_windows(search, start, stop);
	bytes = mmr_slice_cut(mmr_bytes(search->reader->mmr), (int64_t)start, (int64_t)stop);
	err = find_in_slice(search, bytes);
	if (search->found)
		search->off += start;
	/* Lost bytes that read as zeroes. */
	if (err == 0 && (!search->found || memchr(search->text, 0, search->len)))
		err = reader_truncated(search->reader);
	return err;
}

/* Searches [start, stop). Returns: false with an exception. */
static bool run(struct search *search, uint64_t start, uint64_t stop)
{
	int err;

	if (search->len == 0) {
		search->found = true;
		search->off = search->last ? stop : start;
		return true;
	}
	if (!reader_enter(search->reader))
		return false;
	if (stop - start <= 4096 && reader_has_addresses(search->reader)) {
		err = find_in(search, start, stop);
	} else {
		Py_BEGIN_ALLOW_THREADS err = find_in(search, start, stop);
		Py_END_ALLOW_THREADS
	}
	if (err < 0)
		reader_raise(search->reader, err);
	reader_leave(search->reader);
	return err == 0;
}

/* The indexes of mmap.find: negative ones count from the end, others are clamped. */
static uint64_t clamp(Py_ssize_t index, Py_ssize_t length)
{
	if (index < 0)
		index = index + length > 0 ? index + length : 0;
	return (uint64_t)(index < length ? index : length);
}

static PyObject *find(PyObject *object, PyObject *args, const char *format, bool last)
{
	struct reader *self = (struct reader *)object;
	struct search search = {self, NULL, 0, last, false, 0};
	Py_ssize_t start = (Py_ssize_t)self->position, end = PY_SSIZE_T_MAX, length;
	PyObject *result = NULL;
	uint64_t from, to;
	Py_buffer view;

	if (!PyArg_ParseTuple(args, format, &view, &start, &end))
		return NULL;
	length = bytes_length(object);
	if (length < 0 || !copy_text(&search, &view))
		goto done;
	from = clamp(start, length);
	to = clamp(end, length);
	if (from <= to && !run(&search, from, to))
		goto done;
	result = search.found ? PyLong_FromUnsignedLongLong(search.off) : PyLong_FromLong(-1);
done:
	PyMem_Free(search.text);
	PyBuffer_Release(&view);
	return result;
}

PyObject *find_first(PyObject *self, PyObject *args)
{
	return find(self, args, "y*|nn:find", false);
}

PyObject *find_last(PyObject *self, PyObject *args)
{
	return find(self, args, "y*|nn:rfind", true);
}

PyObject *find_count(PyObject *object, PyObject *args)
{
	struct reader *self = (struct reader *)object;
	struct search search = {self, NULL, 0, false, false, 0};
	PyObject *start = NULL, *end = NULL, *result = NULL;
	struct held_index *hold;
	mmr_scan_options scan;
	mmr_needle needle;
	uint64_t from, to, n = 0;
	Py_buffer view;
	int err;

	if (!PyArg_ParseTuple(args, "y*|OO:count", &view, &start, &end))
		return NULL;
	if (view.len == 0) {
		PyErr_SetString(PyExc_ValueError, "cannot count an empty text");
		goto done;
	}
	if (!range_of(self, start, end, &from, &to) || !copy_text(&search, &view) ||
		!reader_enter(self))
		goto done;
	scan = scan_of(from, to, '\n');
	hold = index_hold(self, &scan);
	needle = mmr_needle_of((mmr_slice){search.text, search.len});
	Py_BEGIN_ALLOW_THREADS err = mmr_count_matches(self->mmr, &needle, &scan, &n);
	Py_END_ALLOW_THREADS index_drop(hold);
	if (err < 0)
		reader_raise(self, err);
	else
		result = PyLong_FromUnsignedLongLong(n);
	reader_leave(self);
done:
	PyMem_Free(search.text);
	PyBuffer_Release(&view);
	return result;
}

int find_contains(PyObject *object, PyObject *item)
{
	struct search search = {(struct reader *)object, NULL, 0, false, false, 0};
	Py_ssize_t length, byte;
	Py_buffer view;
	char text;
	bool done = false;

	if (PyIndex_Check(item)) {
		byte = PyNumber_AsSsize_t(item, PyExc_ValueError);
		if (byte == -1 && PyErr_Occurred())
			return -1;
		if (byte < 0 || byte > 255) {
			PyErr_SetString(PyExc_ValueError, "byte must be in range(0, 256)");
			return -1;
		}
		text = (char)byte;
		search.text = &text;
		search.len = 1;
		length = bytes_length(object);
		if (length < 0 || !run(&search, 0, (uint64_t)length))
			return -1;
		return search.found;
	}
	if (PyObject_GetBuffer(item, &view, PyBUF_SIMPLE) < 0)
		return -1;
	length = bytes_length(object);
	if (length >= 0 && copy_text(&search, &view))
		done = run(&search, 0, (uint64_t)length);
	PyMem_Free(search.text);
	PyBuffer_Release(&view);
	return done ? search.found : -1;
}
