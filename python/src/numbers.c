/* numbers.c - lines by number, counts of lines, shards, and lines of sorted files
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>

/* The start of line n. Returns: 0; -ERANGE if there is no such line; another code. */
static int seek(struct reader *self, const mmr_scan_options *scan, Py_ssize_t n, uint64_t *ret_off)
{
	uint64_t size = mmr_size(self->mmr), probe;
	int err;

	err = mmr_line_seek(self->mmr, n < 0 ? size : 0, n, scan, ret_off);
	if (err < 0)
		return err;
	if (n >= 0)
		return *ret_off < size ? 0 : -ERANGE;
	if (size == 0)
		return -ERANGE;
	if (*ret_off > 0 || n == -1)
		return 0;
	/* The start of the file: the line that was asked for, or fewer lines. */
	err = mmr_line_seek(self->mmr, size, n + 1, scan, &probe);
	return err < 0 ? err : probe > 0 ? 0 : -ERANGE;
}

/* Finds line n. Returns: false with an exception. */
static bool locate(
	struct reader *self, Py_ssize_t n, char delimiter, uint64_t *ret_start, uint64_t *ret_stop)
{
	struct held_index *hold;
	mmr_scan_options scan;
	int err;

	if (bytes_length((PyObject *)self) < 0 || !reader_enter(self))
		return false;
	scan = scan_of(0, MMR_REST, delimiter);
	hold = index_hold(self, &scan);
	Py_BEGIN_ALLOW_THREADS err = seek(self, &scan, n, ret_start);
	if (err == 0 && ret_stop)
		err = mmr_line_seek(self->mmr, *ret_start, 1, &scan, ret_stop);
	Py_END_ALLOW_THREADS index_drop(hold);
	if (err == -ERANGE)
		PyErr_SetString(PyExc_IndexError, "line number out of range");
	else if (err < 0)
		reader_raise(self, err);
	reader_leave(self);
	return err == 0;
}

PyObject *number_line(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *self = (struct reader *)object;
	char delimiter = '\n';
	uint64_t start, stop;
	int keepends = 0, err;
	PyObject *number;
	Py_ssize_t n;
	char last;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$O&p:line",
		    NAMES("number", "delimiter", "keepends"), &number, argument_delimiter,
		    &delimiter, &keepends))
		return NULL;
	n = PyNumber_AsSsize_t(number, PyExc_IndexError);
	if ((n == -1 && PyErr_Occurred()) || !locate(self, n, delimiter, &start, &stop))
		return NULL;
	if (!keepends) {
		if (!reader_enter(self))
			return NULL;
		err = bytes_copy(self, stop - 1, &last, 1);
		if (err < 0)
			reader_raise(self, err);
		reader_leave(self);
		if (err < 0)
			return NULL;
		if (last == delimiter)
			stop--;
	}
	return bytes_new(self, start, stop - start);
}

PyObject *number_start(PyObject *object, PyObject *args, PyObject *keywords)
{
	char delimiter = '\n';
	PyObject *number;
	uint64_t start;
	Py_ssize_t n;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$O&:line_start",
		    NAMES("number", "delimiter"), &number, argument_delimiter, &delimiter))
		return NULL;
	n = PyNumber_AsSsize_t(number, PyExc_IndexError);
	if ((n == -1 && PyErr_Occurred()) ||
		!locate((struct reader *)object, n, delimiter, &start, NULL))
		return NULL;
	return PyLong_FromUnsignedLongLong(start);
}

PyObject *number_of(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *self = (struct reader *)object;
	struct held_index *hold;
	mmr_scan_options scan;
	char delimiter = '\n';
	uint64_t off, number;
	int err;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&|$O&:line_number",
		    NAMES("offset", "delimiter"), argument_u64, &off, argument_delimiter,
		    &delimiter) ||
		!reader_enter(self))
		return NULL;
	scan = scan_of(0, MMR_REST, delimiter);
	hold = index_hold(self, &scan);
	Py_BEGIN_ALLOW_THREADS err = mmr_line_number(self->mmr, off, &scan, &number);
	Py_END_ALLOW_THREADS index_drop(hold);
	if (err == -ERANGE)
		PyErr_SetString(PyExc_IndexError, "offset out of range");
	else if (err < 0)
		reader_raise(self, err);
	reader_leave(self);
	return err < 0 ? NULL : PyLong_FromUnsignedLongLong(number);
}

