/* replay.c - runs a fuzz target over files, without libFuzzer
 *
 *	fuzz_TARGET FILE...
 *
 * SPDX-License-Identifier: MIT */
#include "fuzz.h"

static void run_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL, *larger;
	size_t size = 0, room = 0, n = 1;

	MUST(file, "cannot open '%s'", path);
	while (n > 0) {
		if (size == room) {
			room += 65536;
			larger = realloc(data, room);
			MUST(larger, "out of memory");
			data = larger;
		}
		n = fread(data + size, 1, room - size, file);
		size += n;
	}
	MUST(!ferror(file), "cannot read '%s'", path);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

int main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		run_file(argv[i]);
	printf("%d inputs\n", argc - 1);
	return argc < 2;
}
