/* check.h - the part of the Check library that the unit tests use, in one header
 *
 * Check is built for this machine and its C library only. Rows of the matrix for other machines,
 * and sanitizers that must see every write of the program, use this header instead. It runs each
 * test in a child process with a time limit, and supports CK_FORK, CK_RUN_CASE and
 * CK_DEFAULT_TIMEOUT.
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_MATRIX_CHECK_H
#define TESTS_MATRIX_CHECK_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
	const char *name;
	void (*run)(void);
} TTest;

enum {
	CHECK_ROOM = 64
};

typedef struct {
	const char *name;
	const TTest *tests[CHECK_ROOM];
	size_t n_tests;
	void (*setup)(void); /* around the case, in the parent */
	void (*teardown)(void);
	void (*setup_each)(void); /* around each test, in its child */
	void (*teardown_each)(void);
} TCase;

typedef struct {
	const char *name;
	TCase *cases[CHECK_ROOM];
	size_t n_cases;
} Suite;

typedef struct {
	Suite *suite;
	int n_run, n_failed;
} SRunner;

enum print_output {
	CK_ENV
};

/* --- Tests --- */

#define START_TEST(test_name) \
	static void test_name##_body(void); \
	static const TTest test_name##_test = {#test_name, test_name##_body}; \
	static const TTest *const test_name = &test_name##_test; \
	static void test_name##_body(void)
#define END_TEST

/* --- Assertions: the first that fails ends the process of the test --- */

#define ck_abort_msg(...) \
	(fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, __func__), \
		fprintf(stderr, __VA_ARGS__), fputc('\n', stderr), _exit(EXIT_FAILURE))

#define ck_assert_msg(condition, ...) \
	do { \
		if (!(condition)) \
			ck_abort_msg(__VA_ARGS__); \
	} while (0)
#define ck_assert(condition) ck_assert_msg(condition, "not true: %s", #condition)

