/* module.h - what the sources of the extension share: the state of the module, and the reader
 *
 * Each interpreter that imports the module has its own state. All objects are used with the GIL
 * held; calls that scan release it, and count themselves as users of their reader meanwhile.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_PYTHON_MODULE_H
#define MMREADER_PYTHON_MODULE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <mmreader.h>

#include <stdbool.h>
#include <stdint.h>

/* One class for each code of MMR_E..., and their base. */
enum error_class {
	ERROR_BASE,
	ERROR_TRUNCATED,
	ERROR_CHANGED,
	ERROR_NO_MAP,
	ERROR_STREAM,
	ERROR_NO_ROOM,
	ERROR_LONG_LINE,
	ERROR_NO_LIBRARY,
	ERROR_OPEN_QUOTE,
	ERROR_STALE_INDEX,
	ERROR_DAMAGED_INDEX,
	ERROR_NOT_SORTED,
	ERROR_GROWN,
	ERROR_REPLACED,
	N_ERRORS
};

/* The types of which other types make objects. */
enum type_name {
	TYPE_READER,
	TYPE_LINES,
	TYPE_ROWS,
	TYPE_FOUND,
	TYPE_ARRAY,
	TYPE_RECORDS,
	TYPE_RECORDS_ITERATOR,
	TYPE_INTERN,
	TYPE_FOLLOW,
	N_TYPES
};

/* The named tuples. */
enum tuple_name {
	TUPLE_FOUND,
	TUPLE_MATCH,
	TUPLE_SUMMARY,
	TUPLE_FILETYPE,
	TUPLE_FIELD,
	TUPLE_EVENT,
	N_TUPLES
};

typedef struct module_state {
	PyObject *errors[N_ERRORS];
	PyTypeObject *types[N_TYPES];
	PyTypeObject *tuples[N_TUPLES];
} module_state;

/* The state of the module that made the type of an object. No type has subclasses. */
static inline module_state *state_of(void *object)
{
	return PyType_GetModuleState(Py_TYPE((PyObject *)object));
}

/* Types: each is the spec of one source. */
extern PyType_Spec reader_spec, lines_spec, rows_spec, found_spec, array_spec, records_spec,
	records_iterator_spec, intern_spec, follow_spec;

/* Allocates an object of a type of this module. All members are zeroed. */
static inline void *object_new(module_state *state, enum type_name name)
{
	return PyType_GenericAlloc(state->types[name], 0);
}

/* Frees an object, and gives back the reference to its type. */
static inline void object_free(void *object)
{
	PyTypeObject *type = Py_TYPE((PyObject *)object);

	PyObject_Free(object);
	Py_DECREF(type);
}

#define METHOD(name, function, flags, text) \
	{ \
		name, (PyCFunction)(void (*)(void))(function), flags, text \
	}
#define KEYWORDS (METH_VARARGS | METH_KEYWORDS)

/* Keyword lists are `char **` before Python 3.13. */
#define NAMES(...) ((char *[]){__VA_ARGS__, NULL})

/* --- Errors (errors.c) ------------------------------------------------------------------------ */

/* An error of the library that another thread has met. */
struct failure {
	int code;
	uint64_t offset;
	char message[512];
};

int errors_add(PyObject *module, module_state *state);

/* Keeps the last error of this thread. */
void failure_take(struct failure *failure, int code);

/* Raises the exception of a code. `name` is that of the file, or NULL. Returns: NULL. */
PyObject *errors_raise(module_state *state, int code, PyObject *name);
PyObject *errors_raise_failure(module_state *state, const struct failure *failure, PyObject *name);

/* --- Arguments (arguments.c) ------------------------------------------------------------------ */

/* Converters for PyArg_Parse..., "O&". */
int argument_u64(PyObject *object, void *ret_u64);        /* not negative */
int argument_length(PyObject *object, void *ret_u64);     /* None: MMR_REST */
int argument_delimiter(PyObject *object, void *ret_char); /* bytes of length 1 */

/* Looks a word up in a list that ends with NULL. Returns: its number; -1 with a ValueError. */
int argument_word(const char *word, const char *const *words, const char *what);

/* A tuple of a type of the state from `n` new references, of which any may be NULL after an error.
 * All are released. */
PyObject *tuple_of(module_state *state, enum tuple_name name, PyObject **items, Py_ssize_t n);

/* --- Readers (reader.c) ----------------------------------------------------------------------- */

/* An index, and the calls that use it. */
struct held_index {
	mmr_index *mmr;
	Py_ssize_t holders;
	char delimiter;
};

