/* options.h - the command line as a struct
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_OPTIONS_H
#define TOOLS_OPTIONS_H

#include "range.h"

enum part {
	PART_ALL,
	PART_BYTES,
	PART_LINES
};

enum action {
	ACTION_PRINT,
	ACTION_COUNT,
	ACTION_REVERSE,
	ACTION_FIND,
	ACTION_INFO
};

/* No limit, for -m. */
#define NO_MAXIMUM UINT64_MAX

struct options {
	enum part part;
	struct range range; /* of PART_BYTES and PART_LINES */
	enum action action;
	char delimiter;
	mmr_slice text;     /* of ACTION_FIND */
	bool count_only;    /* ACTION_FIND: how many, not where */
	uint64_t maximum;   /* lines or matches; NO_MAXIMUM */
	unsigned n_threads; /* 0: one a processor */
	bool no_mmap;
	bool verbose;
	char **files;
	int n_files;
};

/* Parses the command line; prints --help and --version; leaves with a message when it is wrong. */
void options_parse(int argc, char **argv, struct options *ret_options);

/* "Usage: ..." in one line and where to find more, on standard error. Returns: STATUS_TROUBLE. */
enum status options_hint(void);

#endif
