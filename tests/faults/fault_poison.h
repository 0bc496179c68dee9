/* fault_poison.h - one bad page of memory, without root
 *
 * Simulates a memory error: the file is intact, but touching the page through the map raises
 * SIGBUS with BUS_MCEERR_AR. UFFDIO_POISON of userfaultfd(2) marks the entry of the page in the
 * page table.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FAULT_POISON_H
#define TESTS_FAULT_POISON_H

#include <stddef.h>

/* Opens a file in memory for reading and writing; a map of it may be poisoned. Returns: -1 on
 * error. / */
int fault_poison_file(const char *bytes, size_t len);

/* Poisons `len` bytes at `off` of a shared map: whole pages that have not been touched.
 *
 * Returns: NULL, or the reason why it is not possible here. Lifetime: until `*ret_fd` is closed,
 * or the pages are released. */
const char *fault_poison(const void *map, size_t map_len, size_t off, size_t len, int *ret_fd);

#endif
