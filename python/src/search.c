/* search.c - arguments of searches for lines and matches
 *
 * SPDX-License-Identifier: MIT */
#include "found.h"

/* What search(), search_count() and sample() have in common. */
struct request {
	PyObject *patterns, *start, *end;
	int regex, ignore_case, words, whole_lines, all, invert, utf8;
	mmr_search_options options;
};

static int compile_patterns(PyObject *list, const struct request *request, mmr_search **ret_search)
{
	size_t n = (size_t)PyList_Size(list), i, got = 0;
	mmr_pattern *patterns = PyMem_Calloc(n + 1, sizeof(*patterns));
	Py_buffer *views = PyMem_Calloc(n + 1, sizeof(*views));
	int err = -1;

	if (!patterns || !views) {
		PyErr_NoMemory();
		goto done;
	}
	for (; got < n; got++) {
		if (PyObject_GetBuffer(
			    PyList_GetItem(list, (Py_ssize_t)got), &views[got], PyBUF_SIMPLE) < 0)
			goto done;
		patterns[got].text.ptr = views[got].buf;
		patterns[got].text.len = (size_t)views[got].len;
		patterns[got].is_regex = request->regex;
	}
	err = mmr_search_compile(patterns, n, &request->options, ret_search);
done:
	for (i = 0; i < got; i++)
		PyBuffer_Release(&views[i]);
	PyMem_Free(views);
	PyMem_Free(patterns);
	return err;
}

/* Compiles the patterns: bytes, or a sequence of bytes. Returns: false with an exception. */
static bool compile(struct reader *self, struct request *request, mmr_search **ret_search)
{
	PyObject *list;
	int err;

	request->options.caseless = request->ignore_case;
	request->options.words = request->words;
	request->options.whole_lines = request->whole_lines;
	request->options.all = request->all;
	request->options.invert = request->invert;
	request->options.utf = request->utf8;
	if (PyUnicode_Check(request->patterns)) {
		PyErr_SetString(PyExc_TypeError, "patterns are bytes, or a sequence of bytes");
		return false;
	}
	if (PyObject_CheckBuffer(request->patterns)) {
		list = PyList_New(0);
		if (list && PyList_Append(list, request->patterns) < 0)
			Py_CLEAR(list);
	} else {
		list = PySequence_List(request->patterns);
	}
	if (!list)
		return false;
	err = compile_patterns(list, request, ret_search);
	Py_DECREF(list);
	if (err < 0 && !PyErr_Occurred())
		errors_raise(state_of(self), err, NULL);
	return err == 0;
}

/* Converts the range and the patterns into a hunt for lines. */
static bool prepare(struct reader *self, struct request *request, struct hunt *hunt)
{
	uint64_t start, stop;

	memset(hunt, 0, sizeof(*hunt));
	hunt->kind = HUNT_LINES;
	hunt->how = (mmr_found_options)MMR_FOUND_OPTIONS_INIT;
	hunt->delimiter = request->options.delimiter;
	if (!compile(self, request, &hunt->search))
		return false;
	if (range_of(self, request->start, request->end, &start, &stop)) {
		hunt->scan = scan_of(start, stop, hunt->delimiter);
		return true;
	}
	hunt_close(hunt);
	return false;
}

PyObject *search_lines(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct request request = {.options = MMR_SEARCH_OPTIONS_INIT};
	int numbers = 1, reverse = 0, keepends = 0;
	uint64_t before = 0, after = 0, most = MMR_REST;
	struct hunt hunt;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OO$O&pppppppO&O&O&ppp:search",
		    NAMES("patterns", "start", "end", "delimiter", "regex", "ignore_case", "words",
			    "whole_lines", "all", "invert", "utf8", "before", "after", "max_lines",
			    "numbers", "reverse", "keepends"),
		    &request.patterns, &request.start, &request.end, argument_delimiter,
		    &request.options.delimiter, &request.regex, &request.ignore_case,
		    &request.words, &request.whole_lines, &request.all, &request.invert,
		    &request.utf8, argument_u64, &before, argument_u64, &after, argument_length,
		    &most, &numbers, &reverse, &keepends) ||
		!prepare((struct reader *)object, &request, &hunt))
		return NULL;
	hunt.how.before = before;
	hunt.how.after = after;
	hunt.how.max_lines = most;
	hunt.how.numbers = numbers;
	hunt.how.backward = reverse;
	hunt.keepends = keepends;
	return found_new((struct reader *)object, &hunt);
}

