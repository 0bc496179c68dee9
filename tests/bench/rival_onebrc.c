/* rival_onebrc.c - the fast rival of doc/examples/average.c, made of the techniques of the fastest
 * published programs for the One Billion Row Challenge
 *
 *	rival_onebrc FILE
 *
 * Threads claim pieces of the mapped file by an atomic counter. Each piece is read at several
 * offsets in turn, so that the instructions of independent rows overlap. A key of up to 15 bytes is
 * found, masked, hashed and compared as one vector; a number is parsed without branches; sums are
 * integers. Unlike average.c, this program trusts its input: it checks neither rows nor numbers,
 * and is killed if the file is truncated. For little-endian processors.
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define BITS        14 /* of the index: the task has at most 10,000 keys */
#define N_SLOTS     ((size_t)1 << BITS)
#define N_CURSORS   4
#define PIECE       ((size_t)2 << 20)
#define LONGEST     ((size_t)128) /* more than a row */
#define MAX_THREADS 256

/* A key of up to 15 bytes, then zeroes. */
struct key {
	uint64_t low, high;
};

/* A slot of `longer` has the address of its key in `low` and the length in `high`. */
struct slot {
	struct key key;
	int64_t sum;
	uint32_t count; /* 0: free */
	int16_t min, max;
};

struct worker {
	struct slot *slots;
	struct slot *longer; /* for keys of 16 bytes and more */
	pthread_t thread;
};

static const char *map;
static size_t size;
static atomic_size_t next_piece;

static inline uint64_t load(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

#if defined(__SSE2__)

static const unsigned char masks[32] = {
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

/* Returns: the length of the key, 16 if it is longer than 15 bytes. */
static inline unsigned take_key(const char *at, struct key *ret_key)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)at);
	__m128i equal = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(';'));
	unsigned len = (unsigned)__builtin_ctz((unsigned)_mm_movemask_epi8(equal) | 0x10000);

	bytes = _mm_and_si128(bytes, _mm_loadu_si128((const __m128i *)(masks + 16 - len)));
	_mm_storeu_si128((__m128i *)ret_key, bytes);
	return len;
}

static inline int is_same(const struct slot *slot, const struct key *key)
{
	__m128i a = _mm_loadu_si128((const __m128i *)&slot->key);
	__m128i b = _mm_loadu_si128((const __m128i *)key);

	return _mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) == 0xffff;
}

#else

/* The highest bit of the first semicolon in a word; 0 if there is none. */
static inline uint64_t find_semicolon(uint64_t word)
{
	word ^= UINT64_C(0x3b3b3b3b3b3b3b3b);
	word = (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
	return word & -word;
}

static inline unsigned take_key(const char *at, struct key *ret_key)
{
	uint64_t first = load(at), second = load(at + 8), bit = find_semicolon(first);

	ret_key->low = first & ((bit >> 7) - 1);
	ret_key->high = 0;
	if (bit)
		return (unsigned)__builtin_ctzll(bit) / 8;
	bit = find_semicolon(second);
	ret_key->high = second & ((bit >> 7) - 1);
	return bit ? 8 + (unsigned)__builtin_ctzll(bit) / 8 : 16;
}

static inline int is_same(const struct slot *slot, const struct key *key)
{
	return ((slot->key.low ^ key->low) | (slot->key.high ^ key->high)) == 0;
}

#endif

static inline size_t home_of(uint64_t low, uint64_t high)
{
	return (size_t)((low ^ high) * UINT64_C(0x9e3779b97f4a7c15) >> (64 - BITS));
}

/* The slot of a long key, whose address and length are in `key`. */
static struct slot *find_longer(struct slot *slots, struct key key)
{
	const char *ptr = (const char *)(uintptr_t)key.low;
	size_t i = home_of(load(ptr), load(ptr + 8));

	while (slots[i].count > 0 &&
		(slots[i].key.high != key.high || memcmp((const char *)(uintptr_t)slots[i].key.low,
							  ptr, (size_t)key.high) != 0))
		i = (i + 1) % N_SLOTS;
	slots[i].key = key;
	return &slots[i];
}

static struct slot *find_short(struct slot *slots, struct key key)
{
	size_t i = home_of(key.low, key.high);

	while (slots[i].count > 0 && !is_same(&slots[i], &key))
		i = (i + 1) % N_SLOTS;
	slots[i].key = key;
	return &slots[i];
}

static inline void add(struct slot *slot, int64_t sum, uint32_t count, int min, int max)
{
	slot->sum += sum;
	slot->count += count;
	if (min < slot->min)
		slot->min = (int16_t)min;
	if (max > slot->max)
		slot->max = (int16_t)max;
}

/* The key is long or new, or another key is in its first slot. */
static __attribute__((noinline)) struct slot *find_any(
	struct worker *worker, const char *at, struct key key, unsigned len, unsigned *ret_len)
{
	*ret_len = len;
	if (len < 16)
		return find_short(worker->slots, key);
	while (at[*ret_len] != ';')
		++*ret_len;
	key.low = (uint64_t)(uintptr_t)at;
	key.high = *ret_len;
	return find_longer(worker->longer, key);
}

/* Returns: the next row. */
static inline __attribute__((always_inline)) const char *add_row(
	struct worker *worker, const char *at)
{
	struct key key;
	unsigned len = take_key(at, &key);
	struct slot *slot = &worker->slots[home_of(key.low, key.high)];
	int64_t minus, value;
	uint64_t word;
	int point;

	if (__builtin_expect(len == 16 || !is_same(slot, &key), 0))
		slot = find_any(worker, at, key, len, &len);
	at += len + 1;
	/* Bit 4 is clear in `.` and `-`, set in digits. The digits are moved to the same bytes for
	 * each form of number, and one multiplication adds 100, 10 and 1 times them. */
	word = load(at);
	point = __builtin_ctzll(~word & 0x10101000);
	minus = (int64_t)(~word << 59) >> 63;
	word = ((word & ~((uint64_t)minus & 0xff)) << (28 - point)) & UINT64_C(0x0f000f0f00);
	value = (int64_t)(word * 0x640a0001 >> 32 & 0x3ff);
	value = (value ^ minus) - minus;
	add(slot, value, 1, (int)value, (int)value);
	return at + (point >> 3) + 3;
}

/* The start of the first row that starts at `off` or after it. */
static const char *row_from(size_t off)
{
	if (off == 0 || off >= size)
		return map + (off < size ? off : size);
	return (const char *)memchr(map + off - 1, '\n', size - off + 1) + 1;
}

/* Adds the rows that start in a piece. */
static void add_piece(struct worker *worker, size_t off, size_t len)
{
	const char *at[N_CURSORS], *end[N_CURSORS];
	int i;

	for (i = 0; i < N_CURSORS; i++) {
		at[i] = row_from(off + len / N_CURSORS * (size_t)i);
		end[i] = row_from(
			i + 1 < N_CURSORS ? off + len / N_CURSORS * (size_t)(i + 1) : off + len);
	}
	while (at[0] < end[0] && at[1] < end[1] && at[2] < end[2] && at[3] < end[3]) {
		at[0] = add_row(worker, at[0]);
		at[1] = add_row(worker, at[1]);
		at[2] = add_row(worker, at[2]);
		at[3] = add_row(worker, at[3]);
	}
	for (i = 0; i < N_CURSORS; i++)
		while (at[i] < end[i])
			at[i] = add_row(worker, at[i]);
}

static struct slot *make_slots(void)
{
	struct slot *slots = aligned_alloc(64, N_SLOTS * sizeof(*slots));
	size_t i;

	if (!slots)
		abort();
	for (i = 0; i < N_SLOTS; i++)
		slots[i] = (struct slot){.min = INT16_MAX, .max = INT16_MIN};
	return slots;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	size_t off;

	worker->slots = make_slots();
	worker->longer = make_slots();
	while ((off = PIECE * atomic_fetch_add(&next_piece, 1)) < size)
		add_piece(worker, off, size - off < PIECE ? size - off : PIECE);
	return NULL;
}

/* Adds the results of another worker. */
static void merge(struct worker *to, const struct worker *from)
{
	const struct slot *slot;
	size_t i;

	for (i = 0; i < N_SLOTS; i++) {
		slot = &from->slots[i];
		if (slot->count > 0)
			add(find_short(to->slots, slot->key), slot->sum, slot->count, slot->min,
				slot->max);
		slot = &from->longer[i];
		if (slot->count > 0)
			add(find_longer(to->longer, slot->key), slot->sum, slot->count, slot->min,
				slot->max);
	}
}

struct row {
	char key[LONGEST];
	const struct slot *slot;
};

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct row *)a)->key, ((const struct row *)b)->key);
}

