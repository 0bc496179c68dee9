#!/usr/bin/env python3
"""fault_mmcat.py - every action of mmcat on a file whose device fails, mounted by fault_mount

	fault_mount MODE FOLDER fault_mmcat.py MODE MMCAT FOLDER SCRATCH

The output of an action before it fails must be the beginning of its output for the intact file. The
message must contain the name and the offset. Prints what went wrong; exit 1 then.

SPDX-License-Identifier: MIT
"""

import mmap
import os
import re
import subprocess
import sys

# As in fault_mount.c.
LINE = b"a,71,needle,b9\r\n"
SIZE = 3 << 20
BAD = 640 << 10

ACTIONS = [
	[],
	["-b", "1000:-1"],
	["-l", "7:"],
	["-l", "-150000:-3"],
	["-s", "1/2"],
	["-r"],
	["-r", "-l", "5:"],
	["-c"],
	["-c", "-l", "5:"],
	["-e", "needle"],
	["-v", "-e", "nothing"],
	["-n", "-C2", "-e", "needle"],
	["-r", "-e", "needle"],
	["--offsets", "-e", "needle"],
	["-c", "-e", "needle"],
	["-E", "n(e+)dle"],
	["-c", "-E", "need"],
	["-c", "-R", "a,7"],
	["-R", "a", "-l", "5:"],
	["-r", "-R", "a,7"],
	["-n", "-R", "a,7", "-e", "needle"],
	["-x"],
	["-t", "u16le,14s"],
	["-t", "u8", "-b", "16:"],
	["-r", "-t", "u16le,14s", "--header=16"],
	["-t", "u16le,14s", "--sample=9", "--seed=1"],
	["-i"],
	["--index", "-c"],
	["--index", "-n", "-e", "needle"],
	["--no-index"],
]
WAYS = [[], ["--no-mmap"], ["-j", "1"], ["-j", "8"], ["--cache=leave"]]

n_wrong = 0
n_runs = 0


def wrong(what, *facts):
	global n_wrong
	n_wrong += 1
	print(what, *facts, sep=": ")


def run(program, args, path):
	global n_runs
	n_runs += 1
	try:
		done = subprocess.run([program] + args + [path], stdin=subprocess.DEVNULL,
			stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
	except subprocess.TimeoutExpired:
		return "for ever", b"", ""
	return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def check_failing(name, path, whole, got, earliest):
	"""A bad page in the middle: output up to it, and a message."""
	status, out, err = got
	if " --index " in name:
		# The index cannot be made for the same reason.
		failed, _, err = err.partition("\n")
		if failed != "mmcat: %s: cannot make an index: Input/output error" % path:
			wrong(name, "the index", failed)
	message = re.fullmatch(r"mmcat: %s: cannot read at byte (\d+): Input/output error\n" % re.escape(path), err)
	if status != 2 or not message:
		wrong(name, "status %s" % status, err[:200])
	elif not earliest <= int(message.group(1)) < BAD + mmap.PAGESIZE:
		wrong(name, "the wrong byte", err)
	if not whole[1].startswith(out):
		wrong(name, "%d bytes printed that are not the file's" % len(out))


def check_dead(name, path, got):
	status, out, err = got
	if status != 2 or out or not err.startswith("mmcat: %s: " % path):
		wrong(name, "status %s" % status, len(out), err[:200])


def check_slow(name, whole, got):
	# The name differs in the output of -i.
	if got[0] != 0 or got[2] or (got[1] != whole[1] and "-i" not in name):
		wrong(name, "status %s" % got[0], len(got[1]), got[2][:200])


def main():
	mode, program, folder, scratch = sys.argv[1:]
	path = os.path.join(folder, "f")
	copy = os.path.join(scratch, "whole")
	with open(copy, "wb") as file:
		file.write(LINE * (SIZE // len(LINE)))
	for args in ACTIONS:
		whole = run(program, args, copy)
		if whole[0] != 0:
			wrong(" ".join(args), "fails on an intact file", whole[2])
		for way in WAYS if mode != "slow" else WAYS[:1]:
			name = "%s: mmcat %s" % (mode, " ".join(way + args))
			got = run(program, way + args, path)
			if mode == "slow":
				check_slow(name, whole, got)
			elif mode == "dead":
				check_dead(name, path, got)
			else:
				# If no pages are cached, a whole request fails.
				check_failing(name, path, whole, got,
					BAD if mode == "eio" else BAD - (256 << 10))
	print("%s: %d runs, %d wrong" % (mode, n_runs, n_wrong))
	return n_wrong > 0


if __name__ == "__main__":
	sys.exit(main())
