/* errors.c - exceptions for the error codes of the library
 *
 * Codes of errno become what Python raises for them. Codes of the library have classes of their
 * own, below Error, which is an OSError. All have the attributes `offset`, `code` and `detail`.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>
#include <stdio.h>

static const struct {
	const char *name;
	const char *text;
	int code;
	int number; /* errno, for programs that look at nothing else */
} classes[N_ERRORS] = {
	{"mmreader.Error", "An error that is not one of errno.", 0, 0},
	{"mmreader.TruncatedError", "The file has become shorter.", MMR_ETRUNCATED, EIO},
	{"mmreader.ChangedError", "The times of the file have changed.", MMR_ECHANGED, ESTALE},
	{"mmreader.NoMapError", "The reader has no addresses.", MMR_ENOMAP, EFBIG},
	{"mmreader.StreamError", "A stream has no offsets.", MMR_ESTREAM, ESPIPE},
	{"mmreader.NoRoomError", "There is no address space for the growth.", MMR_ENOROOM, ENOMEM},
	{"mmreader.LongLineError", "A line is longer than its limit.", MMR_ELONG, EMSGSIZE},
	{"mmreader.NoLibraryError", "An optional library is missing.", MMR_ENOLIB, ENOENT},
	{"mmreader.OpenQuoteError", "A quoted cell is not closed.", MMR_EQUOTE, EBADMSG},
	{"mmreader.StaleIndexError", "The index is not one of these bytes.", MMR_ESTALE, ESTALE},
	{"mmreader.DamagedIndexError", "The file of the index is damaged.", MMR_EDAMAGED, EBADMSG},
	{"mmreader.NotSortedError", "Lines that should be sorted are not.", MMR_EORDER, EBADMSG},
	{"mmreader.GrownError", "The file has become longer.", MMR_EGROWN, ESTALE},
	{"mmreader.ReplacedError", "The path names another file, or none.", MMR_EREPLACED, ESTALE},
};

int errors_add(PyObject *module, module_state *state)
{
	PyObject *base = PyExc_OSError;
	int i;

	for (i = 0; i < N_ERRORS; i++) {
		state->errors[i] =
			PyErr_NewExceptionWithDoc(classes[i].name, classes[i].text, base, NULL);
		if (!state->errors[i])
			return -1;
		base = state->errors[ERROR_BASE];
		Py_INCREF(state->errors[i]);
		if (PyModule_AddObject(
			    module, classes[i].name + sizeof("mmreader"), state->errors[i]) < 0) {
			Py_DECREF(state->errors[i]);
			return -1;
		}
	}
	return 0;
}

void failure_take(struct failure *failure, int code)
{
	failure->code = code;
	failure->offset = mmr_last_error_offset();
	snprintf(failure->message, sizeof(failure->message), "%s", mmr_last_error());
}

static PyObject *text_of(const char *message)
{
	return PyUnicode_DecodeUTF8(message, (Py_ssize_t)strlen(message), "surrogateescape");
}

/* Sets an attribute, and releases the value. */
static bool set(PyObject *error, const char *name, PyObject *value)
{
	bool done = value && PyObject_SetAttrString(error, name, value) == 0;

	Py_XDECREF(value);
	return done;
}

static PyObject *offset_or_none(uint64_t offset)
{
	if (offset != UINT64_MAX)
		return PyLong_FromUnsignedLongLong(offset);
	Py_INCREF(Py_None);
	return Py_None;
}

/* An OSError as Python makes them. What the library says in more detail is an attribute. */
static PyObject *os_error(PyObject *type, int number, const struct failure *failure, PyObject *name)
{
	PyObject *reason = text_of(mmr_strerror(failure->code)), *error = NULL;

	if (reason)
		error = PyObject_CallFunction(type, "iOO", number, reason, name ? name : Py_None);
	Py_XDECREF(reason);
	if (error && set(error, "detail", text_of(failure->message)) &&
		set(error, "offset", offset_or_none(failure->offset)) &&
		set(error, "code", PyLong_FromLong(failure->code)))
		return error;
	Py_XDECREF(error);
	return NULL;
}

PyObject *errors_raise_failure(module_state *state, const struct failure *failure, PyObject *name)
{
	PyObject *type = PyExc_OSError, *error;
	int number = -failure->code, i;

	if (failure->code == -ENOMEM)
		return PyErr_NoMemory();
	if (failure->code == -EINVAL || failure->code == -EBADMSG) {
		error = text_of(failure->message);
		if (error)
			PyErr_SetObject(PyExc_ValueError, error);
		Py_XDECREF(error);
		return NULL;
	}
	for (i = 1; i < N_ERRORS; i++) {
		if (classes[i].code == failure->code) {
			type = state->errors[i];
			number = classes[i].number;
		}
	}
	error = os_error(type, number, failure, name);
	if (error) {
		PyErr_SetObject((PyObject *)Py_TYPE(error), error);
		Py_DECREF(error);
	}
	return NULL;
}

PyObject *errors_raise(module_state *state, int code, PyObject *name)
{
	struct failure failure;

	failure_take(&failure, code);
	return errors_raise_failure(state, &failure, name);
}
