/* fault_matrix.c - every call that reads, against every fault, backing and number of threads
 *
 * A cell is one call on a file with one fault, in its own child process. The call must not crash
 * or leak. It must return the right answer or the right error with a plausible offset, and the
 * reader must keep the error. Prints which cells are wrong and why; exit 1 then.
 *
 *	fault_matrix [--half] [WORD]	runs the rows that cover a name with this word; --half: each
 *					kind of cell with 1 thread or with 8, alternately
 *	fault_matrix --covers		prints the names that the rows cover, for fault_coverage.sh
 *
 * SPDX-License-Identifier: MIT */
#include "fault_scene.h"

#include "fault_poison.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE ((size_t)sysconf(_SC_PAGESIZE))
#define MANY 8
/* Not a code: either the right answer or -EIO, depending on the I/O mode. */
#define EITHER 2

static const char *const fault_names[N_FAULTS] = {
	"no fault", "cut to 0", "cut in a page", "cut at a page", "EIO", "poison"};
static const char *const way_names[N_WAYS] = {
	"map", "pages", "copy", "uncached", "direct", "unmapped"};

static char same[SCENE_SIZE];
static const char *no_fuse;
static int memory; /* a file in memory, whose maps may be poisoned; -1: not available */
static struct fault_fuse fuse = {.size = SCENE_SIZE, .bad = SCENE_BAD};

/* The cell that this child runs, for its messages. */
static const struct row *row;
static struct scene cell;
static unsigned n_callers;

#define MUST(condition, ...) \
	do { \
		if (!(condition)) \
			wrong(__VA_ARGS__); \
	} while (0)

static __attribute__((format(printf, 1, 2))) _Noreturn void wrong(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s, %s, %s, %u threads: ", row->covers, fault_names[cell.fault],
		way_names[cell.way], n_callers);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (last error: %s)\n", mmr_last_error());
	_exit(1);
}

/* --- Expected results --- */

static bool is_cut(enum fault fault)
{
	return fault == FAULT_CUT_TO_0 || fault == FAULT_CUT_IN_PAGE || fault == FAULT_CUT_AT_PAGE;
}

static size_t cut_at(enum fault fault)
{
	if (fault == FAULT_CUT_TO_0)
		return 0;
	return fault == FAULT_CUT_IN_PAGE ? SCENE_BAD + 1234 : SCENE_BAD;
}

static int expected_of_slices(void)
{
	if (cell.way == WAY_UNMAPPED)
		return MMR_ENOMAP;
	/* The copy was made before the cut. */
	if (cell.fault == FAULT_NONE || cell.way == WAY_COPY)
		return 0;
	return is_cut(cell.fault) ? MMR_ETRUNCATED : -EIO;
}

static int expected(void)
{
	bool copies = row->flags & ROW_PREAD || cell.way >= WAY_COPY;

	if (row->flags & ROW_SLICE)
		return expected_of_slices();
	if (cell.fault == FAULT_NONE || row->flags & ROW_HARMLESS)
		return 0;
	if (is_cut(cell.fault))
		return MMR_ETRUNCATED;
	if (row->flags & ROW_STAT)
		return 0;
	if (cell.fault == FAULT_EIO)
		return -EIO;
	if (copies)
		return 0;
	/* A call that fails releases the pages that it held, and with them the poison. */
	return n_callers > 1 || row->flags & ROW_EITHER ? EITHER : -EIO;
}

/* Whether the error of this thread has an offset at which the fault may have occurred. */
static void must_be_placed(void)
{
	uint64_t off = mmr_last_error_offset(), lo = SCENE_BAD, hi = SCENE_BAD + PAGE - 1;

	if (row->flags & ROW_NO_PLACE)
		return;
	if (is_cut(cell.fault)) {
		/* Copies of bytes after the cut fail at their first byte. */
		lo = cut_at(cell.fault);
		hi = row->flags & ROW_SLICE ? lo : SCENE_SIZE;
	}
	MUST(off >= lo && off <= hi, "offset %llu, not from %llu to %llu", (unsigned long long)off,
		(unsigned long long)lo, (unsigned long long)hi);
	MUST(strstr(mmr_last_error(), "'"), "no name in the error message");
}

