/* support.c - shared code of the unit tests
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The offset of the range in the larger file, which is no multiple of anything, and the number of
 * bytes after the range. */
#define LEAD  4099
#define TRAIL 17

void add_case(Suite *suite, const char *name, const TTest *const tests[])
{
	TCase *tcase = tcase_create(name);

	for (; *tests; tests++)
		tcase_add_test(tcase, *tests);
	suite_add_tcase(suite, tcase);
}

/* splitmix64 by Sebastiano Vigna. Every seed is valid. */
uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

size_t chance_below(struct chance *chance, size_t limit)
{
	return (size_t)(chance_next(chance) % limit);
}

void chance_fill(struct chance *chance, char *bytes, size_t len, mmr_slice alphabet)
{
	size_t i;

	for (i = 0; i < len; i++)
		bytes[i] = alphabet.len > 0 ? alphabet.ptr[chance_below(chance, alphabet.len)]
					    : (char)(chance_next(chance) & 0xff);
}

struct fence fence_open(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (len + page - 1) / page * page + (len == 0 ? page : 0);
	struct fence fence;
	char *map;

	map = mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	MUST(map != MAP_FAILED, "mmap: %s", strerror(errno));
	MUST(mprotect(map + page, room, PROT_READ | PROT_WRITE) == 0, "%s", strerror(errno));
	fence.start = map + page;
	fence.stop = fence.start + room;
	return fence;
}

void fence_close(struct fence *fence)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	munmap(fence->start - page, (size_t)(fence->stop - fence->start) + 2 * page);
}

struct temp temp_open(const void *bytes, size_t len)
{
	const char *folder = getenv("TMPDIR");
	struct temp temp;

	snprintf(temp.path, sizeof(temp.path), "%s/mmreader-XXXXXX", folder ? folder : "/tmp");
	temp.fd = mkstemp(temp.path);
	MUST(temp.fd >= 0, "%s: %s", temp.path, strerror(errno));
	temp_write(&temp, 0, bytes, len);
	return temp;
}

void temp_write(struct temp *temp, uint64_t off, const void *bytes, size_t len)
{
	ssize_t n = pwrite(temp->fd, bytes, len, (off_t)off);

	MUST(n >= 0 && (size_t)n == len, "pwrite: %s", strerror(errno));
}

void temp_resize(struct temp *temp, uint64_t size)
{
	MUST(ftruncate(temp->fd, (off_t)size) == 0, "ftruncate: %s", strerror(errno));
}

bool temp_has_hole(const struct temp *temp, uint64_t off)
{
#if MMR_LINUX_EXTRAS
	off_t data = lseek(temp->fd, (off_t)off, SEEK_DATA);

	return data > (off_t)off || (data < 0 && errno == ENXIO);
#else
	(void)temp;
	(void)off;
	return false;
#endif
}

void temp_close(struct temp *temp)
{
	close(temp->fd);
	unlink(temp->path);
}

mmr_reader *temp_reader(const struct temp *temp, enum mmr_backing_kind backing)
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader = NULL;

	options.backing = backing;
	MUST(mmr_open(temp->path, &options, &reader) == 0, "%s", mmr_last_error());
	MUST(backing == MMR_BACKING_AUTO || mmr_backing(reader) == backing, "backing is %d",
		(int)mmr_backing(reader));
	return reader;
}

struct plan {
	const char *name;
	enum mmr_backing_kind backing;
	bool part;
};

