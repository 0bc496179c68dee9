/* found.c - the type Found: iterates over the results of a search
 *
 * SPDX-License-Identifier: MIT */
#include "found.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* Most results of a chunk, and bytes after which it is full. */
#define CHUNK_ITEMS ((size_t)1024)
#define CHUNK_BYTES ((size_t)256 << 10)

/* A thread that waits for bytes of a stream is left alone after so many seconds. */
#define PATIENCE 1

struct item {
	uint64_t off, number;
	size_t start, len; /* in the bytes of the chunk */
	bool is_context;
};

struct chunk {
	struct item *items;
	char *bytes;
	size_t n, room, used, size;
};

struct found {
	PyObject_HEAD struct reader *reader;
	struct hunt hunt;
	pthread_t thread;
	pid_t process;           /* that has the thread */
	struct held_index *hold; /* by the thread */
	bool started, busy, lost;
	struct chunk taken; /* by Python */
	size_t next;
	/* Used by the thread only. */
	struct chunk filling;
	size_t limit;
	/* Used by both threads, under the lock. */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct chunk ready;
	bool full, stop, done;
	struct failure failure; /* code 0: none */
};

void hunt_close(struct hunt *hunt)
{
	mmr_search_close(hunt->search);
	mmr_regex_close(hunt->regex);
	PyMem_Free(hunt->text);
	memset(hunt, 0, sizeof(*hunt));
}

/* --- In the thread ---------------------------------------------------------------------------- */

static void swap(struct chunk *a, struct chunk *b)
{
	struct chunk c = *a;

	*a = *b;
	*b = c;
}

/* Hands the results over. Returns: 0; 1 to stop the search; a negative code. */
static int hand_over(struct found *self)
{
	int result;

	if (self->filling.n == 0)
		return 0;
	result = self->hunt.kind == HUNT_MATCHES ? 0 : reader_truncated(self->reader);
	pthread_mutex_lock(&self->lock);
	while (self->full && !self->stop)
		pthread_cond_wait(&self->changed, &self->lock);
	if (result == 0 && self->stop)
		result = 1;
	if (result == 0) {
		swap(&self->filling, &self->ready);
		self->full = true;
		pthread_cond_broadcast(&self->changed);
	}
	pthread_mutex_unlock(&self->lock);
	self->filling.n = self->filling.used = 0;
	return result;
}

static void before_wait(void *context)
{
	hand_over(context);
}

static void *grown(void *memory, size_t *room, size_t wanted, size_t size)
{
	size_t n = *room ? *room : 64;

	while (n < wanted)
		n *= 2;
	memory = realloc(memory, n * size);
	if (memory)
		*room = n;
	return memory;
}

static int add(struct found *self, const struct item *item, mmr_slice bytes)
{
	struct chunk *chunk = &self->filling;
	void *memory;
	int err;

	if (chunk->n >= self->limit || chunk->used >= CHUNK_BYTES) {
		err = hand_over(self);
		if (err != 0)
			return err;
		if (self->limit < CHUNK_ITEMS)
			self->limit *= 2;
		chunk = &self->filling;
	}
	if (chunk->n == chunk->room) {
		memory = grown(chunk->items, &chunk->room, chunk->n + 1, sizeof(*item));
		if (!memory)
			return -ENOMEM;
		chunk->items = memory;
	}
	if (chunk->size - chunk->used < bytes.len) {
		memory = grown(chunk->bytes, &chunk->size, chunk->used + bytes.len, 1);
		if (!memory)
			return -ENOMEM;
		chunk->bytes = memory;
	}
	err = bytes_copy_slice(self->reader, bytes, chunk->bytes + chunk->used);
	if (err < 0)
		return err;
	chunk->items[chunk->n] = *item;
	chunk->items[chunk->n].start = chunk->used;
	chunk->items[chunk->n].len = bytes.len;
	chunk->used += bytes.len;
	chunk->n++;
	return 0;
}

static int on_line(void *context, const mmr_found_line *line)
{
	struct item item = {line->off, line->number, 0, 0, line->is_context};

	return add(context, &item, line->bytes);
}

