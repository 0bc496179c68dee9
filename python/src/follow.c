/* follow.c - the type Follow: what happens to files that grow, are truncated and are replaced
 *
 * Waiting releases the GIL, and ends every 100 ms for a look at Python's signals.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>
#include <stdlib.h>

/* The most bytes of one event GREW. */
#define EVENT_SIZE ((size_t)1 << 20)
#define SLICE_MS   100

static const char *const kinds[] = {"opened", "grew", "truncated", "changed", "replaced", "ended",
	"gone", "returned", "failed", "interrupted"};

struct follow {
	PyObject_HEAD mmr_follow *mmr; /* NULL when closed */
	char *bytes;                   /* those of an event */
	size_t room;
	bool busy; /* a thread is in a call without the GIL */
};

/* Whether the object may be used now, by this thread. */
static bool usable(struct follow *self)
{
	if (self->mmr && !self->busy)
		return true;
	PyErr_SetString(PyExc_ValueError,
		self->mmr ? "another thread uses the follower" : "follower closed");
	return false;
}

static PyObject *follow_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
	mmr_follow_options options = MMR_FOLLOW_OPTIONS_INIT;
	int polling = 0, changes = 0, err;
	struct follow *self;

	if (!PyArg_ParseTupleAndKeywords(
		    args, keywords, "|$pp:Follow", NAMES("polling", "changes"), &polling, &changes))
		return NULL;
	self = (struct follow *)PyType_GenericAlloc(type, 0);
	if (!self)
		return NULL;
	options.limit = EVENT_SIZE;
	options.polling = polling;
	options.changes = changes;
	err = mmr_follow_open(&options, &self->mmr);
	if (err == 0)
		return (PyObject *)self;
	errors_raise(state_of(self), err, NULL);
	Py_DECREF(self);
	return NULL;
}

static void follow_dealloc(PyObject *object)
{
	struct follow *self = (struct follow *)object;

	mmr_follow_close(self->mmr);
	free(self->bytes);
	object_free(self);
}

static PyObject *follow_close(PyObject *object, PyObject *unused)
{
	struct follow *self = (struct follow *)object;

	(void)unused;
	if (!self->mmr)
		Py_RETURN_NONE;
	if (!usable(self))
		return NULL;
	mmr_follow_close(self->mmr);
	self->mmr = NULL;
	Py_RETURN_NONE;
}

static PyObject *follow_enter(PyObject *object, PyObject *unused)
{
	(void)unused;
	if (!usable((struct follow *)object))
		return NULL;
	Py_INCREF(object);
	return object;
}

static PyObject *follow_exit(PyObject *object, PyObject *args)
{
	(void)args;
	return follow_close(object, NULL);
}

static PyObject *follow_add(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct follow *self = (struct follow *)object;
	uint64_t offset = MMR_REST;
	PyObject *file, *path = NULL;
	int number, fd;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|O&:add", NAMES("file", "offset"), &file,
		    argument_length, &offset))
		return NULL;
	if (PyLong_Check(file) || PyObject_HasAttrString(file, "fileno")) {
		fd = PyObject_AsFileDescriptor(file);
		if (fd < 0 || !usable(self))
			return NULL;
		number = mmr_follow_add_fd(self->mmr, fd, offset);
	} else {
		if (!PyUnicode_FSConverter(file, &path))
			return NULL;
		number = -1;
		if (usable(self))
			number = mmr_follow_add(self->mmr, PyBytes_AsString(path), offset);
		Py_DECREF(path);
	}
	if (number < 0 && !PyErr_Occurred())
		errors_raise(state_of(self), number, file);
	return PyErr_Occurred() ? NULL : PyLong_FromLong(number);
}

static PyObject *follow_remove(PyObject *object, PyObject *number)
{
	struct follow *self = (struct follow *)object;
	long file = PyLong_AsLong(number);

	if ((file == -1 && PyErr_Occurred()) || !usable(self))
		return NULL;
	mmr_follow_remove(self->mmr, file < 0 || file > INT32_MAX ? -1 : (int)file);
	Py_RETURN_NONE;
}

/* Reads the bytes of an event. Returns: 0 or a code. */
static int read_bytes(struct follow *self, const mmr_follow_event *event, size_t *ret_len)
{
	size_t len = (size_t)(event->stop - event->start);
	char *bytes;

	*ret_len = 0;
	if (len == 0)
		return 0;
	if (len > self->room) {
		bytes = realloc(self->bytes, len);
		if (!bytes)
			return -ENOMEM;
		self->bytes = bytes;
		self->room = len;
	}
	return mmr_read_at(event->reader, event->start, self->bytes, len, ret_len);
}

