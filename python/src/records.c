/* records.c - the types Records and RecordsIterator: binary records of a layout
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <stdio.h>

/* An iterator copies so many bytes of records at a time, or one record. */
#define CHUNK ((size_t)16 << 10)

struct records {
	PyObject_HEAD struct reader *reader;
	mmr_layout *layout;
	uint64_t header;
	Py_ssize_t first, step; /* records of the layout */
	Py_ssize_t n, stride;   /* of this view; in bytes */
	char *format;
	struct records *base; /* owns the layout and the format; NULL: this does */
};

struct records_iterator {
	PyObject_HEAD struct records *records;
	Py_ssize_t next, from, to; /* record to return; records in the chunk */
	char *chunk;
};

static void records_dealloc(PyObject *object)
{
	struct records *self = (struct records *)object;

	if (self->base) {
		Py_DECREF((PyObject *)self->base);
	} else {
		mmr_layout_close(self->layout);
		PyMem_Free(self->format);
	}
	Py_XDECREF((PyObject *)self->reader);
	object_free(self);
}

/* The format of a record as numpy reads it: "T{<Q:id:4x16s:name:}". */
static char *format_of(const mmr_layout *layout)
{
	const uint16_t one = 1;
	bool little = *(const char *)&one;
	size_t n = mmr_layout_n_fields(layout), room = 32, used, at = 0, i;
	const mmr_field *field;
	char *text;

	for (i = 0; i < n; i++)
		room += strlen(mmr_layout_field(layout, i)->name) + 64;
	text = PyMem_Malloc(room);
	if (!text) {
		PyErr_NoMemory();
		return NULL;
	}
	used = (size_t)snprintf(text, room, "T{");
	for (i = 0; i < n; i++) {
		field = mmr_layout_field(layout, i);
		if (field->off > at)
			used += (size_t)snprintf(text + used, room - used, "%zux", field->off - at);
		if (field->type == MMR_TEXT)
			used += (size_t)snprintf(
				text + used, room - used, "%zus:%s:", field->size, field->name);
		else
			used += (size_t)snprintf(text + used, room - used,
				"%c%c:%s:", little == !field->swapped ? '<' : '>',
				array_letter(field->type), field->name);
		at = field->off + field->size;
	}
	if (mmr_layout_size(layout) > at)
		used += (size_t)snprintf(
			text + used, room - used, "%zux", mmr_layout_size(layout) - at);
	snprintf(text + used, room - used, "}");
	return text;
}

PyObject *records_new(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *reader = (struct reader *)object;
	uint64_t header = 0, bytes;
	struct records *self;
	const char *text;
	size_t size;
	int err;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "s|O&:records", NAMES("layout", "header"),
		    &text, argument_u64, &header) ||
		bytes_length(object) < 0)
		return NULL;
	self = object_new(state_of(reader), TYPE_RECORDS);
	if (!self)
		return NULL;
	self->reader = reader_hold(reader);
	err = mmr_layout_parse(mmr_slice_of(text), &self->layout);
	if (err < 0) {
		reader_raise(reader, err);
		goto failed;
	}
	self->format = format_of(self->layout);
	if (!self->format)
		goto failed;
	bytes = mmr_size(reader->mmr);
	bytes = header < bytes ? bytes - header : 0;
	size = mmr_layout_size(self->layout);
	if (bytes % size != 0) {
		PyErr_Format(PyExc_ValueError, "%zu bytes are left over after the last record",
			(size_t)(bytes % size));
		goto failed;
	}
	self->header = header;
	self->step = 1;
	self->n = (Py_ssize_t)(bytes / size);
	self->stride = (Py_ssize_t)size;
	return (PyObject *)self;
failed:
	Py_DECREF(self);
	return NULL;
}

static Py_ssize_t records_length(PyObject *object)
{
	struct records *self = (struct records *)object;

	return reader_valid(self->reader) ? self->n : -1;
}

/* --- Records ---------------------------------------------------------------------------------- */