/* --- One cell --- */

static int run_by_page(const struct scene *scene)
{
	struct scene page = *scene;
	size_t off;
	int err = 0;

	for (off = 0; off < scene->bytes.len && err == 0; off += PAGE) {
		page.bytes.ptr = scene->bytes.ptr + off;
		page.bytes.len = PAGE;
		err = row->run(&page);
	}
	return err;
}

static int run_once(void)
{
	bool by_page = cell.way == WAY_PAGES && row->flags & ROW_SLICE && !(row->flags & ROW_ONCE);
	int err = by_page ? run_by_page(&cell) : row->run(&cell);

	/* For views only: lost bytes in the page of the cut are zeroes, and mmr_check reports
	 * the cut. */
	if (err == WRONG && row->flags & ROW_SLICE && cell.fault == FAULT_CUT_IN_PAGE)
		err = mmr_check(cell.reader);
	return err;
}

static void *call(void *unused)
{
	int wanted = expected(), err = run_once();

	if (wanted == EITHER)
		wanted = err == -EIO ? -EIO : 0;
	MUST(err == wanted, "returned %d instead of %d", err, wanted);
	if (err < 0 && err != MMR_ENOMAP)
		must_be_placed();
	return unused;
}

static void call_from_threads(void)
{
	pthread_t threads[MANY];
	unsigned i;

	for (i = 0; i < n_callers; i++)
		MUST(pthread_create(&threads[i], NULL, call, NULL) == 0, "no thread");
	for (i = 0; i < n_callers; i++)
		pthread_join(threads[i], NULL);
}

/* After a fault in the map, all calls on the reader report it at once. */
static void must_remember(void)
{
	mmr_blocks *blocks;
	int wanted = expected(), err;

	if (wanted == EITHER)
		return;
	MUST(run_once() == wanted, "another result the second time");
	err = mmr_check(cell.reader);
	MUST(err == (is_cut(cell.fault) ? MMR_ETRUNCATED : 0), "mmr_check returned %d", err);
	if (wanted >= 0 || wanted == MMR_ENOMAP || cell.way >= WAY_COPY ||
		row->flags & (ROW_PREAD | ROW_STAT | ROW_EITHER))
		return;
	err = mmr_try(cell.reader, nothing, NULL);
	/* The size shows that a file ends before a window, or in a page: no fault occurred. / */
	if (err == 0 &&
		(row->flags & ROW_SLICE ? cell.fault == FAULT_CUT_IN_PAGE : is_cut(cell.fault)))
		return;
	MUST(err == wanted, "mmr_try returned %d afterwards", err);
	must_be_placed();
	MUST(mmr_blocks_open(cell.reader, NULL, NULL, &blocks) == wanted,
		"the reader was not marked");
	must_be_placed();
}

static int open_reader(void)
{
	static const enum mmr_backing_kind backings[N_WAYS] = {MMR_BACKING_MAPPED,
		MMR_BACKING_MAPPED, MMR_BACKING_MAPPED, MMR_BACKING_MAPPED, MMR_BACKING_MAPPED,
		MMR_BACKING_UNMAPPED};
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	bool slices = row->flags & ROW_SLICE;

	options.backing = backings[cell.way];
	if (cell.way == WAY_COPY && slices)
		options.backing = MMR_BACKING_COPIED;
	cell.io_mode = way_io_mode(cell.way);
	cell.window = cell.way == WAY_PAGES ? PAGE : 0;
	if (cell.fault == FAULT_POISON)
		return mmr_open_fd(memory, &options, &cell.reader);
	return mmr_open(cell.path, &options, &cell.reader);
}

static int count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	while (folder && readdir(folder))
		n++;
	if (folder)
		closedir(folder);
	return n;
}

/* The offset of a lost word: in a cut file, on a page that is lost completely. */
static void choose_word(void)
{
	size_t off = cell.fault == FAULT_CUT_IN_PAGE ? SCENE_BAD + PAGE : SCENE_BAD;

	cell.word = mmr_bytes(cell.reader);
	if (cell.word.len > 0) {
		cell.word.ptr += off;
		cell.word.len = FAULT_LINE_LEN;
	}
}