#define CHECK_COMPARE(type, format, a, order, b) \
	do { \
		type check_a = (a); \
		type check_b = (b); \
		ck_assert_msg(check_a order check_b, "%s is " format ", %s is " format, #a, \
			check_a, #b, check_b); \
	} while (0)

#define CHECK_INT(a, order, b)   CHECK_COMPARE(intmax_t, "%jd", a, order, b)
#define CHECK_UINT(a, order, b)  CHECK_COMPARE(uintmax_t, "%ju", a, order, b)
#define CHECK_PTR(a, order, b)   CHECK_COMPARE(const void *, "%p", a, order, b)
#define ck_assert_int_eq(a, b)   CHECK_INT(a, ==, b)
#define ck_assert_int_ne(a, b)   CHECK_INT(a, !=, b)
#define ck_assert_int_lt(a, b)   CHECK_INT(a, <, b)
#define ck_assert_int_le(a, b)   CHECK_INT(a, <=, b)
#define ck_assert_int_gt(a, b)   CHECK_INT(a, >, b)
#define ck_assert_int_ge(a, b)   CHECK_INT(a, >=, b)
#define ck_assert_uint_eq(a, b)  CHECK_UINT(a, ==, b)
#define ck_assert_uint_ne(a, b)  CHECK_UINT(a, !=, b)
#define ck_assert_uint_lt(a, b)  CHECK_UINT(a, <, b)
#define ck_assert_uint_le(a, b)  CHECK_UINT(a, <=, b)
#define ck_assert_uint_gt(a, b)  CHECK_UINT(a, >, b)
#define ck_assert_uint_ge(a, b)  CHECK_UINT(a, >=, b)
#define ck_assert_ptr_eq(a, b)   CHECK_PTR(a, ==, b)
#define ck_assert_ptr_ne(a, b)   CHECK_PTR(a, !=, b)
#define ck_assert_ptr_null(a)    CHECK_PTR(a, ==, NULL)
#define ck_assert_ptr_nonnull(a) CHECK_PTR(a, !=, NULL)
#define ck_assert_double_eq(a, b) \
	do { \
		double check_a = (a), check_b = (b); \
		ck_assert_msg(!(check_a < check_b || check_a > check_b) && check_a == check_a && \
				      check_b == check_b, \
			"%s is %.17g, %s is %.17g", #a, check_a, #b, check_b); \
	} while (0)

#define CHECK_TEXT(a, order, b) \
	do { \
		const char *check_a = (a), *check_b = (b); \
		ck_assert_msg(check_a &&check_b &&strcmp(check_a, check_b) order 0, \
			"%s is \"%s\", %s is \"%s\"", #a, check_a ? check_a : "NULL", #b, \
			check_b ? check_b : "NULL"); \
	} while (0)
#define ck_assert_str_eq(a, b) CHECK_TEXT(a, ==, b)
#define ck_assert_str_ne(a, b) CHECK_TEXT(a, !=, b)

#define ck_assert_mem_eq(a, b, len) \
	do { \
		size_t check_len = (len); \
		const void *check_x = (a), *check_y = (b); \
		ck_assert_msg(check_len == 0 || memcmp(check_x, check_y, check_len) == 0, \
			"%s is not %s in %zu bytes", #a, #b, check_len); \
	} while (0)

/* --- Running --- */

static inline void *check_new(size_t size)
{
	void *new = calloc(1, size);

	return new ? new : (perror("check.h"), exit(EXIT_FAILURE), new);
}

static inline Suite *suite_create(const char *name)
{
	Suite *suite = check_new(sizeof(*suite));

	suite->name = name;
	return suite;
}

static inline TCase *tcase_create(const char *name)
{
	TCase *tcase = check_new(sizeof(*tcase));

	tcase->name = name;
	return tcase;
}

/* In fork mode this is Check's fixture around the whole case, too: it runs in the parent. */
static inline void tcase_add_unchecked_fixture(
	TCase *tcase, void (*setup)(void), void (*teardown)(void))
{
	tcase->setup = setup;
	tcase->teardown = teardown;
}

static inline void tcase_add_checked_fixture(
	TCase *tcase, void (*setup)(void), void (*teardown)(void))
{
	tcase->setup_each = setup;
	tcase->teardown_each = teardown;
}

static inline void tcase_add_test(TCase *tcase, const TTest *test)
{
	ck_assert_msg(tcase->n_tests < CHECK_ROOM, "%s: too many tests", tcase->name);
	tcase->tests[tcase->n_tests++] = test;
}

static inline void suite_add_tcase(Suite *suite, TCase *tcase)
{
	ck_assert_msg(suite->n_cases < CHECK_ROOM, "%s: too many cases", suite->name);
	suite->cases[suite->n_cases++] = tcase;
}

static inline SRunner *srunner_create(Suite *suite)
{
	SRunner *runner = check_new(sizeof(*runner));

	runner->suite = suite;
	return runner;
}

/* Uses some stack. valgrind fails to deliver a signal with SA_ONSTACK if its frame needs stack that
 * was not used before. */
__attribute__((noinline)) static void check_use_stack(void)
{
	volatile char room[1 << 16];

	room[0] = 0;
}

static inline void check_run_body(const TCase *tcase, const TTest *test)
{
	check_use_stack();
	if (tcase->setup_each)
		tcase->setup_each();
	test->run();
	if (tcase->teardown_each)
		tcase->teardown_each();
}

/* Returns: whether the test passed. SIGALRM ends a child that runs too long. */
static inline int check_run_test(const TCase *tcase, const TTest *test)
{
	const char *fork_wanted = getenv("CK_FORK"), *limit = getenv("CK_DEFAULT_TIMEOUT");
	int status = 0;
	pid_t child;

	if (fork_wanted && strcmp(fork_wanted, "no") == 0) {
		check_run_body(tcase, test);
		return 1;
	}
	fflush(NULL);
	child = fork();
	if (child == 0) {
		/* Processes that a test started must not outlive it. */
		setpgid(0, 0);
		alarm(limit ? (unsigned)atoi(limit) : 60);
		check_run_body(tcase, test);
		exit(EXIT_SUCCESS);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return perror("check.h"), 0;
	if (WIFSIGNALED(status))
		fprintf(stderr, "%s: killed by signal %d\n", test->name, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		fprintf(stderr, "%s: failed with status %d\n", test->name, WEXITSTATUS(status));
	return status == 0;
}

static inline void srunner_run_all(SRunner *runner, enum print_output output)
{
	const char *wanted = getenv("CK_RUN_CASE");
	size_t i, k;

	(void)output;
	for (i = 0; i < runner->suite->n_cases; i++) {
		const TCase *tcase = runner->suite->cases[i];

		if (wanted && strcmp(wanted, tcase->name) != 0)
			continue;
		if (tcase->setup)
			tcase->setup();
		for (k = 0; k < tcase->n_tests; k++) {
			runner->n_run++;
			runner->n_failed += !check_run_test(tcase, tcase->tests[k]);
		}
		if (tcase->teardown)
			tcase->teardown();
	}
	printf("%s: %d of %d tests failed\n", runner->suite->name, runner->n_failed, runner->n_run);
}

static inline int srunner_ntests_run(const SRunner *runner)
{
	return runner->n_run;
}

static inline int srunner_ntests_failed(const SRunner *runner)
{
	return runner->n_failed;
}

static inline void srunner_free(SRunner *runner)
{
	size_t i;

	for (i = 0; i < runner->suite->n_cases; i++)
		free(runner->suite->cases[i]);
	free(runner->suite);
	free(runner);
}

#endif
