/* filetype.c - content types, from libmagic and from the built-in signatures
 *
 * libmagic is the oracle for the signatures. The oracle for UTF-8 decodes without checks, encodes
 * again and compares.
 *
 * SPDX-License-Identifier: MIT */
#include "support.h"

#include "optional/library.h"

#include <mmreader/filetype.h>

#include <locale.h>
#include <pthread.h>
#include <unistd.h>

#define N_THREADS 8

#define BYTES(literal) literal, sizeof(literal) - 1

static const struct sample {
	const char *bytes;
	size_t len;
	const char *mime, *encoding;
} samples[] = {
	{BYTES("plain words\n"), "text/plain", "us-ascii"},
	{BYTES("gr\xc3\xbc\xc3\x9f"
	       "e, \xe2\x82\xac and \xf0\x9f\x90\xa7\n"),
		"text/plain", "utf-8"},
	{BYTES("\xef\xbb\xbfmarked\n"), "text/plain", "utf-8"},
	{BYTES("\xff\xfeh\0i\0\n\0"), "text/plain", "utf-16le"},
	{BYTES("\xfe\xff\0h\0i\0\n"), "text/plain", "utf-16be"},
	{BYTES("\xff\xfe\0\0h\0\0\0i\0\0\0\n\0\0\0"), "text/plain", "utf-32le"},
	{BYTES("\0\0\xfe\xff\0\0\0h\0\0\0i\0\0\0\n"), "text/plain", "utf-32be"},
	{BYTES("some\0bytes\1and\2others"), "application/octet-stream", "binary"},
	{BYTES("\x1f\x8b\x08\0\0\0\0\0\0\3K\4\0\x43\xbe\xb7\xe8\1\0\0\0"), "application/gzip",
		"binary"},
	{BYTES("\x28\xb5\x2f\xfd\x24\1\x09\0\0"
	       "a\xa6\x65\x05\x0c"),
		"application/zstd", "binary"},
	{BYTES("\xfd"
	       "7zXZ\0\0\4\xe6\xd6\xb4\x46"),
		"application/x-xz", "binary"},
	{BYTES("BZh91AY&SY\x19\x93\x9b\x6b"), "application/x-bzip2", "binary"},
	/* An archive with a file "a" that contains "b", and the start of its directory. */
	{BYTES("PK\3\4\x14\0\0\0\0\0\0\0\x21\0\xf9\xef\xbeq\1\0\0\0\1\0\0\0\1\0\0\0abPK\1\2"
	       "\x14\3\x14\0\0\0\0\0\0\0\x21\0\xf9\xef\xbeq\1\0\0\0\1\0\0\0"),
		"application/zip", "binary"},
	{BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0"), "image/png", "binary"},
	{BYTES("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"), "image/jpeg", "binary"},
	{BYTES("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n\0\1"), "application/pdf", "binary"},
	{BYTES("\x7f"
	       "ELF\2\1\1\0\0\0\0\0\0\0\0\0\1\0\x3e\0\1\0\0\0"
	       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x40\0\0\0\0\0\x40\0\0\0\0\0"),
		"application/x-object", "binary"},
};

static bool magic_works(void)
{
	return library_magic.linkage != MMR_LINKAGE_ABSENT && library_load(&library_magic) == 0;
}

static mmr_filetype sniffed(const void *bytes, size_t len)
{
	mmr_filetype kind;

	memset(&kind, 0xff, sizeof(kind));
	MUST(mmr_filetype_sniff((mmr_slice){bytes, len}, &kind) == 0, "%s", mmr_last_error());
	MUST(!kind.by_magic && kind.description[0] != '\0', "%s", kind.mime);
	return kind;
}

static mmr_filetype kind_of(const void *bytes, size_t len)
{
	mmr_reader *reader;
	mmr_filetype kind;

	memset(&kind, 0xff, sizeof(kind));
	ck_assert_int_eq(mmr_open_memory(bytes, len, &reader), 0);
	ck_assert_msg(mmr_filetype_of(reader, &kind) == 0, "%s", mmr_last_error());
	mmr_close(reader);
	return kind;
}

START_TEST(test_filetype_of_samples)
{
	bool by_magic = magic_works();
	size_t i;

	for (i = 0; i < ARRAY_LEN(samples); i++) {
		mmr_filetype kind = kind_of(samples[i].bytes, samples[i].len);

		ck_assert_str_eq(kind.mime, samples[i].mime);
		ck_assert_msg(strcmp(kind.encoding, samples[i].encoding) == 0,
			"sample %zu: %s, not %s", i, kind.encoding, samples[i].encoding);
		ck_assert_uint_gt(strlen(kind.description), 0);
		/* Some releases of libmagic need more bytes to recognize ZIP. */
		ck_assert(kind.by_magic == by_magic || strcmp(kind.mime, "application/zip") == 0);
	}
}
END_TEST

START_TEST(test_filetype_sniff_samples)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(samples); i++) {
		mmr_filetype kind = sniffed(samples[i].bytes, samples[i].len);

		ck_assert_msg(strcmp(kind.mime, samples[i].mime) == 0, "sample %zu: %s, not %s", i,
			kind.mime, samples[i].mime);
		ck_assert_str_eq(kind.encoding, samples[i].encoding);
	}
}
END_TEST

