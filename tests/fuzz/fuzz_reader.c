/* fuzz_reader.c - random calls on a reader whose file grows and is truncated
 *
 * The file is in memory, but has pages and faults like a file on a disk. Each byte depends on its
 * offset, so that zeroes which were never written are found. The oracle is a table and arithmetic,
 * because instrumented loops over bytes would take most of the time.
 *
 * Length: 512
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fuzz.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST ((uint64_t)96 << 10)

/* Byte `off` of the file is off * 31 % PERIOD + 1: never 0, and each other value once in a
 * period. */
#define PERIOD  255
#define INVERSE 181 /* 31 * 181 % PERIOD = 1 */

static char bytes[MOST];
static int fd = -1;
static uint64_t file_size;

/* Returns how often a byte occurs in the first `size` bytes of the file. */
static uint64_t count_below(char byte, uint64_t size)
{
	uint64_t first = (uint64_t)((unsigned char)byte - 1) * INVERSE % PERIOD;

	return byte == '\0' || size <= first ? 0 : (size - first - 1) / PERIOD + 1;
}

static void set_size(uint64_t size)
{
	if (size > file_size)
		MUST(pwrite(fd, bytes + file_size, size - file_size, (off_t)file_size) ==
				(ssize_t)(size - file_size),
			"the file does not grow");
	else
		MUST(ftruncate(fd, (off_t)size) == 0, "the file is not cut");
	file_size = size;
}

/* With an alternate signal stack, AddressSanitizer reads /proc at each fault to find the stack,
 * which takes half of the time. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "use_sigaltstack=0";
}

static void create_file(void)
{
	uint64_t off;

	for (off = 0; off < MOST; off++)
		bytes[off] = (char)(off * 31 % PERIOD + 1);
	fd = memfd_create("fuzz_reader", MFD_CLOEXEC);
	MUST(fd >= 0, "no file in memory");
	MUST(mmr_guard_install() == 0, "%s", mmr_last_error());
}

/* Reads and compares. After a truncation an error is valid, too, but wrong bytes are not. */
static void read_at(const mmr_reader *reader, uint64_t base, uint64_t off, size_t len)
{
	static char buffer[4096];
	size_t got = 0;
	int err;

	if (len > sizeof(buffer))
		len = sizeof(buffer);
	err = mmr_read_at(reader, off, buffer, len, &got);
	if (err < 0) {
		MUST(err == MMR_ETRUNCATED, "read: %s", mmr_last_error());
		return;
	}
	MUST(got == len || off >= mmr_size(reader) || off + got == mmr_size(reader),
		"%zu bytes of %zu", got, len);
	MUST(got == 0 || base + off + got <= MOST, "%zu bytes at %llu", got,
		(unsigned long long)off);
	MUST(got == 0 || memcmp(buffer, bytes + base + off, got) == 0, "%zu bytes at %llu differ",
		got, (unsigned long long)off);
}

/* Counts a byte with a scan, which must return the right number or an error. */
static void count(mmr_reader *reader, uint64_t base, char byte, enum mmr_io_mode io_mode)
{
	mmr_scan_options how = MMR_SCAN_OPTIONS_INIT;
	uint64_t n, stop = base + mmr_size(reader);
	mmr_counts counts;
	int err;

	how.delimiter = byte;
	how.io_mode = io_mode;
	how.n_threads = 1;
	err = mmr_count_lines(reader, &how, &counts);
	if (stop > file_size && stop > base && mmr_backing(reader) != MMR_BACKING_COPIED) {
		MUST(err == MMR_ETRUNCATED, "a truncated file was counted: %d", err);
		return;
	}
	if (err == MMR_ETRUNCATED)
		return; /* the reader keeps a fault from before it grew again */
	MUST(err == 0, "%s", mmr_last_error());
	n = count_below(byte, stop) - count_below(byte, base);
	n += stop > base && bytes[stop - 1] != byte;
	MUST(counts.lines == n, "%llu lines instead of %llu", (unsigned long long)counts.lines,
		(unsigned long long)n);
}

/* Counts in the map itself. The rest of the last page may read as zeroes, but the process must not
 * die. */
static void scan(mmr_reader *reader, uint64_t base)
{
	uint64_t stop = base + mmr_size(reader), n;
	int err = mmr_slice_count(mmr_bytes(reader), '\0', &n);

	if (err == 0 && stop <= file_size)
		MUST(n == 0, "%llu bytes that were not written", (unsigned long long)n);
	else if (err < 0)
		MUST(err == MMR_ETRUNCATED || err == MMR_ENOMAP, "%s", mmr_last_error());
}

static mmr_reader *open_reader(struct taker *taker, uint64_t *ret_base)
{
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader = NULL;

	if (take_byte(taker) % 2)
		how.offset = take_number(taker) % (file_size + 2);
	if (take_byte(taker) % 3 == 0)
		how.length = take_number(taker) % MOST;
	if (take_byte(taker) % 4 == 0)
		how.backing = MMR_BACKING_UNMAPPED;
	else if (take_byte(taker) % 2)
		how.backing = MMR_BACKING_MAPPED;
	how.reserve = MOST;
	if (mmr_open_fd(fd, &how, &reader) < 0)
		return NULL;
	*ret_base = how.offset;
	return reader;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	mmr_reader *reader;
	uint64_t base = 0, off;
	unsigned n_calls = 0;
	int err;

	if (fd < 0)
		create_file();
	set_size(take_number(&taker) % MOST);
	reader = open_reader(&taker, &base);
	while (reader && taker.left > 0 && n_calls++ < 64) {
		switch (take_byte(&taker) % 8) {
		case 0:
			set_size(take_number(&taker) % MOST);
			break;
		case 1:
			err = mmr_refresh(reader);
			MUST(err >= 0 || err == MMR_ETRUNCATED || err == MMR_ENOROOM, "%s",
				mmr_last_error());
			break;
		case 2:
			err = mmr_check(reader);
			MUST(err == 0 || err == MMR_ETRUNCATED || err == MMR_EGROWN ||
					err == MMR_ECHANGED,
				"%s", mmr_last_error());
			break;
		case 3:
			count(reader, base, (char)take_byte(&taker),
				(enum mmr_io_mode)(take_byte(&taker) % 3));
			break;
		case 4:
			scan(reader, base);
			break;
		case 5:
			off = take_number(&taker);
			mmr_release(reader, off, take_number(&taker));
			break;
		default:
			off = take_number(&taker);
			read_at(reader, base, off, (size_t)take_number(&taker));
		}
	}
	mmr_close(reader);
	return 0;
}
