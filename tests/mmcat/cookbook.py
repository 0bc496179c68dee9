#!/usr/bin/env python3
"""cookbook.py - runs the jobs of doc/cookbook.md, each in both ways

	cookbook.py MMCAT FOLDER PAGE SIZE [--times]

Makes a log of SIZE in FOLDER and runs the commands of the page. Both ways must print the same; exit 1
if they do not. With --times each command runs five times, in turn, and the page is printed with the
medians of both, the machine, the versions of the tools and the values of $BYTE and $LINE.

SPDX-License-Identifier: MIT
"""

import hashlib
import os
import platform
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import machine  # pylint: disable=wrong-import-position
import make_log  # pylint: disable=wrong-import-position

RUNS = 5
SHORT = 64 << 10  # outputs of up to this size go through a pipe
JOB = re.compile(r"^\t(mmcat .*)\n\t(.*)\n(?:\n\| .*\n(?:\|.*\n)+)?", re.M)
MEASURED = re.compile(r"Here: .*?\.\n\n", re.S)
SETUP = re.compile(r"^\tpython3 tests/support/make_log.py (\S+) log\n\tBYTE=.*\n", re.M)
GNU = re.compile(r"\(GNU (.*)\) (.*)")


def variables(size):
	"""The variables of the commands: a byte at two thirds of the log, and a line there."""
	byte = make_log.parse_size(size) // 3 * 2
	return {"BYTE": str(byte), "LINE": str(byte // 82)}


def setup_commands(size):
	"""The commands of the page that make the log and set the variables."""
	return "\tpython3 tests/support/make_log.py %s log\n\tBYTE=%s LINE=%s\n" % (
		size, *variables(size).values())


class Workspace:
	def __init__(self, mmcat, folder, size):
		self.folder = folder
		self.log = os.path.join(folder, "log")
		length = make_log.parse_size(size)
		if not os.path.exists(self.log) or os.path.getsize(self.log) != length:
			with open(self.log, "wb") as file:
				make_log.write_log(file, length)
		self.env = {**os.environ, **variables(size), "LC_ALL": "C",
			"PATH": "%s:%s" % (folder, os.environ["PATH"])}
		# The page calls the program mmcat, whatever its name and folder.
		link = os.path.join(folder, "mmcat")
		if not os.path.lexists(link):
			os.symlink(mmcat, link)

	def run(self, command, out):
		started = time.monotonic()
		done = subprocess.run(["bash", "-o", "pipefail", "-c", command], stdout=out, cwd=self.folder,
			env=self.env, stdin=subprocess.DEVNULL)
		return time.monotonic() - started, done.returncode

	def answer(self, command):
		"""Returns: a digest of the output, its length, and the exit status."""
		process = subprocess.Popen(["bash", "-c", command], stdout=subprocess.PIPE, cwd=self.folder,
			env=self.env, stdin=subprocess.DEVNULL)
		digest, length = hashlib.sha256(), 0
		while piece := process.stdout.read(1 << 20):
			digest.update(piece)
			length += len(piece)
		return digest.hexdigest(), length, process.wait()

	def median_times(self, commands, out):
		times = [[] for _ in commands]
		for _ in range(RUNS):
			for command, of_one in zip(commands, times):
				of_one.append(self.run(command, out)[0])
		return [statistics.median(of_one) for of_one in times]


def versions():
	"""The versions of the packages that contain the usual tools."""
	found = {}
	for tool in "wc", "grep", "sed":
		version = subprocess.run([tool, "--version"], capture_output=True, check=False, text=True).stdout
		gnu = GNU.search(version.partition("\n")[0])
		found[gnu[1] if gnu else tool] = gnu[2] if gnu else "of this system"
	return ", ".join("%s %s" % (name, version) for name, version in found.items())


def machine_line():
	return "%s, %.1f GiB; %s %s" % (machine.processor(), machine.memory_gib(), platform.system(),
		".".join(platform.release().split(".")[:2]))


def shown(seconds):
	return "%.2f s" % seconds if seconds >= 1 else "%.1f ms" % (1000 * seconds)


def main():
	mmcat, folder, page, size = sys.argv[1:5]
	workspace = Workspace(os.path.abspath(mmcat), os.path.abspath(folder), size)
	with open(page, encoding="utf-8") as file:
		text = file.read()
	n_jobs = n_wrong = 0

	def do(found):
		nonlocal n_jobs, n_wrong
		commands = found[1], found[2]
		answers = [workspace.answer(command) for command in commands]
		n_jobs += 1
		if answers[0] != answers[1] or answers[0][1] == 0 or answers[0][2] != 0:
			n_wrong += 1
			print("different or empty output: %s: %s" % (commands, answers), file=sys.stderr)
		if "--times" not in sys.argv:
			return found[0]
		# With /dev/null as output, grep would stop at the first match.
		out = subprocess.PIPE if answers[0][1] <= SHORT else subprocess.DEVNULL
		ours, theirs = workspace.median_times(commands, out)
		names = commands[1].split()[0]
		return ("\t%s\n\t%s\n\n| mmcat | %s | |\n|---:|---:|---:|\n| %s | %s | %.1f times |\n"
			% (*commands, names, shown(ours), shown(theirs), theirs / ours))

	text = JOB.sub(do, text)
	if "--times" in sys.argv:
		text = SETUP.sub(setup_commands(size), text)
		text = MEASURED.sub("Here: %s; %s.\n\n" % (machine_line(), versions()), text)
		print(text, end="")
	found = SETUP.search(text)
	if not found or found[0] != setup_commands(found[1]):
		n_wrong += 1
		print("the page makes a different log, or sets $BYTE and $LINE to other values", file=sys.stderr)
	if n_jobs != 10:
		print("%d jobs, not 10" % n_jobs, file=sys.stderr)
	return n_wrong > 0 or n_jobs != 10


sys.exit(main())
