/* header_cxx.cc - the public header as a C++11 program sees it
 *
 * Linked too: the names must not be mangled, and the inline calls must work.
 *
 * SPDX-License-Identifier: MIT */
#include <mmreader.h>

#include <cstdio>
#include <cstring>

static int count_lines(const char *text, size_t *ret_count)
{
	mmr_reader *memory;
	mmr_slice line;
	int err = mmr_open_memory(text, std::strlen(text), &memory);

	if (err < 0)
		return err;
	mmr_lines it = mmr_lines_of(mmr_bytes(memory), '\n');
	for (*ret_count = 0; mmr_lines_next(&it, &line);)
		++*ret_count;
	mmr_close(memory);
	return mmr_lines_error(&it);
}

int main()
{
	mmr_reader_options options = MMR_READER_OPTIONS_INIT;
	size_t count = 0;

	if (options.struct_size != sizeof(options) || options.length != MMR_REST) {
		std::fprintf(stderr, "MMR_READER_OPTIONS_INIT is wrong in C++\n");
		return 1;
	}
	if (count_lines("one\ntwo\nthree", &count) < 0 || count != 3) {
		std::fprintf(stderr, "3 lines are %zu: %s\n", count, mmr_last_error());
		return 1;
	}
	return 0;
}
