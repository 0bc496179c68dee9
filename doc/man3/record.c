/* record.c - the records of a binary file
 *
 * This program prints the fields of each record of a file. A record is a number of 32 bits, a
 * price, and a name of up to 4 bytes:
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>
#include <inttypes.h>
#include <stdio.h>

static int print_records(mmr_slice bytes, const mmr_layout *layout)
{
	mmr_records it = mmr_records_of(layout, bytes, 0);
	const mmr_field *id_field = mmr_layout_find(layout, "id");
	const mmr_field *price_field = mmr_layout_find(layout, "price");
	mmr_slice record, name;
	uint64_t id;
	double price;
	int err;

	while (mmr_records_next(&it, &record)) {
		err = mmr_record_u64(record, id_field, &id);
		if (err == 0)
			err = mmr_record_f64(record, price_field, &price);
		if (err < 0)
			return err;
		name = mmr_record_text(record, mmr_layout_find(layout, "name"));
		printf("%" PRIu64 " %.2f %.*s\n", id, price, (int)name.len, name.ptr);
	}
	return mmr_records_error(&it);
}

int main(int argc, char **argv)
{
	mmr_layout *layout;
	mmr_reader *file;
	int err;

	if (argc != 2)
		return fprintf(stderr, "usage: record FILE\n"), 2;
	err = mmr_layout_parse(mmr_slice_of("id:u32le,price:f64le,name:4s"), &layout);
	if (err == 0) {
		err = mmr_open(argv[1], NULL, &file);
		if (err == 0) {
			err = print_records(mmr_bytes(file), layout);
			mmr_close(file);
		}
		mmr_layout_close(layout);
	}
	if (err < 0)
		return fprintf(stderr, "record: %s\n", mmr_last_error()), 2;
	return 0;
}
