#!/usr/bin/env python3
"""sample.py - random samples have the lines that they should have

	sample.py MMCAT FOLDER

A sample of N lines contains that of N - 1 lines. So samples of 1, 2, 3, ... lines rank the lines of a
file, and any other sample must have the first lines, in this rank, of those that can be chosen.

SPDX-License-Identifier: MIT
"""

import collections
import os
import random
import subprocess
import sys

import expectations
from expectations import check, expect


def run(mmcat, args, data=b""):
	return subprocess.run([mmcat, *args], input=data, capture_output=True, timeout=60)


def rank(mmcat, path, seed, n_lines):
	"""The offsets of all lines, from the one that is in every sample."""
	ranked, before = [], set()
	for n in range(1, n_lines + 1):
		done = run(mmcat, ["-O", "--sample=%d" % n, "--seed=%d" % seed, path])
		offs = [int(line.split(b":")[0]) for line in done.stdout.splitlines()]
		check("offsets are in order", offs == sorted(set(offs)), offs)
		check("a sample of %d lines" % n, len(offs) == n and before < set(offs), offs, before)
		ranked += set(offs) - before
		before = set(offs)
	return ranked


def lines_of(data):
	return data.splitlines(keepends=True)


def one_run(mmcat, path, rng, data, seed, ranked):
	"""Compares a sample with the ranking."""
	lines, offs, at = lines_of(data), [], 0
	for line in lines:
		offs.append(at)
		at += len(line)
	text_of = dict(zip(offs, lines))
	number_of = {off: i + 1 for i, off in enumerate(offs)}
	n = rng.randrange(len(lines) + 5)
	args, chosen = ["--sample=%d" % n, "--seed=%d" % seed], list(offs)
	kind = rng.randrange(4)
	if kind == 1:
		first, last = sorted(rng.randrange(len(lines) + 1) for _ in range(2))
		args += ["-l", "%d:%d" % (first, last)]
		chosen = offs[first:last]
	elif kind == 2:
		args += ["-e", "a"]
		chosen = [off for off in offs if b"a" in text_of[off]]
	elif kind == 3:
		args += ["-v", "-e", "a"]
		chosen = [off for off in offs if b"a" not in text_of[off]]
	chosen = sorted([off for off in ranked if off in set(chosen)][:n])
	status = 1 if kind in (2, 3) and not chosen else 0
	how = rng.choice(["", "-n", "-O", "-r", "-c"])
	args += [how] if how else []
	args += rng.choice([[], ["-j1"], ["-j3"], ["--no-mmap"], ["--cache=leave"]])
	printed = {off: text_of[off].rstrip(b"\n") + b"\n" for off in chosen}
	wanted = {
		"": b"".join(printed.values()),
		"-n": b"".join(b"%d:%s" % (number_of[off], line) for off, line in printed.items()),
		"-O": b"".join(b"%d:%s" % (off, line) for off, line in printed.items()),
		"-r": b"".join(reversed(printed.values())),
		"-c": b"%d\n" % len(chosen),
	}[how]
	piped = rng.random() < 0.3
	done = run(mmcat, args if piped else [*args, path], data if piped else b"")
	expect(" ".join(args), (done.returncode, done.stdout, done.stderr), (status, wanted, b""))


def check_records(mmcat, path):
	"""Records are chosen, not lines."""
	with open(path, "wb") as file:
		file.write(b"".join(b"a%d\n b\n" % i for i in range(1000)))
	done = run(mmcat, ["-R", "a", "--sample=50", path])
	pairs = list(zip(*[iter(done.stdout.splitlines())] * 2))
	check("records are whole", len(pairs) == 50 and all(
		start[:1] == b"a" and rest == b" b" for start, rest in pairs), done.stdout)


def check_shares(mmcat, path):
	"""Lines are chosen equally often, over many seeds."""
	n_runs, n_lines, n_chosen = 600, 30, 10
	with open(path, "wb") as file:
		file.write(b"".join(b"%d\n" % i for i in range(n_lines)))
	counts = collections.Counter()
	for seed in range(n_runs):
		counts.update(run(mmcat, ["--sample=%d" % n_chosen, "--seed=%d" % seed, path]).stdout.split())
	mean = n_runs * n_chosen / n_lines
	chi = sum((counts[b"%d" % i] - mean) ** 2 / mean for i in range(n_lines))
	# The mean is 20, for two thirds of 30 lines are left out; the standard deviation is below 8.
	check("lines are chosen equally often", 4 < chi < 60, chi, counts)


def main():
	mmcat, folder = sys.argv[1:3]
	rng = random.Random(23)
	path = os.path.join(folder, "sample")
	for seed in range(10):
		n_lines = rng.randrange(1, 40)
		data = b"".join(bytes(rng.choice(b"abc") for _ in range(rng.randrange(6))) + b"\n" for _ in range(n_lines))
		data += b"end" if rng.random() < 0.5 else b""
		with open(path, "wb") as file:
			file.write(data)
		ranked = rank(mmcat, path, seed, len(lines_of(data)))
		for _ in range(50):
			one_run(mmcat, path, rng, data, seed, ranked)
	check_records(mmcat, path)
	check_shares(mmcat, path)
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
