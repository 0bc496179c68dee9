"""machine.py - the processor and the memory of this machine, for reports of measurements

SPDX-License-Identifier: MIT
"""

import os
import platform


def processor():
	"""The model and the number of processors that this process may use."""
	names = []
	if os.path.exists("/proc/cpuinfo"):
		with open("/proc/cpuinfo", encoding="ascii", errors="replace") as file:
			names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
	return "%s, %d processors" % (names[0] if names else platform.machine(),
		len(os.sched_getaffinity(0)))


def memory_gib():
	return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)