static void check_backing(const struct setting *setting, void *arg)
{
	const struct sample *sample = arg;
	mmr_filetype kind;

	MUST(mmr_filetype_of(setting->reader, &kind) == 0, "%s: %s", setting->name,
		mmr_last_error());
	MUST(strcmp(kind.mime, sample->mime) == 0, "%s: %s", setting->name, kind.mime);
	MUST(strcmp(kind.encoding, sample->encoding) == 0, "%s", setting->name);
}

START_TEST(test_filetype_same_on_every_backing)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(samples); i++) {
		mmr_slice bytes = {samples[i].bytes, samples[i].len};
		struct sample sample = samples[i];

		on_every_backing(bytes, check_backing, &sample);
	}
}
END_TEST

START_TEST(test_filetype_sniff_data)
{
	static const struct {
		const char *bytes;
		size_t len;
	} data[] = {
		{BYTES("one\0two")},                  /* a NUL */
		{BYTES("bell is text, \x0e is not")}, /* a control character */
		{BYTES("nor is DEL\x7f")},
		{BYTES("\xff\xfe\x00\xd8\x41\x00")}, /* half a surrogate pair */
		{BYTES("\xff\xfe\x00\xdc\x00\xd8")}, /* the low surrogate first */
		{BYTES("\xff\xfe\x00\xd8\x00\xe0")}, /* no low surrogate after the high one */
		{BYTES("\xff\xfe\0\0\0\0\x11\0")},   /* beyond U+10FFFF */
		{BYTES("\xff\xfe\0\0\0\xd8\0\0")},   /* a surrogate in UTF-32 */
	};
	size_t i;

	for (i = 0; i < ARRAY_LEN(data); i++) {
		mmr_filetype kind = sniffed(data[i].bytes, data[i].len);

		ck_assert_msg(strcmp(kind.mime, "application/octet-stream") == 0, "%zu: %s", i,
			kind.mime);
		ck_assert_str_eq(kind.encoding, "binary");
	}
}
END_TEST

/* Text that starts like a signature, and text in an old encoding, is text. */
START_TEST(test_filetype_sniff_text)
{
	ck_assert_str_eq(sniffed(BYTES("BZh is no name\n")).mime, "text/plain");
	ck_assert_str_eq(sniffed(BYTES("BZh9 neither\n")).mime, "text/plain");
	ck_assert_str_eq(sniffed(BYTES("BZh")).mime, "text/plain");
	ck_assert_str_eq(sniffed(BYTES("BZh01AY&SY")).mime, "text/plain");
	ck_assert_str_eq(sniffed(BYTES("BZh:1AY&SY")).mime, "text/plain");
	ck_assert_str_eq(sniffed(BYTES("BZh91AY&S")).mime, "text/plain");
	ck_assert_str_eq(sniffed(BYTES("PKIND\n")).mime, "text/plain");
	ck_assert_str_eq(sniffed(BYTES("\a\b\t\n\v\f\r\x1b[0m")).encoding, "us-ascii");
	ck_assert_str_eq(sniffed(BYTES("gr\xfc\xdf"
				       "e\n"))
				 .encoding,
		"unknown-8bit");
	ck_assert_str_eq(sniffed(BYTES("gr\xfc\xdf"
				       "e\n"))
				 .mime,
		"text/plain");
	/* A complete pair of surrogates, and one that is cut. */
	ck_assert_str_eq(sniffed(BYTES("\xff\xfe\x3d\xd8\x27\xdc")).encoding, "utf-16le");
	ck_assert_str_eq(sniffed(BYTES("\xfe\xff\xd8\x3d\xdc")).encoding, "utf-16be");
	/* The code points before and after the surrogates, in UTF-32. */
	ck_assert_str_eq(sniffed(BYTES("\xff\xfe\0\0\xff\xd7\0\0\0\xe0\0\0")).encoding, "utf-32le");
	/* An empty file compressed by bzip2. */
	ck_assert_str_eq(sniffed(BYTES("BZh9\x17rE8P\x90\0\0\0\0")).mime, "application/x-bzip2");
}
END_TEST