static PyObject *value_of(mmr_slice record, const mmr_field *field)
{
	mmr_slice text;
	int64_t i64;
	uint64_t u64;
	double f64;

	if (field->type == MMR_TEXT) {
		text = mmr_record_text(record, field);
		return PyBytes_FromStringAndSize(text.ptr, (Py_ssize_t)text.len);
	}
	/* These conversions lose nothing, so they cannot fail. */
	if (field->type >= MMR_F16)
		return mmr_record_f64(record, field, &f64) < 0 ? NULL : PyFloat_FromDouble(f64);
	if (field->type <= MMR_U64)
		return mmr_record_u64(record, field, &u64) < 0 ? NULL
							       : PyLong_FromUnsignedLongLong(u64);
	return mmr_record_i64(record, field, &i64) < 0 ? NULL : PyLong_FromLongLong(i64);
}

static PyObject *tuple_of_record(const mmr_layout *layout, const char *bytes)
{
	mmr_slice record = {bytes, mmr_layout_size(layout)};
	size_t n = mmr_layout_n_fields(layout), i;
	PyObject *tuple = PyTuple_New((Py_ssize_t)n), *value;

	for (i = 0; tuple && i < n; i++) {
		value = value_of(record, mmr_layout_field(layout, i));
		if (value)
			PyTuple_SetItem(tuple, (Py_ssize_t)i, value);
		else
			Py_CLEAR(tuple);
	}
	return tuple;
}

/* The offset of record `i` in the reader. */
static uint64_t offset_of(const struct records *self, Py_ssize_t i)
{
	return self->header +
	       (uint64_t)(self->first + i * self->step) * mmr_layout_size(self->layout);
}

/* Copies `n` records that follow each other in the file. Returns: false with an exception. */
static bool copy_records(const struct records *self, Py_ssize_t i, size_t n, char *to)
{
	int err;

	if (!reader_enter(self->reader))
		return false;
	err = bytes_copy(self->reader, offset_of(self, i), to, n * mmr_layout_size(self->layout));
	if (err < 0)
		reader_raise(self->reader, err);
	reader_leave(self->reader);
	return err == 0;
}

static PyObject *records_item(PyObject *object, Py_ssize_t index)
{
	struct records *self = (struct records *)object;
	PyObject *tuple = NULL;
	char *record;

	if (!reader_valid(self->reader))
		return NULL;
	if (index < 0 || index >= self->n) {
		PyErr_SetString(PyExc_IndexError, "record number out of range");
		return NULL;
	}
	record = PyMem_Malloc(mmr_layout_size(self->layout));
	if (!record)
		return PyErr_NoMemory();
	if (copy_records(self, index, 1, record))
		tuple = tuple_of_record(self->layout, record);
	PyMem_Free(record);
	return tuple;
}

static PyObject *records_slice(
	struct records *self, Py_ssize_t start, Py_ssize_t step, Py_ssize_t n)
{
	struct records *part = object_new(state_of(self), TYPE_RECORDS);

	if (!part)
		return NULL;
	part->reader = reader_hold(self->reader);
	part->base = self->base ? self->base : self;
	Py_INCREF((PyObject *)part->base);
	part->layout = self->layout;
	part->format = self->format;
	part->header = self->header;
	part->first = self->first + (n > 0 ? start * self->step : 0);
	part->step = n > 1 ? self->step * step : 1;
	part->n = n;
	part->stride = part->step * (Py_ssize_t)mmr_layout_size(self->layout);
	return (PyObject *)part;
}

static PyObject *records_subscript(PyObject *object, PyObject *item)
{
	struct records *self = (struct records *)object;
	Py_ssize_t start, stop, step;

	if (PyIndex_Check(item)) {
		start = PyNumber_AsSsize_t(item, PyExc_IndexError);
		if (start == -1 && PyErr_Occurred())
			return NULL;
		return records_item(object, start < 0 ? start + self->n : start);
	}
	if (!PySlice_Check(item)) {
		PyErr_SetString(PyExc_TypeError, "record numbers are integers or slices");
		return NULL;
	}
	if (PySlice_Unpack(item, &start, &stop, &step) < 0 || !reader_valid(self->reader))
		return NULL;
	return records_slice(
		self, start, step, PySlice_AdjustIndices(self->n, &start, &stop, step));
}

