#!/usr/bin/env python3
"""truncate.py - files shrink and grow under mmcat: the right output or an error, never a signal

	truncate.py MMCAT FOLDER

Prints what went wrong; exit 1 then.

SPDX-License-Identifier: MIT
"""

import os
import random
import re
import subprocess
import sys
import threading

import expectations
from expectations import wrong

MIB = 1 << 20
LINES = b"".join(b"line %07d of a file that will not stay\n" % i for i in range(200000))
ACTIONS = [[], ["-c"], ["-r"], ["-l", "100000:"], ["-l", "-150000:-3"], ["-c", "-l", "5:190000"], ["-u", "-c"], ["-u", "-F1"]]


def write(path, content):
	with open(path, "wb") as file:
		file.write(content)


def flicker(path, rng, process):
	"""Truncates the file and lets it grow back, again and again, until the process has ended."""
	sizes = [0, 1, 4095, 4096, MIB, 3 * MIB + 5, len(LINES) - 1]
	while process.poll() is None:
		os.truncate(path, rng.choice(sizes))
		os.truncate(path, len(LINES))


def judge(name, path, process, out, err):
	"""Whatever the moment of the cut: done, or one line that says where it was cut."""
	message = r"mmcat: %s: cannot read at byte (\d+): file was truncated while reading\n" % re.escape(path)
	found = re.fullmatch(message, err.decode())
	if process.returncode == 0 and not err:
		return False
	if process.returncode == 2 and found and int(found.group(1)) <= len(LINES):
		return True
	wrong(name, "status %d" % process.returncode, err.decode()[:200])
	return True


def run_flickering(program, path, rng, n_rounds):
	for args in ACTIONS:
		n_cut = 0
		for _ in range(n_rounds):
			write(path, LINES)
			process = subprocess.Popen([program] + args + [path],
				stdout=subprocess.PIPE, stderr=subprocess.PIPE)
			thread = threading.Thread(target=flicker, args=(path, rng, process))
			thread.start()
			out, err = process.communicate()
			thread.join()
			n_cut += judge("flicker " + " ".join(args), path, process, out, err)
		print("%s: %d of %d rounds met a cut" % (args, n_cut, n_rounds))


def run_held(program, path, args, cut_at, append):
	"""Truncates or extends the file while the process waits for its reader: the time is certain."""
	write(path, LINES)
	process = subprocess.Popen([program] + args + [path],
		stdout=subprocess.PIPE, stderr=subprocess.PIPE)
	first = os.read(process.stdout.fileno(), 10)
	if append:
		with open(path, "ab") as file:
			file.write(b"later\n" * 1000)
	else:
		os.truncate(path, cut_at)
	out, err = process.communicate()
	return process.returncode, first + out, err.decode()


def check_held(program, path):
	for cut_at in (0, 1, 4096, 5 * MIB + 123, len(LINES) - 1):
		status, out, err = run_held(program, path, [], cut_at, False)
		# What was on its way already may be printed: the pipes hold 2 MiB at most.
		at = re.fullmatch(r"mmcat: .*: cannot read at byte (\d+): file was truncated while reading\n", err)
		if status != 2 or not at:
			wrong("print, cut at %d" % cut_at, "status %d" % status, err)
		elif int(at.group(1)) != len(out) or not cut_at <= len(out) <= max(cut_at, 3 * MIB):
			wrong("print, cut at %d" % cut_at, "%d bytes printed" % len(out), err)
		# The pipe contains pages of the file, see doc/safety.md. Bytes before the cut are
		# unchanged, and bytes after it are the file's or zeroes.
		elif out[:cut_at] != LINES[:cut_at] or any(
				byte not in (0, LINES[i]) for i, byte in enumerate(out[cut_at:], cut_at)):
			wrong("print, cut at %d" % cut_at, "bytes that never were in the file")
	status, out, err = run_held(program, path, ["-r"], 1000, False)
	message = r"mmcat: .*: cannot read at byte \d+: file was truncated while reading\n"
	if status != 2 or not re.fullmatch(message, err):
		wrong("reverse, cut", "status %d" % status, err)
	if not b"".join(LINES.splitlines(True)[::-1]).startswith(out):
		wrong("reverse, cut", "bytes that were not in the file")
	for args, wanted in ([], LINES), (["-l", "7:"], b"".join(LINES.splitlines(True)[7:])):
		status, out, err = run_held(program, path, args, 0, True)
		if (status, out, err) != (0, wanted, ""):
			wrong("append, " + " ".join(args), "status %d" % status, len(out), err)
	# -r prints the end first, so bytes that are appended later are not printed.
	status, out, err = run_held(program, path, ["-r"], 0, True)
	if (status, out, err) != (0, b"".join(LINES.splitlines(True)[::-1]), ""):
		wrong("append, -r", "status %d" % status, len(out), err)


def main():
	path = os.path.join(sys.argv[2], "flickering")
	n_rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 8
	check_held(sys.argv[1], path)
	run_flickering(sys.argv[1], path, random.Random(1), n_rounds)
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