START_TEST(test_filetype_sniff_elf)
{
	static const char *const mimes[] = {"application/octet-stream", "application/x-object",
		"application/x-executable", "application/x-sharedlib", "application/x-coredump",
		"application/octet-stream"};
	unsigned char elf[20] = "\x7f"
				"ELF\2\1\1";
	unsigned char type;

	for (type = 0; type < ARRAY_LEN(mimes); type++) {
		elf[5] = 1;
		elf[16] = type;
		elf[17] = 0;
		ck_assert_str_eq(sniffed(elf, sizeof(elf)).mime, mimes[type]);
		elf[5] = 2;
		elf[16] = 0;
		elf[17] = type;
		ck_assert_str_eq(sniffed(elf, sizeof(elf)).mime, mimes[type]);
	}
}
END_TEST

static size_t encode(uint32_t code, unsigned char *ret_bytes)
{
	if (code < 0x80) {
		ret_bytes[0] = (unsigned char)code;
		return 1;
	}
	if (code < 0x800) {
		ret_bytes[0] = (unsigned char)(0xc0 + code / 64);
		ret_bytes[1] = (unsigned char)(0x80 + code % 64);
		return 2;
	}
	if (code < 0x10000) {
		ret_bytes[0] = (unsigned char)(0xe0 + code / 4096);
		ret_bytes[1] = (unsigned char)(0x80 + code / 64 % 64);
		ret_bytes[2] = (unsigned char)(0x80 + code % 64);
		return 3;
	}
	ret_bytes[0] = (unsigned char)(0xf0 + code / 262144);
	ret_bytes[1] = (unsigned char)(0x80 + code / 4096 % 64);
	ret_bytes[2] = (unsigned char)(0x80 + code / 64 % 64);
	ret_bytes[3] = (unsigned char)(0x80 + code % 64);
	return 4;
}

/* Whether `bytes` are one character. Their length is the one that the first byte requires. Decodes
 * without checks and tests whether encoding gives the same bytes. */
static bool is_character(const unsigned char *bytes, size_t len)
{
	static const uint32_t marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
	uint32_t code = bytes[0] - marks[len];
	unsigned char again[4];
	size_t i;

	for (i = 1; i < len; i++) {
		if (bytes[i] < 0x80 || bytes[i] > 0xbf)
			return false;
		code = code * 64 + (bytes[i] - 0x80u);
	}
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return false;
	return encode(code, again) == len && memcmp(bytes, again, len) == 0;
}

/* Every pair of first bytes, with third and fourth bytes at the limits, before plain text. */
START_TEST(test_filetype_sniff_utf8_exactly)
{
	static const unsigned char edges[] = {0x20, 0x7e, 0x80, 0x81, 0xbf, 0xc0, 0xff};
	size_t n_edges = ARRAY_LEN(edges), n_good = 0, n, i;
	unsigned char bytes[8];
	unsigned pair;

	for (pair = 0x8020; pair <= 0xffff; pair++) {
		size_t len = pair < 0xe000 ? 2 : pair < 0xf000 ? 3 : 4;

		if (pair % 256 < 0x20 || pair % 256 == 0x7f)
			continue;
		n = len == 2 ? 1 : len == 3 ? n_edges : n_edges * n_edges;
		for (i = 0; i < n; i++) {
			bool good, detected;

			bytes[0] = (unsigned char)(pair / 256);
			bytes[1] = (unsigned char)(pair % 256);
			bytes[2] = edges[i % n_edges];
			bytes[3] = edges[i / n_edges];
			memcpy(bytes + len, "text", 4);
			good = is_character(bytes, len);
			detected = strcmp(sniffed(bytes, len + 4).encoding, "utf-8") == 0;
			MUST(good == detected, "%02x %02x %02x %02x: %d", bytes[0], bytes[1],
				bytes[2], bytes[3], detected);
			n_good += good;
		}
	}
	ck_assert_uint_gt(n_good, 1000);
}
END_TEST

