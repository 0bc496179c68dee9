/* fuzz_index.c - a damaged index gives an error or the right numbers, and a forged one never
 * crashes
 *
 * The input draws a file of a few blocks, changes of the file after it was indexed, and changes of
 * the index. The oracle is a scan. A checksum finds damage, not malice: where the checksums of the
 * changed index are made right again, numbers may be wrong, but no call may crash or return an
 * offset outside the file.
 *
 * Length: 256
 *
 * SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "fuzz.h"

#include "index/format.h"
#include "index/saved.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* Data has up to 6 blocks of 16 KiB. Its index has less than 1 KiB. */
#define MOST       ((size_t)96 << 10)
#define MOST_INDEX ((size_t)4096)

static char folder[64], place[80];
static int fd = -1;
static char bytes[2 * MOST], table[MOST_INDEX];
static mmr_index_options options = MMR_INDEX_OPTIONS_INIT;

static void remove_folder(void)
{
	unlink(place);
	rmdir(folder);
}

/* Files in memory, where there are some. */
static void create_files(void)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(folder, sizeof(folder), "%s/fuzz_index.XXXXXX", base);
	MUST(mkdtemp(folder) != NULL, "no folder in %s", base);
	snprintf(place, sizeof(place), "%s/index", folder);
	fd = memfd_create("fuzz_index", MFD_CLOEXEC);
	MUST(fd >= 0, "no file in memory");
	atexit(remove_folder);
	options.place = place;
	saved_least = 0;
	MUST(mmr_guard_install() == 0, "%s", mmr_last_error());
}

static void write_file(const char *from, size_t len)
{
	MUST(ftruncate(fd, 0) == 0 && pwrite(fd, from, len, 0) == (ssize_t)len, "no data");
}

/* A pattern of up to 16 bytes is repeated, with other delimiters now and then, so that lines have
 * many lengths and blocks differ. */
static size_t draw_data(struct taker *taker)
{
	size_t len = take_number(taker) % (MOST + 1), period = 1 + take_byte(taker) % 16, i;
	size_t step = 1 + take_number(taker) % 40000;
	char pattern[16];

	for (i = 0; i < period; i++)
		pattern[i] = (char)take_byte(taker);
	for (i = 0; i < len; i++)
		bytes[i] = i % step == 0 ? '\n' : pattern[(i / 4096 + i) % period];
	return len;
}

/* Changes the file in a way that an index must notice or serve. Returns: its size. */
static size_t change_data(struct taker *taker, size_t len)
{
	size_t i, more;

	switch (take_byte(taker) % 4) {
	case 0:
		more = take_number(taker) % MOST;
		for (i = 0; i < more; i++)
			bytes[len + i] = i % 7 == 0 ? '\n' : 'm';
		len += more;
		break;
	case 1:
		len = take_number(taker) % (len + 1);
		break;
	case 2:
		/* Each byte, because the samples may miss a block. */
		for (i = 0; i < len; i++)
			bytes[i] ^= '\n' ^ 'x';
		break;
	default:
		return len;
	}
	write_file(bytes, len);
	return len;
}

/* --- The file of the index -------------------------------------------------------------------- */

