#!/usr/bin/env python3
"""reading.py - prints the tables of a reading in doc/performance.md, from bench.json

	reading.py bench.json

Rows that were skipped are left out.

SPDX-License-Identifier: MIT
"""

import json
import statistics
import sys

# What the page calls a row, the row, and its rival.
WORKS = [
	("`-c`", "count lines", "wc -l"),
	("`-c -j1`", "count lines, one thread", "pread 128 KiB + count, 1 thread"),
	("`-c`, single pages", "count lines, cached in single pages", "pread 128 KiB + count, %d threads"),
	("`-c -j1`, single pages", "count lines, cached in single pages, one thread",
		"pread 128 KiB + count, 1 thread"),
	("`-c -e RARE`", "count a rare text", "rg -c -F"),
	("all bytes into a pipe that is read", "print all into a pipe", "cat"),
	("`-r`", "reverse", "tac"),
	("`-l N:+1`, at 9/10 of the file", "one line at 9/10 of the file", "sed -n Np"),
	("`-x`, 256 MiB", "hex view", "xxd"),
	("`-e ERROR -j1`, 5 % of the lines", "lines with a text, 1 thread", "rg -a --no-unicode ERROR"),
	("`-n -e ERROR -j1`", "lines with a text, numbered, 1 thread", "rg -a --no-unicode -n ERROR"),
	("`-v -e ERROR -j1`", "lines without a text, 1 thread", "rg -a --no-unicode -v ERROR"),
	("`-o -E 'ERROR [A-Z]+' -j1`", "matches of an expression, 1 thread",
		"rg -a --no-unicode -o ERROR [A-Z]+"),
	("`-c`, one of 100 texts, `-j1`", "count lines with one of 100 texts, 1 thread", "rg -a -c -F -f"),
	("`-c -E '[a-z]+\\d+[a-z]' -j1`", "expression: no literal, 1 thread", "rg -a -c --no-unicode [a-z]"),
	("`doc/examples/average`", "mean by key of", "rival_onebrc"),
	("`doc/examples/average`", "mean by key of", "mawk"),
	("`doc/examples/tally`", "distinct values of", "mawk"),
]

# What the page calls a rival, if not by its name.
RIVALS = {
	"pread 128 KiB + count": "a loop of pread and count",
	"rg -a -c -F -f": "`rg -c -F -f`",
	"rival_onebrc": "a fast program for this only",
}

LINES = [
	("`memchr` in a loop", "memchr"),
	("`mmr_lines_next`", "mmr_lines"),
	("`mmr_lines_next_batch`", "mmr_lines_next_batch"),
	("`mmr_reverse_lines`", "mmr_reverse_lines"),
	("`getline`", "getline"),
]


def milliseconds(facts):
	value = statistics.median(facts["seconds"]) * 1000
	return "%.1f ms" % value if value < 20 else "%.0f ms" % value


def ratio_text(value):
	return "%.2f" % value if value < 2 else "%.1f" % value if value < 10 else "%.0f" % value


def find(rows, **wanted):
	"""The first row whose values start with those that are wanted."""
	for row in rows:
		if all(str(row.get(name, "")).startswith(value) for name, value in wanted.items()):
			return row
	return None


def rival_name(name):
	for start, shown in RIVALS.items():
		if name.startswith(start):
			return shown
	return "`%s`" % name.replace("-a --no-unicode ", "").replace("-a ", "")


def works(result):
	print("| work | mmcat | rival | its time | times as fast | of the limit |\n|---|---|---|---|---|---|")
	for shown, title, rival in WORKS:
		run = find([row for row in result["runs"] if row["row"] == title or title.endswith(" of")], row=title)
		rival = rival.replace("%d", str(run["ours"]["threads"])) if run else rival
		theirs = run and find(run["rivals"], name=rival)
		if not theirs:
			continue
		ratio = find(result["ratios"], row=run["row"], rival=theirs["name"])["ratio"]
		limit = "-" if run["of_limit"] is None else "%.2f" % run["of_limit"]
		print("| %s | %s | %s | %s | %s | %s |" % (shown, milliseconds(run["ours"]), rival_name(theirs["name"]),
			milliseconds(theirs), ratio_text(ratio), limit))


def lines(result):
	log, rows = (find(result["runs"], row=start) for start in ("lines of the log,", "lines of the short rows,"))
	print("\n| a line, in one thread | 82 bytes | of the limit | 14 bytes | of the limit |\n|---|---|---|---|---|")
	for shown, way in LINES:
		cells = []
		for run in log, rows:
			value = statistics.median(run["nanoseconds"][way])
			cells += ["%.1f ns" % value, "%.2f" % (run["limit"] / value)]
		print("| %s | %s |" % (shown, " | ".join(cells)))


def cold(result):
	print("\n| 512 MiB that are not in the page cache | mmcat | of the limit | rival | times as fast |\n"
		"|---|---|---|---|---|")
	for run in result["runs"]:
		if "gigabytes_per_second" not in run:
			continue
		of_row = [row for row in result["ratios"] if row["row"] == run["row"] and row["rival"] != "the device"]
		limit = "unsteady" if run["of_limit"] is None else "%.2f" % run["of_limit"]
		print("| %s | %.1f GB/s | %s | %s | %s |" % (run["row"].split(": ", 1)[1],
			statistics.median(run["gigabytes_per_second"]), limit,
			"`%s`" % of_row[0]["rival"] if of_row else "", ratio_text(of_row[0]["ratio"]) if of_row else ""))


def main():
	with open(sys.argv[1], encoding="utf-8") as file:
		result = json.load(file)
	print("%s\n" % "; ".join("%s: %s" % item for item in result["machine"].items()))
	works(result)
	lines(result)
	cold(result)


if __name__ == "__main__":
	main()
