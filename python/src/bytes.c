/* bytes.c - the bytes of a reader by offset, and its position, as in mmap
 *
 * Every byte that is returned was there: bytes are copied under the guard, or read. A truncation
 * inside a page makes the lost bytes read as zeroes, so a copy that contains a zero is read again.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

/* Up to so many bytes are copied with the GIL. */
#define SMALL ((size_t)64 << 10)

struct copy {
	const char *from;
	char *to;
	size_t len;
};

static int copy_guarded(void *arg)
{
	struct copy *copy = arg;

	memcpy(copy->to, copy->from, copy->len);
	return 0;
}

int bytes_copy_slice(struct reader *self, mmr_slice from, char *to)
{
	struct copy copy = {from.ptr, to, from.len};

	return from.len > 0 ? mmr_try(self->mmr, copy_guarded, &copy) : 0;
}

int bytes_copy(struct reader *self, uint64_t off, char *to, size_t len)
{
	mmr_slice all = mmr_bytes(self->mmr);
	mmr_slice from = {NULL, len};
	size_t n;
	int err;

	if (len == 0)
		return 0;
	if (len <= SMALL && off <= all.len && len <= all.len - off) {
		from.ptr = all.ptr + off;
		err = bytes_copy_slice(self, from, to);
		if (err < 0)
			return err;
		if (mmr_backing(self->mmr) != MMR_BACKING_MAPPED || !memchr(to, 0, len))
			return 0;
	}
	if (len <= SMALL && all.len > 0)
		return mmr_read_at(self->mmr, off, to, len, &n);
	Py_BEGIN_ALLOW_THREADS err = mmr_read_at(self->mmr, off, to, len, &n);
	Py_END_ALLOW_THREADS return err;
}

PyObject *bytes_new(struct reader *self, uint64_t off, uint64_t len)
{
	PyObject *bytes;
	int err;

	if (!reader_enter(self))
		return NULL;
	bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)len);
	if (bytes && len > 0) {
		err = bytes_copy(self, off, PyBytes_AsString(bytes), (size_t)len);
		if (err < 0) {
			Py_CLEAR(bytes);
			reader_raise(self, err);
		}
	}
	reader_leave(self);
	return bytes;
}

Py_ssize_t bytes_length(PyObject *object)
{
	struct reader *self = (struct reader *)object;
	uint64_t size;

	if (!reader_valid(self))
		return -1;
	size = mmr_size(self->mmr);
	if (size == MMR_REST) {
		reader_raise(self, mmr_read_at(self->mmr, 0, NULL, 0, &(size_t){0}));
		return -1;
	}
	if (size > PY_SSIZE_T_MAX) {
		PyErr_SetString(PyExc_OverflowError, "the size does not fit; use size()");
		return -1;
	}
	return (Py_ssize_t)size;
}

static PyObject *byte_at(struct reader *self, uint64_t off)
{
	char byte;
	int err = bytes_copy(self, off, &byte, 1);

	if (err < 0)
		return reader_raise(self, err);
	return PyLong_FromLong((unsigned char)byte);
}

/* Every `step`th byte. Windows are read for both directions: a step may skip more than a window. */
static PyObject *stepped(struct reader *self, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n)
{
	PyObject *bytes = PyBytes_FromStringAndSize(NULL, n);
	char *to, *window = PyMem_Malloc(SMALL);
	uint64_t off, size = mmr_size(self->mmr), first = 0, end = 0;
	Py_ssize_t i;
	int err = 0;

	if (!bytes || !window) {
		if (!window)
			PyErr_NoMemory();
		Py_CLEAR(bytes);
		goto done;
	}
	to = PyBytes_AsString(bytes);
	for (i = 0; i < n; i++) {
		off = (uint64_t)(start + i * step);
		if (off < first || off >= end) {
			if (step > 0 || off < SMALL)
				first = step > 0 ? off : 0;
			else
				first = off + 1 - SMALL;
			end = size - first < SMALL ? size : first + SMALL;
			if (step < 0)
				end = off + 1;
			/* If a window has only one wanted byte, read only this byte. */
			if (step >= (Py_ssize_t)SMALL || step <= -(Py_ssize_t)SMALL || n == 1) {
				first = off;
				end = off + 1;
			}
			err = bytes_copy(self, first, window, (size_t)(end - first));
			if (err < 0)
				break;
		}
		to[i] = window[off - first];
	}
	if (err < 0) {
		Py_CLEAR(bytes);
		reader_raise(self, err);
	}
done:
	PyMem_Free(window);
	return bytes;
}

