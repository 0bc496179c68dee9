/* failing_malloc.h - a malloc(3) for the whole program, which fails on demand
 *
 * For one source file of a program that is linked with -Wl,--wrap=malloc.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_FAILING_MALLOC_H
#define TESTS_SUPPORT_FAILING_MALLOC_H

#include <stddef.h>

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

static long mallocs_left = -1; /* allocations that will succeed; below 0: all of them */

void *__wrap_malloc(size_t size)
{
	if (mallocs_left == 0)
		return NULL;
	if (mallocs_left > 0)
		mallocs_left--;
	return __real_malloc(size);
}

#endif
