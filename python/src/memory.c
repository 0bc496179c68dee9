/* memory.c - memory of the process and of a reader, and types of files
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

static const char *const backings[] = {"auto", "mapped", "copied", "caller", "unmapped", "stream"};

/* Bytes, or None if the system does not report them. */
static PyObject *bytes_or_none(uint64_t bytes)
{
	if (bytes != MMR_UNKNOWN)
		return PyLong_FromUnsignedLongLong(bytes);
	Py_INCREF(Py_None);
	return Py_None;
}

PyObject *memory_process(PyObject *module, PyObject *unused)
{
	mmr_memory memory;

	(void)module;
	(void)unused;
	mmr_memory_usage(&memory);
	return Py_BuildValue("{s:N,s:N,s:N,s:N,s:N,s:N,s:N,s:N}", "resident",
		bytes_or_none(memory.resident), "anonymous", bytes_or_none(memory.anonymous),
		"file", bytes_or_none(memory.file), "shared", bytes_or_none(memory.shared),
		"resident_peak", bytes_or_none(memory.resident_peak), "page_tables",
		bytes_or_none(memory.page_tables), "heap", bytes_or_none(memory.heap), "heap_peak",
		bytes_or_none(memory.heap_peak));
}

PyObject *memory_reader(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;
	mmr_reader_memory_info info;

	(void)unused;
	if (!reader_enter(self))
		return NULL;
	Py_BEGIN_ALLOW_THREADS mmr_reader_memory(self->mmr, &info);
	Py_END_ALLOW_THREADS reader_leave(self);
	return Py_BuildValue("{s:s,s:K,s:K,s:N}", "backing", backings[info.backing], "mapped",
		(unsigned long long)info.mapped, "heap", (unsigned long long)info.heap, "cached",
		bytes_or_none(info.cached.resident));
}

PyObject *memory_filetype(PyObject *object, PyObject *unused)
{
	struct reader *self = (struct reader *)object;
	mmr_filetype type;
	PyObject *items[4];
	int err;

	(void)unused;
	if (!reader_enter(self))
		return NULL;
	Py_BEGIN_ALLOW_THREADS err = mmr_filetype_of(self->mmr, &type);
	Py_END_ALLOW_THREADS if (err < 0) reader_raise(self, err);
	reader_leave(self);
	if (err < 0)
		return NULL;
	items[0] = PyUnicode_FromString(type.mime);
	items[1] = PyUnicode_FromString(type.encoding);
	items[2] = PyUnicode_DecodeUTF8(
		type.description, (Py_ssize_t)strlen(type.description), "replace");
	items[3] = PyBool_FromLong(type.by_magic);
	return tuple_of(state_of(self), TUPLE_FILETYPE, items, 4);
}
