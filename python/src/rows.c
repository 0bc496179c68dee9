/* rows.c - iterates over the rows of a table, or over lines and their fields, as tuples of bytes
 *
 * Like lines.c, it finds and copies many rows at a time, under one guard. With `columns`, only the
 * wanted cells are copied and become objects.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>

/* Rows that are ready at one time, and bytes of cells after which no more are added. */
#define READY      256
#define READY_SIZE ((size_t)64 << 10)

struct slot {
	mmr_cell cell;
	PyObject *bytes;
	bool present; /* false: the row has no such column */
};

struct rows {
	PyObject_HEAD struct reader *reader;
	mmr_blocks *blocks; /* of a reader without addresses, which then has this as a user */
	mmr_split *split;   /* of `blocks`, if cells are quoted */
	mmr_table table;    /* of cells that may be quoted ... */
	mmr_lines lines;    /* ... or else the lines of the fields */
	struct slot *slots; /* of all rows that are being made */
	size_t n_slots, room;
	size_t *columns; /* numbers of the wanted columns; NULL: all */
	size_t n_columns;
	size_t ends[READY]; /* of each row in `slots` */
	PyObject *ready[READY];
	size_t next, n, limit;
	int error;
	char separator;
	bool quoted, crlf, started, ended, busy;
};

static void finish(struct rows *self)
{
	self->ended = true;
	if (self->blocks) {
		mmr_blocks_close(self->blocks);
		self->blocks = NULL;
		reader_leave(self->reader);
	}
	mmr_split_close(self->split);
	self->split = NULL;
}

static void drop(struct rows *self)
{
	size_t i;

	while (self->next < self->n)
		Py_DECREF(self->ready[self->next++]);
	self->next = self->n = 0;
	for (i = 0; i < self->n_slots; i++)
		Py_CLEAR(self->slots[i].bytes);
	self->n_slots = 0;
}

static void rows_dealloc(PyObject *object)
{
	struct rows *self = (struct rows *)object;

	drop(self);
	if (self->reader)
		finish(self);
	PyMem_Free(self->slots);
	PyMem_Free(self->columns);
	Py_XDECREF((PyObject *)self->reader);
	object_free(self);
}

/* --- Finding cells ---------------------------------------------------------------------------- */

static struct slot *add_slots(struct rows *self, size_t n)
{
	size_t room = self->room ? self->room : 64;
	struct slot *slots;

	while (room - self->n_slots < n)
		room *= 2;
	if (room > self->room) {
		slots = PyMem_Realloc(self->slots, room * sizeof(*slots));
		if (!slots)
			return NULL;
		self->slots = slots;
		self->room = room;
	}
	slots = self->slots + self->n_slots;
	memset(slots, 0, n * sizeof(*slots));
	self->n_slots += n;
	return slots;
}

/* Keeps cell `number` of the row whose slots start at `row`. Returns: 0, -ENOMEM. */
static int keep(struct rows *self, size_t row, size_t number, const mmr_cell *cell)
{
	struct slot *slot;
	size_t i;

	if (!self->columns) {
		slot = add_slots(self, 1);
		if (!slot)
			return -ENOMEM;
		slot->cell = *cell;
		slot->present = true;
		return 0;
	}
	if (number == 0 && !add_slots(self, self->n_columns))
		return -ENOMEM;
	for (i = 0; i < self->n_columns; i++) {
		if (self->columns[i] == number) {
			self->slots[row + i].cell = *cell;
			self->slots[row + i].present = true;
		}
	}
	return 0;
}

/* The cells of the next row. Returns: 1; 0 at the end of the slice; a negative code. */
static int take_cells(struct rows *self, size_t *bytes)
{
	size_t row = self->n_slots, number = 0;
	mmr_cell cell;

	while (mmr_table_next(&self->table, &cell)) {
		if (keep(self, row, number++, &cell) < 0)
			return -ENOMEM;
		*bytes += cell.text.len;
		if (cell.last)
			return 1;
	}
	self->n_slots = row;
	return mmr_table_error(&self->table);
}

static int take_fields(struct rows *self, size_t *bytes)
{
	size_t row = self->n_slots, number = 0;
	mmr_cell cell = {{NULL, 0}, false, false};
	mmr_fields fields;
	mmr_slice line;
	int err;

	if (!mmr_lines_next(&self->lines, &line))
		return mmr_lines_error(&self->lines);
	fields = mmr_fields_of(line, self->separator);
	while (mmr_fields_next(&fields, &cell.text))
		if (keep(self, row, number++, &cell) < 0)
			return -ENOMEM;
	err = mmr_fields_error(&fields);
	if (err < 0) {
		self->n_slots = row;
		return err;
	}
	*bytes += line.len;
	return 1;
}

