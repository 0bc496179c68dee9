/* reader.c - the type Reader: opening, closing, the buffer protocol
 *
 * A reader that is closed while another thread scans it stays open for the library until the scan
 * ends. Buffers of Python have no end that this module could wait for, so a reader with buffers is
 * not closed: close() raises BufferError, as that of mmap does.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>

static const char *const backings[] = {
	"auto", "mapped", "copied", "caller", "unmapped", "stream", NULL};

/* --- Lifetime --------------------------------------------------------------------------------- */

bool reader_valid(struct reader *self)
{
	if (!self->closed)
		return true;
	PyErr_SetString(PyExc_ValueError, "reader closed or invalid");
	return false;
}

static void close_now(struct reader *self)
{
	mmr_reader *mmr = self->mmr;

	index_drop(self->index);
	self->index = NULL;
	self->mmr = NULL;
	mmr_close(mmr);
	if (self->memory.obj)
		PyBuffer_Release(&self->memory);
}

bool reader_enter(struct reader *self)
{
	if (!reader_valid(self))
		return false;
	self->users++;
	return true;
}

void reader_leave(struct reader *self)
{
	if (--self->users == 0 && self->closed)
		close_now(self);
}

static PyObject *reader_close(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;

	(void)unused;
	if (self->exports > 0) {
		PyErr_SetString(PyExc_BufferError, "cannot close exported pointers exist");
		return NULL;
	}
	if (!self->closed) {
		self->closed = true;
		if (self->users == 0)
			close_now(self);
	}
	Py_RETURN_NONE;
}

static void reader_dealloc(PyObject *object)
{
	struct reader *self = (struct reader *)object;

	if (self->mmr)
		close_now(self);
	else if (self->memory.obj)
		PyBuffer_Release(&self->memory);
	Py_XDECREF(self->name);
	object_free(self);
}

/* --- Opening ---------------------------------------------------------------------------------- */

/* Opens what `file` names. `*ret_path` is set if it is a path. */
static int open_file(PyObject *file, const mmr_reader_options *options, mmr_reader **ret_mmr)
{
	PyObject *path = NULL;
	const char *text;
	int err, fd = -1;

	if (PyLong_Check(file) || PyObject_HasAttrString(file, "fileno")) {
		fd = PyObject_AsFileDescriptor(file);
		if (fd < 0)
			return -1;
	} else if (!PyUnicode_FSConverter(file, &path)) {
		return -1;
	}
	text = path ? PyBytes_AsString(path) : NULL;
	Py_BEGIN_ALLOW_THREADS
		/* Without the guard, a truncated file would end the process. */
		err = mmr_guard_install();
	if (err == 0)
		err = path ? mmr_open(text, options, ret_mmr) : mmr_open_fd(fd, options, ret_mmr);
	Py_END_ALLOW_THREADS Py_XDECREF(path);
	return err;
}

PyObject *module_open(PyObject *module, PyObject *args, PyObject *keywords)
{
	module_state *state = PyModule_GetState(module);
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	const char *backing = "auto";
	struct reader *self;
	PyObject *file;
	int keep_pages = 0, wait = 0, word, err;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|$O&O&sO&pp:open",
		    NAMES("file", "offset", "length", "backing", "reserve", "keep_pages", "wait"),
		    &file, argument_u64, &options.offset, argument_length, &options.length,
		    &backing, argument_u64, &options.reserve, &keep_pages, &wait))
		return NULL;
	word = argument_word(backing, backings, "backing");
	if (word < 0)
		return NULL;
	if (word == MMR_BACKING_CALLER) {
		PyErr_SetString(PyExc_ValueError, "open_bytes() opens memory of the caller");
		return NULL;
	}
	options.backing = (enum mmr_backing_kind)word;
	options.keep_pages = keep_pages;
	options.wait = wait;
	self = object_new(state, TYPE_READER);
	if (!self)
		return NULL;
	self->closed = true;
	err = open_file(file, &options, &self->mmr);
	if (err < 0) {
		if (!PyErr_Occurred())
			errors_raise(state, err, file);
		Py_DECREF(self);
		return NULL;
	}
	self->closed = false;
	Py_INCREF(file);
	self->name = file;
	return (PyObject *)self;
}

