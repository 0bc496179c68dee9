#!/usr/bin/env python3
"""python_ways.py - the programs of python_rows.py: one job, by the package or by its rivals

	python_ways.py FOLDER WAY FILE

FOLDER contains the package. A way prints one number, or one line of numbers.

SPDX-License-Identifier: MIT
"""

import sys

TEXT = b"ERROR"


def package():
	sys.path.insert(0, sys.argv[1])
	import mmreader
	return mmreader


def mapped(path):
	import mmap
	with open(path, "rb") as file:
		return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def count_package(path):
	return package().open(path).count_lines()


def count_mmap(path):
	text = mapped(path)
	return sum(text[at:at + (1 << 20)].count(b"\n") for at in range(0, len(text), 1 << 20))


def count_file(path):
	with open(path, "rb") as file:
		return sum(1 for _ in file)


def find_package(path):
	return package().open(path).count(TEXT)


def find_mmap(path):
	text, n, at = mapped(path), 0, -1
	while (at := text.find(TEXT, at + 1)) >= 0:
		n += 1
	return n


def find_file(path):
	with open(path, "rb") as file:
		return sum(line.count(TEXT) for line in file)


def absent_package(path):
	return package().open(path).find(b"not in the file")


def absent_mmap(path):
	return mapped(path).find(b"not in the file")


def lines_package(path):
	return sum(map(len, package().open(path)))


def lines_mmap(path):
	text = mapped(path)
	return sum(map(len, iter(text.readline, b"")))


def lines_file(path):
	with open(path, "rb") as file:
		return sum(map(len, file))


def sum_package(path):
	return "%.0f" % package().open(path).sum("f64", order="little").sum


def sum_numpy(path):
	import numpy
	return "%.0f" % numpy.memmap(path, dtype="<f8", mode="r").sum()


def sum_array(path):
	import array
	text, total = memoryview(mapped(path)).cast("d"), 0.0
	for at in range(0, len(text), 1 << 16):
		total += sum(array.array("d", text[at:at + (1 << 16)]))
	return "%.0f" % total


if __name__ == "__main__":
	print(globals()[sys.argv[2]](sys.argv[3]))
