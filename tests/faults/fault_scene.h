/* fault_scene.h - a file with a fault, a reader of it, and the rows: what every reading call
 * does there
 *
 * The file is FAULT_LINE over and over, so that each call has one right answer. The fault occurs
 * before the call (fault_matrix.c) or while it runs (fault_race.c).
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULT_SCENE_H
#define TESTS_FAULT_SCENE_H

/* First, since config.h selects what the system's headers declare. */
#include "common.h"

#include "fault_fuse.h"

#include <mmreader.h>

#define SCENE_SIZE    ((size_t)3 << 20)
#define SCENE_N_LINES (SCENE_SIZE / FAULT_LINE_LEN)
/* The first byte that is lost, or the bad page: a multiple of page sizes up to 64 KiB. */
#define SCENE_BAD ((size_t)640 << 10)

enum fault {
	FAULT_NONE,
	FAULT_CUT_TO_0,
	FAULT_CUT_IN_PAGE,
	FAULT_CUT_AT_PAGE,
	FAULT_EIO,
	FAULT_POISON,
	N_FAULTS
};

enum way {
	WAY_MAP,      /* mapped; whole files are read by the map */
	WAY_PAGES,    /* the same, a page at a time */
	WAY_COPY,     /* slices of a copy; whole files are mapped, but read by copies */
	WAY_UNCACHED, /* the same, by uncached reads; for whole files only */
	WAY_DIRECT,   /* the same, by direct reads */
	WAY_UNMAPPED, /* backing without addresses */
	N_WAYS
};

struct scene {
	enum fault fault;
	enum way way;
	unsigned n_threads; /* threads of calls on whole files */
	mmr_reader *reader;
	const char *path;
	mmr_slice bytes; /* the slice for slice calls: all, or a page */
	mmr_slice word;  /* a line on a page that is lost */
	mmr_slice same;  /* a copy of the original content */
	size_t window;   /* 0: the default */
	enum mmr_io_mode io_mode;
};

/* The answer was wrong, and no error was reported. */
#define WRONG 1

enum row_flags {
	ROW_SLICE = 1,     /* works on scene->bytes, else on scene->reader */
	ROW_ONCE = 2,      /* not page by page */
	ROW_PREAD = 4,     /* copies by pread(2), whatever the I/O mode: a map may be poisoned */
	ROW_HARMLESS = 8,  /* reads no byte of the file: no fault reaches it */
	ROW_NO_CODE = 16,  /* cannot report that there are no addresses */
	ROW_STAT = 32,     /* queries the size, and reads nothing */
	ROW_EITHER = 64,   /* may read by the map or by copies, so poison may be noticed or not */
	ROW_NO_PLACE = 128 /* an error of the row itself: no message, no offset */
};

/* A call, or calls that belong together. */
struct row {
	const char *covers; /* names, with blanks between them */
	unsigned flags;
	/* Returns: 0 for the right answer, WRONG, or the code of the error. */
	int (*run)(const struct scene *scene);
};

extern const struct row slice_rows[], view_rows[], file_rows[], sorted_rows[], unit_rows[],
	compare_rows[];
extern const size_t n_slice_rows, n_view_rows, n_file_rows, n_sorted_rows, n_unit_rows,
	n_compare_rows;

/* For the rows: the number of lines in scene->bytes. */
static inline uint64_t scene_lines(const struct scene *scene)
{
	return scene->bytes.len / FAULT_LINE_LEN;
}

/* Returns: the code if it is an error, else whether the answer was right. */
static inline int judge(int err, bool right)
{
	return err < 0 ? err : right ? 0 : WRONG;
}

/* For calls that return "different" after a fault: the error that the reader keeps. */
static inline int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static inline int judge_by_reader(const struct scene *scene, bool right)
{
	int err = right ? 0 : mmr_try(scene->reader, nothing, NULL);

	return judge(err, right);
}

/* The I/O mode of scans. */
static inline enum mmr_io_mode way_io_mode(enum way way)
{
	static const enum mmr_io_mode modes[N_WAYS] = {
		MMR_IO_MAP, MMR_IO_MAP, MMR_IO_READ, MMR_IO_UNCACHED, MMR_IO_DIRECT, MMR_IO_AUTO};

	return modes[way];
}

/* How a whole file is scanned. */
static inline mmr_scan_options scan_options(const struct scene *scene)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;

	scan.io_mode = scene->io_mode;
	scan.n_threads = scene->n_threads;
	return scan;
}

#endif
