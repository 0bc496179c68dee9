/* kind.h - what a file is: type, MIME, encoding
 *
 * mmr_kind_of asks libmagic, which is loaded when it is first needed (lazy.h) and gets a private
 * copy of the first 1 MiB. If libmagic is missing, fails or does not know the type, the built-in
 * signatures decide. They know the encodings of text and the most common archives, images and
 * programs; everything else is "data".
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_KIND_H
#define MMREADER_KIND_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* Texts end with a NUL; longer ones are cut, between characters. */
typedef struct mmr_kind {
	char mime[128];    /* "text/plain", "application/octet-stream"; "inode/x-empty" */
	char encoding[64]; /* "us-ascii", "utf-8", "unknown-8bit"; "binary" for what is no text */
	char description[512]; /* "ASCII text, with very long lines": for people, not for programs
				*/
	bool by_magic;         /* libmagic said so, not the built-in signatures */
} mmr_kind;

/* What the reader's first bytes look like. The first call loads libmagic (some milliseconds), and
 * so does, in part, the first one in each further thread: about 10 MiB that it keeps until it ends,
 * of which 8 are pages of the database that all processes share.
 *
 * Returns: 0. Of an empty file without asking libmagic.
 * Errors: those of mmr_read_at; -ENOMEM. A missing or unusable libmagic is no error.
 * Threads: safe, and in parallel.
 * Source: libmagic(3), which looks for its database in $MAGIC, ~/.magic and where its package put
 *   it. */
MMR_API int mmr_kind_of(const mmr_reader *reader, mmr_kind *ret_kind);

/* Finds the kind of bytes by the built-in signatures alone. libmagic is not loaded. The first
 * bytes of a file suffice for archives and images; text is recognized as far as `sample` goes.
 *
 * Shape: a character that the end of the sample cuts counts as complete.
 * Returns: 0.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault); MMR_ENOMAP. Threads: safe. */
MMR_API int mmr_kind_sniff(mmr_slice sample, mmr_kind *ret_kind);

MMR_END_DECLS

#endif
