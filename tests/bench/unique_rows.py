"""unique_rows.py - the rows of the benchmark for distinct lines and fields

The lines have a number, one of 10,000 texts, and a digit. The usual ways are sort | uniq -c and an associative
array of mawk. All print the same: the values in order, with their counts.

SPDX-License-Identifier: MIT
"""

import os
import random

from data import make, read
from measure import Command

N_VALUES = 10000
BLOCK = 1 << 18

# The count, a tab and the value, as mmcat prints them.
SORT = "%s | sort | uniq -c | sed 's/^ *//; s/ /\\t/'"
AWK = """mawk -F '\\t' '{ n[%s]++ } END { for (value in n) print n[value] "\\t" value }' "$1" | """ \
	"""sort -t "$(printf '\\t')" -k 2"""


def write_lines(file, size, whole):
	"""Lines of which few are different as a whole, or only in field 2."""
	rng = random.Random(1)
	values = [b"%x-%d" % (rng.randrange(1 << rng.choice([20, 60, 100])), n) for n in range(N_VALUES)]
	lines = [rng.choice(values) for _ in range(BLOCK)]
	if not whole:
		lines = [b"%d\t%s\t%d" % (rng.randrange(100000), value, rng.randrange(10)) for value in lines]
	block = b"".join(line + b"\n" for line in lines)
	for _ in range(max(1, size // len(block))):
		file.write(block)


def rows(bench, title, path, args, sort, awk):
	ours = ["-u", "--by=value", *args]
	names = "sort | uniq -c", "mawk"
	rivals = [Command(name, ["sh", "-c", script, "sh", path], answer="digest", program=program)
		for name, script, program in zip(names, (SORT % sort, AWK % awk), ("sort", "mawk"))]
	bench.compare(title, bench.ours(*ours, path=path, threads=bench.n_threads, answer="digest"),
		[(rivals[0], 15), (rivals[1], 3)], lacks=bench.lacks("--unique"), most=5)
	bench.compare(title + ", one thread", bench.ours(*ours, "-j1", path=path, answer="digest"),
		[(rivals[1], 3)], lacks=bench.lacks("--unique"), most=5)


def run(bench):
	size = bench.data.size // 8
	for title, args, whole, sort, awk in (
			("distinct lines", [], True, 'cat "$1"', "$0"),
			("distinct fields", ["-F2"], False, 'cut -f 2 "$1"', "$2")):
		path = os.path.join(bench.data.folder, "unique-%s-%d" % ("lines" if whole else "fields", size))
		make(path, None, lambda file, whole=whole: write_lines(file, size, whole))
		read(path)
		rows(bench, title, path, args, sort, awk)
