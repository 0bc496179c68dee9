/* base.h - what every other header stands on: linkage and the slice
 *
 * A slice is the library's only currency: every call that finds bytes answers with one.
 *
 * SPDX-License-Identifier: MIT */
#ifndef MMREADER_BASE_H
#define MMREADER_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define MMR_BEGIN_DECLS extern "C" {
#define MMR_END_DECLS   }
#else
#define MMR_BEGIN_DECLS
#define MMR_END_DECLS
#endif

#if defined(__GNUC__)
#define MMR_API __attribute__((visibility("default")))
#else
#define MMR_API
#endif

MMR_BEGIN_DECLS

/* Bytes that lie one after the other: a pure view that owns nothing.
 *
 * Shape: no NUL follows the bytes. An empty slice may have any `ptr`, NULL too.
 * Lifetime: as long as what it was cut from: the reader, or the caller's memory. */
typedef struct mmr_slice {
	const char *ptr;
	size_t len;
} mmr_slice;

MMR_END_DECLS

#endif
