#!/usr/bin/env python3
"""report.py - compares techniques that save memory, in Python and in mmreader

	report.py --build=FOLDER [--size=1G] [--keep]

Run it by `make memory-report` or `make memory-report MEMORY_SIZE=64M`. Python (its standard library
only), the Python package of mmreader if it is built, and mmreader in C do the same jobs on the same
files; their answers must be equal. The files are made
from fixed seeds in FOLDER/memory, and removed at the end; report.json stays there. The tables are
Markdown, as in doc/memory.md.

Exit status: 1 for a wrong answer, else 0.

SPDX-License-Identifier: MIT
"""

import argparse
import array
import json
import os
import platform
import random
import shutil
import statistics
import struct
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../support"))
import machine  # pylint: disable=wrong-import-position
import make_log  # pylint: disable=wrong-import-position

MIB = 1 << 20
N_KEYS = 413


def repeated(file, block, size):
	for _ in range(max(1, size // len(block))):
		file.write(block)


def make_records(file, size):
	rng = random.Random(2)
	repeated(file, b"".join(struct.pack("<Qd16s", rng.randrange(1000, 1 << 60),
		rng.randrange(100000) / 4, b"symbol-%06d" % rng.randrange(1000000))
		for _ in range(8192)), size)


def make_numbers(file, size):
	rng = random.Random(3)
	numbers = array.array("d", (rng.randrange(1 << 20) / 4 for _ in range(32768)))
	if sys.byteorder == "big":
		numbers.byteswap()
	repeated(file, numbers.tobytes(), size)


def make_keys(file, size):
	rng = random.Random(4)
	keys = [b"key-%06d\n" % rng.randrange(1000000) for _ in range(N_KEYS)]
	repeated(file, b"".join(keys + [rng.choice(keys) for _ in range(20000)]), size)


def make_distinct(file, size):
	for number in range(max(1000, size // 16)):
		file.write(b"key-%011d\n" % number)


class Row:
	"""One technique: Python's ways first, then that of the package, mmreader's last."""

	def __init__(self, title, each, ways, alike=True):
		self.title, self.each, self.ways = title, each, ways
		# Whether all do the same job: then the answers must be equal, and mmreader must
		# take the least memory.
		self.alike = alike


class Report:
	def __init__(self, build, size, keep):
		self.build, self.size, self.keep = build, size, keep
		self.folder = os.path.join(build, "memory")
		self.bench_run = os.path.join(build, "tests", "bench", "bench_run")
		self.files, self.rows, self.skipped, self.wrong = {}, [], [], []
		os.makedirs(self.folder, exist_ok=True)
		self.modules = os.path.join(self.folder, "package")
		self.has_package = self.make_package()

	def make_package(self):
		"""Puts the package together as it is installed. Returns: whether it can be imported."""
		core = os.path.join(self.build, "python/mmreader/.libs/_core.so")
		if not os.path.exists(core):
			self.skipped.append("the package: it is not built")
			return False
		shutil.rmtree(self.modules, ignore_errors=True)
		shutil.copytree(os.path.join(HERE, "../../python/mmreader"),
			os.path.join(self.modules, "mmreader"))
		shutil.copy(core, os.path.join(self.modules, "mmreader"))
		try:
			self.run(self.package("idle"))
		except RuntimeError as error:
			self.skipped.append("the package: %s" % str(error).rsplit(": ", 1)[-1])
			return False
		return True

	def file(self, name, make, size):
		path = os.path.join(self.folder, name)
		with open(path, "wb", buffering=MIB) as file:
			make(file, size)
		self.files[name] = path
		return path

	def python(self, way, path=""):
		return [sys.executable, "-I", os.path.join(HERE, "techniques.py"), way, path]

	def package(self, way, path=""):
		return [sys.executable, "-I", os.path.join(HERE, "package.py"), self.modules, way, path]

	def packaged(self, name, way, path=""):
		"""Returns: the way of the package for a row, if there is one."""
		return [("package, %s" % name, self.package(way, path))] if self.has_package else []

	def ours(self, way, path=None, program="ours"):
		argv = [os.path.join(self.build, "tests", "memory", program), way, path]
		return [word for word in argv if word is not None]

	def run(self, argv):
		"""Returns: the printed lines as {word: rest}; seconds; peak KiB resident."""
		done = subprocess.run([self.bench_run] + argv, capture_output=True, text=True, check=False,
			env=dict(os.environ, LC_ALL="C", PYTHONDONTWRITEBYTECODE="1",
				LD_LIBRARY_PATH=os.path.join(self.build, ".libs")))
		if done.returncode != 0:
			raise RuntimeError("%s: %s" % (" ".join(argv), done.stderr.strip()))
		output = dict(line.split(" ", 1) for line in done.stdout.splitlines())
		seconds, _, peak = done.stderr.splitlines()[-1].split()[:3]
		return output, float(seconds), int(peak)

	def measure(self, argv, rounds):
		runs = [self.run(argv) for _ in range(rounds)]
		return {"command": " ".join(argv), "output": runs[0][0],
			"seconds": min(run[1] for run in runs),
			"peak_kib": statistics.median(run[2] for run in runs),
			"each": float(runs[0][0]["each"]) if "each" in runs[0][0] else None}

	def add(self, row, rounds=3):
		results = []
		for name, argv in row.ways:
			if not os.path.exists(argv[0]):
				self.skipped.append("%s: %s is not built" % (row.title, argv[0]))
				continue
			result = self.measure(argv, rounds)
			result["name"] = name
			results.append(result)
		wanted = results[0]["output"]["answer"]
		for result in results:
			if row.alike and result["output"]["answer"] != wanted:
				self.wrong.append("%s: %s printed %s, not %s" % (row.title, result["name"],
					result["output"]["answer"], wanted))
		self.rows.append({"title": row.title, "each": row.each, "alike": row.alike,
			"ways": results})
		self.print_row(row, results)

	@staticmethod
	def print_row(row, results):
		has_each = any(result["each"] is not None for result in results)
		print("\n### %s\n" % row.title)
		print("| way | seconds | peak resident, MiB |%s" %
			(" held, bytes a %s |" % row.each if has_each else ""))
		print("|---|---:|---:|%s" % ("---:|" if has_each else ""))
		for result in results:
			each = "" if not has_each else " %.1f |" % result["each"] \
				if result["each"] is not None else " |"
			print("| %s | %.3f | %.1f |%s" % (result["name"], result["seconds"],
				result["peak_kib"] / 1024, each))
		sys.stdout.flush()

	def finish(self):
		for path in [] if self.keep else self.files.values():
			os.remove(path)
		shutil.rmtree(self.modules, ignore_errors=True)
		for text in self.skipped:
			print("\nSkipped: %s." % text)
		for text in self.wrong:
			print("\nWRONG ANSWER: %s." % text)
		with open(os.path.join(self.folder, "report.json"), "w", encoding="ascii") as file:
			json.dump({"size": self.size, "rows": self.rows, "skipped": self.skipped,
				"wrong": self.wrong}, file, indent=1)


def start(report):
	report.add(Row("A process that does nothing", None, [
		("Python", report.python("idle")),
		*report.packaged("imported", "idle"),
		("mmreader", report.ours("idle"))]))


def lines(report, log):
	report.add(Row("Generators: line by line through a file", "line", [
		("Python, list of lines", report.python("lines_list", log)),
		("Python, generator", report.python("lines_generator", log)),
		*report.packaged("a reader", "lines", log),
		("mmreader, `mmr_lines`", report.ours("lines", log))]))


def records(report):
	path = report.file("records", make_records, report.size // 16)
	report.add(Row("`__slots__`: objects of three fields", "record", [
		("Python, objects with a dict", report.python("records_dict", path)),
		("Python, objects with `__slots__`", report.python("records_slots", path)),
		*report.packaged("`records`", "records", path),
		("mmreader, `mmr_records`", report.ours(path, program="records"))]))


def numbers(report):
	"""The program exists only if the library has arrays."""
	path = report.file("numbers", make_numbers, report.size // 16)
	report.add(Row("The right type: floating numbers", "number", [
		("Python, list", report.python("numbers_list", path)),
		("Python, array", report.python("numbers_array", path)),
		*report.packaged("`array`", "numbers", path),
		("mmreader, `mmr_array`", report.ours(path, program="numbers"))]))


def interning(report):
	path = report.file("keys", make_keys, report.size // 16)
	report.add(Row("Interning: a column of %d different keys" % N_KEYS, "row", [
		("Python, a text for each row", report.python("keys_plain", path)),
		("Python, `sys.intern`", report.python("keys_interned", path)),
		*report.packaged("`Intern`", "keys", path),
		("mmreader, `mmr_intern`", report.ours("keys", path))]))
	path = report.file("distinct", make_distinct, report.size // 64)
	report.add(Row("Interning: a column without two equal keys", "key", [
		("Python, a text for each row", report.python("keys_plain", path)),
		("Python, `sys.intern`", report.python("keys_interned", path)),
		*report.packaged("`Intern`", "keys", path),
		("mmreader, `mmr_intern`", report.ours("distinct", path))]))


def library(report, log):
	ours = [("mmreader, libmagic not needed", report.ours("library"))]
	try:
		report.run(report.ours("library", log))
		ours.append(("mmreader, libmagic needed", report.ours("library", log)))
	except RuntimeError as error:
		report.skipped.append("libmagic needed: %s" % str(error).rsplit(": ", 1)[-1])
	report.add(Row("Lazy import: a library that may be needed", None, [
		("Python, eager `import asyncio`", report.python("library_eager")),
		("Python, lazy, not needed", report.python("library_lazy")),
		("Python, lazy, needed", report.python("library_lazy_used")),
		*report.packaged("libmagic not needed", "library"),
		*(report.packaged("libmagic needed", "library", log) if len(ours) > 1 else [])] + ours, alike=False), rounds=7)


def whole(report, log):
	report.add(Row("mmap: the lines of a whole file, counted", None, [
		("Python, `f.read()`", report.python("whole_read", log)),
		("Python, `mmap`", report.python("whole_mmap", log)),
		*report.packaged("`count_lines`", "whole", log),
		("mmreader, `mmr_count_lines`", report.ours("whole", log))]))


def measuring(report):
	"""Compares reported memory with the memory that was used."""
	path = report.files["distinct"]
	print("\n### Measuring: reported and used memory\n")
	print("| way | reported, MiB | held, MiB | call for the process, us |\n|---|---:|---:|---:|")
	ways = [("Python, `sys.getsizeof` of a list", report.python("measure", path)),
		*report.packaged("`nbytes` of a pool", "measure", path),
		("mmreader, `mmr_memory_usage`", report.ours("measure", path))]
	results = []
	for name, argv in ways:
		result = dict(report.measure(argv, 3), name=name)
		output = result["output"]
		print("| %s | %.1f | %.1f | %.1f |" % (name, int(output["says"]) / MIB,
			int(output["grown"]) / MIB, float(output["ns"]) / 1000))
		results.append(result)
	report.rows.append({"title": "Measuring", "each": None, "alike": True, "ways": results})


def machine_line():
	return "%s, %.1f GiB; %s %s; Python %s" % (machine.processor(), machine.memory_gib(),
		platform.system(), platform.release(), platform.python_version())


def main():
	parser = argparse.ArgumentParser(description="memory of Python and of mmreader")
	parser.add_argument("--build", required=True, help="the build folder")
	parser.add_argument("--size", default="1G", help="of the largest file")
	parser.add_argument("--keep", action="store_true", help="leave the files")
	args = parser.parse_args()
	if not os.path.exists("/proc/self/status"):
		sys.exit("report.py: no /proc/self/status here: nothing can be measured")
	report = Report(os.path.abspath(args.build), make_log.parse_size(args.size), args.keep)
	try:
		print("Files of %s, and sixteenths of it. %s." % (args.size, machine_line()))
		log = report.file("log", make_log.write_log, report.size)
		start(report)
		lines(report, log)
		records(report)
		numbers(report)
		interning(report)
		library(report, log)
		whole(report, log)
		measuring(report)
	finally:
		report.finish()
	return 1 if report.wrong else 0


if __name__ == "__main__":
	sys.exit(main())
