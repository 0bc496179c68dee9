/* replay.c - runs a fuzz target over files, where there is no libFuzzer
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

	MUST(file, "%s cannot be opened", path);
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
	MUST(!ferror(file), "%s cannot be read", path);
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
