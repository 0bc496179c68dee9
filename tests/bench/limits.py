"""limits.py - the limit of a row: the fastest loop that reads the same bytes and does no more

The ways to read are those of rival_limit.c. For each file and number of threads, all of them are
compared once; the best one is then measured again in each round of a row, in turn with its programs.

SPDX-License-Identifier: MIT
"""

import statistics
import subprocess

COMPARED = 5  # rounds in which the ways are compared


class Limit:
	"""The limit of one row, which reads `share` of the bytes of the file."""

	def __init__(self, limits, path, threads, share):
		self.limits, self.path, self.threads, self.share = limits, path, threads, share
		self.way, self.times = limits.best_way(path, threads), []

	def measure(self):
		(seconds,), = self.limits.run(self.path, self.threads, 1, self.way).values()
		self.times.append(seconds * self.share)

	def fraction(self, times):
		"""The median over rounds, whose runs are close in time."""
		return statistics.median(limit / ours for limit, ours in zip(self.times, times))

	def facts(self):
		return {"way": self.way, "threads": self.threads, "seconds": self.times}


class Limits:
	def __init__(self, tool):
		self.tool, self.ways = tool, {}

	def run(self, path, threads, rounds, *ways):
		"""Returns: the seconds of each round, by way."""
		output = subprocess.run([self.tool, path, str(threads), str(rounds), *ways], capture_output=True,
			text=True, check=True).stdout
		words = [line.split() for line in output.splitlines()]
		return {way: list(map(float, times)) for way, *times in words}

	def best_way(self, path, threads):
		if (path, threads) not in self.ways:
			times = self.run(path, threads, COMPARED)
			self.ways[path, threads] = min(times, key=lambda way: statistics.median(times[way]))
		return self.ways[path, threads]

	def of(self, path, threads, share=1.0):
		return Limit(self, path, threads, share)
