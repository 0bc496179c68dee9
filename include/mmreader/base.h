/* base.h - linkage macros and the slice, which all other headers use
 *
 * Every call that finds bytes returns them as a slice.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_BASE_H
#define MMREADER_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Around declarations, which are those of C functions, also in C++. */
#ifdef __cplusplus
#define MMR_BEGIN_DECLS extern "C" {
#define MMR_END_DECLS   }
#else
#define MMR_BEGIN_DECLS
#define MMR_END_DECLS
#endif

/* Before the declaration of each function of the library. */
#if defined(__GNUC__)
#define MMR_API __attribute__((visibility("default")))
/* The result reports a failure that no later call would. */
#define MMR_MUST_CHECK __attribute__((warn_unused_result))
#else
#define MMR_API
#define MMR_MUST_CHECK
#endif

/* Marks calls that are compiled into the program. The library also exports them as functions, for
 * languages that cannot include this header. Only the source of the library defines this macro. */
#ifndef MMR_INLINE
#define MMR_INLINE static inline
#endif

MMR_BEGIN_DECLS

/* Consecutive bytes. A slice is a view and owns nothing.
 *
 * Shape: no NUL follows the bytes. An empty slice may have any `ptr`, including NULL.
 * Lifetime: that of the reader or the memory that contains the bytes. */
typedef struct mmr_slice {
	const char *ptr;
	size_t len;
} mmr_slice;

/* "0.2.0": the version of the loaded library, not of the header that a program is compiled with. */
MMR_API const char *mmr_version(void);

/* The scan kernels used on this CPU: "avx512vbmi2", "avx512", "avx2", "ssse3", "sse2",
 * "neon" or "portable". */
MMR_API const char *mmr_kernel_name(void);

/* The order in which this process reads large slices to count a byte: "sequential", or two "halves"
 * or four "quarters" of 2 MiB in step. The orders are compared once, on the first slices of at
 * least 1.5 MiB that are counted after 32 MiB of such slices.
 *
 * Returns: "unmeasured" before that; counts are then sequential. Never NULL.
 * Lifetime: static.
 * Threads: any. */
MMR_API const char *mmr_kernel_order(void);

MMR_END_DECLS

#endif
