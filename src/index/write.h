/* write.h - writes the file of an index: entries in order, then the rest
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_INDEX_WRITE_H
#define SRC_INDEX_WRITE_H

#include "index/format.h"

struct writer;

/* Starts a file for the entries of `index`, from block `first` on. `format` has how many bytes are
 * covered; what it says of the index is set. The path and the index must stay valid until
 * writer_close.
 *
 * Errors: -ENOMEM; those of file_may_replace, save_open and fstat(2). */
int writer_open(const mmr_index *index, const char *path, uint64_t first, struct format *format,
	struct writer **ret_writer);

/* Takes the next entry: an index_entry_fn, whose context is the writer. */
int writer_put(void *context, uint64_t block, const struct index_entry *entry);

/* Writes the rest and gives the file its name. `format` lacks only what is known at the end.
 *
 * Errors: those of save_write and save_finish. */
int writer_finish(struct writer *writer, struct format *format);

/* Ends the writing. A file that was not finished is removed. NULL is allowed. */
void writer_close(struct writer *writer);

#endif
