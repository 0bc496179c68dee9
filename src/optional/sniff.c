/* sniff.c - detects signatures, and distinguishes text from data
 *
 * The names are those of libmagic, so that programs need to know only one set of names.
 *
 * SPDX-License-Identifier: MIT */
#include "common.h"

#include "file/guard.h"

#include <mmreader/filetype.h>

#include <stdio.h>
#include <string.h>

/* The code of a character that the end of the sample cuts. */
#define CUT_CHARACTER 0xfffd

struct signature {
	const char *bytes;
	size_t len;
	const char *mime, *description;
};

#define BYTES(literal) literal, sizeof(literal) - 1

/* Each is long enough that a text does not begin with it by chance. */
static const struct signature signatures[] = {
	{BYTES("\x1f\x8b\x08"), "application/gzip", "gzip compressed data"},
	{BYTES("\x28\xb5\x2f\xfd"), "application/zstd", "Zstandard compressed data"},
	{BYTES("\xfd"
	       "7zXZ\0"),
		"application/x-xz", "XZ compressed data"},
	{BYTES("PK\3\4"), "application/zip", "Zip archive data"},
	{BYTES("PK\5\6"), "application/zip", "Zip archive data, empty"},
	{BYTES("\x89PNG\r\n\x1a\n"), "image/png", "PNG image data"},
	{BYTES("\xff\xd8\xff"), "image/jpeg", "JPEG image data"},
	{BYTES("%PDF-"), "application/pdf", "PDF document"},
};

static bool has_at(const unsigned char *sample, size_t len, size_t off, const char *bytes, size_t n)
{
	return len >= off && len - off >= n && memcmp(sample + off, bytes, n) == 0;
}

/* "BZh" is too short. The level and the header of the first block must follow, or the end marker of
 * a file without blocks. */
static bool is_bzip2(const unsigned char *sample, size_t len)
{
	return has_at(sample, len, 0, BYTES("BZh")) && len > 3 && sample[3] >= '1' &&
	       sample[3] <= '9' &&
	       (has_at(sample, len, 4, BYTES("1AY&SY")) ||
		       has_at(sample, len, 4, BYTES("\x17rE8P\x90")));
}

/* The type is e_type in the byte order EI_DATA. Shared libraries and position-independent
 * executables have the same type. */
static const char *elf_mime(const unsigned char *sample, size_t len)
{
	static const char *const mimes[] = {"application/octet-stream", "application/x-object",
		"application/x-executable", "application/x-sharedlib", "application/x-coredump"};
	size_t type = 0;

	if (len >= 18)
		type = sample[5] == 2 ? sample[16] * 256u + sample[17]
				      : sample[17] * 256u + sample[16];
	return mimes[type < ARRAY_LEN(mimes) ? type : 0];
}

/* Decodes the first character of a text of at least one byte. `first` is the index of its highest
 * byte in a unit of UTF-16 or UTF-32.
 *
 * Returns: the length of the character; `left` if the end cuts it; 0 if it is invalid. */
typedef size_t decoder(const unsigned char *text, size_t left, unsigned first, uint32_t *ret_code);

/* Source: RFC 3629, section 4: the second byte excludes overlong forms, surrogates and codes above
 * U+10FFFF, so an incomplete character is valid as far as it goes. */
