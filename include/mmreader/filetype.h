/* filetype.h - detects the type, MIME type and encoding of a file
 *
 * mmr_filetype_of uses libmagic, which is loaded when it is first needed (library.h) and gets a
 * private copy of the first 1 MiB. If libmagic is missing, fails or does not know the type, the
 * built-in signatures decide. They cover the encodings of text and the most common archives, images
 * and programs. Everything else is "data".
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_FILETYPE_H
#define MMREADER_FILETYPE_H

#include <mmreader/reader.h>

MMR_BEGIN_DECLS

/* What a file is. Texts end with a NUL. Longer ones are cut between characters. */
typedef struct mmr_filetype {
	char mime[128];        /* "text/plain", "application/octet-stream"; "inode/x-empty" */
	char encoding[64];     /* "us-ascii", "utf-8", "unknown-8bit"; "binary" if not text */
	char description[512]; /* "ASCII text, with very long lines": for people only */
	bool by_magic;         /* libmagic decided, not the built-in signatures */
} mmr_filetype;

/* Detects the type of a file from its first bytes. The first call loads libmagic, which takes some
 * milliseconds. The first call in each further thread loads the database again. Each thread keeps
 * about 10 MiB until it ends; 8 MiB of them are pages of the database that all processes share.
 *
 * Returns: 0. libmagic is not consulted for empty files.
 * Errors: those of mmr_read_at; -ENOMEM. A missing or unusable libmagic is not an error.
 * Threads: safe; threads do not wait for each other.
 * Source: libmagic(3). It looks for its database in $MAGIC, ~/.magic and the folder of its package.
 */
MMR_API MMR_MUST_CHECK int mmr_filetype_of(const mmr_reader *reader, mmr_filetype *ret_type);

/* Detects the type of bytes by the built-in signatures alone, without libmagic. The first bytes of
 * a file are enough for archives and images. Text is checked up to the end of `sample`.
 *
 * Shape: an incomplete character at the end of the sample counts as complete.
 * Returns: 0.
 * Errors: MMR_ETRUNCATED, -EIO (a guarded fault); MMR_ENOMAP.
 * Threads: safe. */
MMR_API MMR_MUST_CHECK int mmr_filetype_sniff(mmr_slice sample, mmr_filetype *ret_type);

MMR_END_DECLS

#endif
