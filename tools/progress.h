/* progress.h - how far the run has come, for a person who waits
 *
 * One line on standard error, if that is a terminal, standard output is not the same one, and the
 * run takes longer than two seconds; erased at the end.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include "common.h"

/* From here on somebody may be shown something: starts a thread if so. */
void progress_start(void);

/* Work on an input begins; "" between two. The name must live until the next call. */
void progress_input(const char *name);

/* The library works on this reader, and knows how far it is; NULL when it is about to be closed. */
void progress_watch(const mmr_reader *reader);

/* mmcat itself passes bytes on: `total` of them in this input, or UINT64_MAX when nobody knows. */
void progress_expect(uint64_t total);
void progress_add(uint64_t n_bytes);

/* Takes the line off the screen, for a message; the next one comes in a moment. */
void progress_erase(void);

/* The run is over. */
void progress_end(void);

#endif
