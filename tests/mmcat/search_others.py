#!/usr/bin/env python3
"""search_others.py - mmcat -e and -E against GNU grep and ripgrep, and against itself

	search_others.py MMCAT FOLDER [N [SEED]]

Compares N commands of which the others have the same options with the same meaning. Then checks that
lines that match and lines that do not are the file, that shards are the whole, and that -c counts what
is printed. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import os
import random
import shutil
import subprocess
import sys

from expectations import expect, failures, status
from search_cases import make_files

ENVIRONMENT = {"PATH": os.environ["PATH"], "LC_ALL": "C",
	**{name: value for name, value in os.environ.items() if name == "LD_LIBRARY_PATH"}}
TEXTS = ["needle", "need", "ab", "foo_bar", "e", "xyz", "x1", "absent"]
EXPRESSIONS = ["ne+dle", "^need", "le$", "(a|f)b?", "needle|ab", r"\bfoo", "^$", "[xyz]{3}"]
# Options with their names here, in grep and in rg; None: not compared.
DETAILS = [("-n", "-n", "-n"), ("-O", "-b", "-b"), ("-o", "-o", "-o"), ("-v", "-v", "-v"), ("-c", "-c", "-c"),
	("-m3", "-m3", "-m3"), ("-A2", "-A2", "-A2"), ("-B1", "-B1", "-B1"), ("-C3", "-C3", "-C3"),
	("-W", "-w", "-w"), ("-X", "-x", "-x"), ("-I", "-i", "-i"), ("-H", "-H", "-H")]
CONTEXT = {"-A2", "-B1", "-C3"}
NOT_TOGETHER = [{"-o"} | CONTEXT, {"-o", "-v"}, {"-c"} | CONTEXT, {"-c", "-o"}, {"-c", "-O"}, {"-c", "-n"}]


def run(*args):
	done = subprocess.run(args, capture_output=True, stdin=subprocess.DEVNULL, env=ENVIRONMENT, check=False)
	return done.returncode, done.stdout, done.stderr


def some_details(rng):
	chosen = [detail for detail in DETAILS if rng.random() < 0.22]
	names = {ours for ours, _, _ in chosen}
	if any(len(names & several) > 1 for several in NOT_TOGETHER if several & {"-o", "-c"}):
		return some_details(rng)
	return chosen


def compare(rng, mmcat, programs, paths):
	"""One command of mmcat and the same one of another program."""
	path = rng.choice(paths)
	program = rng.choice(programs)
	is_regex = rng.random() < 0.4
	# grep has one expression with -P only.
	patterns = rng.sample(EXPRESSIONS, 1) if is_regex else rng.sample(TEXTS, rng.choice([1, 1, 2, 4]))
	details = some_details(rng)
	names = {ours for ours, _, _ in details}
	ours, theirs = [mmcat, *names], [program]
	if program == "rg":
		theirs += ["--no-config", "-a", "--no-unicode", "--color=never", "--no-heading", "--include-zero",
			"--encoding=none", "-j1"]
		theirs += [] if "-n" in names else ["-N"]
		theirs += [] if "-H" in names else ["-I"]
		# rg 13 prints what matches among the lines after the last match otherwise.
		if "-m3" in names and names & CONTEXT:
			return
	else:
		theirs += ["-a"]
	theirs += [their[1 if program == "grep" else 2] for their in details]
	theirs += {"grep": [["-F"], ["-P"]], "rg": [["-F"], []]}[program][is_regex]
	for pattern in patterns:
		ours += ["-E" if is_regex else "-e", pattern]
		theirs += ["-e", pattern]
	if path.endswith("nuls"):
		# `.` and `^` have other meanings in lines that contain newlines, and rg ends all with NUL.
		if is_regex or program == "rg":
			return
		ours += ["-d", r"\0"]
		theirs += ["-z"]
	got, wanted = run(*ours, path), run(*theirs, path)
	# A count of 0 lines of an empty file is not printed by rg.
	if "-c" in names and not wanted[1] and got[1].endswith(b"0\n"):
		wanted = (1, got[1], wanted[2])
	if got != wanted:
		expect(" ".join(ours[1:] + [path]) + "   " + " ".join(theirs), got, wanted)


def check_invariants(mmcat, path, content, options):
	delimiter = b"\0" if path.endswith("nuls") else b"\n"
	more = ["-d", r"\0"] if delimiter == b"\0" else []
	search = [mmcat, *options, *more]
	whole = content + (b"" if content.endswith(delimiter) or not content else delimiter)
	# The lines in the order of their offsets.
	numbered = []
	for invert in [], ["-v"]:
		out = run(*search, *invert, "-O", "--color=never", path)[1]
		numbered += [line.split(b":", 1) for line in out.split(delimiter)[:-1]]
		plain = run(*search, *invert, path)[1]
		expect("%s %s: -O adds offsets only" % (options, path),
			b"".join(line.split(b":", 1)[1] + delimiter for line in out.split(delimiter)[:-1]), plain)
		expect("%s %s: -c counts lines" % (options, path), run(*search, *invert, "-c", path)[1],
			b"%d\n" % plain.count(delimiter))
		for n in 3, 8:
			for details in ["-n"], ["-o"] * (not invert), ["-O"]:
				parts = [run(*search, *invert, *details, "-s%d/%d" % (k, n), path)[1]
					for k in range(1, n + 1)]
				expect("%s %s: %d shards with %s" % (options + invert, path, n, details),
					b"".join(parts), run(*search, *invert, *details, path)[1])
		last = run(*search, *invert, "-r", path)[1].split(delimiter)[:-1]
		expect("%s %s: -r" % (options, path), last[::-1], plain.split(delimiter)[:-1])
	numbered.sort(key=lambda pair: int(pair[0]))
	expect("%s %s: the lines and the others" % (options, path),
		b"".join(line + delimiter for _, line in numbered), whole)
	matches = run(*search, "-o", path)[1].count(delimiter)
	expect("%s %s: -c -o counts matches" % (options, path), run(*search, "-c", "-o", path)[1],
		b"%d\n" % matches)
	expect("%s %s: --offsets prints one for each match" % (options, path),
		run(*search, "--offsets", path)[1].count(b"\n"), matches)


def main():
	mmcat, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
	n = int(sys.argv[3]) if len(sys.argv) > 3 else 600
	rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
	files = make_files(rng)
	paths = []
	for name, content in files.items():
		paths.append(os.path.join(folder, name.replace(" ", "-")))
		with open(paths[-1], "wb") as file:
			file.write(content)
	programs = [program for program in ("grep", "rg") if shutil.which(program)]
	if "grep" in programs and run("grep", "-Pq", "a", paths[1])[0] == 2:
		programs.remove("grep")
	print("compared with: %s" % " ".join(programs))
	for _ in range(n if programs else 0):
		compare(rng, mmcat, programs, paths)
	for path, content in zip(paths, files.values()):
		if len(content) < 1 << 20 or path.endswith("boundaries"):
			check_invariants(mmcat, path, content,
				rng.choice([["-e", "needle"], ["-e", "need", "-e", "ab"]]))
			check_invariants(mmcat, path, content, rng.choice([["-E", "ne+d"], ["-E", "^$", "-e", "x"]]))
	print("%d wrong" % len(failures))
	return status()


if __name__ == "__main__":
	sys.exit(main())