static int on_match(void *context, const mmr_match *match)
{
	struct item item = {match->off, match->line, 0, 0, false};
	struct found *self = context;

	return add(self, &item, self->hunt.needle.text);
}

static int on_regex(void *context, const mmr_regex_match *match)
{
	struct item item = {match->off, match->line, 0, 0, false};

	return add(context, &item, match->text);
}

static void *run(void *arg)
{
	struct found *self = arg;
	struct hunt *hunt = &self->hunt;
	mmr_reader *mmr = self->reader->mmr;
	int err;

	if (hunt->kind == HUNT_LINES)
		err = mmr_search_lines(hunt->search, mmr, &hunt->scan, &hunt->how, on_line, self);
	else if (hunt->kind == HUNT_TEXT)
		err = mmr_each_match(mmr, &hunt->needle, &hunt->scan, hunt->flags, on_match, self);
	else
		err = mmr_regex_each(hunt->regex, mmr, &hunt->scan, hunt->flags, on_regex, self);
	if (err < 0)
		failure_take(&self->failure, err);
	/* What was found before an error is returned first. */
	err = hand_over(self);
	pthread_mutex_lock(&self->lock);
	if (err < 0 && self->failure.code == 0)
		failure_take(&self->failure, err);
	self->done = true;
	pthread_cond_broadcast(&self->changed);
	pthread_mutex_unlock(&self->lock);
	return NULL;
}

/* --- In Python -------------------------------------------------------------------------------- */

/* Starts the thread. It blocks signals, which are Python's. Returns: false with an exception. */
static bool start(struct found *self)
{
	sigset_t all, before;
	int err;

	if (!reader_enter(self->reader))
		return false;
	self->hold = index_hold(self->reader, &self->hunt.scan);
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	sigdelset(&all, SIGSEGV);
	sigdelset(&all, SIGFPE);
	sigdelset(&all, SIGILL);
	sigdelset(&all, SIGABRT);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&self->thread, NULL, run, self);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) {
		index_drop(self->hold);
		reader_leave(self->reader);
		errno = err;
		PyErr_SetFromErrno(PyExc_OSError);
		return false;
	}
	self->process = getpid();
	self->started = true;
	return true;
}

static struct timespec after_ms(long ms)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	time.tv_nsec += ms % 1000 * 1000000;
	time.tv_sec += ms / 1000 + time.tv_nsec / 1000000000;
	time.tv_nsec %= 1000000000;
	return time;
}

/* Stops the thread, and waits for its end. A thread of a stream may wait for bytes forever: it is
 * then left alone, with everything that it uses. */
static void stop(struct found *self)
{
	struct timespec time = after_ms(PATIENCE * 1000L);
	bool stream, done;
	int err = 0;

	if (!self->started)
		return;
	self->started = false;
	/* A child of fork() has no such thread, and cannot know what it was doing. */
	if (self->process != getpid()) {
		self->lost = true;
		return;
	}
	stream = mmr_size(self->reader->mmr) == MMR_REST;
	Py_BEGIN_ALLOW_THREADS pthread_mutex_lock(&self->lock);
	self->stop = true;
	pthread_cond_broadcast(&self->changed);
	while (stream && !self->done && err == 0)
		err = pthread_cond_timedwait(&self->changed, &self->lock, &time);
	done = self->done || !stream;
	pthread_mutex_unlock(&self->lock);
	if (done)
		pthread_join(self->thread, NULL);
	else
		pthread_detach(self->thread);
	Py_END_ALLOW_THREADS self->lost = !done;
	if (done) {
		index_drop(self->hold);
		reader_leave(self->reader);
	}
}

static void free_chunk(struct chunk *chunk)
{
	free(chunk->items);
	free(chunk->bytes);
}

static void found_dealloc(PyObject *object)
{
	struct found *self = (struct found *)object;

	stop(self);
	/* A thread that was left alone still uses the object. */
	if (self->lost)
		return;
	hunt_close(&self->hunt);
	free_chunk(&self->taken);
	free_chunk(&self->filling);
	free_chunk(&self->ready);
	pthread_cond_destroy(&self->changed);
	pthread_mutex_destroy(&self->lock);
	Py_XDECREF((PyObject *)self->reader);
	object_free(self);
}