/* Whether the row uses PCRE2, which keeps some memory from its first use on. */
static bool needs_pcre2(void)
{
	return strstr(row->covers, "mmr_regex") || strstr(row->covers, "mmr_split") ||
	       strstr(row->covers, "mmr_line_matches") ||
	       (strstr(row->covers, "mmr_search") && row->flags & ROW_PREAD);
}

static _Noreturn void run_cell(void)
{
	int n_descriptors, poison = -1, err;
	const char *problem = NULL;
	mmr_slice none = {"", 0};
	uint64_t heap;
	char path[64];

	MUST(mmr_guard_install() == 0, "no guard");
	if (cell.fault == FAULT_POISON) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", memory);
		cell.path = path;
	}
	/* Loads optional libraries first, since loading is not tested here and a library may be
	 * missing. */
	if (strcmp(row->covers, "mmr_filetype_of") == 0)
		mmr_library_load(MMR_LIBRARY_MAGIC);
	if (needs_pcre2() && mmr_library_load(MMR_LIBRARY_PCRE2) < 0) {
		fprintf(stderr, "skipped: %s\n", mmr_last_error());
		_exit(77);
	}
	/* The first failure of a thread allocates its error message. */
	MUST(mmr_slice_at(none, 1, 1, &none) < 0, "an empty slice has a byte");
	n_descriptors = count_descriptors();
	heap = mmr_heap_bytes();
	err = open_reader();
	if (cell.fault == FAULT_EIO && cell.way == WAY_COPY && row->flags & ROW_SLICE) {
		MUST(err == -EIO, "a file that cannot be copied was opened: %d", err);
		must_be_placed();
		_exit(0);
	}
	MUST(err == 0, "not opened");
	cell.bytes = mmr_bytes(cell.reader);
	choose_word();
	if (is_cut(cell.fault))
		MUST(truncate(cell.path, (off_t)cut_at(cell.fault)) == 0, "not cut");
	if (cell.fault == FAULT_POISON && cell.way < WAY_COPY)
		problem = fault_poison(cell.bytes.ptr, SCENE_SIZE, SCENE_BAD, PAGE, &poison);
	if (problem) {
		fprintf(stderr, "%s\n", problem);
		_exit(77);
	}
	if (n_callers > 1)
		call_from_threads();
	else
		call(NULL);
	must_remember();
	mmr_close(cell.reader);
	if (poison >= 0)
		close(poison);
	MUST(count_descriptors() == n_descriptors, "descriptors leaked");
	MUST(mmr_heap_bytes() == heap, "%lld bytes leaked", (long long)(mmr_heap_bytes() - heap));
	_exit(0);
}

/* --- All cells --- */

static struct {
	unsigned run, skipped, wrong;
} n_cells;

static char text_path[256];
static bool half;

