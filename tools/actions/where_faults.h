/* where_faults.h - reports the rows that --where could not test
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_ACTIONS_WHERE_FAULTS_H
#define TOOLS_ACTIONS_WHERE_FAULTS_H

#include "actions/line_print.h"

/* Starts to count faults in a search with a filter, which is then run with `scan`. */
void where_faults_start(const struct task *task, mmr_scan_options *scan);

/* Reports the faults of a search whose lines were printed, or counted if `print` is NULL. They do
 * not depend on which rows were tested beside those that are wanted.
 *
 * Returns: 1 if there are any, 0 if not. Errors: those of mmr_search_count. */
int where_faults_report(const struct task *task, const struct line_print *print);

#endif
