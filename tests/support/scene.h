/* scene.h - a folder with files that grow, are truncated and are replaced under a follower
 *
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_SCENE_H
#define TESTS_SUPPORT_SCENE_H

#include "support.h"

/* Makes an empty folder, which becomes the working folder until scene_close. */
void scene_open(void);
void scene_close(void);

/* Writes a file anew, or appends to it. */
void scene_put(const char *name, const char *text);
void scene_append(const char *name, const char *text);
void scene_rename(const char *from, const char *to);

/* How many descriptors the process has open; 0 if unknown. */
unsigned scene_n_descriptors(void);

/* Tests run with watches and without, unmapped and mapped. */
#define N_MANNERS 3

/* The options of a manner: missing files are reported at once, and a look is every 5 ms. */
mmr_follow_options options_of(int manner);

mmr_follow *open_with(const mmr_follow_options *options);

/* Opens a follower and adds "log" as its file 0. */
mmr_follow *follow_log(int manner);

/* Adds the tests to a suite, each once for each manner, in an empty folder. */
void add_manners(Suite *suite, const TTest *const tests[]);

/* The next event, which must be of a kind and come within 10 seconds. */
mmr_follow_event must_get(mmr_follow *follow, enum mmr_follow_kind kind);

/* The next event must be GREW by these bytes. */
mmr_follow_event must_grow(mmr_follow *follow, const char *text);

/* There must be no event. */
void must_be_quiet(mmr_follow *follow);

#endif