PyObject *module_open_bytes(PyObject *module, PyObject *data)
{
	module_state *state = PyModule_GetState(module);
	struct reader *self = object_new(state, TYPE_READER);
	int err;

	if (!self)
		return NULL;
	self->closed = true;
	if (PyObject_GetBuffer(data, &self->memory, PyBUF_SIMPLE) < 0)
		goto failed;
	err = mmr_open_memory(self->memory.buf, (size_t)self->memory.len, &self->mmr);
	if (err < 0) {
		errors_raise(state, err, NULL);
		goto failed;
	}
	self->closed = false;
	Py_INCREF(Py_None);
	self->name = Py_None;
	return (PyObject *)self;
failed:
	Py_DECREF(self);
	return NULL;
}

/* --- Shared ----------------------------------------------------------------------------------- */

PyObject *reader_raise(struct reader *self, int code)
{
	return errors_raise(state_of(self), code, self->name == Py_None ? NULL : self->name);
}

int reader_truncated(const struct reader *self)
{
	if (mmr_backing(self->mmr) != MMR_BACKING_MAPPED)
		return 0;
	return mmr_check(self->mmr) == MMR_ETRUNCATED ? MMR_ETRUNCATED : 0;
}

bool reader_has_addresses(const struct reader *self)
{
	return mmr_abilities(self->mmr) & MMR_HAS_ADDRESSES;
}

mmr_scan_options scan_of(uint64_t start, uint64_t stop, char delimiter)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.offset = start;
	if (stop != MMR_REST)
		scan.length = stop - start;
	scan.delimiter = delimiter;
	return scan;
}

struct held_index *index_hold(struct reader *self, mmr_scan_options *scan)
{
	if (!self->index || self->index->delimiter != scan->delimiter)
		return NULL;
	self->index->holders++;
	scan->index = self->index->mmr;
	return self->index;
}

void index_drop(struct held_index *index)
{
	if (!index || --index->holders > 0)
		return;
	mmr_index_close(index->mmr);
	PyMem_Free(index);
}

bool range_of(struct reader *self, PyObject *start, PyObject *end, uint64_t *ret_start,
	uint64_t *ret_stop)
{
	Py_ssize_t from = 0, to = PY_SSIZE_T_MAX, length;

	if (start && start != Py_None) {
		from = PyNumber_AsSsize_t(start, NULL);
		if (from == -1 && PyErr_Occurred())
			return false;
	}
	if (end && end != Py_None) {
		to = PyNumber_AsSsize_t(end, NULL);
		if (to == -1 && PyErr_Occurred())
			return false;
	}
	if (!reader_valid(self))
		return false;
	if (mmr_size(self->mmr) == MMR_REST) {
		if (from < 0 || to < 0) {
			reader_raise(self, mmr_read_at(self->mmr, 0, NULL, 0, &(size_t){0}));
			return false;
		}
		*ret_start = (uint64_t)from;
		*ret_stop = to == PY_SSIZE_T_MAX ? MMR_REST : (uint64_t)(to > from ? to : from);
		return true;
	}
	length = bytes_length((PyObject *)self);
	if (length < 0)
		return false;
	PySlice_AdjustIndices(length, &from, &to, 1);
	*ret_start = (uint64_t)from;
	*ret_stop = (uint64_t)(to > from ? to : from);
	return true;
}

/* --- Buffer protocol -------------------------------------------------------------------------- */

static int reader_get_buffer(PyObject *object, Py_buffer *view, int flags)
{
	struct reader *self = (struct reader *)object;
	mmr_slice all;

	view->obj = NULL;
	if (!reader_valid(self))
		return -1;
	if (!reader_has_addresses(self)) {
		PyErr_SetString(PyExc_BufferError, "the reader has no addresses: use read_at()");
		return -1;
	}
	all = mmr_bytes(self->mmr);
	/* Python expects an address, even of nothing. */
	if (PyBuffer_FillInfo(view, object, all.ptr ? (char *)(uintptr_t)all.ptr : "",
		    (Py_ssize_t)all.len, 1, flags) < 0)
		return -1;
	self->exports++;
	return 0;
}

