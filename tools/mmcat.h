/* mmcat.h - included by every file of mmcat
 *
 * SPDX-License-Identifier: MIT */
#ifndef TOOLS_MMCAT_H
#define TOOLS_MMCAT_H

#if defined(HAVE_CONFIG_H)
#include "config.h"
#endif

#include <mmreader.h>

#include <time.h>

/* The status of one FILE, and the exit status of the run. */
enum status {
	STATUS_DONE = 0,
	STATUS_NO_MATCH = 1,
	STATUS_TROUBLE = 2
};

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Seconds on the monotonic clock. */
static inline double now_seconds(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static inline uint64_t multiply_clamped(uint64_t a, uint64_t b)
{
	return b > 0 && a > UINT64_MAX / b ? UINT64_MAX : a * b;
}

#endif
