"""python_rows.py - the rows of the benchmark for the Python package

The rivals are mmap, a loop over open(), and numpy.memmap if numpy is installed. All times include
the start of the interpreter, and of the modules that a program imports.

SPDX-License-Identifier: MIT
"""

import os
import shutil
import subprocess
import sys

from measure import Command

HERE = os.path.dirname(os.path.abspath(__file__))
WAYS = os.path.join(HERE, "python_ways.py")


def make_package(bench):
	"""Puts the package together as it is installed. Returns: its folder, or None."""
	core = os.path.join(bench.build, "python/mmreader/.libs/_core.so")
	folder = os.path.join(bench.build, "bench", "package")
	if not os.path.exists(core):
		return None
	shutil.rmtree(folder, ignore_errors=True)
	shutil.copytree(os.path.join(HERE, "../../python/mmreader"), os.path.join(folder, "mmreader"))
	shutil.copy(core, os.path.join(folder, "mmreader"))
	return folder


def has_numpy():
	return subprocess.run([sys.executable, "-c", "import numpy"], capture_output=True,
		check=False).returncode == 0


def run(bench):
	folder = make_package(bench)
	log, floats = bench.data.log, bench.data.floats
	n = bench.n_threads

	def way(name, function, path, threads=1):
		return Command(name, [sys.executable, WAYS, folder, function, path], threads=threads)

	def compare(title, job, path, rivals, threads):
		ours = way("package", job + "_package", path, threads)
		bench.compare("Python: " + title, ours,
			[(way(name, "%s_%s" % (job, kind), path), None) for name, kind in rivals],
			lacks=None if folder else "the Python package is not built")

	both = [("mmap", "mmap"), ("for line in open()", "file")]
	compare("count lines", "count", log, both, n)
	compare("count a text", "find", log, both, n)
	compare("find a text that is not there", "absent", log, [("mmap", "mmap")], 1)
	compare("iterate over lines", "lines", log, both, 1)
	rivals = [("array of parts of mmap", "array")]
	if has_numpy():
		rivals.insert(0, ("numpy.memmap", "numpy"))
	else:
		bench.out.skip("Python: add up numbers: numpy.memmap", "numpy is not installed")
	compare("add up numbers", "sum", floats, rivals, n)
