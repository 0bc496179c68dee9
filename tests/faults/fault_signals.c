/* fault_signals.c - the guard with every arrangement of SIGBUS that an application may make
 *
 * Each test runs in a child that arranges the signal before or after mmr_guard_install, and then
 * loses pages of a file, in 8 threads, again and again. tests/unit/guard.c has the plain cases.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define SIZE      ((size_t)256 << 10)
#define PAGE      ((size_t)sysconf(_SC_PAGESIZE))
#define N_THREADS 8
#define N_FAULTS  50

/* Two files of newlines: one is intact, the other has only its first page left. */
static struct temp whole_file, lost_file;
static mmr_reader *whole, *lost;

static void setup(void)
{
	static char bytes[SIZE];

	memset(bytes, '\n', sizeof(bytes));
	whole_file = temp_open(bytes, sizeof(bytes));
	lost_file = temp_open(bytes, sizeof(bytes));
	whole = temp_reader(&whole_file, MMR_BACKING_MAPPED);
	lost = temp_reader(&lost_file, MMR_BACKING_MAPPED);
	temp_resize(&lost_file, PAGE);
}

static void teardown(void)
{
	mmr_close(whole);
	mmr_close(lost);
	temp_close(&whole_file);
	temp_close(&lost_file);
}

/* For children: exits with the number of the line that failed. */
#define EXPECT(condition) \
	do { \
		if (!(condition)) { \
			fprintf(stderr, "%s: line %d: %s\n", __func__, __LINE__, #condition); \
			_exit(1); \
		} \
	} while (0)

static void count_whole(void)
{
	uint64_t n = 0;

	EXPECT(mmr_slice_count(mmr_bytes(whole), '\n', &n) == 0);
	EXPECT(n == SIZE);
}

static void count_lost(void)
{
	uint64_t n = 0;

	EXPECT(mmr_slice_count(mmr_bytes(lost), '\n', &n) == MMR_ETRUNCATED);
	EXPECT(mmr_last_error_offset() == PAGE);
}

/* What a thread changes before it faults, and restores afterwards. */
struct arrangement {
	void (*make)(void);
	void (*end)(void);
};
static const struct arrangement none = {NULL, NULL};

static void *fault_often(void *arg)
{
	const struct arrangement *arrangement = arg;
	int i;

	if (arrangement->make)
		arrangement->make();
	for (i = 0; i < N_FAULTS; i++) {
		count_lost();
		count_whole();
	}
	if (arrangement->end)
		arrangement->end();
	return NULL;
}

/* Faults in this thread, and then in 8 threads at once. */
static void fault_in_threads(struct arrangement arrangement)
{
	pthread_t threads[N_THREADS];
	int i;

	fault_often(&arrangement);
	for (i = 0; i < N_THREADS; i++)
		EXPECT(pthread_create(&threads[i], NULL, fault_often, &arrangement) == 0);
	for (i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void must_end_well(void (*body)(void *arg))
{
	int status = in_child(body, NULL);

	MUST(status == 0, "wait status 0x%x", (unsigned)status);
}

static void block(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGBUS);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void with_blocked(void *arg)
{
	(void)arg;
	EXPECT(mmr_guard_install() == 0);
	fault_in_threads((struct arrangement){block, NULL});
}

static void with_blocked_before(void *arg)
{
	(void)arg;
	block();
	EXPECT(mmr_guard_install() == 0);
	/* Threads inherit the signal mask. */
	fault_in_threads(none);
}

START_TEST(test_signals_blocked)
{
	must_end_well(with_blocked);
	must_end_well(with_blocked_before);
}
END_TEST

static void with_ignored(void *arg)
{
	(void)arg;
	signal(SIGBUS, SIG_IGN);
	EXPECT(mmr_guard_install() == 0);
	fault_in_threads(none);
	/* A signal that was ignored stays ignored: a SIGBUS from another process does not kill. */
	kill(getpid(), SIGBUS);
	count_lost();
}

START_TEST(test_signals_ignored)
{
	must_end_well(with_ignored);
}
END_TEST

static atomic_int n_foreign;

static void on_foreign(int number)
{
	(void)number;
	atomic_fetch_add(&n_foreign, 1);
}

static void with_older_handler(void *arg)
{
	(void)arg;
	signal(SIGBUS, on_foreign);
	EXPECT(mmr_guard_install() == 0);
	fault_in_threads(none);
	EXPECT(atomic_load(&n_foreign) == 0);
	kill(getpid(), SIGBUS);
	EXPECT(atomic_load(&n_foreign) == 1);
	count_lost();
}

static struct sigaction ours;

static void pass_on(int number, siginfo_t *info, void *context)
{
	atomic_fetch_add(&n_foreign, 1);
	ours.sa_sigaction(number, info, context);
}

/* A handler that is installed later and passes on what it does not handle, as crash reporters
 * do. */
static void with_newer_handler(void *arg)
{
	struct sigaction action;

	(void)arg;
	EXPECT(mmr_guard_install() == 0);
	memset(&action, 0, sizeof(action));
	action.sa_sigaction = pass_on;
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	EXPECT(sigaction(SIGBUS, &action, &ours) == 0);
	fault_in_threads(none);
	EXPECT(atomic_load(&n_foreign) == N_FAULTS * (1 + N_THREADS));
}

START_TEST(test_signals_foreign_handlers)
{
	must_end_well(with_older_handler);
	must_end_well(with_newer_handler);
}
END_TEST

/* A handler that jumps off the signal stack must leave the stack usable for the next fault. */
static _Thread_local stack_t stack_before;

static void take_small_stack(void)
{
	static _Thread_local char memory[64 << 10];
	stack_t stack = {.ss_sp = memory, .ss_size = sizeof(memory)};

	EXPECT(sigaltstack(&stack, &stack_before) == 0);
}

/* Sanitizers had their own signal stack, and unmap what they find when a thread ends. */
static void give_stack_back(void)
{
	EXPECT(sigaltstack(&stack_before, NULL) == 0);
}

static void with_alternate_stacks(void *arg)
{
	(void)arg;
	EXPECT(mmr_guard_install() == 0);
	fault_in_threads((struct arrangement){take_small_stack, give_stack_back});
}

START_TEST(test_signals_alternate_stack)
{
	must_end_well(with_alternate_stacks);
}
END_TEST

static void on_interrupt(int number)
{
	(void)number;
	count_lost();
	atomic_fetch_add(&n_foreign, 1);
}

static int interrupt_itself(void *arg)
{
	const volatile char *bytes = arg;

	raise(SIGUSR1);
	return bytes[0] + bytes[SIZE - 1];
}

/* A guard inside a signal handler inside a guard: the inner fault ends the inner scan alone. */
static void with_nested(void *arg)
{
	int i;

	(void)arg;
	signal(SIGUSR1, on_interrupt);
	EXPECT(mmr_guard_install() == 0);
	for (i = 0; i < N_FAULTS; i++)
		EXPECT(mmr_try(whole, interrupt_itself, (void *)mmr_bytes(whole).ptr) == 20);
	EXPECT(atomic_load(&n_foreign) == N_FAULTS);
	count_lost();
}

START_TEST(test_signals_nested)
{
	if (memory_is_shadowed())
		CHECK_SKIP("the sanitizer runs handlers with SIGBUS blocked, and that kills");
	must_end_well(with_nested);
}
END_TEST

static atomic_bool forked_enough;

static void *fault_meanwhile(void *unused)
{
	while (!atomic_load(&forked_enough))
		count_lost();
	return unused;
}

static void fault_in_a_fork(void *arg)
{
	(void)arg;
	/* A lock that another thread held at the time of fork() would be held forever. */
	alarm(30);
	count_lost();
	count_whole();
}

static void with_forks(void *arg)
{
	pthread_t threads[4];
	size_t i;

	(void)arg;
	EXPECT(mmr_guard_install() == 0);
	for (i = 0; i < ARRAY_LEN(threads); i++)
		EXPECT(pthread_create(&threads[i], NULL, fault_meanwhile, NULL) == 0);
	for (i = 0; i < 50; i++)
		EXPECT(in_child(fault_in_a_fork, NULL) == 0);
	atomic_store(&forked_enough, true);
	for (i = 0; i < ARRAY_LEN(threads); i++)
		pthread_join(threads[i], NULL);
}

/* gcc defines a macro, clang has a feature test. */
static bool has_address_sanitizer(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#elif defined(__has_feature)
	return __has_feature(address_sanitizer);
#else
	return false;
#endif
}

START_TEST(test_signals_fork_among_faults)
{
	if (has_address_sanitizer())
		CHECK_SKIP("the sanitizer's own allocator may stay locked in a child");
	must_end_well(with_forks);
}
END_TEST

static void kill_often(void *parent)
{
	int i;

	for (i = 0; i < 200; i++) {
		kill(*(pid_t *)parent, SIGBUS);
		usleep(200);
	}
}

/* `kill -BUS` during a scan is not a fault of the file. */
static void with_kills(void *arg)
{
	pid_t self = getpid(), killer;
	int status;

	(void)arg;
	signal(SIGBUS, on_foreign);
	EXPECT(mmr_guard_install() == 0);
	killer = fork();
	if (killer == 0) {
		kill_often(&self);
		_exit(0);
	}
	while (waitpid(killer, &status, WNOHANG) == 0) {
		count_whole();
		count_lost();
	}
	EXPECT(atomic_load(&n_foreign) > 0);
}

static void killed_by_default(void *arg)
{
	(void)arg;
	signal(SIGBUS, SIG_DFL);
	EXPECT(mmr_guard_install() == 0);
	count_lost();
	kill(getpid(), SIGBUS);
	/* Not reached. */
	EXPECT(false);
}

START_TEST(test_signals_kill_bus)
{
	int status;

	must_end_well(with_kills);
	status = in_child(killed_by_default, NULL);
	MUST(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "wait status 0x%x",
		(unsigned)status);
}
END_TEST

static Suite *signals_suite(void)
{
	Suite *suite = suite_create("fault_signals");
	TCase *faults = tcase_create("faults");

	tcase_add_checked_fixture(faults, setup, teardown);
	tcase_add_test(faults, test_signals_blocked);
	tcase_add_test(faults, test_signals_ignored);
	tcase_add_test(faults, test_signals_foreign_handlers);
	tcase_add_test(faults, test_signals_alternate_stack);
	tcase_add_test(faults, test_signals_nested);
	tcase_add_test(faults, test_signals_fork_among_faults);
	tcase_add_test(faults, test_signals_kill_bus);
	suite_add_tcase(suite, faults);
	return suite;
}

CHECK_MAIN(signals_suite)