void on_every_backing(
	mmr_slice bytes, void (*body)(const struct setting *setting, void *arg), void *arg)
{
	static const struct plan plans[] = {
		{"caller's", MMR_BACKING_CALLER, false},
		{"mapped", MMR_BACKING_MAPPED, false},
		{"copied", MMR_BACKING_COPIED, false},
		{"unmapped", MMR_BACKING_UNMAPPED, false},
		{"mapped part", MMR_BACKING_MAPPED, true},
		{"copied part", MMR_BACKING_COPIED, true},
		{"unmapped part", MMR_BACKING_UNMAPPED, true},
	};
	char *wide = malloc(LEAD + bytes.len + TRAIL);
	struct temp whole, part;
	size_t i;

	/* The range is surrounded by bytes that make a wrong offset visible. */
	memset(wide, '\n', LEAD + bytes.len + TRAIL);
	if (bytes.len > 0)
		memcpy(wide + LEAD, bytes.ptr, bytes.len);
	whole = temp_open(bytes.ptr, bytes.len);
	part = temp_open(wide, LEAD + bytes.len + TRAIL);
	for (i = 0; i < ARRAY_LEN(plans); i++) {
		mmr_reader_options options = MMR_READER_OPTIONS_INIT;
		struct setting setting = {plans[i].name, NULL, bytes, true};
		int err;

		options.backing = plans[i].backing;
		options.offset = plans[i].part ? LEAD : 0;
		options.length = plans[i].part ? bytes.len : MMR_REST;
		if (plans[i].backing == MMR_BACKING_CALLER)
			err = mmr_open_memory(bytes.ptr, bytes.len, &setting.reader);
		else
			err = mmr_open(
				plans[i].part ? part.path : whole.path, &options, &setting.reader);
		MUST(err == 0, "%s: %s", setting.name, mmr_last_error());
		MUST(mmr_backing(setting.reader) == plans[i].backing, "%s: backing is %d",
			setting.name, (int)mmr_backing(setting.reader));
		setting.addressable = plans[i].backing != MMR_BACKING_UNMAPPED;
		body(&setting, arg);
		mmr_close(setting.reader);
	}
	temp_close(&whole);
	temp_close(&part);
	free(wide);
}

void on_random_lines(const size_t sizes[], size_t n_sizes,
	void (*body)(const struct setting *setting, void *arg), struct chance *chance)
{
	static const mmr_slice alphabets[] = {{"\n\nabc", 5}, {NULL, 0}, {"\0xyz", 4}, {"x", 1}};
	size_t i, k;

	for (i = 0; i < n_sizes; i++) {
		char *bytes = malloc(sizes[i] + 1);

		MUST(bytes, "no memory");
		for (k = 0; k < ARRAY_LEN(alphabets); k++) {
			chance_fill(chance, bytes, sizes[i], alphabets[k]);
			on_every_backing((mmr_slice){bytes, sizes[i]}, body, chance);
		}
		free(bytes);
	}
}

struct piped_writer {
	pthread_t thread;
	mmr_slice bytes;
	size_t piece;
	bool stays_open;
	int fd;
};

static void *write_pieces(void *arg)
{
	const struct piped_writer *writer = arg;
	struct chance chance = {5};
	size_t done, len;
	ssize_t n = 1;

	/* The reader may be closed before it has read all bytes. */
	for (done = 0; done < writer->bytes.len && n > 0; done += (size_t)n) {
		len = writer->piece;
		if (len == 0)
			len = 1 + chance_below(&chance, chance_below(&chance, 8) ? 40 : 9000);
		len = min_size(len, writer->bytes.len - done);
		n = write(writer->fd, writer->bytes.ptr + done, len);
	}
	if (!writer->stays_open)
		close(writer->fd);
	return NULL;
}

struct piped piped_open(mmr_slice bytes, size_t piece, bool stays_open)
{
	struct piped piped = {NULL, malloc(sizeof(*piped.writer))};
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	MUST(pipe(ends) == 0, "pipe: %s", strerror(errno));
	MUST(mmr_open_fd(ends[0], NULL, &piped.reader) == 0, "%s", mmr_last_error());
	close(ends[0]);
	piped.writer->bytes = bytes;
	piped.writer->piece = piece;
	piped.writer->stays_open = stays_open;
	piped.writer->fd = ends[1];
	MUST(pthread_create(&piped.writer->thread, NULL, write_pieces, piped.writer) == 0,
		"no thread");
	return piped;
}

void piped_close(struct piped *piped)
{
	mmr_close(piped->reader);
	pthread_join(piped->writer->thread, NULL);
	if (piped->writer->stays_open)
		close(piped->writer->fd);
	free(piped->writer);
}

int keep_context(void *state, void *context)
{
	*(void **)state = context;
	return 0;
}

double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int in_child(void (*body)(void *arg), void *arg)
{
	pid_t child = fork();
	int status;

	MUST(child >= 0, "fork: %s", strerror(errno));
	if (child == 0) {
		body(arg);
		_exit(0);
	}
	while (waitpid(child, &status, 0) < 0)
		MUST(errno == EINTR, "waitpid: %s", strerror(errno));
	return status;
}

