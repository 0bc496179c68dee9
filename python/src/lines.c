/* lines.c - iterates over lines, as bytes or as memoryviews, one by one or in lists
 *
 * Lines are found and copied some hundred at a time: one guarded copy and one check of the file's
 * size for all of them. So a line is returned only if its bytes were there.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

/* Lines that are ready at one time, and bytes after which no more are added. */
#define READY      512
#define READY_SIZE ((size_t)64 << 10)

struct lines {
	PyObject_HEAD struct reader *reader;
	/* The blocks of a reader without addresses; `it` iterates over one block. This object then
	 * counts as a user of the reader. */
	mmr_blocks *blocks;
	PyObject *view; /* of the whole reader, if lines are memoryviews */
	union {
		mmr_lines forward;
		mmr_reverse_lines backward;
	} it;
	const char *base; /* of `view` */
	unsigned flags;   /* of the iterators of the library */
	Py_ssize_t batch; /* lines of a list; 0: no lists */
	size_t next, n;   /* lines returned, lines made */
	size_t limit;     /* lines to make at a time: few at first */
	int error;        /* why there are no more; raised after the last line */
	char delimiter;
	bool reverse, started, ended, busy;
	PyObject *ready[READY];
};

/* Ends the iteration: nothing of the reader is used any more. */
static void finish(struct lines *self)
{
	self->ended = true;
	if (self->blocks) {
		mmr_blocks_close(self->blocks);
		self->blocks = NULL;
		reader_leave(self->reader);
	}
	Py_CLEAR(self->view);
}

static void drop_ready(struct lines *self)
{
	while (self->next < self->n)
		Py_DECREF(self->ready[self->next++]);
	self->next = self->n = 0;
}

static void lines_dealloc(PyObject *object)
{
	struct lines *self = (struct lines *)object;

	drop_ready(self);
	if (self->reader)
		finish(self);
	Py_XDECREF((PyObject *)self->reader);
	object_free(self);
}

/* --- Finding lines ---------------------------------------------------------------------------- */

static void walk(struct lines *self, mmr_slice slice)
{
	if (self->reverse)
		self->it.backward = mmr_reverse_lines_of_flags(slice, self->delimiter, self->flags);
	else
		self->it.forward = mmr_lines_of_flags(slice, self->delimiter, self->flags);
}

/* The next lines of the slice. Returns: how many; 0 at its end. */
static size_t take(struct lines *self, mmr_slice *slices)
{
	size_t n = 0, bytes = 0;

	while (n < self->limit && bytes < READY_SIZE) {
		if (self->reverse ? !mmr_reverse_lines_next(&self->it.backward, &slices[n])
				  : !mmr_lines_next(&self->it.forward, &slices[n]))
			break;
		bytes += slices[n++].len;
	}
	return n;
}

static int walk_error(const struct lines *self)
{
	return self->reverse ? mmr_reverse_lines_error(&self->it.backward)
			     : mmr_lines_error(&self->it.forward);
}

/* The next lines, of the next block if needed. Returns: how many; 0 at the end or at an error. */
static size_t take_next(struct lines *self, mmr_slice *slices, int *ret_error)
{
	mmr_block block;
	bool more;
	size_t n;

	for (;;) {
		n = self->started ? take(self, slices) : 0;
		if (n > 0)
			return n;
		if (self->started) {
			*ret_error = walk_error(self);
			if (*ret_error < 0 || !self->blocks)
				return 0;
		}
		self->busy = true;
		Py_BEGIN_ALLOW_THREADS more = mmr_blocks_next(self->blocks, &block);
		Py_END_ALLOW_THREADS self->busy = false;
		if (!more) {
			*ret_error = mmr_blocks_error(self->blocks);
			return 0;
		}
		walk(self, block.bytes);
		self->started = true;
	}
}

/* --- Making lines ----------------------------------------------------------------------------- */

struct copies {
	const mmr_slice *from;
	char **to;
	size_t n;
};

static int copy_all(void *arg)
{
	struct copies *copies = arg;
	size_t i;

	for (i = 0; i < copies->n; i++)
		memcpy(copies->to[i], copies->from[i].ptr, copies->from[i].len);
	return 0;
}

static int make_bytes(struct lines *self, const mmr_slice *slices, size_t n)
{
	char *to[READY];
	struct copies copies = {slices, to, n};
	int err;

	for (; self->n < n; self->n++) {
		self->ready[self->n] =
			PyBytes_FromStringAndSize(NULL, (Py_ssize_t)slices[self->n].len);
		if (!self->ready[self->n])
			return -1;
		to[self->n] = PyBytes_AsString(self->ready[self->n]);
	}
	err = mmr_try(self->reader->mmr, copy_all, &copies);
	if (err == 0)
		err = reader_truncated(self->reader);
	if (err == 0)
		return 0;
	reader_raise(self->reader, err);
	return -1;
}

static int make_views(struct lines *self, const mmr_slice *slices, size_t n)
{
	Py_ssize_t start;

	for (; self->n < n; self->n++) {
		start = slices[self->n].ptr - self->base;
		self->ready[self->n] = PySequence_GetSlice(
			self->view, start, start + (Py_ssize_t)slices[self->n].len);
		if (!self->ready[self->n])
			return -1;
	}
	return 0;
}

