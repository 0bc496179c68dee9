/* merge.c - merges sorted files: `LC_ALL=C sort -m FILE...`
 *
 *	merge FILE...
 *
 * The lines of each file are sorted as bytes. Equal lines are printed in the order of the files.
 *
 * A heap holds the next line of each file. Lines are slices of the maps: none is copied before it
 *is printed, and the memory for each file is that of an iterator.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

struct input {
	mmr_reader *file;
	mmr_lines lines;
	mmr_slice line; /* the next one */
};

/* Whether the next line of input `a` is printed before that of input `b`. */
static bool before(const struct input *a, const struct input *b)
{
	int order = mmr_slice_compare(a->line, b->line);

	return order < 0 || (order == 0 && a < b);
}

/* Moves an input down the heap to its place. */
static void sift(struct input **heap, size_t n, size_t at)
{
	struct input *input = heap[at];
	size_t child;

	while ((child = 2 * at + 1) < n) {
		if (child + 1 < n && before(heap[child + 1], heap[child]))
			child++;
		if (!before(heap[child], input))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = input;
}

/* Opens a file and finds its first line.
 *
 * Returns: 1; 0 if it has no lines. */
static int open_input(struct input *input, const char *path)
{
	int err = mmr_open(path, NULL, &input->file);

	if (err < 0)
		return err;
	input->lines = mmr_lines_of(mmr_bytes(input->file), '\n');
	return mmr_lines_next(&input->lines, &input->line) ? 1 : mmr_lines_error(&input->lines);
}

static int print(mmr_slice line)
{
	if (fwrite(line.ptr, 1, line.len, stdout) < line.len || putchar('\n') == EOF)
		return -errno;
	return 0;
}

/* Prints the lines of the inputs in the heap. */
static int merge(struct input **heap, size_t n)
{
	size_t i;
	int err = 0;

	for (i = n / 2; i-- > 0;)
		sift(heap, n, i);
	while (err == 0 && n > 0) {
		err = print(heap[0]->line);
		if (err == 0 && !mmr_lines_next(&heap[0]->lines, &heap[0]->line)) {
			err = mmr_lines_error(&heap[0]->lines);
			heap[0] = heap[--n];
		}
		if (n > 0)
			sift(heap, n, 0);
	}
	return err;
}

int main(int argc, char **argv)
{
	size_t n_files = (size_t)argc - 1, n = 0, i;
	struct input *inputs = calloc(n_files + 1, sizeof(*inputs));
	struct input **heap = calloc(n_files + 1, sizeof(*heap));
	int err = inputs && heap ? mmr_guard_install() : -ENOMEM;

	for (i = 0; err >= 0 && i < n_files; i++) {
		err = open_input(&inputs[i], argv[i + 1]);
		if (err > 0)
			heap[n++] = &inputs[i];
	}
	if (err >= 0)
		err = merge(heap, n);
	if (err == 0 && fflush(stdout) != 0)
		err = -errno;
	if (err < 0)
		fprintf(stderr, "merge: %s\n", mmr_strerror(err));
	for (i = 0; inputs && i < n_files; i++)
		mmr_close(inputs[i].file);
	free(heap);
	free(inputs);
	return err < 0 ? 2 : 0;
}
