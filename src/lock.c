/* lock.c - the locks of the library, which are free in a child of fork
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include <pthread.h>

static pthread_mutex_t locks[] = {
	[LOCK_LIBRARIES] = PTHREAD_MUTEX_INITIALIZER,
	[LOCK_READERS] = PTHREAD_MUTEX_INITIALIZER,
};
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void take_all(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(locks); i++)
		pthread_mutex_lock(&locks[i]);
}

static void give_all(void)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(locks); i++)
		pthread_mutex_unlock(&locks[i]);
}

/* The child has only the thread that called fork. A lock that another thread held would never be
 * released there, and what that thread was changing would stay incomplete. */
static void watch_fork(void)
{
	pthread_atfork(take_all, give_all, give_all);
}

void lock_take(enum lock lock)
{
	pthread_once(&once, watch_fork);
	pthread_mutex_lock(&locks[lock]);
}

void lock_give(enum lock lock)
{
	pthread_mutex_unlock(&locks[lock]);
}