PyObject *search_count(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *self = (struct reader *)object;
	struct request request = {.options = MMR_SEARCH_OPTIONS_INIT};
	PyObject *result = NULL;
	struct held_index *hold;
	struct hunt hunt;
	uint64_t n = 0;
	int err;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|OO$O&ppppppp:search_count",
		    NAMES("patterns", "start", "end", "delimiter", "regex", "ignore_case", "words",
			    "whole_lines", "all", "invert", "utf8"),
		    &request.patterns, &request.start, &request.end, argument_delimiter,
		    &request.options.delimiter, &request.regex, &request.ignore_case,
		    &request.words, &request.whole_lines, &request.all, &request.invert,
		    &request.utf8) ||
		!prepare(self, &request, &hunt))
		return NULL;
	if (reader_enter(self)) {
		hold = index_hold(self, &hunt.scan);
		Py_BEGIN_ALLOW_THREADS err =
			mmr_search_count(hunt.search, self->mmr, &hunt.scan, &n);
		Py_END_ALLOW_THREADS index_drop(hold);
		if (err < 0)
			reader_raise(self, err);
		else
			result = PyLong_FromUnsignedLongLong(n);
		reader_leave(self);
	}
	hunt_close(&hunt);
	return result;
}

PyObject *search_sample(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct request request = {.options = MMR_SEARCH_OPTIONS_INIT};
	PyObject *everything = PyBytes_FromStringAndSize("", 0), *found = NULL, *list = NULL;
	uint64_t n, seed = 0;
	int numbers = 1, keepends = 0;
	struct hunt hunt;

	request.patterns = everything;
	if (!everything ||
		!PyArg_ParseTupleAndKeywords(args, keywords, "O&|$O&OOOpO&pp:sample",
			NAMES("n", "seed", "patterns", "start", "end", "regex", "delimiter",
				"numbers", "keepends"),
			argument_u64, &n, argument_u64, &seed, &request.patterns, &request.start,
			&request.end, &request.regex, argument_delimiter,
			&request.options.delimiter, &numbers, &keepends) ||
		!prepare((struct reader *)object, &request, &hunt))
		goto done;
	hunt.how.sample = n;
	hunt.how.seed = seed;
	hunt.how.numbers = numbers;
	hunt.keepends = keepends;
	found = found_new((struct reader *)object, &hunt);
	if (found)
		list = PySequence_List(found);
done:
	Py_XDECREF(found);
	Py_XDECREF(everything);
	return list;
}

/* --- Matches ---------------------------------------------------------------------------------- */

PyObject *search_matches(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *self = (struct reader *)object;
	mmr_regex_options options = MMR_REGEX_OPTIONS_INIT;
	int regex = 0, ignore_case = 0, utf8 = 0, dot_all = 0, numbers = 0, err = 0;
	PyObject *from = NULL, *to = NULL;
	struct hunt hunt = {.kind = HUNT_TEXT};
	uint64_t start, stop;
	Py_buffer view;

	if (!PyArg_ParseTupleAndKeywords(args, keywords, "y*|OO$O&ppppp:matches",
		    NAMES("pattern", "start", "end", "delimiter", "regex", "ignore_case", "utf8",
			    "dot_all", "numbers"),
		    &view, &from, &to, argument_delimiter, &options.delimiter, &regex, &ignore_case,
		    &utf8, &dot_all, &numbers))
		return NULL;
	if (!regex && (ignore_case || utf8 || dot_all)) {
		PyErr_SetString(PyExc_ValueError, "ignore_case, utf8 and dot_all need regex=True");
		goto failed;
	}
	if (!range_of(self, from, to, &start, &stop))
		goto failed;
	hunt.scan = scan_of(start, stop, options.delimiter);
	hunt.flags = numbers ? MMR_MATCH_LINES : MMR_MATCH_PLAIN;
	if (regex) {
		hunt.kind = HUNT_MATCHES;
		options.caseless = ignore_case;
		options.utf = utf8;
		options.dot_all = dot_all;
		err = mmr_regex_compile(
			(mmr_slice){view.buf, (size_t)view.len}, &options, &hunt.regex);
	} else {
		hunt.text = PyMem_Malloc((size_t)view.len + 1);
		if (!hunt.text) {
			PyErr_NoMemory();
			goto failed;
		}
		if (view.len > 0)
			memcpy(hunt.text, view.buf, (size_t)view.len);
		hunt.needle = mmr_needle_of((mmr_slice){hunt.text, (size_t)view.len});
	}
	PyBuffer_Release(&view);
	if (err < 0)
		return errors_raise(state_of(self), err, NULL);
	return found_new(self, &hunt);
failed:
	PyBuffer_Release(&view);
	return NULL;
}
