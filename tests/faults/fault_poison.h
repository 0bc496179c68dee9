/* fault_poison.h - one bad page of memory, in an ordinary process and without root
 *
 * What a memory error is like: the file is whole, and touching the page through the map raises
 * SIGBUS with BUS_MCEERR_AR. By userfaultfd(2), whose UFFDIO_POISON marks the page's table entry.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULT_POISON_H
#define TESTS_FAULT_POISON_H

#include <stddef.h>

/* A file in memory, open for reading and writing: a map of it may be poisoned. -1: none to be had.
 */
int fault_poison_file(const char *bytes, size_t len);

/* Poisons `len` bytes at `off` of a shared map, whole pages that nobody has touched.
 *
 * Returns: NULL, or why it cannot be done here. Lifetime: until `*ret_fd` is closed, or the pages
 * are released. */
const char *fault_poison(const void *map, size_t map_len, size_t off, size_t len, int *ret_fd);

#endif
