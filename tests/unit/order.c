/* order.c - the order in which large slices are counted, and its comparison
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "simd/order.h"

#include <pthread.h>

/* Large steps of a comparison: those before it, and the measured ones. */
#define N_FREE   (ORDER_FREE / ORDER_STEP)
#define N_TRIALS ((size_t)ORDER_ROUNDS * SIMD_N_ORDERS)

static char bytes[3 * ORDER_STEP];

static void forget(void)
{
	memset(&order_trial, 0, sizeof(order_trial));
}

static uint64_t naive_count(const char *ptr, size_t len, char byte)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < len; i++)
		n += ptr[i] == byte;
	return n;
}

static void fill(void)
{
	struct chance chance = {71};

	chance_fill(&chance, bytes, sizeof(bytes), mmr_slice_of("abcdefgh"));
}

static bool is_known(const char *order)
{
	return strcmp(order, "sequential") == 0 || strcmp(order, "halves") == 0 ||
	       strcmp(order, "quarters") == 0;
}

START_TEST(test_order_is_measured_once)
{
	mmr_slice step = {bytes, ORDER_STEP};
	uint64_t want, got;
	const char *order;
	size_t i;

	fill();
	forget();
	want = naive_count(step.ptr, step.len, 'a');
	for (i = 0; i < N_FREE + N_TRIALS; i++) {
		ck_assert_str_eq(mmr_kernel_order(), "unmeasured");
		ck_assert_int_eq(mmr_slice_count(step, 'a', &got), 0);
		ck_assert_uint_eq(got, want);
		ck_assert_uint_eq(order_trial.n_measured, i < N_FREE ? 0 : i + 1 - N_FREE);
	}
	order = mmr_kernel_order();
	MUST(is_known(order), "order %s", order);
	for (i = 0; i < 100; i++)
		ck_assert_uint_eq(order_count(step.ptr, step.len, 'a'), want);
	ck_assert_str_eq(mmr_kernel_order(), order);
	ck_assert_uint_eq(order_trial.n_measured, N_TRIALS);
}
END_TEST

START_TEST(test_order_is_the_fastest)
{
	static const struct {
		unsigned best[SIMD_N_ORDERS];
		const char *order;
	} cases[] = {
		{{1000, 2000, 3000}, "sequential"},
		{{2000, 1000, 3000}, "halves"},
		{{3000, 2000, 1000}, "quarters"},
		/* Small differences are noise. */
		{{1000, 990, 980}, "sequential"},
		{{1000, 900, 890}, "halves"},
		{{1000, 1100, 900}, "quarters"},
	};
	size_t i, k;

	fill();
	for (i = 0; i < ARRAY_LEN(cases); i++) {
		forget();
		order_trial.seen = ORDER_FREE >> 10;
		order_trial.n_measured = N_TRIALS - 1;
		for (k = 0; k < SIMD_N_ORDERS; k++)
			order_trial.best[k] = cases[i].best[k];
		order_count(bytes, ORDER_STEP, 'a');
		ck_assert_str_eq(mmr_kernel_order(), cases[i].order);
	}
}
END_TEST

START_TEST(test_order_does_not_change_counts)
{
	static const size_t sizes[] = {ORDER_LEAST - 1, ORDER_LEAST, ORDER_LEAST + 1,
		ORDER_STEP - 65, ORDER_STEP, ORDER_STEP + 1, ORDER_STEP + ORDER_LEAST - 1,
		ORDER_STEP + ORDER_LEAST, 3 * ORDER_STEP - 64};
	unsigned order;
	size_t i, shift;

	fill();
	for (i = 0; i < ARRAY_LEN(sizes); i++) {
		for (shift = 0; shift < 64; shift += 21) {
			uint64_t want = naive_count(bytes + shift, sizes[i], 'b');

			for (order = 0; order < SIMD_N_ORDERS; order++) {
				order_trial.done = true;
				order_trial.chosen = order;
				MUST(order_count(bytes + shift, sizes[i], 'b') == want,
					"%zu bytes from %zu, order %u", sizes[i], shift, order);
			}
		}
	}
}
END_TEST

/* Slices of this size may still be in a cache of the processor. */
START_TEST(test_order_ignores_small_slices)
{
	size_t i;

	fill();
	forget();
	for (i = 0; i < 2 * (N_FREE + N_TRIALS); i++)
		order_count(bytes, ORDER_LEAST - 1, 'a');
	ck_assert_uint_eq(order_trial.seen, 0);
	/* A file of less than ORDER_FREE is not measured. */
	for (i = 1; i < N_FREE; i++)
		order_count(bytes, ORDER_STEP, 'a');
	ck_assert_uint_eq(order_trial.n_asked, 0);
	ck_assert_str_eq(mmr_kernel_order(), "unmeasured");
}
END_TEST

static void *count_many(void *ret_n)
{
	uint64_t *n = ret_n;
	size_t i;

	for (i = 0; i < N_FREE + N_TRIALS; i++)
		*n += order_count(bytes, ORDER_STEP, 'a');
	return NULL;
}

START_TEST(test_order_is_measured_by_threads)
{
	uint64_t counts[4] = {0}, want;
	pthread_t threads[4];
	size_t i;

	fill();
	forget();
	want = naive_count(bytes, ORDER_STEP, 'a') * (N_FREE + N_TRIALS);
	for (i = 0; i < ARRAY_LEN(threads); i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, count_many, &counts[i]), 0);
	for (i = 0; i < ARRAY_LEN(threads); i++) {
		pthread_join(threads[i], NULL);
		ck_assert_uint_eq(counts[i], want);
	}
	MUST(is_known(mmr_kernel_order()), "order %s", mmr_kernel_order());
}
END_TEST

START_TEST(test_order_survives_faults)
{
	struct temp temp;
	mmr_reader *reader;
	mmr_slice slice;
	uint64_t n;
	size_t i;

	ck_assert_int_eq(mmr_guard_install(), 0);
	fill();
	forget();
	order_trial.seen = ORDER_FREE >> 10;
	temp = temp_open(bytes, sizeof(bytes));
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	slice = mmr_bytes(reader);
	temp_resize(&temp, 0);
	for (i = 0; i < 3 * N_TRIALS; i++)
		ck_assert_int_eq(mmr_slice_count(slice, 'a', &n), MMR_ETRUNCATED);
	ck_assert_uint_eq(order_trial.n_measured, 0);
	for (i = 0; i < N_TRIALS; i++)
		order_count(bytes, ORDER_STEP, 'a');
	MUST(is_known(mmr_kernel_order()), "order %s", mmr_kernel_order());
	/* The comparison goes on until each order was measured. */
	forget();
	order_trial.seen = ORDER_FREE >> 10;
	order_trial.n_measured = N_TRIALS;
	for (i = 1; i < SIMD_N_ORDERS; i++) {
		order_count(bytes, ORDER_STEP, 'a');
		ck_assert_str_eq(mmr_kernel_order(), "unmeasured");
	}
	order_count(bytes, ORDER_STEP, 'a');
	MUST(is_known(mmr_kernel_order()), "order %s", mmr_kernel_order());
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

static Suite *order_suite(void)
{
	Suite *suite = suite_create("order");

	ADD_CASE(suite, "core", test_order_is_measured_once, test_order_is_the_fastest,
		test_order_does_not_change_counts);
	ADD_CASE(suite, "limits", test_order_ignores_small_slices,
		test_order_is_measured_by_threads);
	ADD_CASE(suite, "faults", test_order_survives_faults);
	return suite;
}

CHECK_MAIN(order_suite)
