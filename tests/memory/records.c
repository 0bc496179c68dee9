/* records.c - sums the prices of all records of a file, for report.py
 *
 *	records FILE
 *
 * The counterpart of the objects in techniques.py: a record takes no memory of its own.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>

/* Records between two releases of pages. */
#define STEP ((uint64_t)1 << 17)

static int add_up(mmr_reader *reader, const mmr_layout *layout)
{
	const mmr_field *price = mmr_layout_find(layout, "price");
	mmr_records it = mmr_records_of(layout, mmr_bytes(reader), 0);
	uint64_t n = 0, step = STEP * mmr_layout_size(layout);
	mmr_memory before, after;
	mmr_slice record;
	double value, sum = 0;

	mmr_memory_usage(&before);
	while (mmr_records_next(&it, &record)) {
		if (mmr_record_f64(record, price, &value) == 0)
			sum += value;
		if (++n % STEP == 0)
			mmr_release(reader, n / STEP * step - step, step);
	}
	mmr_memory_usage(&after);
	if (mmr_records_error(&it) == 0)
		printf("answer %" PRIu64 " %.2f\neach %.4f\n", n, sum,
			n > 0 && after.anonymous > before.anonymous
				? (double)(after.anonymous - before.anonymous) / (double)n
				: 0.0);
	return mmr_records_error(&it);
}

int main(int argc, char **argv)
{
	mmr_reader *reader = NULL;
	mmr_layout *layout = NULL;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: records FILE\n"), 2;
	err = mmr_guard_install();
	if (err == 0)
		err = mmr_layout_parse(mmr_slice_of("id:u64le,price:f64le,name:16s"), &layout);
	if (err == 0)
		err = mmr_open(argv[1], NULL, &reader);
	if (err == 0)
		err = add_up(reader, layout);
	if (err < 0)
		fprintf(stderr, "records: %s\n", mmr_last_error());
	mmr_close(reader);
	mmr_layout_close(layout);
	return err < 0 ? 2 : 0;
}
