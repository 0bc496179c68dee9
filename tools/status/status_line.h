/* status_line.h - one line on standard error that can be replaced and erased
 *
 * Only one thread may draw. SPDX-License-Identifier: MIT */
#ifndef TOOLS_STATUS_STATUS_LINE_H
#define TOOLS_STATUS_STATUS_LINE_H

#include <stddef.h>

/* From now on, a signal that ends or stops the program erases the line first. Signals that are
 * ignored stay ignored. */
void status_line_start(void);

/* Replaces the line. Does nothing while the terminal does not accept output, or while the program
 * runs in the background of its terminal. */
void status_line_draw(const char *text, size_t len);

/* Erases the line if there is one and the terminal accepts output. */
void status_line_erase(void);

#endif
