#!/usr/bin/env python3
"""package.py - the ways of the Python package, as techniques.py has those of plain Python

	package.py FOLDER WAY [FILE]

FOLDER contains the package. The answers are those of techniques.py.

SPDX-License-Identifier: MIT
"""

import os
import sys

sys.path[:0] = [sys.argv[1], os.path.dirname(os.path.abspath(__file__))]
import mmreader  # pylint: disable=wrong-import-position
from techniques import held, print_result  # pylint: disable=wrong-import-position


def idle(_path):
	print_result(["none"])


def lines(path):
	def count():
		n_lines = n_bytes = 0
		for line in file:
			n_lines += 1
			n_bytes += len(line)
		return n_lines, n_bytes

	with mmreader.open(path) as file:
		counts, grown = held(count)
		print_result(counts, grown / counts[0])


def records(path):
	with mmreader.open(path) as file:
		ticks, grown = held(lambda: file.records("number:u64le,price:f64le,name:16s"))
		print_result([len(ticks), "%.2f" % ticks.column("price").sum()], grown / len(ticks))


def numbers(path):
	with mmreader.open(path) as file:
		array, grown = held(lambda: file.array("f64", order="little"))
		print_result([len(array), "%.2f" % array.sum()], grown / len(array))


def keys(path):
	from array import array
	pool = mmreader.Intern()
	with mmreader.open(path) as file:
		ids, grown = held(lambda: array("I", map(pool.add, file.lines())))
	print_result([len(ids), len(pool)], grown / len(ids))


def library(path):
	if path:
		with mmreader.open(path) as file:
			file.filetype()
	print_result(["libmagic"])


def whole(path):
	with mmreader.open(path) as file:
		print_result([len(file), file.count_lines()])


def measure(path):
	"""Prints what the package reports for a pool of lines, what the pool took, and its time."""
	import time
	with mmreader.open(path) as file:
		pool = mmreader.Intern()
		_, grown = held(lambda: [pool.add(line) and None for line in file][:0])
	start = time.perf_counter()
	for _ in range(1000):
		mmreader.memory()
	print("ns", (time.perf_counter() - start) * 1e6)
	print("says", pool.nbytes)
	print("grown", grown)
	print_result([len(pool)])


if __name__ == "__main__":
	globals()[sys.argv[2]](sys.argv[3] if len(sys.argv) > 3 else None)