/* --- Columns ---------------------------------------------------------------------------------- */

static PyObject *records_column(PyObject *object, PyObject *name)
{
	struct records *self = (struct records *)object;
	const mmr_field *field;
	mmr_array array;
	mmr_slice bytes;
	PyObject *text = PyUnicode_AsUTF8String(name);
	int err;

	if (!text)
		return NULL;
	field = mmr_layout_find(self->layout, PyBytes_AsString(text));
	Py_DECREF(text);
	if (!field) {
		PyErr_SetObject(PyExc_KeyError, name);
		return NULL;
	}
	if (!reader_valid(self->reader))
		return NULL;
	/* mmr_layout_column takes whole slices, forward. So this makes an array of the first value,
	 * and stretches it. */
	bytes = mmr_bytes(self->reader->mmr);
	if (reader_has_addresses(self->reader)) {
		if (self->n > 0)
			bytes.ptr += offset_of(self, 0) + field->off;
		bytes.len = self->n > 0 ? field->size : 0;
	}
	err = mmr_array_of(bytes, (enum mmr_type)field->type, MMR_NATIVE, &array);
	if (err < 0)
		return reader_raise(self->reader, err);
	array.swapped = field->swapped;
	array.n = (size_t)self->n;
	array.stride = self->stride;
	return array_of(self->reader, &array);
}

static PyObject *get_fields(PyObject *object, void *unused)
{
	struct records *self = (struct records *)object;
	size_t n = mmr_layout_n_fields(self->layout), i;
	PyObject *tuple = PyTuple_New((Py_ssize_t)n), *items[4], *field;
	const mmr_field *at;

	(void)unused;
	for (i = 0; tuple && i < n; i++) {
		at = mmr_layout_field(self->layout, i);
		items[0] = PyUnicode_FromString(at->name);
		items[1] = PyUnicode_FromFormat("%c", array_letter(at->type));
		items[2] = PyLong_FromSize_t(at->off);
		items[3] = PyLong_FromSize_t(at->size);
		field = tuple_of(state_of(self), TUPLE_FIELD, items, 4);
		if (field)
			PyTuple_SetItem(tuple, (Py_ssize_t)i, field);
		else
			Py_CLEAR(tuple);
	}
	return tuple;
}

static PyObject *get_format(PyObject *object, void *unused)
{
	(void)unused;
	return PyUnicode_FromString(((struct records *)object)->format);
}

/* --- Buffer protocol -------------------------------------------------------------------------- */

static int records_get_buffer(PyObject *object, Py_buffer *view, int flags)
{
	struct records *self = (struct records *)object;
	Py_ssize_t size = (Py_ssize_t)mmr_layout_size(self->layout);

	view->obj = NULL;
	if (!reader_valid(self->reader))
		return -1;
	if (!reader_has_addresses(self->reader) || flags & PyBUF_WRITABLE) {
		PyErr_SetString(PyExc_BufferError, flags & PyBUF_WRITABLE
							   ? "Object is not writable."
							   : "the reader has no addresses");
		return -1;
	}
	/* A format is needed to read the records, and strides to find them. */
	if (!(flags & PyBUF_FORMAT) || (flags & PyBUF_STRIDES) != PyBUF_STRIDES ||
		(self->n > 1 && self->stride != size &&
			(flags & ~PyBUF_STRIDES &
				(PyBUF_C_CONTIGUOUS | PyBUF_F_CONTIGUOUS |
					PyBUF_ANY_CONTIGUOUS)))) {
		PyErr_SetString(PyExc_BufferError, "records need a format and strides");
		return -1;
	}
	memset(view, 0, sizeof(*view));
	view->buf = "";
	if (self->n > 0)
		view->buf =
			(char *)(uintptr_t)mmr_bytes(self->reader->mmr).ptr + offset_of(self, 0);
	view->len = self->n * size;
	view->itemsize = size;
	view->readonly = 1;
	view->ndim = 1;
	view->format = self->format;
	view->shape = &self->n;
	view->strides = &self->stride;
	Py_INCREF(object);
	view->obj = object;
	self->reader->exports++;
	return 0;
}

