/* cgroup.h - the share of the machine that the control groups of this process allow
 *
 * SPDX-License-Identifier: MIT */
#ifndef SRC_OS_CGROUP_H
#define SRC_OS_CGROUP_H

#include "common.h"

/* Returns: how many processors the quotas of the process's control groups amount to, rounded down,
 * at least 1; UINT_MAX if there is no quota, or none that can be read. Version 2 of control groups
 * (cpu.max) and version 1 (cpu.cfs_quota_us) are known, at every level.
 *
 * Shape: `root` is put before all paths: "", or the folder of a test.
 * Source: cgroups(7); Documentation/admin-guide/cgroup-v2.rst and
 *   Documentation/scheduler/sched-bwc.rst of Linux; proc_pid_mountinfo(5). */
unsigned cgroup_processors(const char *root);

/* Returns: how many bytes of memory the process's control groups have left, the page cache
 * included; UINT64_MAX if there is no limit, or none that can be read. Version 2 (memory.max,
 * memory.high) and version 1 (memory.limit_in_bytes) are known, at every level.
 *
 * Shape, Source: like cgroup_processors; Documentation/admin-guide/cgroup-v1/memory.rst. */
uint64_t cgroup_memory(const char *root);

#endif