/* Every character, complete and cut by the end of the sample. */
START_TEST(test_filetype_sniff_utf8_characters)
{
	unsigned char bytes[5] = "x";
	uint32_t code;
	size_t len, cut;

	for (code = 0x80; code <= 0x10ffff; code += code < 0x900 ? 1 : 61) {
		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		len = encode(code, bytes + 1);
		for (cut = 1; cut <= len; cut++)
			MUST(strcmp(sniffed(bytes, 1 + cut).encoding, "utf-8") == 0,
				"U+%04X, cut to %zu bytes", (unsigned)code, cut);
	}
	/* Cut characters that are invalid already. */
	ck_assert_str_eq(sniffed(BYTES("x\xe0\x80")).encoding, "unknown-8bit");
	ck_assert_str_eq(sniffed(BYTES("x\xed\xa0")).encoding, "unknown-8bit");
	ck_assert_str_eq(sniffed(BYTES("x\xf4\x90")).encoding, "unknown-8bit");
}
END_TEST

START_TEST(test_filetype_of_an_empty_file)
{
	mmr_filetype kind = kind_of("", 0);

	ck_assert_str_eq(kind.mime, "inode/x-empty");
	ck_assert_str_eq(kind.encoding, "binary");
	ck_assert_str_eq(kind.description, "empty");
	ck_assert(!kind.by_magic);
	ck_assert_str_eq(sniffed(NULL, 0).mime, "inode/x-empty");
}
END_TEST

/* Every prefix of every sample, before a page that must not be touched. */
START_TEST(test_filetype_sniff_stays_in_bounds)
{
	struct fence fence = fence_open(1);
	size_t i, len;

	for (i = 0; i < ARRAY_LEN(samples); i++)
		for (len = 0; len <= samples[i].len; len++) {
			memcpy(fence.stop - len, samples[i].bytes, len);
			MUST(sniffed(fence.stop - len, len).mime[0] != '\0', "%zu", i);
		}
	fence_close(&fence);
}
END_TEST

START_TEST(test_filetype_memory_is_bounded)
{
	struct temp temp = temp_open(BYTES("words\n"));
	mmr_reader *reader;
	mmr_filetype kind;
	uint64_t before;

	temp_resize(&temp, (uint64_t)64 << 20);
	reader = temp_reader(&temp, MMR_BACKING_MAPPED);
	before = mmr_heap_bytes();
	ck_assert_int_eq(mmr_filetype_of(reader, &kind), 0);
	ck_assert_uint_eq(mmr_heap_bytes(), before);
	ck_assert_uint_le(mmr_heap_peak(), before + (1 << 20) + 64);
	ck_assert_str_eq(kind.encoding, "binary");
	mmr_close(reader);
	temp_close(&temp);
}
END_TEST

/* A database of this test has descriptions that are longer than the field. One of them has a
 * multi-byte character across the end of the field. */
START_TEST(test_filetype_description_is_cut_between_characters)
{
	struct temp temp = temp_open(NULL, 0);
	FILE *file = fopen(temp.path, "w");
	size_t shift, line, i;
	bool ready;

	ck_assert_ptr_nonnull(file);
	for (shift = 0; shift < 2; shift++)
		for (line = 0; line < 14; line++) {
			fprintf(file, "%s0\tstring\tMARK%zu\t%s", line ? ">" : "", shift,
				line == 0 && shift ? "x" : "");
			for (i = 0; i < 26; i++)
				fputs("\xc3\xa9", file);
			fputc('\n', file);
		}
	fclose(file);
	ready = !atomic_load(&library_magic.loaded) && setlocale(LC_ALL, "C.UTF-8");
	setenv("MAGIC", temp.path, 1);
	ready = ready && magic_works();
	unsetenv("MAGIC");
	temp_close(&temp);
	if (!ready)
		CHECK_SKIP("libmagic is missing or loaded already, or there is no UTF-8 locale");
	for (shift = 0; shift < 2; shift++) {
		mmr_filetype kind = kind_of(shift ? "MARK1 MARK1" : "MARK0 MARK0", 11);
		size_t len = strlen(kind.description);

		ck_assert(kind.by_magic);
		ck_assert_uint_eq(len, sizeof(kind.description) - 1 - shift);
		ck_assert_int_eq((unsigned char)kind.description[len - 2], 0xc3);
		ck_assert_int_eq((unsigned char)kind.description[len - 1], 0xa9);
	}
}
END_TEST

static void *ask_all(void *arg)
{
	size_t round, i;

	for (round = 0; round < 10; round++)
		for (i = 0; i < ARRAY_LEN(samples); i++) {
			mmr_reader *reader;
			mmr_filetype kind;
			bool same;

			if (mmr_open_memory(samples[i].bytes, samples[i].len, &reader) < 0)
				return NULL;
			same = mmr_filetype_of(reader, &kind) == 0 &&
			       strcmp(kind.mime, samples[i].mime) == 0 &&
			       strcmp(kind.encoding, samples[i].encoding) == 0;
			mmr_close(reader);
			if (!same)
				return NULL;
		}
	return arg;
}

