/* version.h - which library this is, and what it runs on
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_VERSION_H
#define MMREADER_VERSION_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* "0.1.0": of the library that runs, not of the header it was compiled with. */
MMR_API const char *mmr_version(void);

/* The scan kernels that this CPU runs: "avx512", "avx2", "sse2", "neon" or "portable". */
MMR_API const char *mmr_kernel_name(void);

MMR_END_DECLS

#endif