/* Waits for an event whose bytes can be read. Returns: 1; 0 if there was none in time. */
static int wait_for(struct follow *self, int timeout_ms, mmr_follow_event *event, size_t *ret_len)
{
	int err;

	while (mmr_follow_next(self->mmr, timeout_ms, event) > 0) {
		err = read_bytes(self, event, ret_len);
		if (err == 0)
			return 1;
		*ret_len = 0;
		/* An event TRUNCATED or FAILED follows, except after the end of a file. */
		if (mmr_follow_used(self->mmr, event->file, event->start, err) < 0)
			return 1;
	}
	return 0;
}

static PyObject *event_of(struct follow *self, const mmr_follow_event *event, size_t len)
{
	PyObject *items[6];

	items[0] = PyUnicode_FromString(kinds[event->kind]);
	items[1] = PyLong_FromLong(event->file);
	items[2] = PyBytes_FromStringAndSize(self->bytes, (Py_ssize_t)len);
	items[3] = PyLong_FromUnsignedLongLong(event->start);
	items[4] = PyLong_FromUnsignedLongLong(event->stop);
	items[5] = PyLong_FromLong(event->code);
	return tuple_of(state_of(self), TUPLE_EVENT, items, 6);
}

/* The next event. Returns: NULL without an exception if there was none for so many milliseconds;
 * a negative number waits for ever. */
static PyObject *next_event(struct follow *self, double timeout_ms)
{
	mmr_follow_event event;
	size_t len = 0;
	int got, slice;

	for (;;) {
		if (!usable(self))
			return NULL;
		slice = timeout_ms >= 0 && timeout_ms < SLICE_MS ? (int)timeout_ms : SLICE_MS;
		self->busy = true;
		Py_BEGIN_ALLOW_THREADS got = wait_for(self, slice, &event, &len);
		Py_END_ALLOW_THREADS self->busy = false;
		if (got)
			return event_of(self, &event, len);
		if (PyErr_CheckSignals() < 0)
			return NULL;
		if (timeout_ms >= 0) {
			timeout_ms -= slice;
			if (timeout_ms < 1)
				return NULL;
		}
	}
}

static PyObject *follow_next(PyObject *object, PyObject *args, PyObject *keywords)
{
	PyObject *timeout = Py_None, *event;
	double seconds = -1;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O:next", NAMES("timeout"), &timeout))
		return NULL;
	if (timeout != Py_None) {
		seconds = PyFloat_AsDouble(timeout);
		if (seconds == -1 && PyErr_Occurred())
			return NULL;
		if (!(seconds >= 0)) {
			PyErr_SetString(PyExc_ValueError, "timeout must not be negative");
			return NULL;
		}
	}
	event = next_event((struct follow *)object, seconds * 1000);
	if (event || PyErr_Occurred())
		return event;
	Py_RETURN_NONE;
}

static PyObject *follow_iternext(PyObject *object)
{
	return next_event((struct follow *)object, -1);
}

static PyObject *follow_self(PyObject *self)
{
	Py_INCREF(self);
	return self;
}

static PyMethodDef methods[] = {
	METHOD("__enter__", follow_enter, METH_NOARGS, NULL),
	METHOD("__exit__", follow_exit, METH_VARARGS, NULL),
	METHOD("add", follow_add, KEYWORDS,
		"Follow a path or a descriptor from an offset on, or from its end. Return a number."),
	METHOD("remove", follow_remove, METH_O, "Follow a file no more."),
	METHOD("next", follow_next, KEYWORDS, "The next event; None if there is none in time."),
	METHOD("close", follow_close, METH_NOARGS, "Close the follower and its files."),
	{NULL, NULL, 0, NULL},
};

static PyType_Slot slots[] = {
	{Py_tp_doc, "Follows files as they grow, are truncated and are replaced."},
	{Py_tp_new, follow_new},
	{Py_tp_dealloc, follow_dealloc},
	{Py_tp_iter, follow_self},
	{Py_tp_iternext, follow_iternext},
	{Py_tp_methods, methods},
	{0, NULL},
};

PyType_Spec follow_spec = {"mmreader.Follow", sizeof(struct follow), 0, Py_TPFLAGS_DEFAULT, slots};
