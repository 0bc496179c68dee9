/* exit.c - writes the counts of children that end by _exit, too: `make coverage`
 *
 * Linked with -Wl,--wrap=_exit. The counts are lost if a filter or a limit of the test prevents
 * that they are written, which does no harm.
 *
 * SPDX-License-Identifier: MIT */
void __gcov_dump(void);
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));

void __wrap__exit(int status)
{
	__gcov_dump();
	__real__exit(status);
}
