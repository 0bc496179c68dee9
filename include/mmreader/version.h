/* version.h - the version of the library and its choice of kernels
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_VERSION_H
#define MMREADER_VERSION_H

#include <mmreader/base.h>

MMR_BEGIN_DECLS

/* "0.1.0": the version of the loaded library, not of the header that a program is compiled with. */
MMR_API const char *mmr_version(void);

/* The scan kernels used on this CPU: "avx512", "avx2", "sse2", "neon" or "portable". */
MMR_API const char *mmr_kernel_name(void);

MMR_END_DECLS

#endif
