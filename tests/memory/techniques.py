#!/usr/bin/env python3
"""techniques.py - Python's ways to save memory, and the plain ways that they are compared with

	techniques.py WAY [FILE]

Each way does one job on one file and prints "answer ...", which is compared with the other ways. A
way that holds something for each item also prints "each ...": the growth of the anonymous memory of
the process, divided by the items. A way imports only the modules it needs, since modules take memory,
too.

SPDX-License-Identifier: MIT
"""

import sys


def anonymous():
	"""Returns: the anonymous memory of the process in bytes, as psutil would."""
	with open("/proc/self/status", "rb") as status:
		for line in status:
			if line.startswith(b"RssAnon:"):
				return int(line.split()[1]) * 1024
	return 0


def held(make):
	"""Makes something and keeps it. Returns: the object, and the bytes that it took."""
	before = anonymous()
	made = make()
	return made, anonymous() - before


def print_result(answer, each=None):
	print("answer", *answer)
	if each is not None:
		print("each", each)


def idle(_path):
	print_result(["none"])


def lines_list(path):
	with open(path, "rb") as file:
		lines, grown = held(file.readlines)
		print_result([len(lines), sum(len(line) for line in lines)], grown / len(lines))


def lines_generator(path):
	def lengths():
		with open(path, "rb") as file:
			for line in file:
				yield len(line)

	def count():
		n_lines = n_bytes = 0
		for length in lengths():
			n_lines += 1
			n_bytes += length
		return n_lines, n_bytes

	counts, grown = held(count)
	print_result(counts, grown / counts[0])


class PlainTick:
	def __init__(self, number, price, name):
		self.number, self.price, self.name = number, price, name


class SlottedTick:
	__slots__ = ("number", "price", "name")

	def __init__(self, number, price, name):
		self.number, self.price, self.name = number, price, name


def records(path, kind):
	import struct
	with open(path, "rb") as file:
		ticks, grown = held(lambda: [kind(*fields) for fields
			in struct.iter_unpack("<Qd16s", file.read())])
	print_result([len(ticks), "%.2f" % sum(tick.price for tick in ticks)], grown / len(ticks))


def records_dict(path):
	records(path, PlainTick)


def records_slots(path):
	records(path, SlottedTick)


def read_numbers(path):
	import array
	import os
	numbers = array.array("d")
	with open(path, "rb") as file:
		numbers.fromfile(file, os.path.getsize(path) // numbers.itemsize)
	return numbers


def numbers_list(path):
	"""Works as a program with plain lists would: only the list is held at the end."""
	import struct

	def read():
		with open(path, "rb") as file:
			return [number for piece in iter(lambda: file.read(1 << 20), b"")
				for number, in struct.iter_unpack("<d", piece)]

	numbers, grown = held(read)
	print_result([len(numbers), "%.2f" % sum(numbers)], grown / len(numbers))


def numbers_array(path):
	numbers, grown = held(lambda: read_numbers(path))
	print_result([len(numbers), "%.2f" % sum(numbers)], grown / len(numbers))


def keys_plain(path):
	with open(path, encoding="ascii") as file:
		keys, grown = held(lambda: [line[:-1] for line in file])
	print_result([len(keys), len(set(keys))], grown / len(keys))


def keys_interned(path):
	with open(path, encoding="ascii") as file:
		keys, grown = held(lambda: [sys.intern(line[:-1]) for line in file])
	print_result([len(keys), len(set(keys))], grown / len(keys))


def library_eager(_path):
	import asyncio
	print_result([asyncio.__name__])


def library_lazy(_path, use=False):
	"""The recipe of importlib's documentation."""
	import importlib.util
	spec = importlib.util.find_spec("asyncio")
	spec.loader = importlib.util.LazyLoader(spec.loader)
	module = importlib.util.module_from_spec(spec)
	sys.modules["asyncio"] = module
	spec.loader.exec_module(module)
	if use:
		module.Queue  # pylint: disable=pointless-statement
	print_result([spec.name])


def library_lazy_used(path):
	library_lazy(path, True)


def whole_read(path):
	with open(path, "rb") as file:
		text = file.read()
	print_result([len(text), text.count(b"\n")])


def whole_mmap(path):
	import mmap
	with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text:
		n_lines = sum(text[at:at + (1 << 20)].count(b"\n") for at in range(0, len(text), 1 << 20))
		print_result([len(text), n_lines])


def measure(path):
	"""Prints what sys.getsizeof reports for a list of lines, what the list took, and its time."""
	import time
	with open(path, "rb") as file:
		lines, grown = held(file.readlines)
	start = time.perf_counter()
	for _ in range(1000):
		anonymous()
	print("ns", (time.perf_counter() - start) * 1e6)
	print("says", sys.getsizeof(lines))
	print("grown", grown)
	print_result([len(lines)])


if __name__ == "__main__":
	globals()[sys.argv[1]](sys.argv[2] if len(sys.argv) > 2 else None)