static void print_tenths(char before, int64_t value)
{
	int tenths = abs((int)value);

	printf("%c%s%d.%d", before, value < 0 ? "-" : "", tenths / 10, tenths % 10);
}

static void print(const struct worker *worker)
{
	struct row *rows = calloc(2 * N_SLOTS, sizeof(*rows));
	size_t n = 0, i;

	if (!rows)
		abort();
	for (i = 0; i < N_SLOTS; i++) {
		const struct slot *slot = &worker->slots[i], *longer = &worker->longer[i];

		if (slot->count > 0) {
			memcpy(rows[n].key, &slot->key, sizeof(slot->key));
			rows[n++].slot = slot;
		}
		if (longer->count > 0) {
			memcpy(rows[n].key, (const char *)(uintptr_t)longer->key.low,
				(size_t)longer->key.high);
			rows[n++].slot = longer;
		}
	}
	qsort(rows, n, sizeof(*rows), compare);
	putchar('{');
	for (i = 0; i < n; i++) {
		int64_t by = 2 * (int64_t)rows[i].slot->count;
		int64_t sum = 2 * rows[i].slot->sum + by / 2;

		/* The mean to the nearest tenth, halves up. */
		printf("%s%s", i > 0 ? ", " : "", rows[i].key);
		print_tenths('=', rows[i].slot->min);
		print_tenths('/', sum / by - (sum % by < 0));
		print_tenths('/', rows[i].slot->max);
	}
	puts("}");
}

/* Maps the file, and a page of zeroes after it, which the last rows may read. */
static int map_file(const char *path)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat info;
	char *room;

	if (fd < 0 || fstat(fd, &info) < 0 || info.st_size == 0)
		return -1;
	size = (size_t)info.st_size;
	room = mmap(NULL, size + 2 * page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (room == MAP_FAILED)
		return -1;
	map = mmap(room, size, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	close(fd);
	return map == MAP_FAILED ? -1 : 0;
}

int main(int argc, char **argv)
{
	static struct worker workers[MAX_THREADS];
	int n_threads, i;
	cpu_set_t set;

	if (argc != 2 || map_file(argv[1]) < 0)
		return fprintf(stderr, "usage: rival_onebrc FILE\n"), 2;
	n_threads = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
	if (n_threads > MAX_THREADS)
		n_threads = MAX_THREADS;
	for (i = 1; i < n_threads; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]) != 0)
			abort();
	work(&workers[0]);
	for (i = 1; i < n_threads; i++) {
		pthread_join(workers[i].thread, NULL);
		merge(&workers[0], &workers[i]);
	}
	print(&workers[0]);
	return 0;
}