struct reader {
	PyObject_HEAD mmr_reader *mmr; /* NULL when it is closed and has no user */
	bool closed;                   /* by close(); users may go on until they leave */
	Py_ssize_t users;   /* calls without the GIL, and objects that the library refers to */
	Py_ssize_t exports; /* buffers of Python */
	uint64_t position;  /* of read() and readline() */
	PyObject *name;     /* path, descriptor or None */
	Py_buffer memory;   /* of open_bytes() */
	struct held_index *index;
};

/* A new reference. */
static inline struct reader *reader_hold(struct reader *reader)
{
	Py_INCREF((PyObject *)reader);
	return reader;
}

PyObject *module_open(PyObject *module, PyObject *args, PyObject *keywords);
PyObject *module_open_bytes(PyObject *module, PyObject *data);

/* Raises ValueError if the reader is closed. */
bool reader_valid(struct reader *self);

/* Like reader_valid. Then a close waits until reader_leave. */
bool reader_enter(struct reader *self);
void reader_leave(struct reader *self);

/* Raises the exception of a code for this reader. Returns: NULL. */
PyObject *reader_raise(struct reader *self, int code);

/* MMR_ETRUNCATED if the file has become shorter. Lost bytes of the last page read as zeroes, so
 * this follows each look at the map that must not report them. */
int reader_truncated(const struct reader *self);

/* Whether mmr_bytes returns the bytes. */
bool reader_has_addresses(const struct reader *self);

/* The options of a scan of [start, stop), or to the end of a stream. */
mmr_scan_options scan_of(uint64_t start, uint64_t stop, char delimiter);

/* Adds the index of the reader if it is one of these lines. Returns: what holds the index until
 * index_drop, which comes before reader_leave; or NULL. */
struct held_index *index_hold(struct reader *self, mmr_scan_options *scan);
void index_drop(struct held_index *index);

/* Parses the optional range of a call: clamped like a slice. Returns: false with an exception. */
bool range_of(struct reader *self, PyObject *start, PyObject *end, uint64_t *ret_start,
	uint64_t *ret_stop);

/* --- Methods of readers, by source ------------------------------------------------------------ */

/* bytes.c */

/* Copies bytes of a reader, or of a block of it, under the guard. Returns: 0 or a negative code. */
int bytes_copy_slice(struct reader *self, mmr_slice from, char *to);

int bytes_copy(struct reader *self, uint64_t off, char *to, size_t len);
PyObject *bytes_new(struct reader *self, uint64_t off, uint64_t len);
Py_ssize_t bytes_length(PyObject *self);
PyObject *bytes_subscript(PyObject *self, PyObject *item);
PyObject *bytes_item(PyObject *self, Py_ssize_t index);
PyObject *bytes_read(PyObject *self, PyObject *args);
PyObject *bytes_read_at(PyObject *self, PyObject *args);
PyObject *bytes_read_byte(PyObject *self, PyObject *unused);
PyObject *bytes_readline(PyObject *self, PyObject *unused);
PyObject *bytes_seek(PyObject *self, PyObject *args);
PyObject *bytes_tell(PyObject *self, PyObject *unused);

/* find.c */
PyObject *find_first(PyObject *self, PyObject *args);
PyObject *find_last(PyObject *self, PyObject *args);
PyObject *find_count(PyObject *self, PyObject *args);
int find_contains(PyObject *self, PyObject *item);

/* lines.c */
PyObject *lines_iter(PyObject *self);
PyObject *lines_new(PyObject *self, PyObject *args, PyObject *keywords);

/* numbers.c */
PyObject *number_line(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *number_of(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *number_start(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *number_count(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *number_shard(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *number_bisect_left(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *number_bisect_right(PyObject *self, PyObject *args, PyObject *keywords);

/* rows.c */
PyObject *rows_new(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *rows_fields(PyObject *self, PyObject *args, PyObject *keywords);

/* search.c */
PyObject *search_lines(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *search_count(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *search_sample(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *search_matches(PyObject *self, PyObject *args, PyObject *keywords);

/* array.c, records.c */
PyObject *array_new(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *array_of(struct reader *reader, const mmr_array *array);
PyObject *array_reader_sum(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *array_summary(module_state *state, const mmr_summary *summary);
char array_letter(unsigned type);
PyObject *records_new(PyObject *self, PyObject *args, PyObject *keywords);

/* index.c */
PyObject *index_build(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *index_load(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *index_make(PyObject *self, PyObject *args, PyObject *keywords);
PyObject *index_info(PyObject *self, void *unused);

/* memory.c */
PyObject *memory_process(PyObject *module, PyObject *unused);
PyObject *memory_reader(PyObject *self, PyObject *unused);
PyObject *memory_filetype(PyObject *self, PyObject *unused);

/* intern.c */
PyObject *intern_new(PyTypeObject *type, PyObject *args, PyObject *keywords);

#endif
