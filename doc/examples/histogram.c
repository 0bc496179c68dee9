/* histogram.c - how the values of a field are distributed in a file of binary records
 *
 *	histogram LAYOUT FIELD LOW HIGH FILE
 *
 * LAYOUT is as in `mmcat -t`, such as id:u64,price:f64. The range from LOW to HIGH, which excludes
 * HIGH, is divided into 20 bins of the same width. Prints the lower end of each bin and the number
 *of its values, and then the number of the other values. Several threads read.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define N_BINS 20

struct histogram {
	const mmr_field *field;
	double low, high;
	uint64_t bins[N_BINS + 1]; /* the last one: of values outside, and of NaN */
};

static int start(void *state, void *context)
{
	const struct histogram *all = context;
	struct histogram *mine = state;

	mine->field = all->field;
	mine->low = all->low;
	mine->high = all->high;
	return 0;
}

/* The bin of a value. */
static size_t bin_of(const struct histogram *histogram, double value)
{
	double width = (histogram->high - histogram->low) / N_BINS;
	size_t bin;

	/* NaN is in no range. */
	if (!(value >= histogram->low && value < histogram->high))
		return N_BINS;
	bin = (size_t)((value - histogram->low) / width);
	return bin < N_BINS ? bin : N_BINS - 1; /* the division may have been rounded up */
}

static int add_record(void *state, const mmr_record *record)
{
	struct histogram *mine = state;
	double value;
	int err = mmr_record_f64(record->bytes, mine->field, &value);

	if (err < 0)
		return err;
	mine->bins[bin_of(mine, value)]++;
	return 0;
}

static void end(void *state, void *context)
{
	const struct histogram *mine = state;
	struct histogram *all = context;
	size_t i;

	for (i = 0; i <= N_BINS; i++)
		all->bins[i] += mine->bins[i];
}

static int count(const mmr_layout *layout, const char *path, struct histogram *all)
{
	const mmr_record_job job = {.record = add_record,
		.start = start,
		.end = end,
		.context = all,
		.state_size = sizeof(*all)};
	mmr_reader *file;
	int err = mmr_open(path, NULL, &file);

	if (err == 0) {
		err = mmr_each_record(file, layout, 0, NULL, &job);
		mmr_close(file);
	}
	return err;
}

static int print(const struct histogram *all)
{
	size_t i;

	for (i = 0; i < N_BINS; i++)
		printf("%g\t%" PRIu64 "\n", all->low + (double)i * (all->high - all->low) / N_BINS,
			all->bins[i]);
	printf("others\t%" PRIu64 "\n", all->bins[N_BINS]);
	return fflush(stdout) == 0 ? 0 : -errno;
}

int main(int argc, char **argv)
{
	struct histogram all = {0};
	mmr_layout *layout;
	int err;

	if (argc != 6 || mmr_slice_to_f64(mmr_slice_of(argv[3]), &all.low) < 0 ||
		mmr_slice_to_f64(mmr_slice_of(argv[4]), &all.high) < 0 || !(all.low < all.high))
		return fprintf(stderr, "usage: histogram LAYOUT FIELD LOW HIGH FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_layout_parse(mmr_slice_of(argv[1]), &layout);
	if (err < 0)
		return fprintf(stderr, "histogram: %s\n", mmr_last_error()), 2;
	all.field = mmr_layout_find(layout, argv[2]);
	err = all.field && all.field->type != MMR_TEXT ? count(layout, argv[5], &all) : -ENOENT;
	if (err == 0)
		err = print(&all);
	if (!all.field || all.field->type == MMR_TEXT)
		fprintf(stderr, "histogram: '%s' is no number of the layout\n", argv[2]);
	else if (err < 0)
		fprintf(stderr, "histogram: %s\n", mmr_last_error());
	mmr_layout_close(layout);
	return err < 0 ? 2 : 0;
}