START_TEST(test_filetype_in_many_threads)
{
	pthread_t threads[N_THREADS];
	void *result;
	int i;

	for (i = 0; i < N_THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, ask_all, threads), 0);
	for (i = 0; i < N_THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &result), 0);
		ck_assert_ptr_eq(result, threads);
	}
}
END_TEST

/* libmagic is installed, but its database is missing at first. */
START_TEST(test_filetype_without_database)
{
	const char *png = samples[13].bytes;
	mmr_filetype kind;

	if (library_magic.linkage == MMR_LINKAGE_ABSENT || atomic_load(&library_magic.loaded))
		CHECK_SKIP("libmagic is missing, or loaded already");
	setenv("MAGIC", "/nonexistent/magic", 1);
	error_explain_at(-EIO, UINT64_MAX, "before");
	kind = kind_of(png, samples[13].len);
	ck_assert_str_eq(kind.mime, "image/png");
	ck_assert(!kind.by_magic);
	ck_assert_int_eq(strncmp(mmr_last_error(), "before", 6), 0);
	ck_assert_int_eq(mmr_library_load(MMR_LIBRARY_MAGIC), MMR_ENOLIB);
	ck_assert_ptr_nonnull(strstr(mmr_last_error(), "libmagic1"));

	unsetenv("MAGIC");
	kind = kind_of(png, samples[13].len);
	ck_assert_str_eq(kind.mime, "image/png");
	ck_assert(kind.by_magic == (mmr_library_load(MMR_LIBRARY_MAGIC) == 0));
}
END_TEST

START_TEST(test_filetype_without_library)
{
	static const char *const bogus[] = {"libmmreader-missing.so.0", NULL};
	const char *const *real = library_magic.sonames;
	size_t i;

	if (library_magic.linkage != MMR_LINKAGE_DLOPEN || atomic_load(&library_magic.loaded))
		CHECK_SKIP("libmagic is not loaded with dlopen in this build, or loaded already");
	library_magic.sonames = bogus;
	for (i = 0; i < ARRAY_LEN(samples); i++) {
		mmr_filetype kind = kind_of(samples[i].bytes, samples[i].len);

		ck_assert(!kind.by_magic);
		ck_assert_str_eq(kind.mime, samples[i].mime);
		ck_assert_str_eq(kind.encoding, samples[i].encoding);
	}
	ck_assert_int_eq(mmr_library_load(MMR_LIBRARY_MAGIC), MMR_ENOLIB);
	library_magic.sonames = real;
}
END_TEST

START_TEST(test_filetype_of_a_truncated_file)
{
	static const enum mmr_backing_kind backings[] = {MMR_BACKING_MAPPED, MMR_BACKING_UNMAPPED};
	size_t i;

	for (i = 0; i < ARRAY_LEN(backings); i++) {
		struct temp temp = temp_open(BYTES("words\n"));
		mmr_filetype kind, untouched;
		mmr_reader *reader;
		uint64_t heap;

		memset(&kind, 0x55, sizeof(kind));
		untouched = kind;
		temp_resize(&temp, 50000);
		reader = temp_reader(&temp, backings[i]);
		temp_resize(&temp, 20000);
		heap = heap_in_use();
		ck_assert_int_eq(mmr_filetype_of(reader, &kind), MMR_ETRUNCATED);
		ck_assert_uint_eq(mmr_last_error_offset(), 20000);
		ck_assert_mem_eq(&kind, &untouched, sizeof(kind));
		ck_assert_uint_eq(mmr_heap_bytes(), heap);
		mmr_close(reader);
		temp_close(&temp);
	}
}
END_TEST

static Suite *filetype_suite(void)
{
	Suite *suite = suite_create("filetype");

	ADD_CASE(suite, "core", test_filetype_of_samples, test_filetype_sniff_samples,
		test_filetype_same_on_every_backing, test_filetype_sniff_data,
		test_filetype_sniff_text, test_filetype_sniff_elf, test_filetype_sniff_utf8_exactly,
		test_filetype_sniff_utf8_characters);
	ADD_CASE(suite, "limits", test_filetype_of_an_empty_file,
		test_filetype_sniff_stays_in_bounds, test_filetype_memory_is_bounded,
		test_filetype_description_is_cut_between_characters, test_filetype_in_many_threads);
	ADD_CASE(suite, "faults", test_filetype_without_database, test_filetype_without_library,
		test_filetype_of_a_truncated_file);
	return suite;
}

CHECK_MAIN(filetype_suite)
