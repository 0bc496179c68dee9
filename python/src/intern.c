/* intern.c - the type Intern: a pool that gives equal texts the same small number
 *
 * Calls keep the GIL: they are short, and a pool has one writer at a time.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>

struct intern {
	PyObject_HEAD mmr_intern *mmr;
};

PyObject *intern_new(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
	struct intern *self;
	int err;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, ":Intern", NAMES(NULL)))
		return NULL;
	self = (struct intern *)PyType_GenericAlloc(type, 0);
	if (!self)
		return NULL;
	err = mmr_intern_open(NULL, &self->mmr);
	if (err == 0)
		return (PyObject *)self;
	errors_raise(state_of(self), err, NULL);
	Py_DECREF(self);
	return NULL;
}

static void intern_dealloc(PyObject *object)
{
	mmr_intern_close(((struct intern *)object)->mmr);
	object_free(object);
}

static PyObject *raise_code(struct intern *self, int code)
{
	if (code != -EPERM)
		return errors_raise(state_of(self), code, NULL);
	PyErr_SetString(PyExc_ValueError, "the pool is frozen");
	return NULL;
}

static PyObject *intern_add(PyObject *object, PyObject *text)
{
	struct intern *self = (struct intern *)object;
	Py_buffer view;
	uint32_t id;
	int err;

	if (PyObject_GetBuffer(text, &view, PyBUF_SIMPLE) < 0)
		return NULL;
	err = mmr_intern_add(self->mmr, (mmr_slice){view.buf, (size_t)view.len}, &id);
	PyBuffer_Release(&view);
	return err < 0 ? raise_code(self, err) : PyLong_FromUnsignedLong(id);
}

static PyObject *intern_find(PyObject *object, PyObject *text)
{
	struct intern *self = (struct intern *)object;
	Py_buffer view;
	uint32_t id;
	int err;

	if (PyObject_GetBuffer(text, &view, PyBUF_SIMPLE) < 0)
		return NULL;
	err = mmr_intern_find(self->mmr, (mmr_slice){view.buf, (size_t)view.len}, &id);
	PyBuffer_Release(&view);
	if (err < 0)
		return raise_code(self, err);
	if (err == 1)
		return PyLong_FromUnsignedLong(id);
	Py_RETURN_NONE;
}

/* The ids are native 32-bit numbers in a bytes object: memoryview(ids).cast('I'). */
static PyObject *intern_add_many(PyObject *object, PyObject *texts)
{
	PyObject *iterator = PyObject_GetIter(texts), *ids = NULL, *text, *id;

	if (!iterator)
		return NULL;
	ids = PyList_New(0);
	while (ids && (text = PyIter_Next(iterator))) {
		id = intern_add(object, text);
		Py_DECREF(text);
		if (!id || PyList_Append(ids, id) < 0)
			Py_CLEAR(ids);
		Py_XDECREF(id);
	}
	Py_DECREF(iterator);
	if (PyErr_Occurred())
		Py_CLEAR(ids);
	return ids;
}

static Py_ssize_t intern_length(PyObject *object)
{
	return (Py_ssize_t)mmr_intern_count(((struct intern *)object)->mmr);
}

static PyObject *intern_item(PyObject *object, Py_ssize_t index)
{
	struct intern *self = (struct intern *)object;
	mmr_slice text;

	if (index < 0 || index >= intern_length(object) ||
		mmr_intern_text(self->mmr, (uint32_t)index, &text) < 0) {
		PyErr_SetString(PyExc_IndexError, "no text has this id");
		return NULL;
	}
	return PyBytes_FromStringAndSize(text.ptr, (Py_ssize_t)text.len);
}

static PyObject *intern_freeze(PyObject *object, PyObject *unused)
{
	(void)unused;
	mmr_intern_freeze(((struct intern *)object)->mmr);
	Py_RETURN_NONE;
}

static PyObject *get_nbytes(PyObject *object, void *unused)
{
	(void)unused;
	return PyLong_FromUnsignedLongLong(mmr_intern_bytes(((struct intern *)object)->mmr));
}

static PyMethodDef methods[] = {
	METHOD("add", intern_add, METH_O, "The id of a text, which is added if it is new."),
	METHOD("add_many", intern_add_many, METH_O, "The ids of texts, as a list."),
	METHOD("find", intern_find, METH_O, "The id of a text, or None."),
	METHOD("freeze", intern_freeze, METH_NOARGS, "Free the hash table; nothing can be added."),
	{NULL, NULL, 0, NULL},
};

static PyGetSetDef attributes[] = {
	{"nbytes", get_nbytes, NULL, "Bytes of memory that the pool uses.", NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
	{Py_tp_doc, "A pool of distinct texts, numbered from 0."},
	{Py_tp_new, intern_new},
	{Py_tp_dealloc, intern_dealloc},
	{Py_tp_methods, methods},
	{Py_tp_getset, attributes},
	{Py_sq_length, intern_length},
	{Py_sq_item, intern_item},
	{0, NULL},
};

PyType_Spec intern_spec = {"mmreader.Intern", sizeof(struct intern), 0, Py_TPFLAGS_DEFAULT, slots};