PyObject *bytes_subscript(PyObject *object, PyObject *item)
{
	struct reader *self = (struct reader *)object;
	Py_ssize_t start, stop, step, n, length;
	PyObject *result = NULL;

	/* __index__ may close the reader, so it is checked afterwards. */
	if (PyIndex_Check(item)) {
		start = PyNumber_AsSsize_t(item, PyExc_IndexError);
		if (start == -1 && PyErr_Occurred())
			return NULL;
		length = bytes_length(object);
		if (length < 0)
			return NULL;
		if (start < 0)
			start += length;
		if (start < 0 || start >= length) {
			PyErr_SetString(PyExc_IndexError, "reader index out of range");
			return NULL;
		}
		return byte_at(self, (uint64_t)start);
	}
	if (!PySlice_Check(item)) {
		PyErr_SetString(PyExc_TypeError, "reader indices must be integers");
		return NULL;
	}
	if (PySlice_Unpack(item, &start, &stop, &step) < 0)
		return NULL;
	length = bytes_length(object);
	if (length < 0)
		return NULL;
	n = PySlice_AdjustIndices(length, &start, &stop, step);
	if (n == 0)
		return PyBytes_FromStringAndSize("", 0);
	if (step == 1)
		return bytes_new(self, (uint64_t)start, (uint64_t)n);
	if (reader_enter(self)) {
		result = stepped(self, start, step, n);
		reader_leave(self);
	}
	return result;
}

/* --- The position ----------------------------------------------------------------------------- */

/* The bytes after the position. Returns: -1 with an exception for a stream or a closed reader. */
static Py_ssize_t rest_of(struct reader *self)
{
	Py_ssize_t length = bytes_length((PyObject *)self);

	if (length < 0)
		return -1;
	return self->position < (uint64_t)length ? length - (Py_ssize_t)self->position : 0;
}

static PyObject *read_n(struct reader *self, Py_ssize_t n)
{
	uint64_t from = self->position;
	PyObject *bytes = bytes_new(self, from, (uint64_t)n);

	/* Another thread may have moved it while the bytes were read; the last one wins. */
	if (bytes)
		self->position = from + (uint64_t)n;
	return bytes;
}

PyObject *bytes_read(PyObject *object, PyObject *args)
{
	struct reader *self = (struct reader *)object;
	PyObject *number = Py_None;
	Py_ssize_t rest, n = -1;

	if (!PyArg_ParseTuple(args, "|O:read", &number))
		return NULL;
	if (number != Py_None) {
		if (!PyIndex_Check(number)) {
			PyErr_Format(PyExc_TypeError, "read() takes an integer or None");
			return NULL;
		}
		n = PyNumber_AsSsize_t(number, PyExc_OverflowError);
		if (n == -1 && PyErr_Occurred())
			return NULL;
	}
	rest = rest_of(self);
	if (rest < 0)
		return NULL;
	return read_n(self, n < 0 || n > rest ? rest : n);
}

PyObject *bytes_read_at(PyObject *object, PyObject *args)
{
	struct reader *self = (struct reader *)object;
	uint64_t off, n, size;

	if (!PyArg_ParseTuple(args, "O&O&:read_at", argument_u64, &off, argument_u64, &n) ||
		bytes_length(object) < 0)
		return NULL;
	size = mmr_size(self->mmr);
	if (off > size)
		off = size;
	return bytes_new(self, off, n > size - off ? size - off : n);
}

PyObject *bytes_read_byte(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;
	Py_ssize_t rest = rest_of(self);
	PyObject *byte;

	(void)unused;
	if (rest < 0)
		return NULL;
	if (rest == 0) {
		PyErr_SetString(PyExc_ValueError, "read byte out of range");
		return NULL;
	}
	byte = byte_at(self, self->position);
	if (byte)
		self->position++;
	return byte;
}

PyObject *bytes_readline(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;
	Py_ssize_t rest = rest_of(self);
	uint64_t stop = self->position;
	mmr_slice bytes, line;
	mmr_lines it;
	int err = 0;

	(void)unused;
	if (rest < 0 || !reader_enter(self))
		return NULL;
	if (rest == 0) {
		;
	} else if (reader_has_addresses(self)) {
		bytes = mmr_bytes(self->mmr);
		bytes = mmr_slice_cut(bytes, (int64_t)self->position, MMR_END);
		it = mmr_lines_of_flags(bytes, '\n', MMR_LINES_KEEP);
		if (mmr_lines_next(&it, &line))
			stop += line.len;
		else
			err = mmr_lines_error(&it);
	} else {
		Py_BEGIN_ALLOW_THREADS err =
			mmr_line_seek(self->mmr, self->position, 1, NULL, &stop);
		Py_END_ALLOW_THREADS
	}
	reader_leave(self);
	if (err < 0)
		return reader_raise(self, err);
	return read_n(self, (Py_ssize_t)(stop - self->position));
}

PyObject *bytes_seek(PyObject *object, PyObject *args)
{
	struct reader *self = (struct reader *)object;
	Py_ssize_t distance, length, from;
	int whence = 0;

	if (!PyArg_ParseTuple(args, "n|i:seek", &distance, &whence))
		return NULL;
	length = bytes_length(object);
	if (length < 0)
		return NULL;
	switch (whence) {
	case 0:
		from = 0;
		break;
	case 1:
		from = (Py_ssize_t)self->position;
		break;
	case 2:
		from = length;
		break;
	default:
		PyErr_SetString(PyExc_ValueError, "unknown seek type");
		return NULL;
	}
	if (distance > length - from || distance < -from) {
		PyErr_SetString(PyExc_ValueError, "seek out of range");
		return NULL;
	}
	self->position = (uint64_t)(from + distance);
	return PyLong_FromUnsignedLongLong(self->position);
}

PyObject *bytes_tell(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;

	(void)unused;
	if (!reader_valid(self))
		return NULL;
	return PyLong_FromUnsignedLongLong(self->position);
}
