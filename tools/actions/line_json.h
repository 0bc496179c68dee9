/* line_json.h - ripgrep's JSON: an object for each line, and for the start and end of each search
 *
 * Source: the documentation of ripgrep's crate grep-printer, "JSON". The object "end" has
 * "next_offset" in addition: a search that goes on there finds the lines after those printed.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_LINE_JSON_H
#define TOOLS_ACTIONS_LINE_JSON_H

#include "mmcat.h"

/* What a search has done. */
struct json_stats {
	double seconds;
	uint64_t searches, searches_with_match, bytes_searched, bytes_printed, lines, matches;
};

void json_add_stats(struct json_stats *sum, const struct json_stats *stats);

/* Makes the object of a file name, {"text":NAME}, or {"bytes":BASE64} if it is not UTF-8. A longer
 * name than PATH_MAX is cut. Returns: NULL without memory. The caller frees it. */
char *json_path(const char *name);

/* Print the first and the last object of a search. Returns: the bytes printed. */
size_t json_print_begin(const char *path);
void json_print_end(const char *path, const struct json_stats *stats, uint64_t next_offset);

/* Prints the last object of all, which has the sums. */
void json_print_summary(double seconds, const struct json_stats *stats);

#endif
