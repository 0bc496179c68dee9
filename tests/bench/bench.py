#!/usr/bin/env python3
"""bench.py - measures mmreader against other programs, on files that it makes

	bench.py --build=FOLDER [--size=4G] [--rows=all|search|tables|index|cold|unique|python|programs] [--against=FOLDER] [--no-hyperfine]

Run it by `make bench` or `make bench BENCH_SIZE=256M BENCH_ROWS=search`. Every answer is compared with the rival's.
With --against, the build of another commit (`make bench BENCH_AGAINST=COMMIT`) is a rival, too, and
rows that differ by more than 3 % are listed at the end.
Rivals run in turn with mmcat, so only ratios within one run are comparable. FOLDER/bench holds the
data (about 2.3 times the size, kept for the next run), bench.json and bench.svg.

Exit status: 1 for a wrong answer, else 0, even if targets are missed.

SPDX-License-Identifier: MIT
"""

import argparse
import os
import platform
import subprocess
import sys
import time

from data import Data
import cold_rows
import index_rows
import program_rows
import python_rows
import search_rows
import table_rows
import unique_rows
from measure import Runner
from report import Report
from rows import Bench, run_all

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import machine  # pylint: disable=wrong-import-position


def file_system(folder):
	done = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
		check=False)
	kind = done.stdout.strip() or "unknown"
	return "ext4" if kind == "ext2/ext3" else kind


def kernels(mmcat):
	printed = subprocess.run([mmcat, "--version"], capture_output=True, text=True, check=True).stdout
	return "; ".join(printed.splitlines())


def main():
	parser = argparse.ArgumentParser(description="measure mmreader against other programs")
	parser.add_argument("--build", required=True, help="the build folder")
	parser.add_argument("--size", default="4G", help="size of the log; the targets are for 4G")
	parser.add_argument("--rows", default="all", choices=["all", "search", "tables", "index", "cold", "unique", "python", "programs"], help="what is measured")
	parser.add_argument("--against", help="the build folder of another commit")
	parser.add_argument("--no-hyperfine", action="store_true", help="measure with bench_run only")
	args = parser.parse_args()
	build = os.path.abspath(args.build)
	folder = os.path.join(build, "bench")
	started = time.monotonic()

	data = Data(folder, args.size)
	runner = Runner(build, not args.no_hyperfine)
	if data.size * 3.2 > machine.memory_gib() * 0.7 * (1 << 30):
		print("bench.py: %s is large for this machine: files may not stay in the page cache" % args.size,
			file=sys.stderr)
	out = Report({
		"cpu": machine.processor(),
		"memory": "%.1f GiB" % machine.memory_gib(),
		"kernel": "%s %s" % (platform.system(), platform.release()),
		"file system": file_system(folder),
		"program": kernels(os.path.join(build, "mmcat")),
		"files": "log of %s, %d rows; warm" % (args.size, data.n_rows),
		"page cache": "; ".join(data.notes),
		"load before": "%.2f" % os.getloadavg()[0],
		"timed by": "hyperfine" if runner.hyperfine else "bench_run",
	})
	if os.getloadavg()[0] > 0.5:
		print("The machine is busy with other work: this slows programs with several threads most.")
	bench = Bench(runner, data, build, out, args.against)
	if args.rows == "all":
		run_all(bench)
	if args.rows in ("all", "search"):
		search_rows.run(bench)
	if args.rows in ("all", "tables"):
		table_rows.run(bench)
	if args.rows in ("all", "index"):
		index_rows.run(bench)
	if args.rows in ("all", "cold"):
		cold_rows.run(bench)
	if args.rows in ("all", "unique"):
		unique_rows.run(bench)
	if args.rows in ("all", "python"):
		python_rows.run(bench)
	if args.rows in ("all", "programs"):
		program_rows.run(bench)
	out.finish(folder)
	print("load after: %.2f; duration: %.0f s" % (os.getloadavg()[0], time.monotonic() - started))
	return 1 if out.faults else 0


if __name__ == "__main__":
	sys.exit(main())
