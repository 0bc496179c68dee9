/* array.c - the type Array: numbers of a reader as a view, with a strided buffer
 *
 * An array copies nothing until an element is asked for. memoryview() and numpy get the bytes of
 * the map itself, with the format of the elements.
 *
 * SPDX-License-Identifier: MIT */
#include "module.h"

#include <errno.h>

static const char *const types[] = {
	"", "u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "f16", "f32", "f64", NULL};
static const char *const orders[] = {"native", "little", "big", NULL};

struct array {
	PyObject_HEAD struct reader *reader;
	mmr_array mmr;
	Py_ssize_t shape, stride; /* for buffers */
	char format[4];
};

/* The letter of the struct module, for each type. */
char array_letter(unsigned type)
{
	return "sBHIQbhiqefd"[type];
}

static bool is_float(unsigned type)
{
	return type >= MMR_F16;
}

static bool is_unsigned(unsigned type)
{
	return type <= MMR_U64;
}

/* Native elements have a plain letter, which memoryview can index. */
static void set_format(struct array *self)
{
	const uint16_t one = 1;
	bool little = *(const char *)&one;
	char *format = self->format;

	if (self->mmr.swapped)
		*format++ = little ? '>' : '<';
	*format = array_letter(self->mmr.type);
}

PyObject *array_of(struct reader *reader, const mmr_array *array)
{
	struct array *self = object_new(state_of(reader), TYPE_ARRAY);

	if (!self)
		return NULL;
	self->reader = reader_hold(reader);
	self->mmr = *array;
	self->shape = (Py_ssize_t)array->n;
	self->stride = array->stride;
	set_format(self);
	return (PyObject *)self;
}

static void array_dealloc(PyObject *object)
{
	Py_XDECREF((PyObject *)((struct array *)object)->reader);
	object_free(object);
}

/* Parses the arguments that array() and sum() share. */
static bool parse(PyObject *args, PyObject *keywords, const char *format, int *ret_type,
	uint64_t *ret_offset, uint64_t *ret_count, uint64_t *ret_stride, int *ret_order)
{
	const char *type, *order = "native";

	*ret_offset = 0;
	*ret_count = MMR_REST;
	*ret_stride = 0;
	if (!PyArg_ParseTupleAndKeywords(args, keywords, format,
		    NAMES("type", "offset", "count", "stride", "order"), &type, argument_u64,
		    ret_offset, argument_length, ret_count, argument_u64, ret_stride, &order))
		return false;
	*ret_type = *type ? argument_word(type, types, "type") : -1;
	if (!*type)
		PyErr_SetString(PyExc_ValueError, "unknown type ''");
	*ret_order = *ret_type < 0 ? -1 : argument_word(order, orders, "order");
	return *ret_order >= 0;
}

/* The bytes of `count` elements, from `size` bytes. Returns: -1 with an exception. */
static int extent(uint64_t size, uint64_t element, uint64_t offset, uint64_t count, uint64_t stride,
	uint64_t *ret_len)
{
	uint64_t rest = offset < size ? size - offset : 0;

	if (stride == 0)
		stride = element;
	*ret_len = rest;
	if (offset > size)
		goto outside;
	if (count == MMR_REST)
		return 0;
	if (count == 0) {
		*ret_len = 0;
		return 0;
	}
	if (stride < element || rest < element || count - 1 > (rest - element) / stride)
		goto outside;
	*ret_len = (count - 1) * stride + element;
	return 0;
outside:
	PyErr_SetString(PyExc_ValueError, "the elements are not all in the reader");
	return -1;
}

PyObject *array_new(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *self = (struct reader *)object;
	uint64_t offset, count, stride, len;
	mmr_slice slice;
	mmr_array array;
	int type, order, err;

	if (!parse(args, keywords, "s|O&O&O&s:array", &type, &offset, &count, &stride, &order) ||
		!reader_valid(self))
		return NULL;
	slice = mmr_bytes(self->mmr);
	if (reader_has_addresses(self)) {
		if (extent(slice.len, mmr_type_size((enum mmr_type)type), offset, count, stride,
			    &len) < 0)
			return NULL;
		slice.ptr += offset;
		slice.len = (size_t)len;
	}
	if (stride)
		err = mmr_array_of_stride(
			slice, (enum mmr_type)type, (enum mmr_order)order, (size_t)stride, &array);
	else
		err = mmr_array_of(slice, (enum mmr_type)type, (enum mmr_order)order, &array);
	if (err < 0)
		return reader_raise(self, err);
	return array_of(self, &array);
}

/* --- Sums ------------------------------------------------------------------------------------- */

static PyObject *number_of_value(unsigned type, mmr_value value)
{
	if (is_float(type))
		return PyFloat_FromDouble(value.f64);
	return is_unsigned(type) ? PyLong_FromUnsignedLongLong(value.u64)
				 : PyLong_FromLongLong(value.i64);
}

static PyObject *exact_sum(const mmr_summary *summary)
{
	PyObject *high = PyLong_FromLongLong(summary->sum_high), *bits = PyLong_FromLong(64);
	PyObject *low = PyLong_FromUnsignedLongLong(summary->sum_low), *shifted = NULL;
	PyObject *sum = NULL;

	if (high && bits && low)
		shifted = PyNumber_Lshift(high, bits);
	if (shifted)
		sum = PyNumber_Add(shifted, low);
	Py_XDECREF(high);
	Py_XDECREF(bits);
	Py_XDECREF(low);
	Py_XDECREF(shifted);
	return sum;
}

PyObject *array_summary(module_state *state, const mmr_summary *summary)
{
	bool floats = is_float(summary->type);
	PyObject *items[5];

	items[0] = floats ? PyFloat_FromDouble(summary->sum) : exact_sum(summary);
	items[1] = number_of_value(summary->type, summary->min);
	items[2] = number_of_value(summary->type, summary->max);
	items[3] = PyLong_FromUnsignedLongLong(summary->n);
	items[4] = PyLong_FromUnsignedLongLong(summary->n_nan);
	return tuple_of(state, TUPLE_SUMMARY, items, 5);
}

PyObject *array_reader_sum(PyObject *object, PyObject *args, PyObject *keywords)
{
	struct reader *self = (struct reader *)object;
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	uint64_t count, stride;
	mmr_summary summary;
	int type, order, err;

	if (!parse(args, keywords, "s|O&O&O&s:sum", &type, &scan.offset, &count, &stride, &order) ||
		!reader_enter(self))
		return NULL;
	if (count != MMR_REST && extent(mmr_size(self->mmr), mmr_type_size((enum mmr_type)type),
					 scan.offset, count, stride, &scan.length) < 0) {
		reader_leave(self);
		return NULL;
	}
	Py_BEGIN_ALLOW_THREADS err = mmr_sum_numbers(self->mmr, (enum mmr_type)type,
		(enum mmr_order)order, (size_t)stride, &scan, &summary);
	Py_END_ALLOW_THREADS if (err < 0) reader_raise(self, err);
	reader_leave(self);
	return err < 0 ? NULL : array_summary(state_of(self), &summary);
}

static PyObject *array_own_summary(PyObject *object, PyObject *unused)
{
	struct array *self = (struct array *)object;
	mmr_summary summary;
	int err;

	(void)unused;
	if (!reader_enter(self->reader))
		return NULL;
	Py_BEGIN_ALLOW_THREADS err = mmr_array_sum(&self->mmr, &summary);
	if (err == 0)
		err = reader_truncated(self->reader);
	Py_END_ALLOW_THREADS if (err < 0) reader_raise(self->reader, err);
	reader_leave(self->reader);
	return err < 0 ? NULL : array_summary(state_of(self), &summary);
}

static PyObject *array_sum(PyObject *self, PyObject *unused)
{
	PyObject *summary = array_own_summary(self, unused), *sum;

	if (!summary)
		return NULL;
	sum = PySequence_GetItem(summary, 0);
	Py_DECREF(summary);
	return sum;
}

/* --- Elements --------------------------------------------------------------------------------- */

static Py_ssize_t array_length(PyObject *object)
{
	return reader_valid(((struct array *)object)->reader) ? ((struct array *)object)->shape
							      : -1;
}

/* Reads `n` elements of an array without gaps. Returns: 0 or a code. */
static int read_values(const mmr_array *array, mmr_value *values, size_t n)
{
	if (is_float(array->type))
		return mmr_array_copy_f64(array, &values->f64, n);
	if (is_unsigned(array->type))
		return mmr_array_copy_u64(array, &values->u64, n);
	return mmr_array_copy_i64(array, &values->i64, n);
}

/* Part of the array: `n` elements, `step` apart. */
static mmr_array part_of(const struct array *self, Py_ssize_t start, Py_ssize_t step, size_t n)
{
	mmr_array part = self->mmr;

	part.n = n;
	if (n > 0)
		part.ptr += start * part.stride;
	if (n > 1)
		part.stride *= step;
	return part;
}

static PyObject *item_at(struct array *self, Py_ssize_t index)
{
	mmr_array one = part_of(self, index, 1, 1);
	mmr_value value;
	int err = read_values(&one, &value, 1);

	/* A lost byte reads as zero. */
	if (err == 0 && value.u64 == 0)
		err = reader_truncated(self->reader);
	if (err < 0)
		return reader_raise(self->reader, err);
	return number_of_value(self->mmr.type, value);
}

static PyObject *array_item(PyObject *object, Py_ssize_t index)
{
	struct array *self = (struct array *)object;

	if (!reader_valid(self->reader))
		return NULL;
	if (index < 0 || index >= self->shape) {
		PyErr_SetString(PyExc_IndexError, "array index out of range");
		return NULL;
	}
	return item_at(self, index);
}

static PyObject *array_subscript(PyObject *object, PyObject *item)
{
	struct array *self = (struct array *)object;
	Py_ssize_t start, stop, step, n;
	mmr_array part;

	if (PyIndex_Check(item)) {
		start = PyNumber_AsSsize_t(item, PyExc_IndexError);
		if (start == -1 && PyErr_Occurred())
			return NULL;
		return array_item(object, start < 0 ? start + self->shape : start);
	}
	if (!PySlice_Check(item)) {
		PyErr_SetString(PyExc_TypeError, "array indices must be integers or slices");
		return NULL;
	}
	if (PySlice_Unpack(item, &start, &stop, &step) < 0 || !reader_valid(self->reader))
		return NULL;
	n = PySlice_AdjustIndices(self->shape, &start, &stop, step);
	part = part_of(self, start, step, (size_t)n);
	return array_of(self->reader, &part);
}

static PyObject *array_tolist(PyObject *object, PyObject *unused)
{
	struct array *self = (struct array *)object;
	PyObject *list = PyList_New(self->shape), *number;
	mmr_value values[256];
	Py_ssize_t i, first, n;
	mmr_array part;
	int err;

	(void)unused;
	if (!list || !reader_enter(self->reader)) {
		Py_XDECREF(list);
		return NULL;
	}
	for (first = 0; first < self->shape; first += n) {
		n = self->shape - first < 256 ? self->shape - first : 256;
		part = part_of(self, first, 1, (size_t)n);
		err = read_values(&part, values, (size_t)n);
		if (err == 0)
			err = reader_truncated(self->reader);
		if (err < 0) {
			reader_raise(self->reader, err);
			goto failed;
		}
		for (i = 0; i < n; i++) {
			number = number_of_value(self->mmr.type, values[i]);
			if (!number)
				goto failed;
			PyList_SetItem(list, first + i, number);
		}
	}
	reader_leave(self->reader);
	return list;
failed:
	reader_leave(self->reader);
	Py_DECREF(list);
	return NULL;
}

static PyObject *array_tobytes(PyObject *object, PyObject *unused)
{
	struct array *self = (struct array *)object;
	size_t size = mmr_type_size((enum mmr_type)self->mmr.type) * self->mmr.n;
	PyObject *bytes = PyBytes_FromStringAndSize(NULL, (Py_ssize_t)size);
	char *to;
	int err;

	(void)unused;
	if (!bytes || !reader_enter(self->reader)) {
		Py_XDECREF(bytes);
		return NULL;
	}
	to = PyBytes_AsString(bytes);
	Py_BEGIN_ALLOW_THREADS err = mmr_array_copy(&self->mmr, to, size);
	if (err == 0)
		err = reader_truncated(self->reader);
	Py_END_ALLOW_THREADS if (err < 0)
	{
		Py_CLEAR(bytes);
		reader_raise(self->reader, err);
	}
	reader_leave(self->reader);
	return bytes;
}

/* --- Buffer protocol -------------------------------------------------------------------------- */

static int array_get_buffer(PyObject *object, Py_buffer *view, int flags)
{
	struct array *self = (struct array *)object;
	Py_ssize_t size = (Py_ssize_t)mmr_type_size((enum mmr_type)self->mmr.type);
	bool contiguous = self->shape <= 1 || self->stride == size;

	view->obj = NULL;
	if (!reader_valid(self->reader))
		return -1;
	if (flags & PyBUF_WRITABLE) {
		PyErr_SetString(PyExc_BufferError, "Object is not writable.");
		return -1;
	}
	if (!contiguous && ((flags & PyBUF_STRIDES) != PyBUF_STRIDES ||
				   (flags & (PyBUF_C_CONTIGUOUS & ~PyBUF_STRIDES)) ||
				   (flags & (PyBUF_F_CONTIGUOUS & ~PyBUF_STRIDES)) ||
				   (flags & (PyBUF_ANY_CONTIGUOUS & ~PyBUF_STRIDES)))) {
		PyErr_SetString(PyExc_BufferError, "the elements are not contiguous");
		return -1;
	}
	memset(view, 0, sizeof(*view));
	view->buf = self->mmr.ptr ? (char *)(uintptr_t)self->mmr.ptr : "";
	view->len = self->shape * size;
	view->itemsize = size;
	view->readonly = 1;
	view->ndim = 1;
	view->format = flags & PyBUF_FORMAT ? self->format : NULL;
	view->shape = flags & PyBUF_ND ? &self->shape : NULL;
	if ((flags & PyBUF_STRIDES) == PyBUF_STRIDES) {
		if (contiguous)
			self->stride = size;
		view->strides = &self->stride;
	}
	Py_INCREF(object);
	view->obj = object;
	self->reader->exports++;
	return 0;
}

static void array_release_buffer(PyObject *object, Py_buffer *view)
{
	(void)view;
	((struct array *)object)->reader->exports--;
}

/* --- The type --------------------------------------------------------------------------------- */

static PyObject *get_type(PyObject *object, void *unused)
{
	(void)unused;
	return PyUnicode_FromString(types[((struct array *)object)->mmr.type]);
}

static PyObject *get_format(PyObject *object, void *unused)
{
	(void)unused;
	return PyUnicode_FromString(((struct array *)object)->format);
}

static PyMethodDef methods[] = {
	METHOD("sum", array_sum, METH_NOARGS, "The sum: an exact int, or a float."),
	METHOD("summary", array_own_summary, METH_NOARGS, "Sum, minimum, maximum and counts."),
	METHOD("tolist", array_tolist, METH_NOARGS, "The elements as a list."),
	METHOD("tobytes", array_tobytes, METH_NOARGS, "The elements in this machine's byte order."),
	{NULL, NULL, 0, NULL},
};

static PyGetSetDef attributes[] = {
	{"type", get_type, NULL, "The type of an element, such as 'f64'.", NULL},
	{"format", get_format, NULL, "The format of an element, as in the struct module.", NULL},
	{NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot slots[] = {
	{Py_tp_doc, "Numbers of one type."},
	{Py_tp_dealloc, array_dealloc},
	{Py_tp_iter, PySeqIter_New},
	{Py_tp_methods, methods},
	{Py_tp_getset, attributes},
	{Py_bf_getbuffer, array_get_buffer},
	{Py_bf_releasebuffer, array_release_buffer},
	{Py_mp_length, array_length},
	{Py_mp_subscript, array_subscript},
	{Py_sq_length, array_length},
	{Py_sq_item, array_item},
	{0, NULL},
};

PyType_Spec array_spec = {"mmreader.Array", sizeof(struct array), 0, Py_TPFLAGS_DEFAULT, slots};
