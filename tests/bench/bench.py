#!/usr/bin/env python3
"""bench.py - measures mmreader against other programs, on files that it makes

	bench.py --build=FOLDER [--size=4G] [--no-hyperfine]

Run it by `make bench` or `make bench BENCH_SIZE=256M`. Every answer is checked against the rival's,
rivals run in turn with mmcat, and only ratios within one run mean anything. FOLDER/bench gets the
data (about 2.2 times the size, kept for the next run), bench.json and bench.svg.

Exit status: 0 whatever the targets, 1 for a wrong answer.

SPDX-License-Identifier: MIT
"""

import argparse
import os
import platform
import subprocess
import sys
import time

from data import Data
from measure import Runner
from report import Report
from rows import Bench, run_all


def cpu_name():
	names = [line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo")
		if line.startswith("model name")] if os.path.exists("/proc/cpuinfo") else []
	return "%s, %d processors" % (names[0] if names else platform.machine(),
		len(os.sched_getaffinity(0)))


def file_system(folder):
	done = subprocess.run(["stat", "-f", "-c", "%T", folder], capture_output=True, text=True,
		check=False)
	kind = done.stdout.strip() or "unknown"
	return "ext4" if kind == "ext2/ext3" else kind


def memory_gib():
	return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / (1 << 30)


def kernels(mmcat):
	said = subprocess.run([mmcat, "--version"], capture_output=True, text=True, check=True).stdout
	return "; ".join(said.splitlines())


def main():
	parser = argparse.ArgumentParser(description="measure mmreader against other programs")
	parser.add_argument("--build", required=True, help="the build folder")
	parser.add_argument("--size", default="4G", help="of the log; 4G is what targets are for")
	parser.add_argument("--no-hyperfine", action="store_true", help="use bench_run alone")
	args = parser.parse_args()
	build = os.path.abspath(args.build)
	folder = os.path.join(build, "bench")
	started = time.monotonic()

	data = Data(folder, args.size)
	runner = Runner(build, not args.no_hyperfine)
	if data.size * 2.2 > memory_gib() * 0.7 * (1 << 30):
		print("bench.py: %s is much for this machine's memory: files may not stay in it" % args.size,
			file=sys.stderr)
	out = Report({
		"cpu": cpu_name(),
		"memory": "%.1f GiB" % memory_gib(),
		"kernel": "%s %s" % (platform.system(), platform.release()),
		"file system": file_system(folder),
		"program": kernels(os.path.join(build, "mmcat")),
		"files": "log of %s, %d rows; warm" % (args.size, data.n_rows),
		"page cache": "; ".join(data.notes),
		"load before": "%.2f" % os.getloadavg()[0],
		"timed by": "hyperfine" if runner.hyperfine else "bench_run",
	})
	if os.getloadavg()[0] > 0.5:
		print("The machine is busy with other work: programs of several threads suffer most from it.")
	run_all(Bench(runner, data, build, out))
	out.finish(folder)
	print("load after %.2f; took %.0f s" % (os.getloadavg()[0], time.monotonic() - started))
	return 1 if out.faults else 0


if __name__ == "__main__":
	sys.exit(main())
