/* fault_scene.h - a file with a fault in it, a reader of it, and what every reading call does there
 *
 * The file is FAULT_LINE over and over, so that each call has one right answer. The fault is there
 * before the call (fault_matrix.c) or comes while it runs (fault_race.c).
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULT_SCENE_H
#define TESTS_FAULT_SCENE_H

/* First, so that config.h decides what the system's headers show. */
#include "common.h"

#include "fault_fuse.h"

#include <mmreader.h>

#define SCENE_SIZE    ((size_t)3 << 20)
#define SCENE_N_LINES (SCENE_SIZE / FAULT_LINE_LEN)
/* The first byte that is lost, or the page that is bad: page sizes up to 64 KiB divide it. */
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
	WAY_MAP,      /* mapped; whole files by the map */
	WAY_PAGES,    /* the same, a page at a time */
	WAY_COPY,     /* slices of a copy; whole files mapped, and yet read by copies */
	WAY_UNMAPPED, /* no addresses */
	N_WAYS
};

struct scene {
	enum fault fault;
	enum way way;
	unsigned n_threads; /* that whole-file calls use */
	mmr_reader *reader;
	const char *path;
	mmr_slice bytes; /* what a slice call works on: all, or a page */
	mmr_slice word;  /* a line on a page that is lost */
	mmr_slice same;  /* the content as it was, in memory of ours */
	size_t window;   /* 0: as usual */
	enum mmr_io_mode io_mode;
};

/* The answer was wrong, and no error told of it. */
#define WRONG 1

enum row_flags {
	ROW_SLICE = 1,    /* works on scene->bytes, else on scene->reader */
	ROW_ONCE = 2,     /* not page by page */
	ROW_PREAD = 4,    /* copies by pread(2), whatever the I/O mode: a map may be poisoned */
	ROW_HARMLESS = 8, /* reads no byte of the file: no fault reaches it */
	ROW_NO_CODE = 16, /* has no way to tell that there are no addresses */
	ROW_STAT = 32,    /* asks for the size, and reads nothing */
	ROW_EITHER = 64,  /* reads by the map or by copies, as it sees fit: of poison it may know */
	ROW_NO_PLACE = 128 /* the row's own error, not the library's: no sentence, no offset */
};

/* A call, or calls that belong together. */
struct row {
	const char *covers; /* names, with blanks between them */
	unsigned flags;
	/* Returns: 0 after the right answer, WRONG, or the code of the error. */
	int (*run)(const struct scene *scene);
};

extern const struct row slice_rows[], view_rows[], file_rows[];
extern const size_t n_slice_rows, n_view_rows, n_file_rows;

/* For the rows: lines in what a slice call works on. */
static inline uint64_t scene_lines(const struct scene *scene)
{
	return scene->bytes.len / FAULT_LINE_LEN;
}

/* A code, or else whether the answer was right. */
static inline int judge(int err, bool right)
{
	return err < 0 ? err : right ? 0 : WRONG;
}

/* For calls that answer "different" after a fault: what the reader remembers. */
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

#endif
