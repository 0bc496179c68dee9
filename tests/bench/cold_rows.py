"""cold_rows.py - rows of files that are not in the page cache

Before each run the file is dropped from the page cache. The speed of the device is measured before and
after each run of mmcat, since devices of virtual machines have a budget: a round counts if the two agree
and are not far below the highest speed seen.

SPDX-License-Identifier: MIT
"""

import os
import re
import resource
import shutil
import statistics
import subprocess
import time

ROUNDS_WANTED, ROUNDS_MOST = 5, 15
MIB = 1 << 20


class Cold:
	def __init__(self, bench):
		self.bench, self.path = bench, bench.data.cold
		self.file = os.open(self.path, os.O_RDONLY)
		self.size = os.fstat(self.file).st_size
		os.fsync(self.file)
		self.device_argv = [bench.tool("rival_device"), self.path]
		self.highest = 0

	def evict(self):
		os.posix_fadvise(self.file, 0, 0, os.POSIX_FADV_DONTNEED)

	def speed(self, argv):
		"""GB/s of a run that begins with an empty page cache, and the bytes that the device delivered."""
		self.evict()
		blocks = resource.getrusage(resource.RUSAGE_CHILDREN).ru_inblock
		start = time.monotonic()
		subprocess.run(argv, stdout=subprocess.DEVNULL, check=False, env=dict(os.environ, LC_ALL="C"))
		took = time.monotonic() - start
		return self.size / took / 1e9, \
			(resource.getrusage(resource.RUSAGE_CHILDREN).ru_inblock - blocks) * 512

	def device(self):
		speed = self.speed(self.device_argv)[0]
		self.highest = max(self.highest, speed)
		return speed

	def row(self, title, options, rival, target):
		"""Our share of the device's speed, and how many times faster than the rival we are."""
		ours = [self.bench.mmcat] + options + [self.path]
		shares, ratios, seen, delivered = [], [], [], 0
		has_rival = rival and shutil.which(rival[0])
		before = self.device()
		for _ in range(ROUNDS_MOST):
			speed, delivered = self.speed(ours)
			after = self.device()
			steady = max(before, after) <= 1.2 * min(before, after) and min(before, after) > \
				self.highest / 2
			theirs = self.speed(rival + [self.path])[0] if has_rival else None
			if steady:
				shares.append(speed / ((before + after) / 2))
			if theirs:
				ratios.append(speed / theirs)
			seen.append(speed)
			before = self.device() if has_rival else after
			if len(shares) == ROUNDS_WANTED:
				break
		name = "mmcat " + " ".join(options)
		self.bench.out.cold(title, name, seen, shares if len(shares) == ROUNDS_WANTED else None, target,
			rival[0] if ratios else None, ratios, delivered / self.size)

	def check_left(self):
		"""With --cache=leave nothing is added to the page cache."""
		self.evict()
		subprocess.run([self.bench.mmcat, "--cache=leave", "-c", self.path], stdout=subprocess.DEVNULL,
			check=True)
		printed = subprocess.run([self.bench.mmcat, "--cache=leave", "-i", "--json", self.path], capture_output=True,
			text=True, check=True).stdout
		found = re.search(r'"cached":(\d+)', printed)
		if found:
			self.bench.out.amount("cold: the page cache is left", "MiB added by --cache=leave -c",
				int(found[1]) / MIB, "MiB", 8, "the file has %d MiB" % (self.size / MIB))


def run(bench):
	cold = Cold(bench)
	rare = bench.data.rare
	cold.row("cold: count lines", ["-c"], ["wc", "-l"], 0.95)
	cold.row("cold: count lines, one thread", ["-c", "-j1"], None, None)
	cold.row("cold: a rare text", ["-c", "-e", rare], ["rg", "-c", "-F", rare], 0.95)
	cold.row("cold: an expression", ["-c", "-E", "[a-f]+ZZ[0-9]"], ["rg", "-c", "[a-f]+ZZ[0-9]"], 0.95)
	cold.row("cold: reverse", ["-r"], ["tac"], 0.90)
	cold.row("cold: count lines, --cache=leave", ["--cache=leave", "-c"], None, 0.95)
	cold.row("cold: reverse, --cache=leave", ["--cache=leave", "-r"], None, 0.90)
	cold.check_left()
