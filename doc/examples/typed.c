/* typed.c - count, sum, minimum, maximum and mean of the numbers in a binary file
 *
 *	typed TYPE FILE [OFFSET [STRIDE]]
 *
 * TYPE is u8 to u64, i8 to i64, f16, f32 or f64, followed by "be" or "le" if the file has
 * another byte order. With OFFSET and STRIDE the numbers are one column of binary records. The file
 * may be larger than memory, or a pipe. All processors are used; the sum is the same to the last
 * bit for any number of threads.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct numbers {
	enum mmr_type type;
	enum mmr_order order;
	uint64_t offset, stride;
};

static bool parse_type(const char *text, struct numbers *numbers)
{
	static const struct {
		const char *name;
		enum mmr_type type;
	} types[] = {
		{"u8", MMR_U8},
		{"u16", MMR_U16},
		{"u32", MMR_U32},
		{"u64", MMR_U64},
		{"i8", MMR_I8},
		{"i16", MMR_I16},
		{"i32", MMR_I32},
		{"i64", MMR_I64},
		{"f16", MMR_F16},
		{"f32", MMR_F32},
		{"f64", MMR_F64},
	};
	size_t i, len;

	for (i = 0; i < sizeof(types) / sizeof(*types); i++) {
		len = strlen(types[i].name);
		if (strncmp(text, types[i].name, len) != 0)
			continue;
		numbers->type = types[i].type;
		numbers->order = strcmp(text + len, "be") == 0   ? MMR_BIG
				 : strcmp(text + len, "le") == 0 ? MMR_LITTLE
								 : MMR_NATIVE;
		if (numbers->order != MMR_NATIVE || text[len] == '\0')
			return true;
	}
	return false;
}

static bool parse_options(int argc, char **argv, struct numbers *numbers)
{
	if (argc < 3 || argc > 5 || !parse_type(argv[1], numbers))
		return false;
	if (argc > 3 && mmr_slice_to_u64(mmr_slice_of(argv[3]), &numbers->offset) < 0)
		return false;
	return argc < 5 || mmr_slice_to_u64(mmr_slice_of(argv[4]), &numbers->stride) == 0;
}

static void print_value(const char *name, enum mmr_type type, mmr_value value)
{
	if (type <= MMR_U64)
		printf("%s %" PRIu64 "\n", name, value.u64);
	else if (type <= MMR_I64)
		printf("%s %" PRId64 "\n", name, value.i64);
	else
		printf("%s %.17g\n", name, value.f64);
}

static void print_sum(const mmr_summary *summary)
{
	uint64_t unsigned_sum;
	int64_t sum;

	if (summary->type <= MMR_I64 && mmr_summary_i64(summary, &sum) == 0)
		printf("sum %" PRId64 "\n", sum);
	else if (summary->type <= MMR_I64 && mmr_summary_u64(summary, &unsigned_sum) == 0)
		printf("sum %" PRIu64 "\n", unsigned_sum);
	else
		printf("sum %.17g\n", summary->sum);
}

int main(int argc, char **argv)
{
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	struct numbers numbers = {0};
	mmr_summary summary;
	mmr_reader *file;
	int err;

	if (!parse_options(argc, argv, &numbers))
		return fprintf(stderr, "usage: typed TYPE FILE [OFFSET [STRIDE]]\n"), 2;
	mmr_guard_install();
	err = mmr_open(argv[2], NULL, &file);
	if (err == 0) {
		scan.offset = numbers.offset;
		err = mmr_sum_numbers(
			file, numbers.type, numbers.order, (size_t)numbers.stride, &scan, &summary);
		mmr_close(file);
	}
	if (err < 0)
		return fprintf(stderr, "typed: %s\n", mmr_last_error()), 2;
	printf("n %" PRIu64 "\n", summary.n);
	if (summary.n == 0)
		return 0;
	print_sum(&summary);
	print_value("min", summary.type, summary.min);
	print_value("max", summary.type, summary.max);
	printf("mean %.17g\n", summary.sum / (double)summary.n);
	return 0;
}
