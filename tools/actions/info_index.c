/* info_index.c - finds and verifies the index of a file
 *
 * SPDX-License-Identifier: MIT */
#include "actions/info_index.h"

#include "input/index.h"
#include "output/human.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* What an error of loading means. Returns: 0, or the error if it is one of the input. */
static int state_of(int err, enum index_state *ret_state)
{
	switch (err) {
	case -ENOENT:
		*ret_state = INDEX_NONE;
		return 0;
	case -EPERM:
		*ret_state = INDEX_FOREIGN;
		return 0;
	case -EACCES:
	case -EISDIR:
	case -ELOOP:
		*ret_state = INDEX_UNREADABLE;
		return 0;
	case MMR_ESTALE:
		*ret_state = INDEX_STALE;
		return 0;
	case MMR_EDAMAGED:
		*ret_state = INDEX_DAMAGED;
		return 0;
	default:
		return err;
	}
}

static int verify(const struct input *input, mmr_index *index, struct index_facts *facts)
{
	int err = mmr_index_verify(index, NULL);

	mmr_index_describe(index, &facts->info);
	facts->n_uncovered = mmr_size(input->reader) - facts->info.covered;
	facts->state = facts->n_uncovered > 0 ? INDEX_PARTIAL : INDEX_FRESH;
	if (err == MMR_ESTALE)
		facts->state = INDEX_WRONG;
	else if (err == MMR_EDAMAGED)
		facts->state = INDEX_DAMAGED;
	else
		return err;
	return 0;
}

int index_facts_find(const struct task *task, struct index_facts *ret_facts)
{
	const struct input *input = task->input;
	mmr_index *index;
	int err;

	ret_facts->path[0] = '\0';
	if (task->options->no_index || task->selection->part != PART_ALL)
		return 0;
	err = input_index_path(input, task->options, ret_facts->path, PATH_MAX);
	if (err < 0 || !ret_facts->path[0])
		return err;
	err = input_index_load(input, task->options, &index);
	if (err < 0)
		return state_of(err, &ret_facts->state);
	err = verify(input, index, ret_facts);
	mmr_index_close(index);
	return err;
}

const char *index_facts_word(const struct index_facts *facts)
{
	static const char *const words[] = {
		"none", "fresh", "partial", "stale", "damaged", "wrong", "foreign", "unreadable"};

	return words[facts->state];
}

void index_facts_describe(const struct index_facts *facts, char *text, size_t room)
{
	static const char *const texts[] = {"none", "", "", "stale: the file has changed",
		"damaged", "wrong: it was not made from these bytes",
		"not used: somebody else may have written it", "not used: it cannot be read"};
	char human[HUMAN_ROOM];

	if (facts->state == INDEX_FRESH)
		snprintf(text, room, "fresh");
	else if (facts->state == INDEX_PARTIAL)
		snprintf(text, room, "fresh, without the last %s",
			human_size((double)facts->n_uncovered, human));
	else
		snprintf(text, room, "%s", texts[facts->state]);
}
