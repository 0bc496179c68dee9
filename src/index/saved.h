/* saved.h - indexes that are kept in files
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INDEX_SAVED_H
#define SRC_INDEX_SAVED_H

#include "common.h"

/* Smaller files are counted in less time than an index of them is opened. Tests set it. */
extern uint64_t saved_least;

#endif