/* Restores the file: bytes that an earlier cell has cut off are written again. */
static bool restore_file(void)
{
	int fd = open(text_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	off_t end = fd >= 0 ? lseek(fd, 0, SEEK_END) : -1;
	bool well = end >= 0 && write(fd, same + end, SCENE_SIZE - (size_t)end) ==
					(ssize_t)(SCENE_SIZE - (size_t)end);

	if (fd >= 0)
		close(fd);
	return well;
}

static void try_cell(void)
{
	pid_t child;
	int status;

	if ((cell.fault == FAULT_EIO && no_fuse) || (cell.fault == FAULT_POISON && memory < 0)) {
		n_cells.skipped++;
		return;
	}
	cell.path = cell.fault == FAULT_EIO ? fuse.path : text_path;
	if (!restore_file()) {
		perror(text_path);
		exit(99);
	}
	fflush(NULL);
	child = fork();
	if (child == 0) {
		/* A call that never returns is killed, too. */
		alarm(120);
		run_cell();
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		exit(99);
	n_cells.run++;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		n_cells.skipped++;
	} else if (status != 0) {
		n_cells.wrong++;
		if (WIFSIGNALED(status))
			fprintf(stderr, "%s, %s, %s, %u threads: killed by signal %d\n",
				row->covers, fault_names[cell.fault], way_names[cell.way],
				n_callers, WTERMSIG(status));
	}
}

static bool makes_sense(const struct row *one, int way)
{
	if (way == WAY_PAGES)
		return !(one->flags & (ROW_ONCE | ROW_STAT | ROW_HARMLESS));
	if (way == WAY_UNCACHED || way == WAY_DIRECT)
		return !(one->flags & (ROW_SLICE | ROW_STAT | ROW_HARMLESS));
	return way != WAY_UNMAPPED || !(one->flags & ROW_SLICE && one->flags & ROW_NO_CODE);
}

static void try_row(const struct row *one)
{
	static unsigned n_kinds;
	int fault, way;

	row = one;
	for (fault = 0; fault < N_FAULTS; fault++) {
		for (way = 0; way < N_WAYS; way++) {
			if (!makes_sense(one, way))
				continue;
			n_kinds++;
			for (n_callers = 1; n_callers <= MANY; n_callers += MANY - 1) {
				if (half && (n_callers == 1) != n_kinds % 2)
					continue;
				memset(&cell, 0, sizeof(cell));
				cell.fault = (enum fault)fault;
				cell.way = (enum way)way;
				cell.n_threads = n_callers;
				cell.same.ptr = same;
				cell.same.len = sizeof(same);
				try_cell();
			}
		}
	}
}

static void each_row(void (*fn)(const struct row *), const char *word)
{
	size_t i;

	for (i = 0; i < n_slice_rows; i++)
		if (strstr(slice_rows[i].covers, word))
			fn(&slice_rows[i]);
	for (i = 0; i < n_view_rows; i++)
		if (strstr(view_rows[i].covers, word))
			fn(&view_rows[i]);
	for (i = 0; i < n_file_rows; i++)
		if (strstr(file_rows[i].covers, word))
			fn(&file_rows[i]);
	for (i = 0; i < n_unit_rows; i++)
		if (strstr(unit_rows[i].covers, word))
			fn(&unit_rows[i]);
	for (i = 0; i < n_compare_rows; i++)
		if (strstr(compare_rows[i].covers, word))
			fn(&compare_rows[i]);
	for (i = 0; i < n_sorted_rows; i++)
		if (strstr(sorted_rows[i].covers, word))
			fn(&sorted_rows[i]);
}

static void print_covers(const struct row *one)
{
	puts(one->covers);
}

int main(int argc, char **argv)
{
	const char *folder = getenv("TMPDIR"), *word;
	char mount_point[200];

	half = argc > 1 && strcmp(argv[1], "--half") == 0;
	word = argc > 1 + half ? argv[1 + half] : "";
	if (strcmp(word, "--covers") == 0) {
		each_row(print_covers, "");
		return 0;
	}
	snprintf(mount_point, sizeof(mount_point), "%s/mmreader-XXXXXX", folder ? folder : "/tmp");
	if (!mkdtemp(mount_point))
		return perror(mount_point), 99;
	snprintf(text_path, sizeof(text_path), "%s.text", mount_point);
	fault_fill(0, same, sizeof(same));
	memory = fault_poison_file(same, sizeof(same));
	if (memory < 0)
		printf("skipped: cells with poison: cannot create files in memory\n");
	fuse.bad_len = PAGE;
	no_fuse = fault_fuse_enter();
	if (!no_fuse)
		no_fuse = fault_fuse_mount(&fuse, mount_point);
	if (no_fuse)
		printf("skipped: cells with EIO: %s\n", no_fuse);
	if (restore_file())
		each_row(try_row, word);
	if (!no_fuse)
		fault_fuse_unmount(&fuse);
	unlink(text_path);
	rmdir(mount_point);
	printf("%u cells, %u skipped, %u wrong\n", n_cells.run, n_cells.skipped, n_cells.wrong);
	return n_cells.wrong > 0 || n_cells.run == 0;
}
