/* instances.h - the kernels that a build may have: one template, five machines
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_SCAN_INSTANCES_H
#define SRC_SCAN_INSTANCES_H

#include "scan/scan.h"

extern const struct scan_kernels scan_avx512, scan_avx2, scan_sse2, scan_neon, scan_portable;

#endif