/* Takes the next chunk. Returns: 1; 0 at the end; -1 with an exception. */
static int take(struct found *self)
{
	struct timespec time;
	bool full, done;

	self->busy = true;
	do {
		Py_BEGIN_ALLOW_THREADS time = after_ms(100);
		pthread_mutex_lock(&self->lock);
		if (!self->full && !self->done)
			pthread_cond_timedwait(&self->changed, &self->lock, &time);
		full = self->full;
		done = self->done;
		if (full) {
			swap(&self->ready, &self->taken);
			self->ready.n = self->ready.used = 0;
			self->full = false;
			pthread_cond_broadcast(&self->changed);
		}
		pthread_mutex_unlock(&self->lock);
		Py_END_ALLOW_THREADS if (!full && !done && PyErr_CheckSignals() < 0)
		{
			self->busy = false;
			return -1;
		}
	} while (!full && !done);
	self->busy = false;
	self->next = 0;
	if (full)
		return 1;
	self->taken.n = 0;
	if (self->failure.code == 0)
		return 0;
	errors_raise_failure(state_of(self), &self->failure,
		self->reader->name == Py_None ? NULL : self->reader->name);
	self->failure.code = 0;
	return -1;
}

static PyObject *number_or_none(uint64_t number)
{
	if (number != MMR_NO_LINE)
		return PyLong_FromUnsignedLongLong(number);
	Py_INCREF(Py_None);
	return Py_None;
}

static PyObject *result_of(struct found *self, const struct item *item)
{
	const char *bytes = self->taken.bytes + item->start;
	size_t len = item->len;
	PyObject *items[4];

	if (self->hunt.kind != HUNT_LINES) {
		items[0] = PyLong_FromUnsignedLongLong(item->off);
		items[1] = PyBytes_FromStringAndSize(bytes, (Py_ssize_t)len);
		items[2] = number_or_none(item->number);
		return tuple_of(state_of(self), TUPLE_MATCH, items, 3);
	}
	if (!self->hunt.keepends && len > 0 && bytes[len - 1] == self->hunt.delimiter)
		len--;
	items[0] = PyLong_FromUnsignedLongLong(item->off);
	items[1] = number_or_none(item->number);
	items[2] = PyBytes_FromStringAndSize(bytes, (Py_ssize_t)len);
	items[3] = PyBool_FromLong(item->is_context);
	return tuple_of(state_of(self), TUPLE_FOUND, items, 4);
}

static PyObject *found_next(PyObject *object)
{
	struct found *self = (struct found *)object;

	if (self->busy) {
		PyErr_SetString(PyExc_ValueError, "another thread uses the iterator");
		return NULL;
	}
	if (!reader_valid(self->reader)) {
		stop(self);
		return NULL;
	}
	if (self->lost || (self->started && self->process != getpid())) {
		PyErr_SetString(PyExc_RuntimeError, "the search runs in another process");
		return NULL;
	}
	if (self->next >= self->taken.n) {
		if (!self->started && !self->done && !start(self))
			return NULL;
		if (take(self) <= 0)
			return NULL;
	}
	return result_of(self, &self->taken.items[self->next++]);
}

static PyObject *found_self(PyObject *self)
{
	Py_INCREF(self);
	return self;
}

PyObject *found_new(struct reader *reader, struct hunt *hunt)
{
	struct found *self = object_new(state_of(reader), TYPE_FOUND);

	if (!self) {
		hunt_close(hunt);
		return NULL;
	}
	pthread_mutex_init(&self->lock, NULL);
	pthread_cond_init(&self->changed, NULL);
	self->reader = reader_hold(reader);
	self->hunt = *hunt;
	self->hunt.scan.before_wait = before_wait;
	self->hunt.scan.wait_context = self;
	self->limit = 16;
	return (PyObject *)self;
}

static PyType_Slot slots[] = {
	{Py_tp_doc, "Iterator over the results of a search."},
	{Py_tp_dealloc, found_dealloc},
	{Py_tp_iter, found_self},
	{Py_tp_iternext, found_next},
	{0, NULL},
};

PyType_Spec found_spec = {"mmreader.Found", sizeof(struct found), 0, Py_TPFLAGS_DEFAULT, slots};