PyObject *number_count(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *self = (struct reader *)object;
	PyObject *from = NULL, *to = NULL;
	struct held_index *hold;
	mmr_scan_options scan;
	char delimiter = '\n';
	uint64_t start, stop;
	mmr_counts counts;
	int err;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "|OO$O&:count_lines",
		    NAMES("start", "end", "delimiter"), &from, &to, argument_delimiter,
		    &delimiter) ||
		!range_of(self, from, to, &start, &stop) || !reader_enter(self))
		return NULL;
	scan = scan_of(start, stop, delimiter);
	hold = index_hold(self, &scan);
	Py_BEGIN_ALLOW_THREADS err = mmr_count_lines(self->mmr, &scan, &counts);
	Py_END_ALLOW_THREADS index_drop(hold);
	if (err < 0)
		reader_raise(self, err);
	reader_leave(self);
	return err < 0 ? NULL : PyLong_FromUnsignedLongLong(counts.lines);
}

PyObject *number_shard(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *self = (struct reader *)object;
	uint64_t k, n, start, stop;
	struct held_index *hold;
	mmr_scan_options scan;
	char delimiter = '\n';
	int err;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "O&O&|$O&:shard",
		    NAMES("k", "n", "delimiter"), argument_u64, &k, argument_u64, &n,
		    argument_delimiter, &delimiter) ||
		!reader_enter(self))
		return NULL;
	scan = scan_of(0, MMR_REST, delimiter);
	hold = index_hold(self, &scan);
	Py_BEGIN_ALLOW_THREADS err = mmr_shard(self->mmr, &scan, k, n, &start, &stop);
	Py_END_ALLOW_THREADS index_drop(hold);
	if (err < 0)
		reader_raise(self, err);
	reader_leave(self);
	if (err < 0)
		return NULL;
	return Py_BuildValue("(KK)", (unsigned long long)start, (unsigned long long)stop);
}

/* --- Sorted files ----------------------------------------------------------------------------- */

static const char *const kinds[] = {"line", "form", "field", NULL};

static PyObject *bisect(
	struct reader *self, PyObject *args, PyObject *keywords, enum mmr_bound bound)
{
	mmr_key key = MMR_KEY_INIT;
	char delimiter = '\n';
	const char *by = "line";
	int numeric = 0, prefix = 0, kind, err;
	PyObject *from = NULL, *to = NULL, *result = NULL;
	uint64_t start, stop, off;
	struct held_index *hold;
	mmr_scan_options scan;
	Py_buffer wanted;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "y*|OO$sO&O&ppO&:bisect",
		    NAMES("key", "start", "end", "by", "field", "separator", "numeric", "prefix",
			    "delimiter"),
		    &wanted, &from, &to, &by, argument_u64, &key.field, argument_delimiter,
		    &key.separator, &numeric, &prefix, argument_delimiter, &delimiter))
		return NULL;
	kind = argument_word(by, kinds, "kind of key");
	if (kind < 0 || !range_of(self, from, to, &start, &stop) || !reader_enter(self))
		goto done;
	key.kind = (enum mmr_key_kind)kind;
	key.numeric = numeric;
	key.prefix = prefix;
	scan = scan_of(start, stop, delimiter);
	hold = index_hold(self, &scan);
	Py_BEGIN_ALLOW_THREADS err = mmr_bisect(
		self->mmr, &scan, &key, (mmr_slice){wanted.buf, (size_t)wanted.len}, bound, &off);
	Py_END_ALLOW_THREADS index_drop(hold);
	if (err < 0)
		reader_raise(self, err);
	else
		result = PyLong_FromUnsignedLongLong(off);
	reader_leave(self);
done:
	PyBuffer_Release(&wanted);
	return result;
}

PyObject *number_bisect_left(PyObject *self, PyObject *args, PyObject *keywords)
{
	return bisect((struct reader *)self, args, keywords, MMR_BOUND_LOWER);
}

PyObject *number_bisect_right(PyObject *self, PyObject *args, PyObject *keywords)
{
	return bisect((struct reader *)self, args, keywords, MMR_BOUND_UPPER);
}