static void records_release_buffer(PyObject *object, Py_buffer *view)
{
	(void)view;
	((struct records *)object)->reader->exports--;
}

/* --- Iterating -------------------------------------------------------------------------------- */

static PyObject *records_iter(PyObject *object)
{
	struct records *records = (struct records *)object;
	struct records_iterator *self;
	size_t size = mmr_layout_size(records->layout);

	if (!reader_valid(records->reader))
		return NULL;
	self = object_new(state_of(records), TYPE_RECORDS_ITERATOR);
	if (!self)
		return NULL;
	Py_INCREF(object);
	self->records = records;
	self->chunk = PyMem_Malloc(size > CHUNK ? size : CHUNK);
	if (!self->chunk) {
		Py_DECREF(self);
		return PyErr_NoMemory();
	}
	return (PyObject *)self;
}

static void iterator_dealloc(PyObject *object)
{
	struct records_iterator *self = (struct records_iterator *)object;

	PyMem_Free(self->chunk);
	Py_XDECREF((PyObject *)self->records);
	object_free(self);
}

static PyObject *iterator_next(PyObject *object)
{
	struct records_iterator *self = (struct records_iterator *)object;
	struct records *records = self->records;
	size_t size = mmr_layout_size(records->layout);
	Py_ssize_t n = 1;

	if (!reader_valid(records->reader) || self->next >= records->n)
		return NULL;
	if (self->next >= self->to) {
		if (records->step == 1 && size < CHUNK)
			n = (Py_ssize_t)(CHUNK / size);
		if (n > records->n - self->next)
			n = records->n - self->next;
		if (!copy_records(records, self->next, (size_t)n, self->chunk))
			return NULL;
		self->from = self->next;
		self->to = self->next + n;
	}
	n = self->next++ - self->from;
	return tuple_of_record(records->layout, self->chunk + (size_t)n * size);
}

static PyObject *iterator_self(PyObject *self)
{
	Py_INCREF(self);
	return self;
}

/* --- The types -------------------------------------------------------------------------------- */

static PyMethodDef methods[] = {
	METHOD("column", records_column, METH_O, "The values of one field, as an array."),
	{NULL, NULL, 0, NULL},
};

static PyGetSetDef attributes[] = {
	{"fields", get_fields, NULL, "The fields of the layout.", NULL},
	{"format", get_format, NULL, "The format of a record, as numpy reads it.", NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
	{Py_tp_doc, "Records of a layout."},
	{Py_tp_dealloc, records_dealloc},
	{Py_tp_iter, records_iter},
	{Py_tp_methods, methods},
	{Py_tp_getset, attributes},
	{Py_bf_getbuffer, records_get_buffer},
	{Py_bf_releasebuffer, records_release_buffer},
	{Py_mp_length, records_length},
	{Py_mp_subscript, records_subscript},
	{Py_sq_length, records_length},
	{Py_sq_item, records_item},
	{0, NULL},
};

PyType_Spec records_spec = {
	"mmreader.Records", sizeof(struct records), 0, Py_TPFLAGS_DEFAULT, slots};

static PyType_Slot iterator_slots[] = {
	{Py_tp_doc, "Iterator over records."},
	{Py_tp_dealloc, iterator_dealloc},
	{Py_tp_iter, iterator_self},
	{Py_tp_iternext, iterator_next},
	{0, NULL},
};

PyType_Spec records_iterator_spec = {"mmreader.RecordsIterator", sizeof(struct records_iterator), 0,
	Py_TPFLAGS_DEFAULT, iterator_slots};