static void reader_release_buffer(PyObject *object, Py_buffer *view)
{
	(void)view;
	((struct reader *)object)->exports--;
}

/* --- Methods ---------------------------------------------------------------------------------- */

static PyObject *reader_start(PyObject *self, PyObject *unused)
{
	(void)unused;
	if (!reader_valid((struct reader *)self))
		return NULL;
	Py_INCREF(self);
	return self;
}

static PyObject *reader_exit(PyObject *self, PyObject *args)
{
	(void)args;
	return reader_close(self, NULL);
}

static PyObject *reader_size(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;

	(void)unused;
	if (!reader_valid(self))
		return NULL;
	if (mmr_size(self->mmr) == MMR_REST)
		return reader_raise(self, mmr_read_at(self->mmr, 0, NULL, 0, &(size_t){0}));
	return PyLong_FromUnsignedLongLong(mmr_size(self->mmr));
}

static PyObject *reader_refresh(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;
	int grown;

	(void)unused;
	if (!reader_enter(self))
		return NULL;
	/* With the GIL: one refresh at a time. */
	grown = mmr_refresh(self->mmr);
	if (grown < 0)
		reader_raise(self, grown);
	reader_leave(self);
	return grown < 0 ? NULL : PyBool_FromLong(grown);
}

static PyObject *reader_check(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;
	int err;

	(void)unused;
	if (!reader_valid(self))
		return NULL;
	err = mmr_check(self->mmr);
	if (err < 0)
		return reader_raise(self, err);
	Py_RETURN_NONE;
}

static PyObject *reader_repr(PyObject *object)
{
	struct reader *self = (struct reader *)object;

	if (self->closed)
		return PyUnicode_FromFormat("<mmreader.Reader name=%R closed>", self->name);
	return PyUnicode_FromFormat("<mmreader.Reader name=%R backing='%s'>", self->name,
		backings[mmr_backing(self->mmr)]);
}

static PyObject *get_closed(PyObject *self, void *unused)
{
	(void)unused;
	return PyBool_FromLong(((struct reader *)self)->closed);
}

static PyObject *get_name(PyObject *self, void *unused)
{
	PyObject *name = ((struct reader *)self)->name;

	(void)unused;
	Py_INCREF(name);
	return name;
}

static PyObject *get_backing(PyObject *object, void *unused)
{
	struct reader *self = (struct reader *)object;

	(void)unused;
	if (!reader_valid(self))
		return NULL;
	return PyUnicode_FromString(backings[mmr_backing(self->mmr)]);
}

/* list() asks for a length first, and goes on after a TypeError only. */
static Py_ssize_t reader_length(PyObject *object)
{
	struct reader *self = (struct reader *)object;

	if (!self->closed && mmr_size(self->mmr) == MMR_REST) {
		PyErr_SetString(PyExc_TypeError, "a stream has no length");
		return -1;
	}
	return bytes_length(object);
}

