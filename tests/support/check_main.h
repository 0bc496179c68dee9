/* check_main.h - main() of the unit tests
 *
 * A unit test is one file, tests/unit/MODULE.c, listed in tests/unit/Makefile.inc:
 *
 *	#include "support.h"
 *
 *	START_TEST(test_slice_cut_clamps)
 *	{
 *		ck_assert_uint_eq(mmr_slice_cut(mmr_slice_of("abc"), 1, 9).len, 2);
 *	}
 *	END_TEST
 *
 *	static Suite *slice_suite(void)
 *	{
 *		Suite *suite = suite_create("slice");
 *		TCase *core = tcase_create("core");
 *
 *		tcase_add_test(core, test_slice_cut_clamps);
 *		suite_add_tcase(suite, core);
 *		return suite;
 *	}
 *
 *	CHECK_MAIN(slice_suite)
 *
 * Environment variables of Check: CK_RUN_CASE=core, CK_VERBOSITY=verbose, CK_FORK=no for a
 * debugger.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_CHECK_MAIN_H
#define TESTS_CHECK_MAIN_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Returns from a test that cannot run here. It counts as passed, and the log has the reason. */
#define CHECK_SKIP(reason) \
	do { \
		fprintf(stderr, "skipped: %s: %s\n", __func__, (reason)); \
		return; \
	} while (0)

#define CHECK_MAIN(make_suite) \
	int main(void) \
	{ \
		return check_main(make_suite()); \
	}

static inline int check_main(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int n_run, n_failed;

	srunner_run_all(runner, CK_ENV);
	n_run = srunner_ntests_run(runner);
	n_failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	/* A program that ran no test fails. */
	return n_run > 0 && n_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif
