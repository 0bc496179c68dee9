#!/usr/bin/env python3
"""json_output.py - compares the output of mmcat --json with what python3 finds in the same bytes

	json_output.py MMCAT FOLDER

Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import json
import math
import os
import random
import re
import struct
import subprocess
import sys

import expectations
from expectations import expect

MMCAT, FOLDER = sys.argv[1:3]
LINES = ["--json", "--offsets", "-n"]


def run(*args, status=0, **how):
	"""Returns: the printed objects, one a line. status None: any status."""
	result = subprocess.run([MMCAT, *args], capture_output=True, **how)
	if status is not None:
		expect("status of %r (%r)" % (args, result.stderr),
			result.returncode, status)
	return [json.loads(line) for line in result.stdout.decode().splitlines()]


def write(name, content):
	path = os.path.join(os.fsencode(FOLDER), os.fsencode(name))
	with open(path, "wb") as file:
		file.write(content)
	return path


def objects(path, content, pattern, start=0, stop=None, base=0):
	"""The objects that mmcat -n prints for the matches in content[start:stop]."""
	stop = len(content) if stop is None else stop
	return [{"file": os.fsdecode(path), "offset": base + match.start() + start,
		"length": len(match[0]),
		"line": content[:start + match.start()].count(b"\n") + 1}
		for match in re.finditer(pattern, content[start:stop])]


def without_lines(found):
	return [{name: one[name] for name in one if name != "line"} for one in found]


def matches():
	rng = random.Random(5)
	small = b"".join(rng.choice([b"needle", b"\n", b"x", b" a line\n", b"need", b"\r\n"])
		for _ in range(3000))
	# Some matches are close together, others farther apart than any buffer.
	large = b"".join(small + b"some text, some line\n" * rng.choice([0, 1, 10, 100000, 400000])
		for _ in range(6))
	for content in b"", b"needle", b"\nneedle\n\nneedle", small, large:
		path = write("log", content)
		wanted = objects(path, content, b"needle")
		status = 0 if wanted else 1
		# -m counts lines, which have several matches.
		most = [one for one in wanted if one["line"] in sorted({one["line"] for one in wanted})[:3]]
		for how in ["-e", "needle"], ["-E", "n(?:ee)dle"], ["-I", "-e", "NEEDLE"]:
			for more in [], ["-j1"], ["--no-mmap"]:
				args = [*how, *more, path]
				expect("%s" % args, run("--json", "--offsets", *args, status=status),
					without_lines(wanted))
				expect("%s, lines" % args, run(*LINES, *args, status=status), wanted)
			expect("%s, -m 3" % how, run(*LINES, "-m3", *how, path, status=status), most)
			piped = [{**one, "file": "standard input"} for one in wanted]
			expect("%s, piped" % how,
				run(*LINES, *how, input=content, status=status), piped)
			shards = [run(*LINES, *how, "-s%d/3" % k, path, status=None)
				for k in (1, 2, 3)]
			expect("%s, shards" % how, sum(shards, []), wanted)
		n_lines = len({one["line"] for one in wanted})
		for how, counted in ([], {"lines": n_lines}), (["-o"], {"matches": len(wanted)}), (
				["-v"], {"lines": len(content.splitlines()) - n_lines}):
			expect("counted, %s" % how, run("--json", "-c", *how, "-e", "needle", path, status=None),
				[{"file": os.fsdecode(path), **counted}])
	# Selections: lines are numbered from the start of the file.
	path = write("log", small)
	ends = [0] + [match.end() for match in re.finditer(b"\n", small)]
	for args, start, stop in ((["-b", "1000:9000"], 1000, 9000), (["-b", "-5000:"], -5000, None),
			(["-l", "100:200"], ends[100], ends[200]), (["-l", "7:"], ends[7], None)):
		start = start if start >= 0 else len(small) + start
		wanted = objects(path, small, b"needle", start, stop)
		expect("%s" % args, run(*LINES, "-e", "needle", *args, path), wanted)
		piped = [{**one, "file": "standard input"} for one in wanted]
		expect("%s, piped" % args,
			run(*LINES, "-E", "needle", *args, input=small), piped)
	# Standard input with an offset.
	with open(path, "rb") as file:
		os.lseek(file.fileno(), 700, os.SEEK_SET)
		expect("from 700 on", run(*LINES, "-e", "needle", stdin=file),
			[{**one, "file": "standard input"} for one in objects(path, small, b"needle", 700)])


def threads():
	"""Numbering lines takes no more threads than -j allows."""
	# Long enough to count the threads while it runs.
	path = write("log", (b"text\n" * 12000000 + b"needle\n") * 2)
	process = subprocess.Popen([MMCAT, "-j1", *LINES, "-e", "needle", path],
		stdout=subprocess.PIPE)
	most = 0
	while process.poll() is None:
		try:
			most = max(most, len(os.listdir("/proc/%d/task" % process.pid)))
		except FileNotFoundError:
			break
	expect("lines", process.communicate()[0].count(b"\n"), 2)
	# ThreadSanitizer starts a thread of its own.
	if "thread" not in os.environ.get("SANITIZER_FLAGS", ""):
		expect("threads of -j1", most, 1)
	os.unlink(path)


def counts():
	path = write("log", b"1\n2\n3")
	expect("count", run("--json", "-c", path, path), [{"file": os.fsdecode(path), "lines": 3}] * 2)
	expect("count, piped", run("--json", "-c", "-l1:", input=b"1\n2\n"),
		[{"file": "standard input", "lines": 1}])


def names():
	"""Any file name is printed so that it can be read back byte by byte."""
	for name in (b"a b", b'"\\', b"\t\n\x01\x7f", "grün 東 😀".encode(), b"\xff\xc0\x80",
			b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\xf0\x9f\x98", b"\xc3("):
		path = write(name, b"x\n")
		found = run("--json", "-c", path)
		expect("name %r" % name, [os.fsencode(one["file"]) for one in found], [path])


def rows():
	path = write("rows", b"".join(
		struct.pack("<Ifd3s", i * 1000003 % (1 << 32), f, d, text) for i, (f, d, text) in enumerate(
			((0, 0, b"abc"), (-0.0, 1e300, b"a\0\0"), (1.5, -0.1, b'"\\\n'), (3e38, 2.0**63, b"\xff"),
			(0.1, math.pi, "é".encode()), (math.inf, -math.inf, b""), (math.nan, math.nan, b"x")))))
	found = run("--json", "-t", "id:u32le,f:f32le,d:f64le,text:3s", path)
	with open(path, "rb") as file:
		packed = list(struct.iter_unpack("<Ifd3s", file.read()))
	special = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
	expect("rows", len(found), len(packed))
	for row, wanted in zip(found, packed):
		values = [special.get(value, value) if name in "fd" else value
			for name, value in row.items()]
		values[3] = os.fsencode(values[3])
		again = struct.pack("<Ifd3s", *values)
		expect("row %r" % row, again, struct.pack("<Ifd3s", *wanted))
	expect("names", [list(row) for row in run("--json", "-m1", "-t", "u32le f32le 11x", path)],
		[["0", "1"]])
	result = subprocess.run([MMCAT, "--json", "-t", "u64le"], input=b"12345678901", capture_output=True)
	expect("left over", (result.returncode, json.loads(result.stdout)),
		(2, {"0": int.from_bytes(b"12345678", "little")}))


def refused():
	path = write("log", b"x\n")
	for args in (["--json"], ["--json", "-r"], ["--json", "-x"], ["--json", "-n"], ["--json", "-o"],
			["--json", "--offsets"], ["--json", "--offsets", "-c", "-e", "x"],
			["--json", "--offsets", "-o", "-e", "x"], ["--json", "--offsets", "-v", "-e", "x"],
			["--json", "-t", "u8", "-w2"]):
		result = subprocess.run([MMCAT, *args, path], capture_output=True)
		expect("%s is refused" % args, (result.returncode, result.stdout, result.stderr.count(b"\n")),
			(2, b"", 1))


matches()
threads()
counts()
names()
rows()
refused()
sys.exit(expectations.status())