static size_t decode_utf8(
	const unsigned char *text, size_t left, unsigned first, uint32_t *ret_code)
{
	unsigned lead = text[0], low = 0x80, high = 0xbf;
	size_t len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4, i;
	uint32_t code = lead & (0x7fu >> len);

	(void)first;
	*ret_code = lead;
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	if (lead == 0xe0)
		low = 0xa0;
	else if (lead == 0xed)
		high = 0x9f;
	else if (lead == 0xf0)
		low = 0x90;
	else if (lead == 0xf4)
		high = 0x8f;
	for (i = 1; i < len && i < left; i++) {
		if (text[i] < low || text[i] > high)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*ret_code = i == len ? code : CUT_CHARACTER;
	return i;
}

static size_t decode_utf16(
	const unsigned char *text, size_t left, unsigned first, uint32_t *ret_code)
{
	uint32_t unit, pair;

	*ret_code = CUT_CHARACTER;
	if (left < 2)
		return left;
	unit = text[first] * 256u + text[1 - first];
	if (unit < 0xd800 || unit > 0xdfff) {
		*ret_code = unit;
		return 2;
	}
	if (unit > 0xdbff)
		return 0;
	if (left < 4)
		return left;
	pair = text[2 + first] * 256u + text[3 - first];
	if (pair < 0xdc00 || pair > 0xdfff)
		return 0;
	*ret_code = 0x10000 + ((unit & 0x3ff) << 10 | (pair & 0x3ff));
	return 4;
}

static size_t decode_utf32(
	const unsigned char *text, size_t left, unsigned first, uint32_t *ret_code)
{
	uint32_t code = 0;
	unsigned i;

	*ret_code = CUT_CHARACTER;
	if (left < 4)
		return left;
	for (i = 0; i < 4; i++)
		code = code << 8 | text[i ^ first];
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		return 0;
	*ret_code = code;
	return 4;
}

/* Decodes any byte as a character, for unknown encodings. */
static size_t decode_byte(
	const unsigned char *text, size_t left, unsigned first, uint32_t *ret_code)
{
	(void)left, (void)first;
	*ret_code = text[0];
	return 1;
}

/* In the order in which they are tried: the mark of UTF-32LE begins with that of UTF-16LE, and
 * valid UTF-8 is hardly ever in another encoding. */
static const struct encoding {
	const char *mark;
	size_t mark_len;
	decoder *decode;
	unsigned first;
	const char *name, *description;
} encodings[] = {
	{BYTES("\xff\xfe\0\0"), decode_utf32, 3, "utf-32le", "UTF-32 text, little-endian"},
	{BYTES("\0\0\xfe\xff"), decode_utf32, 0, "utf-32be", "UTF-32 text, big-endian"},
	{BYTES("\xff\xfe"), decode_utf16, 1, "utf-16le", "UTF-16 text, little-endian"},
	{BYTES("\xfe\xff"), decode_utf16, 0, "utf-16be", "UTF-16 text, big-endian"},
	{BYTES("\xef\xbb\xbf"), decode_utf8, 0, "utf-8", "UTF-8 text, with byte order mark"},
	{BYTES(""), decode_utf8, 0, "utf-8", "UTF-8 text"},
	{BYTES(""), decode_byte, 0, "unknown-8bit", "text in an unknown 8-bit encoding"},
};

/* Texts may contain the control characters \a \b \t \n \v \f \r and ESC, which terminals support,
 * but no others. */
static bool is_text(const unsigned char *text, size_t len, const struct encoding *encoding,
	uint32_t *ret_highest)
{
	uint32_t code, highest = 0;
	size_t i, taken;

	for (i = 0; i < len; i += taken) {
		taken = encoding->decode(text + i, len - i, encoding->first, &code);
		if (taken == 0 || code == 0x7f)
			return false;
		if (code < 0x20 && (code < '\a' || code > '\r') && code != 0x1b)
			return false;
		if (code > highest)
			highest = code;
	}
	*ret_highest = highest;
	return true;
}

/* Constants, because nothing is formatted or copied under the guard. `mime` is NULL if nothing was
 * found. */
struct finding {
	const char *mime, *encoding, *description;
};

static struct finding find_signature(const unsigned char *sample, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_LEN(signatures); i++) {
		const struct signature *known = &signatures[i];

		if (has_at(sample, len, 0, known->bytes, known->len))
			return (struct finding){known->mime, "binary", known->description};
	}
	if (is_bzip2(sample, len))
		return (struct finding){"application/x-bzip2", "binary", "bzip2 compressed data"};
	if (has_at(sample, len, 0,
		    BYTES("\x7f"
			  "ELF")))
		return (struct finding){elf_mime(sample, len), "binary", "ELF"};
	return (struct finding){NULL, NULL, NULL};
}

static struct finding find_encoding(const unsigned char *sample, size_t len)
{
	uint32_t highest;
	size_t i;

	for (i = 0; i < ARRAY_LEN(encodings); i++) {
		const struct encoding *known = &encodings[i];
		size_t skip = known->mark_len;

		if (!has_at(sample, len, 0, known->mark, skip) ||
			!is_text(sample + skip, len - skip, known, &highest))
			continue;
		if (skip == 0 && highest < 0x80)
			return (struct finding){"text/plain", "us-ascii", "ASCII text"};
		return (struct finding){"text/plain", known->name, known->description};
	}
	return (struct finding){"application/octet-stream", "binary", "data"};
}

static struct finding find_kind(const unsigned char *sample, size_t len)
{
	struct finding finding = {"inode/x-empty", "binary", "empty"};

	if (len == 0)
		return finding;
	finding = find_signature(sample, len);
	return finding.mime ? finding : find_encoding(sample, len);
}

int mmr_filetype_sniff(mmr_slice sample, mmr_filetype *ret_type)
{
	struct finding finding;
	struct guard guard;

	if (slice_is_nowhere(sample))
		return error_nowhere();
	if (!GUARD_ENTER(&guard, sample.ptr, sample.len))
		return guard_fault(&guard);
	finding = find_kind((const unsigned char *)sample.ptr, sample.len);
	guard_leave(&guard);
	memset(ret_type, 0, sizeof(*ret_type));
	snprintf(ret_type->mime, sizeof(ret_type->mime), "%s", finding.mime);
	snprintf(ret_type->encoding, sizeof(ret_type->encoding), "%s", finding.encoding);
	snprintf(ret_type->description, sizeof(ret_type->description), "%s", finding.description);
	return 0;
}
