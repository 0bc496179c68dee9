/* rival_average.c - the rival of doc/examples/average.c: the simple program with getline and strtod
 *
 *	rival_average FILE
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N_SLOTS (1u << 16) /* for the 10,000 keys of the task */

struct slot {
	char *key; /* NULL: free */
	double sum, min, max;
	unsigned long count;
};

static struct slot slots[N_SLOTS];

static struct slot *find(const char *key)
{
	unsigned hash = 2166136261u;

	for (const char *at = key; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619u;
	hash = (hash ^ hash >> 16) % N_SLOTS;
	while (slots[hash].key && strcmp(slots[hash].key, key) != 0)
		hash = (hash + 1) % N_SLOTS;
	return &slots[hash];
}

static void add(const char *key, double value)
{
	struct slot *slot = find(key);

	if (!slot->key) {
		slot->key = strdup(key);
		slot->min = slot->max = value;
	}
	slot->sum += value;
	slot->count++;
	slot->min = value < slot->min ? value : slot->min;
	slot->max = value > slot->max ? value : slot->max;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct slot *)a)->key, ((const struct slot *)b)->key);
}

/* Turns -0.0 into 0.0. */
static double clean(double value)
{
	return value == 0 ? 0 : value;
}

int main(int argc, char **argv)
{
	FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
	size_t room = 0, n = 0, i;
	char *line = NULL, *semicolon;

	if (!file)
		return fprintf(stderr, "usage: rival_average FILE\n"), 2;
	while (getline(&line, &room, file) > 0) {
		semicolon = strchr(line, ';');
		if (!semicolon)
			return 1;
		*semicolon = '\0';
		add(line, strtod(semicolon + 1, NULL));
	}
	for (i = 0; i < N_SLOTS; i++)
		if (slots[i].key)
			slots[n++] = slots[i];
	qsort(slots, n, sizeof(*slots), compare);
	putchar('{');
	for (i = 0; i < n; i++) {
		/* Sums of integers (tenths) have no rounding errors of binary fractions. */
		double tenths = round(slots[i].sum * 10);
		double mean = floor(tenths / (double)slots[i].count + 0.5) / 10;

		printf("%s%s=%.1f/%.1f/%.1f", i > 0 ? ", " : "", slots[i].key, clean(slots[i].min),
			clean(mean), clean(slots[i].max));
	}
	puts("}");
	return 0;
}