/* Makes the next lines ready. Returns: 1; 0 at the end; -1 with an exception. */
static int refill(struct lines *self)
{
	mmr_slice slices[READY];
	size_t n;
	int err = 0;

	if (self->ended)
		return 0;
	if (self->busy) {
		PyErr_SetString(PyExc_ValueError, "another thread uses the iterator");
		return -1;
	}
	if (!reader_valid(self->reader)) {
		finish(self);
		return -1;
	}
	self->next = self->n = 0;
	n = take_next(self, slices, &err);
	if (n == 0) {
		if (err == 0)
			err = reader_truncated(self->reader);
		if (err < 0)
			reader_raise(self->reader, err);
		finish(self);
		return err < 0 ? -1 : 0;
	}
	if (self->limit < READY)
		self->limit *= 2;
	if ((self->view ? make_views : make_bytes)(self, slices, n) == 0)
		return 1;
	drop_ready(self);
	finish(self);
	return -1;
}

static PyObject *next_line(struct lines *self)
{
	if (self->next == self->n && refill(self) <= 0)
		return NULL;
	return self->ready[self->next++];
}

static PyObject *lines_next(PyObject *object)
{
	struct lines *self = (struct lines *)object;
	PyObject *list, *line;
	int err;

	/* Lines that are ready are not returned after a close. */
	if (self->next < self->n && !reader_valid(self->reader)) {
		drop_ready(self);
		finish(self);
		return NULL;
	}
	if (self->batch == 0)
		return next_line(self);
	list = PyList_New(0);
	if (!list)
		return NULL;
	while (PyList_Size(list) < self->batch) {
		line = next_line(self);
		if (!line) {
			if (PyErr_Occurred() || PyList_Size(list) == 0) {
				Py_DECREF(list);
				return NULL;
			}
			break;
		}
		err = PyList_Append(list, line);
		Py_DECREF(line);
		if (err < 0) {
			Py_DECREF(list);
			return NULL;
		}
	}
	return list;
}

/* --- Starting --------------------------------------------------------------------------------- */

/* The range of a reader without addresses is read block by block, into memory of the library. */
static bool open_blocks(struct lines *self, uint64_t start, uint64_t stop)
{
	mmr_block_options cut = MMR_BLOCK_OPTIONS_INIT;
	mmr_scan_options scan = scan_of(start, stop, self->delimiter);
	int err;

	scan.io_mode = MMR_IO_READ;
	cut.backward = self->reverse;
	if (!reader_enter(self->reader))
		return false;
	err = mmr_blocks_open(self->reader->mmr, &scan, &cut, &self->blocks);
	if (err == 0)
		return true;
	reader_raise(self->reader, err);
	reader_leave(self->reader);
	return false;
}

/* Starts an iterator over the lines of a range. Its options are set. */
static PyObject *start(struct lines *self, uint64_t from, uint64_t to, bool views)
{
	mmr_slice bytes;

	self->limit = 16;
	if (views) {
		self->view = PyMemoryView_FromObject((PyObject *)self->reader);
		if (!self->view)
			goto failed;
	}
	if (!reader_has_addresses(self->reader)) {
		if (!open_blocks(self, from, to))
			goto failed;
		return (PyObject *)self;
	}
	bytes = mmr_bytes(self->reader->mmr);
	self->base = bytes.ptr;
	walk(self, mmr_slice_cut(bytes, (int64_t)from, (int64_t)to));
	self->started = true;
	return (PyObject *)self;
failed:
	Py_DECREF(self);
	return NULL;
}

static struct lines *lines_of(struct reader *reader)
{
	struct lines *self = object_new(state_of(reader), TYPE_LINES);

	if (!self)
		return NULL;
	self->reader = reader_hold(reader);
	self->delimiter = '\n';
	return self;
}

PyObject *lines_iter(PyObject *object)
{
	struct reader *reader = (struct reader *)object;
	struct lines *self;

	if (!reader_valid(reader))
		return NULL;
	self = lines_of(reader);
	if (!self)
		return NULL;
	self->flags = MMR_LINES_KEEP;
	return start(self, reader->position, mmr_size(reader->mmr), false);
}

PyObject *lines_new(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *reader = (struct reader *)object;
	PyObject *from = NULL, *to = NULL;
	int keepends = 0, crlf = 0, reverse = 0, views = 0;
	uint64_t first, stop;
	Py_ssize_t batch = 0;
	char delimiter = '\n';
	struct lines *self;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "|OO$O&ppppn:lines",
		    NAMES("start", "end", "delimiter", "keepends", "crlf", "reverse", "views",
			    "batch"),
		    &from, &to, argument_delimiter, &delimiter, &keepends, &crlf, &reverse, &views,
		    &batch))
		return NULL;
	if (batch < 0 || (keepends && crlf)) {
		PyErr_SetString(PyExc_ValueError, batch < 0
							  ? "batch must not be negative"
							  : "keepends and crlf exclude each other");
		return NULL;
	}
	if (!range_of(reader, from, to, &first, &stop))
		return NULL;
	self = lines_of(reader);
	if (!self)
		return NULL;
	self->delimiter = delimiter;
	self->reverse = reverse;
	self->batch = batch;
	self->flags = (keepends ? MMR_LINES_KEEP : 0u) | (crlf ? MMR_LINES_CRLF : 0u);
	return start(self, first, stop, views);
}

static PyObject *lines_self(PyObject *self)
{
	Py_INCREF(self);
	return self;
}

static PyType_Slot slots[] = {
	{Py_tp_doc, "Iterator over lines."},
	{Py_tp_dealloc, lines_dealloc},
	{Py_tp_iter, lines_self},
	{Py_tp_iternext, lines_next},
	{0, NULL},
};

PyType_Spec lines_spec = {"mmreader.Lines", sizeof(struct lines), 0, Py_TPFLAGS_DEFAULT, slots};
