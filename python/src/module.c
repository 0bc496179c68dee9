/* module.c - the module mmreader._core: its functions, types and named tuples
 *
 * The module is initialized in phases and keeps its state in itself, so each interpreter of a
 * process has its own.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

/* Types that only this module makes. */
#if PY_VERSION_HEX >= 0x030a0000
#define NO_NEW Py_TPFLAGS_DISALLOW_INSTANTIATION
#else
#define NO_NEW 0
#endif

static PyType_Spec *const specs[N_TYPES] = {
	[TYPE_READER] = &reader_spec,
	[TYPE_LINES] = &lines_spec,
	[TYPE_ROWS] = &rows_spec,
	[TYPE_FOUND] = &found_spec,
	[TYPE_ARRAY] = &array_spec,
	[TYPE_RECORDS] = &records_spec,
	[TYPE_RECORDS_ITERATOR] = &records_iterator_spec,
	[TYPE_INTERN] = &intern_spec,
	[TYPE_FOLLOW] = &follow_spec,
};

static PyStructSequence_Field found_fields[] = {
	{"offset", "of the first byte"},
	{"number", "of the line, counted from 0; None if it was not asked for"},
	{"line", "its bytes"},
	{"is_context", "it is near a line that matches"},
	{NULL, NULL},
};

static PyStructSequence_Field match_fields[] = {
	{"offset", "of the first byte"},
	{"text", "the bytes that match"},
	{"number", "of the line, counted from 0; None if it was not asked for"},
	{NULL, NULL},
};

static PyStructSequence_Field summary_fields[] = {
	{"sum", "an exact int, or a float that is rounded once"},
	{"min", "the least number"},
	{"max", "the greatest number"},
	{"n", "how many numbers"},
	{"n_nan", "how many of them are not a number"},
	{NULL, NULL},
};

static PyStructSequence_Field filetype_fields[] = {
	{"mime", "such as 'text/plain'"},
	{"encoding", "such as 'utf-8', or 'binary'"},
	{"description", "for people"},
	{"by_magic", "whether libmagic decided"},
	{NULL, NULL},
};

static PyStructSequence_Field field_fields[] = {
	{"name", "of the field"},
	{"format", "a letter of the struct module; 's' for text"},
	{"offset", "in the record"},
	{"size", "in bytes"},
	{NULL, NULL},
};

static PyStructSequence_Field event_fields[] = {
	{"kind", "such as 'grew' or 'truncated'"},
	{"file", "the number of the file"},
	{"data", "the new bytes of 'grew' and 'ended'"},
	{"start", "the offset of the data"},
	{"stop", "the offset after the data"},
	{"code", "the reason of 'gone', 'ended' and 'failed', or 0"},
	{NULL, NULL},
};

static PyStructSequence_Desc tuples[N_TUPLES] = {
	[TUPLE_FOUND] = {"mmreader.FoundLine", "A line that a search has found.", found_fields, 4},
	[TUPLE_MATCH] = {"mmreader.Match", "An occurrence of a pattern.", match_fields, 3},
	[TUPLE_SUMMARY] = {"mmreader.Summary", "Sum, minimum and maximum.", summary_fields, 5},
	[TUPLE_FILETYPE] = {"mmreader.FileType", "The type of a file.", filetype_fields, 4},
	[TUPLE_FIELD] = {"mmreader.Field", "A field of a record.", field_fields, 4},
	[TUPLE_EVENT] = {"mmreader.Event", "What happened to a file.", event_fields, 6},
};

static PyObject *module_kernel(PyObject *module, PyObject *unused)
{
	(void)module;
	(void)unused;
	return PyUnicode_FromString(mmr_kernel_name());
}

static PyMethodDef functions[] = {
	METHOD("open", module_open, KEYWORDS,
		"Open a path, a descriptor, or an object with a descriptor."),
	METHOD("open_bytes", module_open_bytes, METH_O, "Open a bytes-like object."),
	METHOD("memory", memory_process, METH_NOARGS, "The memory that this process uses."),
	METHOD("kernel", module_kernel, METH_NOARGS, "The vector instructions that are used."),
	{NULL, NULL, 0, NULL},
};

/* Adds a new reference to the module. */
static int add(PyObject *module, const char *name, PyObject *object)
{
	Py_INCREF(object);
	if (PyModule_AddObject(module, name, object) == 0)
		return 0;
	Py_DECREF(object);
	return -1;
}

static int add_types(PyObject *module, module_state *state)
{
	PyType_Spec spec;
	int i;

	for (i = 0; i < N_TYPES; i++) {
		spec = *specs[i];
		if (i != TYPE_INTERN && i != TYPE_FOLLOW)
			spec.flags |= NO_NEW;
		state->types[i] = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
		if (!state->types[i])
			return -1;
#if PY_VERSION_HEX < 0x030a0000
		if (i != TYPE_INTERN && i != TYPE_FOLLOW)
			state->types[i]->tp_new = NULL;
#endif
		if (add(module, spec.name + sizeof("mmreader"), (PyObject *)state->types[i]) < 0)
			return -1;
	}
	return 0;
}

static int module_exec(PyObject *module)
{
	module_state *state = PyModule_GetState(module);
	int i;

	if (errors_add(module, state) < 0 || add_types(module, state) < 0)
		return -1;
	for (i = 0; i < N_TUPLES; i++) {
		state->tuples[i] = PyStructSequence_NewType(&tuples[i]);
		if (!state->tuples[i] || add(module, tuples[i].name + sizeof("mmreader"),
						 (PyObject *)state->tuples[i]) < 0)
			return -1;
	}
	return PyModule_AddStringConstant(module, "__version__", mmr_version());
}

/* Visits or drops all references of the state. */
static int module_traverse(PyObject *module, visitproc visit, void *arg)
{
	module_state *state = PyModule_GetState(module);
	int i;

	for (i = 0; i < N_ERRORS; i++)
		Py_VISIT(state->errors[i]);
	for (i = 0; i < N_TYPES; i++)
		Py_VISIT(state->types[i]);
	for (i = 0; i < N_TUPLES; i++)
		Py_VISIT(state->tuples[i]);
	return 0;
}

static int module_clear(PyObject *module)
{
	module_state *state = PyModule_GetState(module);
	int i;

	for (i = 0; i < N_ERRORS; i++)
		Py_CLEAR(state->errors[i]);
	for (i = 0; i < N_TYPES; i++)
		Py_CLEAR(state->types[i]);
	for (i = 0; i < N_TUPLES; i++)
		Py_CLEAR(state->tuples[i]);
	return 0;
}

static void module_free(void *module)
{
	module_clear(module);
}

static PyModuleDef_Slot slots[] = {
	{Py_mod_exec, module_exec},
#ifdef Py_mod_multiple_interpreters
	{Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
	{0, NULL},
};

static struct PyModuleDef definition = {
	PyModuleDef_HEAD_INIT,
	.m_name = "mmreader._core",
	.m_doc = "The extension of the package mmreader.",
	.m_size = sizeof(module_state),
	.m_methods = functions,
	.m_slots = slots,
	.m_traverse = module_traverse,
	.m_clear = module_clear,
	.m_free = module_free,
};

PyMODINIT_FUNC PyInit__core(void);
PyMODINIT_FUNC PyInit__core(void)
{
	return PyModuleDef_Init(&definition);
}