static PyMethodDef methods[] = {
	METHOD("__enter__", reader_start, METH_NOARGS, NULL),
	METHOD("__exit__", reader_exit, METH_VARARGS, NULL),
	METHOD("close", reader_close, METH_NOARGS, "Close the reader."),
	METHOD("size", reader_size, METH_NOARGS, "The number of bytes."),
	METHOD("refresh", reader_refresh, METH_NOARGS,
		"Take in bytes that were appended to the file. Return whether there were any."),
	METHOD("check", reader_check, METH_NOARGS,
		"Raise an error if the file has changed since it was opened or refreshed."),
	METHOD("read", bytes_read, METH_VARARGS, "Read n bytes, or all, from the position on."),
	METHOD("read_at", bytes_read_at, METH_VARARGS, "Copy up to n bytes from an offset on."),
	METHOD("read_byte", bytes_read_byte, METH_NOARGS, "Read one byte as an int."),
	METHOD("readline", bytes_readline, METH_NOARGS, "Read one line, with its end."),
	METHOD("seek", bytes_seek, METH_VARARGS, "Set the position."),
	METHOD("tell", bytes_tell, METH_NOARGS, "The position."),
	METHOD("find", find_first, METH_VARARGS,
		"The offset of the first occurrence in [start, end), or -1. As for mmap, start is "
		"the position by default."),
	METHOD("rfind", find_last, METH_VARARGS,
		"The offset of the last occurrence in [start, end), or -1. As for mmap, start is "
		"the position by default."),
	METHOD("count", find_count, METH_VARARGS,
		"Count non-overlapping occurrences in [start, end), by several threads."),
	METHOD("lines", lines_new, KEYWORDS, "Iterate over lines, or over lists of lines."),
	METHOD("line", number_line, KEYWORDS, "Line n, counted from 0; from the end if negative."),
	METHOD("line_start", number_start, KEYWORDS, "The offset of line n."),
	METHOD("line_number", number_of, KEYWORDS, "The number of the line at an offset."),
	METHOD("count_lines", number_count, KEYWORDS, "Count lines, by several threads."),
	METHOD("shard", number_shard, KEYWORDS, "The bounds (start, end) of shard k of n."),
	METHOD("bisect_left", number_bisect_left, KEYWORDS,
		"The offset of the first line of a sorted file whose key is not less."),
	METHOD("bisect_right", number_bisect_right, KEYWORDS,
		"The offset of the first line of a sorted file whose key is greater."),
	METHOD("rows", rows_new, KEYWORDS, "Iterate over the rows of a table (RFC 4180)."),
	METHOD("fields", rows_fields, KEYWORDS, "Iterate over lines as tuples of their fields."),
	METHOD("search", search_lines, KEYWORDS, "Iterate over the lines that match patterns."),
	METHOD("search_count", search_count, KEYWORDS, "Count the lines that match patterns."),
	METHOD("sample", search_sample, KEYWORDS, "A random sample of n lines, in their order."),
	METHOD("matches", search_matches, KEYWORDS, "Iterate over the matches of a pattern."),
	METHOD("array", array_new, KEYWORDS, "Numbers of one type, as a view."),
	METHOD("sum", array_reader_sum, KEYWORDS,
		"Sum, minimum and maximum of numbers, by several threads."),
	METHOD("records", records_new, KEYWORDS, "Records of a layout, as a view."),
	METHOD("build_index", index_build, KEYWORDS, "Make an index of lines in memory."),
	METHOD("load_index", index_load, KEYWORDS, "Use the index that was saved for the file."),
	METHOD("make_index", index_make, KEYWORDS, "Like load_index, but make it if needed."),
	METHOD("memory", memory_reader, METH_NOARGS, "The memory that the reader uses."),
	METHOD("filetype", memory_filetype, METH_NOARGS, "The type of the content."),
	{NULL, NULL, 0, NULL},
};

static PyGetSetDef attributes[] = {
	{"closed", get_closed, NULL, "Whether close() was called.", NULL},
	{"name", get_name, NULL, "The path or descriptor, or None.", NULL},
	{"backing", get_backing, NULL, "How the bytes are reached.", NULL},
	{"index", index_info, NULL, "A description of the index, or None.", NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
	{Py_tp_doc, "An open input. Make it with open() or open_bytes()."},
	{Py_tp_dealloc, reader_dealloc},
	{Py_tp_repr, reader_repr},
	{Py_tp_iter, lines_iter},
	{Py_tp_methods, methods},
	{Py_tp_getset, attributes},
	{Py_bf_getbuffer, reader_get_buffer},
	{Py_bf_releasebuffer, reader_release_buffer},
	{Py_mp_length, reader_length},
	{Py_mp_subscript, bytes_subscript},
	{Py_sq_contains, find_contains},
	{0, NULL},
};

PyType_Spec reader_spec = {"mmreader.Reader", sizeof(struct reader), 0, Py_TPFLAGS_DEFAULT, slots};
