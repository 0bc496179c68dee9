/* progress.h - a progress line on standard error
 *
 * It appears when the run lasts over a second and is erased at the end. Whether it is shown depends
 * on standard output:
 *
 *	standard output       the line is shown
 *	a terminal            if standard error is a terminal, until the first byte is printed
 *	a pipe or a socket    never: the program at the other end may use the terminal
 *	anything else         if standard error is a terminal
 *
 * --progress shows it in all these cases, but never in the middle of a printed line.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_STATUS_PROGRESS_H
#define TOOLS_STATUS_PROGRESS_H

#include "mmcat.h"

/* Starts the thread that shows progress, if the rule allows it or `forced` is set. */
void progress_start(bool forced);

/* Work on this input begins. */
void progress_input(const char *name);

/* The object in which scans of the library keep their progress. It is shown unless mmcat itself
 * copies bytes. Returns: NULL without memory; then there is no progress. */
mmr_progress *progress_of_scans(void);

/* Starts a copy by mmcat itself of `total` bytes; UINT64_MAX: not known. */
void progress_expect(uint64_t total);
void progress_add(uint64_t n_bytes);

/* Erases the line and shows no other until progress_resume. For messages. */
void progress_pause(void);
void progress_resume(void);

/* Like the two above, around a write to standard output, if that is a terminal. `last` is the last
 * byte written. */
void progress_output_begin(void);
void progress_output_end(char last);

/* Ends the thread and erases the line. Can be called again, and is called by exit(3). */
void progress_end(void);

#endif