static void walk(struct rows *self, mmr_slice slice)
{
	if (self->quoted)
		self->table = mmr_table_of(slice, self->separator);
	else
		self->lines = mmr_lines_of_flags(slice, '\n', self->crlf ? MMR_LINES_CRLF : 0);
	self->started = true;
}

/* Takes some rows of the slice. Returns: how many; an error after them is kept. */
static size_t take(struct rows *self)
{
	size_t n = 0, bytes = 0;
	int more = 1;

	while (n < self->limit && bytes < READY_SIZE) {
		more = self->quoted ? take_cells(self, &bytes) : take_fields(self, &bytes);
		if (more <= 0)
			break;
		self->ends[n++] = self->n_slots;
	}
	/* The error of the blocks follows, and has the offset of the quote. */
	if (more < 0 && !(more == MMR_EQUOTE && self->blocks))
		self->error = more;
	return n;
}

static size_t take_next(struct rows *self)
{
	mmr_block block;
	bool more;
	size_t n;

	for (;;) {
		n = self->started ? take(self) : 0;
		if (n > 0 || self->error < 0 || (self->started && !self->blocks))
			return n;
		self->busy = true;
		Py_BEGIN_ALLOW_THREADS more = mmr_blocks_next(self->blocks, &block);
		Py_END_ALLOW_THREADS self->busy = false;
		if (!more) {
			self->error = mmr_blocks_error(self->blocks);
			return 0;
		}
		walk(self, block.bytes);
	}
}

/* --- Making rows ------------------------------------------------------------------------------ */

static int copy_all(void *arg)
{
	struct rows *self = arg;
	struct slot *slot;
	size_t i;

	for (i = 0; i < self->n_slots; i++) {
		slot = &self->slots[i];
		if (slot->present && !slot->cell.quoted)
			memcpy(PyBytes_AsString(slot->bytes), slot->cell.text.ptr,
				slot->cell.text.len);
	}
	return 0;
}

/* Replaces a bytes object by its first bytes: doubled quotes became single ones. */
static bool shorten(PyObject **bytes, size_t len)
{
	PyObject *whole = *bytes;

	*bytes = PyBytes_FromStringAndSize(PyBytes_AsString(whole), (Py_ssize_t)len);
	Py_DECREF(whole);
	return *bytes != NULL;
}

/* Copies the cells into new bytes objects. Returns: -1 with an exception. */
static int copy_cells(struct rows *self)
{
	struct slot *slot;
	size_t i, len;
	int err;

	for (i = 0; i < self->n_slots; i++) {
		slot = &self->slots[i];
		if (!slot->present) {
			Py_INCREF(Py_None);
			slot->bytes = Py_None;
			continue;
		}
		len = slot->cell.text.len;
		slot->bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)len);
		if (!slot->bytes)
			return -1;
		if (!slot->cell.quoted || len == 0)
			continue;
		err = mmr_cell_unquote(slot->cell, PyBytes_AsString(slot->bytes), &len);
		if (err < 0) {
			reader_raise(self->reader, err);
			return -1;
		}
		if (len < slot->cell.text.len && !shorten(&slot->bytes, len))
			return -1;
	}
	err = mmr_try(self->reader->mmr, copy_all, self);
	if (err == 0)
		err = reader_truncated(self->reader);
	if (err == 0)
		return 0;
	reader_raise(self->reader, err);
	return -1;
}

static int make_rows(struct rows *self, size_t n)
{
	size_t first = 0, i;
	PyObject *row;

	for (; self->n < n; self->n++) {
		row = PyTuple_New((Py_ssize_t)(self->ends[self->n] - first));
		if (!row)
			return -1;
		for (i = first; i < self->ends[self->n]; i++) {
			PyTuple_SetItem(row, (Py_ssize_t)(i - first), self->slots[i].bytes);
			self->slots[i].bytes = NULL;
		}
		first = self->ends[self->n];
		self->ready[self->n] = row;
	}
	self->n_slots = 0;
	return 0;
}

static int refill(struct rows *self)
{
	size_t n;

	if (self->ended)
		return 0;
	if (self->busy) {
		PyErr_SetString(PyExc_ValueError, "another thread uses the iterator");
		return -1;
	}
	self->next = self->n = self->n_slots = 0;
	n = self->error < 0 ? 0 : take_next(self);
	if (n == 0) {
		if (self->error == 0)
			self->error = reader_truncated(self->reader);
		if (self->error < 0)
			reader_raise(self->reader, self->error);
		finish(self);
		return self->error < 0 ? -1 : 0;
	}
	if (self->limit < READY)
		self->limit *= 2;
	if (copy_cells(self) == 0 && make_rows(self, n) == 0)
		return 1;
	drop(self);
	finish(self);
	return -1;
}

