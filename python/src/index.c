/* index.c - indexes of lines, which the reader then uses for all calls with their delimiter
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>

typedef int index_fn(mmr_reader *reader, const mmr_scan_options *scan,
	const mmr_index_options *options, mmr_index **ret_index);

/* Makes the reader use an index, and takes it over. Returns: None, or NULL with an exception. */
static PyObject *use(struct reader *self, mmr_index *mmr, char delimiter)
{
	struct held_index *index = PyMem_Calloc(1, sizeof(*index));

	if (!index) {
		mmr_index_close(mmr);
		return PyErr_NoMemory();
	}
	index->mmr = mmr;
	index->holders = 1;
	index->delimiter = delimiter;
	index_drop(self->index);
	self->index = index;
	Py_RETURN_NONE;
}

static PyObject *make(PyObject *object, index_fn *fn, char delimiter, PyObject *place)
{
	struct reader *self = (struct reader *)object;
	mmr_index_options options = MMR_INDEX_OPTIONS_INIT;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	PyObject *path = NULL, *result = NULL;
	mmr_index *mmr = NULL;
	int err;

	if (place && place != Py_None) {
		if (!PyUnicode_FSConverter(place, &path))
			return NULL;
		options.place = PyBytes_AsString(path);
	}
	if (!reader_enter(self))
		goto done;
	scan.delimiter = delimiter;
	Py_BEGIN_ALLOW_THREADS err = fn(self->mmr, &scan, &options, &mmr);
	Py_END_ALLOW_THREADS if (err < 0) reader_raise(self, err);
	else if (self->closed)
	{
		mmr_index_close(mmr);
		reader_valid(self);
	}
	else result = use(self, mmr, delimiter);
	reader_leave(self);
done:
	Py_XDECREF(path);
	return result;
}

PyObject *index_build(PyObject *self, PyObject *args, PyObject *keywords)
{
	char delimiter = '\n';

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "|$O&:build_index", NAMES("delimiter"),
		    argument_delimiter, &delimiter))
		return NULL;
	return make(self, mmr_index_build, delimiter, NULL);
}

PyObject *index_load(PyObject *self, PyObject *args, PyObject *keywords)
{
	PyObject *place = NULL;
	char delimiter = '\n';

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O$O&:load_index",
		    NAMES("place", "delimiter"), &place, argument_delimiter, &delimiter))
		return NULL;
	return make(self, mmr_index_load, delimiter, place);
}

PyObject *index_make(PyObject *self, PyObject *args, PyObject *keywords)
{
	PyObject *place = NULL;
	char delimiter = '\n';

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O$O&:make_index",
		    NAMES("place", "delimiter"), &place, argument_delimiter, &delimiter))
		return NULL;
	return make(self, mmr_index_make, delimiter, place);
}

PyObject *index_info(PyObject *object, void *unused)
{
	struct reader *self = (struct reader *)object;
	mmr_index_info info;

	(void)unused;
	if (!reader_valid(self))
		return NULL;
	if (!self->index)
		Py_RETURN_NONE;
	mmr_index_describe(self->index->mmr, &info);
	return Py_BuildValue("{s:y#,s:K,s:K,s:K,s:K,s:N}", "delimiter", &self->index->delimiter,
		(Py_ssize_t)1, "covered", (unsigned long long)info.covered, "lines",
		(unsigned long long)info.lines, "block", (unsigned long long)info.block, "table",
		(unsigned long long)info.table, "saved", PyBool_FromLong(info.saved));
}