size_t count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t n = 0;

	MUST(folder != NULL, "/proc/self/fd: %s", strerror(errno));
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

size_t count_maps(const char *word)
{
	FILE *file = fopen("/proc/self/maps", "r");
	char line[4096 + 256];
	size_t n = 0;

	MUST(file != NULL, "/proc/self/maps: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		n += strstr(line, word) != NULL;
	fclose(file);
	return n;
}

size_t resident_kib(void)
{
	/* The Rss in /proc/self/status is updated late and may be wrong by megabytes. */
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	char line[256];
	size_t kib = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "Rss: %zu kB", &kib) == 1)
			break;
	fclose(file);
	return kib;
}

bool memory_is_shadowed(void)
{
#if defined(__SANITIZE_THREAD__)
	return true;
#elif defined(__has_feature)
	return __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer);
#else
	return false;
#endif
}

bool memory_is_shared_with_checker(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#elif defined(__has_feature)
	return memory_is_shadowed() || __has_feature(address_sanitizer);
#else
	return memory_is_shadowed();
#endif
}

uint64_t address_space(void)
{
	FILE *file = fopen("/proc/self/statm", "r");
	unsigned long long pages = 0;

	MUST(file && fscanf(file, "%llu", &pages) == 1, "/proc/self/statm cannot be read");
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void must_read_the_same(const struct setting *setting, void *arg)
{
	struct chance *chance = arg;
	mmr_slice bytes = mmr_bytes(setting->reader), want = setting->bytes;
	char *copy = malloc(want.len + 16);
	size_t got, i;

	MUST(mmr_size(setting->reader) == want.len, "%s: size", setting->name);
	if (setting->addressable)
		MUST(bytes.len == want.len &&
				(want.len == 0 || memcmp(bytes.ptr, want.ptr, want.len) == 0),
			"%s: bytes", setting->name);
	else
		MUST(bytes.len == 0, "%s: an unmapped reader has bytes", setting->name);
	for (i = 0; i < 50; i++) {
		uint64_t off = i ? chance_below(chance, want.len + 3) : 0;
		size_t len = i ? chance_below(chance, want.len + 12) : want.len + 1;
		size_t left = off < want.len ? want.len - (size_t)off : 0;

		memset(copy, '#', want.len + 16);
		MUST(mmr_read_at(setting->reader, off, copy, len, &got) == 0, "%s: %s",
			setting->name, mmr_last_error());
		MUST(got == min_size(len, left), "%s: %zu bytes at %zu of %zu", setting->name, got,
			(size_t)off, want.len);
		MUST(got == 0 || memcmp(copy, want.ptr + off, got) == 0, "%s: read at %zu",
			setting->name, (size_t)off);
		MUST(copy[len] == '#', "%s: wrote after the end of the buffer", setting->name);
	}
	MUST(mmr_read_at(setting->reader, UINT64_MAX, copy, SIZE_MAX, &got) == 0 && got == 0,
		"%s: read far after the end", setting->name);
	MUST(mmr_check(setting->reader) == 0, "%s: %s", setting->name, mmr_last_error());
	MUST(mmr_refresh(setting->reader) == 0, "%s: %s", setting->name, mmr_last_error());
	free(copy);
}

uint64_t heap_in_use(void)
{
	mmr_slice none = {"", 0};

	ck_assert_int_eq(mmr_slice_at(none, 1, 1, &none), -ERANGE);
	return mmr_heap_bytes();
}

bool is_built_with_pcre2(void)
{
	mmr_library_info status;

	return mmr_library_status(MMR_LIBRARY_PCRE2, &status) == 0 &&
	       status.linkage != MMR_LINKAGE_ABSENT;
}

bool has_pcre2(void)
{
	if (!is_built_with_pcre2())
		return false;
	if (mmr_library_load(MMR_LIBRARY_PCRE2) == 0)
		return true;
	fprintf(stderr, "skipped: %s\n", mmr_last_error());
	return false;
}

unsigned pcre2_release(void)
{
	mmr_library_info info;
	unsigned major = 0, minor = 0;

	ck_assert_int_eq(mmr_library_status(MMR_LIBRARY_PCRE2, &info), 0);
	MUST(sscanf(info.version, "%u.%u", &major, &minor) == 2, "PCRE2 '%s'", info.version);
	return major * 1000 + minor;
}
