/* found.h - a search that runs in a thread of its own, and what it has found
 *
 * The library reports lines and matches to a function, in threads of its own. Python asks for them
 * one by one. So the search runs in a thread, which never touches an object of Python, and waits
 * while two chunks of results have not been taken.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_PYTHON_FOUND_H
#define MMREADER_PYTHON_FOUND_H

#include "module.h"

enum hunt_kind {
	HUNT_LINES,  /* mmr_search_lines */
	HUNT_TEXT,   /* mmr_each_match */
	HUNT_MATCHES /* mmr_regex_each */
};

/* What to search for. The search owns what is in here. */
struct hunt {
	enum hunt_kind kind;
	mmr_search *search;
	mmr_found_options how;
	mmr_regex *regex;
	char *text; /* of the needle */
	mmr_needle needle;
	unsigned flags; /* of enum mmr_match_flags */
	mmr_scan_options scan;
	char delimiter;
	bool keepends;
};

void hunt_close(struct hunt *hunt);

/* Makes an iterator, which owns `hunt`. The search starts with the first result that is wanted. */
PyObject *found_new(struct reader *reader, struct hunt *hunt);

#endif
