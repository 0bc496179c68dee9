"""search_rows.py - the rows of the benchmark that search for lines

Each row runs with one thread, like its rivals, and with all. A target is that of one thread.

SPDX-License-Identifier: MIT
"""

import os
import subprocess

from measure import Command

DRAINED = {"drains": "-d", "answer": "digest"}

# Expressions of every kind: what finds their lines fast differs.
PATTERNS = [
	("literal prefix", r"ERROR GET /v1/users/\d+", ""),
	("literal suffix", r"[0-9]+ /search\?q=777777", ""),
	("inner literal", r"web-\d\d ERROR (GET|POST) /img/\d+", ""),
	("rare text", "/v1/users/529501", ""),
	("common alternation", "ERROR|WARN", ""),
	("rare alternation", "529501|777777|123456", ""),
	("alternation, suffix", r"(users|orders)/99999\d", ""),
	("caseless, rare", r"(?i)/V1/Orders/12345\d", ""),
	("caseless, common", "(?i)error", ""),
	("word", r"\bPUT\b", ""),
	("anchored start", "^2024-03-07T23:59", ""),
	("anchored end", r"500 \d+ bytes \d+\.\d ms$", ""),
	("anchored both", r"^.* 404 \d+ bytes .*$", ""),
	("class, then text", r"\d{3}\.\d ms", ""),
	("classes only", "[A-Z]{5} [A-Z]{4}", ""),
	("dots", "ERROR.*users.*500", ""),
	("no literal", r"[a-z]+\d+[a-z]", ""),
	("back-reference", r"(\d)\1\1\1\1\1", "-P"),
	("look-behind", r"(?<=q=)99\d+(?= 404)", "-P"),
]


def rival(name, *args, path, **more):
	return Command(" ".join((name,) + args), (name,) + args + (path,), **more)


def compare(bench, title, args, rivals, target, **more):
	"""With one thread, then with all."""
	shown = " ".join(args)
	for threads in (1, bench.n_threads):
		ours = bench.ours(*args, "-j%d" % threads, threads=threads, name="mmcat %s -j%d FILE" % (shown, threads),
			**more)
		bench.compare("%s, %d thread%s" % (title, threads, "s" * (threads > 1)), ours,
			[(command, target if threads == 1 and index == 0 else None)
				for index, command in enumerate(rivals())],
			lacks=bench.lacks("--offsets"))


def lines(bench):
	"""Prints lines into a pipe. ERROR is in one line of twenty."""
	log, rare = bench.data.log, bench.data.rare
	for title, ours, theirs, target in (
			("lines with a text", ["-e", "ERROR"], ["ERROR"], 1),
			("lines with a text, numbered", ["-n", "-e", "ERROR"], ["-n", "ERROR"], 1),
			("lines without a text", ["-v", "-e", "ERROR"], ["-v", "ERROR"], 1),
			("lines without a rare text", ["-v", "-e", rare], ["-v", rare], 5),
			("lines around a rare text", ["-C2", "-e", rare], ["-C2", rare], 1),
			("matches of an expression", ["-o", "-E", "ERROR [A-Z]+"], ["-o", "ERROR [A-Z]+"], 1)):
		compare(bench, title, ours, lambda theirs=theirs: [
			rival("rg", "-a", "--no-unicode", *theirs, path=log, **DRAINED),
			rival("grep", "-a", "-P" if "+" in theirs[-1] else "-F", *theirs, path=log, **DRAINED)], target,
			**DRAINED)
	last = bench.ours("-r", "-m10", "-e", "ERROR", answer="digest", reads=None)
	bench.compare("last 10 lines with a text", last, [])
	bench.out.amount("last 10 lines with a text", last.name, last.median() * 1000, "ms", 5)


def objects(bench):
	"""JSON has times, so only the matched lines are compared."""
	count = "\"$0\" \"$@\" | grep -c '\"type\":\"match\"'"
	shell = ["sh", "-c", count]
	theirs = Command("rg --json", shell + ["rg", "-a", "--json", "ERROR", bench.data.log], answer="number")
	ours = Command("mmcat --json", shell + [bench.mmcat, "--json", "-j1", "-e", "ERROR", bench.data.log],
		answer="number", ours=True, reads=bench.data.log)
	bench.compare("lines as JSON, one thread, counted by grep", ours, [(theirs, 1)], lacks=bench.lacks("--offsets"))


def texts(bench):
	"""Counts the lines that contain one of many texts, most of which are in no line."""
	for number in (2, 10, 100, 1000, 10000):
		path = os.path.join(bench.data.folder, "texts-%d" % number)
		with open(path, "w", encoding="ascii") as file:
			# The first is in one line of twenty.
			file.write("".join(["ERROR\n"] + ["/v9/item/%d/x\n" % (n * 7919) for n in range(1, number)]))
		compare(bench, "count lines with one of %d texts" % number, ["-c", "--patterns=" + path],
			lambda path=path: [rival("rg", "-a", "-c", "-F", "-f", path, path=bench.data.log, answer="number")],
			1, answer="number")


def expressions(bench):
	"""Counts the lines that match."""
	log = bench.data.log
	for title, pattern, flag in PATTERNS:
		found = subprocess.run([bench.mmcat, "-m1", "-E", pattern, log], stdout=subprocess.DEVNULL, check=False)
		if found.returncode != 0:
			bench.out.skip("expression: " + title, "no match in this log")
			continue
		flags = ["-a", "-c"] + ([flag] if flag else ["--no-unicode"])
		compare(bench, "expression: " + title, ["-c", "-E", pattern],
			lambda flags=flags, pattern=pattern: [rival("rg", *flags, pattern, path=log, answer="number")],
			1, answer="number")


def run(bench):
	for part in (lines, objects, texts, expressions):
		part(bench)
