/* error.c - error codes, error messages, and the error of each thread
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <pthread.h>

static const int codes[] = {MMR_ETRUNCATED, MMR_ECHANGED, MMR_ENOMAP, MMR_ESTREAM, MMR_ENOROOM,
	MMR_ELONG, MMR_ENOLIB, MMR_EQUOTE, MMR_ESTALE, MMR_EDAMAGED, MMR_EORDER, MMR_EGROWN,
	MMR_EREPLACED};

START_TEST(test_error_strerror_of_every_code)
{
	size_t i, k;
	char want[128];
	int number;

	ck_assert_str_eq(mmr_strerror(0), "success");
	for (number = 1; number < 134; number++) {
		/* Copied, because the next call may use the same memory. */
		snprintf(want, sizeof(want), "%s", strerror(number));
		ck_assert_str_eq(mmr_strerror(-number), want);
	}
	for (i = 0; i < ARRAY_LEN(codes); i++) {
		const char *text = mmr_strerror(codes[i]);

		ck_assert_str_ne(text, "unknown error");
		ck_assert_uint_gt(strlen(text), 0);
		ck_assert_msg(text[strlen(text) - 1] != '.', "'%s' ends with a dot", text);
		ck_assert_int_lt(codes[i], -4095);
		for (k = 0; k < i; k++)
			ck_assert_str_ne(text, mmr_strerror(codes[k]));
	}
}
END_TEST

START_TEST(test_error_strerror_of_other_codes)
{
	ck_assert_str_eq(mmr_strerror(1), "unknown error");
	ck_assert_str_eq(mmr_strerror(-4109), "unknown error");
	ck_assert_str_eq(mmr_strerror(INT32_MIN), "unknown error");
	ck_assert_str_eq(mmr_strerror(INT32_MAX), "unknown error");
	ck_assert_uint_gt(strlen(mmr_strerror(-4095)), 0);
}
END_TEST

START_TEST(test_error_explain_omits_the_text_of_the_code)
{
	ck_assert_int_eq(error_explain_at(-EINVAL, 3, "cannot parse '%s': no digit", "x"), -EINVAL);
	ck_assert_str_eq(mmr_last_error(), "cannot parse 'x': no digit at byte 3");
	ck_assert_uint_eq(mmr_last_error_offset(), 3);
	error_hint(-EINVAL, "use digits");
	ck_assert_str_eq(mmr_last_error(), "cannot parse 'x': no digit at byte 3; use digits");
	ck_assert_int_eq(error_explain_at(-EILSEQ, UINT64_MAX, "no end"), -EILSEQ);
	ck_assert_str_eq(mmr_last_error(), "no end");
	ck_assert_uint_eq(mmr_last_error_offset(), UINT64_MAX);
}
END_TEST

START_TEST(test_error_set_names_operation_cause_and_hint)
{
	char want_message[128];

	snprintf(want_message, sizeof(want_message), "cannot read 'log': %s", strerror(EIO));
	ck_assert_int_eq(error_set(-EIO, "read '%s'", "log"), -EIO);
	ck_assert_str_eq(mmr_last_error(), want_message);
	ck_assert_uint_eq(mmr_last_error_offset(), UINT64_MAX);

	ck_assert_int_eq(error_set_at(MMR_ETRUNCATED, 77, "read '%s'", "log"), MMR_ETRUNCATED);
	ck_assert_int_eq(error_hint(MMR_ETRUNCATED, "do this"), MMR_ETRUNCATED);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "cannot read 'log' at byte 77: "));
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), mmr_strerror(MMR_ETRUNCATED)));
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "; do this"));
	ck_assert_uint_eq(mmr_last_error_offset(), 77);

	/* A failure without an offset clears the offset of the previous one. */
	error_set(-ENOMEM, "open");
	ck_assert_uint_eq(mmr_last_error_offset(), UINT64_MAX);
}
END_TEST

START_TEST(test_error_success_keeps_the_message)
{
	mmr_reader *reader;

	ck_assert_int_eq(mmr_open("/nonexistent/file", NULL, &reader), -ENOENT);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "/nonexistent/file"));
	ck_assert_int_eq(mmr_open_memory("x", 1, &reader), 0);
	mmr_close(reader);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "/nonexistent/file"));
}
END_TEST

START_TEST(test_error_long_message_is_cut)
{
	static char path[20001];

	memset(path, 'x', sizeof(path) - 1);
	ck_assert_int_eq(error_set_at(-EIO, 5, "read '%s'", path), -EIO);
	error_hint(-EIO, path);
	ck_assert_uint_gt(strlen(mmr_last_error()), 500);
	ck_assert_uint_lt(strlen(mmr_last_error()), sizeof(path));
	ck_assert_mem_eq(mmr_last_error(), "cannot read 'xxx", 16);
	ck_assert_uint_eq(mmr_last_error_offset(), 5);
}
END_TEST

static void *fail_elsewhere(void *arg)
{
	const char **ret_problem = arg;

	*ret_problem = NULL;
	if (strcmp(mmr_last_error(), "") != 0 || mmr_last_error_offset() != UINT64_MAX)
		*ret_problem = "a new thread starts with the error of another thread";
	error_set_at(-EIO, 9, "elsewhere");
	if (!strstr(mmr_last_error(), "elsewhere"))
		*ret_problem = "the thread does not see its own error";
	return NULL;
}

START_TEST(test_error_belongs_to_its_thread)
{
	const char *problem;
	pthread_t thread;

	error_set_at(-EINVAL, 4, "here");
	ck_assert_int_eq(pthread_create(&thread, NULL, fail_elsewhere, &problem), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	ck_assert_msg(problem == NULL, "%s", problem);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "here"));
	ck_assert_uint_eq(mmr_last_error_offset(), 4);
}
END_TEST

static Suite *error_suite(void)
{
	Suite *suite = suite_create("error");

	ADD_CASE(suite, "core", test_error_strerror_of_every_code,
		test_error_set_names_operation_cause_and_hint,
		test_error_explain_omits_the_text_of_the_code,
		test_error_success_keeps_the_message);
	ADD_CASE(suite, "limits", test_error_strerror_of_other_codes,
		test_error_long_message_is_cut, test_error_belongs_to_its_thread);
	return suite;
}

CHECK_MAIN(error_suite)
