/* arguments.c - arguments and results that several methods have
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

int argument_u64(PyObject *object, void *ret_u64)
{
	PyObject *number = PyNumber_Index(object), *zero;
	int negative = -1;
	uint64_t value;

	if (!number)
		return 0;
	zero = PyLong_FromLong(0);
	if (zero)
		negative = PyObject_RichCompareBool(number, zero, Py_LT);
	Py_XDECREF(zero);
	if (negative) {
		if (negative > 0)
			PyErr_SetString(PyExc_ValueError, "negative numbers are not allowed here");
		Py_DECREF(number);
		return 0;
	}
	value = PyLong_AsUnsignedLongLong(number);
	Py_DECREF(number);
	if (value == UINT64_MAX && PyErr_Occurred())
		return 0;
	*(uint64_t *)ret_u64 = value;
	return 1;
}

int argument_length(PyObject *object, void *ret_u64)
{
	if (object != Py_None)
		return argument_u64(object, ret_u64);
	*(uint64_t *)ret_u64 = MMR_REST;
	return 1;
}

int argument_delimiter(PyObject *object, void *ret_char)
{
	if (!PyBytes_Check(object) || PyBytes_Size(object) != 1) {
		PyErr_SetString(PyExc_TypeError, "a delimiter is a bytes object of length 1");
		return 0;
	}
	*(char *)ret_char = PyBytes_AsString(object)[0];
	return 1;
}

int argument_word(const char *word, const char *const *words, const char *what)
{
	int i;

	for (i = 0; words[i]; i++)
		if (strcmp(word, words[i]) == 0)
			return i;
	PyErr_Format(PyExc_ValueError, "unknown %s '%s'", what, word);
	return -1;
}

PyObject *tuple_of(module_state *state, enum tuple_name name, PyObject **items, Py_ssize_t n)
{
	PyObject *tuple = PyStructSequence_New(state->tuples[name]);
	bool complete = tuple != NULL;
	Py_ssize_t i;

	for (i = 0; i < n; i++) {
		complete = complete && items[i];
		if (tuple)
			PyStructSequence_SetItem(tuple, i, items[i]);
		else
			Py_XDECREF(items[i]);
	}
	if (!complete)
		Py_CLEAR(tuple);
	return tuple;
}