static PyObject *rows_next(PyObject *object)
{
	struct rows *self = (struct rows *)object;

	if (!self->ended && !self->busy && !reader_valid(self->reader)) {
		drop(self);
		finish(self);
		return NULL;
	}
	if (self->next == self->n && refill(self) <= 0)
		return NULL;
	return self->ready[self->next++];
}

/* --- Starting --------------------------------------------------------------------------------- */

static bool open_blocks(struct rows *self, uint64_t start, uint64_t stop)
{
	mmr_scan_options scan = scan_of(start, stop, '\n');
	int err = 0;

	scan.io_mode = MMR_IO_READ;
	if (self->quoted)
		err = mmr_split_rows(self->separator, &self->split);
	scan.records = self->split;
	if (err == 0 && !reader_enter(self->reader))
		return false;
	if (err == 0) {
		err = mmr_blocks_open(self->reader->mmr, &scan, NULL, &self->blocks);
		if (err < 0)
			reader_leave(self->reader);
	}
	if (err < 0)
		reader_raise(self->reader, err);
	return err == 0;
}

static bool take_columns(struct rows *self, PyObject *columns)
{
	PyObject *list = PySequence_List(columns), *item;
	Py_ssize_t i, number;

	if (!list)
		return false;
	self->n_columns = (size_t)PyList_Size(list);
	self->columns = PyMem_Calloc(self->n_columns + 1, sizeof(size_t));
	for (i = 0; self->columns && i < (Py_ssize_t)self->n_columns; i++) {
		item = PyList_GetItem(list, i);
		number = item ? PyNumber_AsSsize_t(item, PyExc_OverflowError) : -1;
		if (number < 0) {
			if (!PyErr_Occurred())
				PyErr_SetString(PyExc_ValueError, "columns are counted from 0");
			Py_DECREF(list);
			return false;
		}
		self->columns[i] = (size_t)number;
	}
	Py_DECREF(list);
	if (!self->columns)
		PyErr_NoMemory();
	return self->columns != NULL;
}

static PyObject *rows_of(
	struct reader *reader, PyObject *args, PyObject *keywords, bool quoted, const char *format)
{
	PyObject *from = NULL, *to = NULL, *columns = Py_None;
	struct rows *self = object_new(state_of(reader), TYPE_ROWS);
	uint64_t start, stop;
	int crlf = 0;

	if (!self)
		return NULL;
	self->reader = reader_hold(reader);
	self->quoted = quoted;
	self->separator = quoted ? ',' : '\t';
	self->limit = 8;
	if (!PyArg_ParseTupleAndKeywords(args, keywords, format,
		    quoted ? NAMES("separator", "start", "end", "columns")
			   : NAMES("separator", "start", "end", "columns", "crlf"),
		    argument_delimiter, &self->separator, &from, &to, &columns, &crlf))
		goto failed;
	self->crlf = crlf;
	if (columns != Py_None && !take_columns(self, columns))
		goto failed;
	if (!range_of(reader, from, to, &start, &stop))
		goto failed;
	if (!quoted && self->separator == '\n') {
		PyErr_SetString(PyExc_ValueError, "the separator of fields must not end lines");
		goto failed;
	}
	if (quoted && memchr("\"\r\n", self->separator, 3)) {
		PyErr_SetString(PyExc_ValueError, "invalid separator");
		goto failed;
	}
	if (reader_has_addresses(reader))
		walk(self, mmr_slice_cut(mmr_bytes(reader->mmr), (int64_t)start, (int64_t)stop));
	else if (!open_blocks(self, start, stop))
		goto failed;
	return (PyObject *)self;
failed:
	Py_DECREF(self);
	return NULL;
}

PyObject *rows_new(PyObject *self, PyObject *args, PyObject *keywords)
{
	return rows_of((struct reader *)self, args, keywords, true, "|O&OO$O:rows");
}

PyObject *rows_fields(PyObject *self, PyObject *args, PyObject *keywords)
{
	return rows_of((struct reader *)self, args, keywords, false, "|O&OO$Op:fields");
}

static PyObject *rows_self(PyObject *self)
{
	Py_INCREF(self);
	return self;
}

static PyType_Slot slots[] = {
	{Py_tp_doc, "Iterator over rows."},
	{Py_tp_dealloc, rows_dealloc},
	{Py_tp_iter, rows_self},
	{Py_tp_iternext, rows_next},
	{0, NULL},
};

PyType_Spec rows_spec = {"mmreader.Rows", sizeof(struct rows), 0, Py_TPFLAGS_DEFAULT, slots};