static size_t read_table(void)
{
	int file = open(place, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(file, table, sizeof(table));

	MUST(len > 0 && (size_t)len < sizeof(table), "an index of %zd bytes", len);
	close(file);
	return (size_t)len;
}

static void write_table(size_t len)
{
	int file = open(place, O_WRONLY | O_TRUNC | O_CLOEXEC);

	MUST(file >= 0 && write(file, table, len) == (ssize_t)len, "cannot write the index");
	close(file);
}

static size_t change_table(struct taker *taker, size_t len)
{
	unsigned n = take_byte(taker) % 8;
	size_t at;

	while (n-- > 0) {
		at = take_number(taker) % len;
		table[at] ^= (char)take_byte(taker);
	}
	n = take_byte(taker);
	if (n % 4 == 1)
		len = take_number(taker) % len;
	else if (n % 4 == 2)
		len += 1 + take_number(taker) % 64;
	return len;
}

/* Makes the checksums right, if the header has numbers that fit the size. */
static void forge(size_t len)
{
	struct format format;
	struct format_places places;
	uint64_t i, start;

	if (len < FORMAT_HEADER)
		return;
	format_put64(table + FORMAT_HEADER - 8, XXH3_64bits(table, FORMAT_HEADER - 8));
	if (format_decode(table, len, &format) < 0)
		return;
	places = format_places(&format);
	for (i = 0; i < places.n_sums; i++) {
		start = places.ranks + i * FORMAT_PIECE;
		format_put64(table + places.sums + i * 8,
			XXH3_64bits(table + start, places.sums - start < FORMAT_PIECE
							   ? places.sums - start
							   : FORMAT_PIECE));
	}
	format.sum_of_sums = XXH3_64bits(table + places.sums, places.n_sums * 8);
	format_encode(&format, table);
}

/* --- Questions -------------------------------------------------------------------------------- */

static void ask(mmr_reader *reader, mmr_scan_options *scan, mmr_index *index, struct taker *taker,
	bool is_forged)
{
	mmr_scan_options with = *scan;
	uint64_t size = mmr_size(reader), off = take_number(taker) % (size + 1), want, got;
	int64_t n = (int64_t)(take_number(taker) % (size + 2)) * (take_byte(taker) % 2 ? -1 : 1);
	mmr_counts counts[2];
	int err;

	with.index = index;
	MUST(mmr_line_seek(reader, off, n, scan, &want) == 0, "%s", mmr_last_error());
	MUST(mmr_line_seek(reader, off, n, &with, &got) == 0, "%s", mmr_last_error());
	MUST(got <= size && (is_forged || got == want), "%lld lines from %llu: %llu, not %llu",
		(long long)n, (unsigned long long)off, (unsigned long long)got,
		(unsigned long long)want);
	MUST(mmr_line_number(reader, off, scan, &want) == 0, "%s", mmr_last_error());
	MUST(mmr_line_number(reader, off, &with, &got) == 0, "%s", mmr_last_error());
	MUST(is_forged || got == want, "the line of %llu: %llu, not %llu", (unsigned long long)off,
		(unsigned long long)got, (unsigned long long)want);
	scan->offset = with.offset = off < size ? off : size;
	scan->length = with.length = take_number(taker) % (size + 2);
	err = mmr_count_lines(reader, scan, &counts[0]);
	MUST(err == 0 || err == MMR_EQUOTE, "%s", mmr_last_error());
	MUST(mmr_count_lines(reader, &with, &counts[1]) == err, "%s", mmr_last_error());
	MUST(is_forged || (counts[0].lines == counts[1].lines &&
				  counts[0].unterminated == counts[1].unterminated),
		"%llu lines from %llu, not %llu", (unsigned long long)counts[1].lines,
		(unsigned long long)off, (unsigned long long)counts[0].lines);
	scan->offset = 0;
	scan->length = MMR_REST;
}

/* Loads the index and asks it. Then it is made again, and must be right whatever it was. */
static void use(mmr_scan_options *scan, struct taker *taker, bool is_forged)
{
	mmr_reader_options how = MMR_READER_OPTIONS_INIT;
	mmr_reader *reader;
	mmr_index *index;
	int err;

	how.backing = take_byte(taker) % 2 ? MMR_BACKING_UNMAPPED : MMR_BACKING_AUTO;
	MUST(mmr_open_fd(fd, &how, &reader) == 0, "%s", mmr_last_error());
	err = mmr_index_load(reader, scan, &options, &index);
	MUST(err == 0 || err == MMR_EDAMAGED || err == MMR_ESTALE, "%s", mmr_last_error());
	if (err == 0) {
		do
			ask(reader, scan, index, taker, is_forged);
		while (taker->left > 8);
		err = mmr_index_verify(index, scan);
		MUST(err == 0 || err == MMR_EDAMAGED || (err == MMR_ESTALE && is_forged), "%s",
			mmr_last_error());
		mmr_index_close(index);
	}
	mmr_close(reader);
}

static void make(mmr_scan_options *scan)
{
	mmr_reader *reader;
	mmr_index *index;

	unlink(place);
	MUST(mmr_open_fd(fd, NULL, &reader) == 0, "%s", mmr_last_error());
	MUST(mmr_index_make(reader, scan, &options, &index) == 0, "%s", mmr_last_error());
	mmr_index_close(index);
	mmr_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct taker taker = {data, size};
	mmr_scan_options scan = MMR_SCAN_OPTIONS_INIT;
	mmr_split *rows = NULL;
	unsigned way;
	bool is_forged;
	size_t len;

	if (fd < 0)
		create_files();
	way = take_byte(&taker);
	is_forged = way % 2;
	scan.n_threads = 1;
	scan.delimiter = take_byte(&taker) % 4 ? '\n' : (char)take_byte(&taker);
	if (way / 2 % 4 == 3) {
		MUST(mmr_split_rows(',', &rows) == 0, "%s", mmr_last_error());
		scan.delimiter = '\n';
		scan.records = rows;
	}
	len = draw_data(&taker);
	write_file(bytes, len);
	make(&scan);
	change_data(&taker, len);
	len = change_table(&taker, read_table());
	if (is_forged)
		forge(len);
	write_table(len);
	use(&scan, &taker, is_forged);
	mmr_split_close(rows);
	return 0;
}
