#!/usr/bin/env python3
"""pairs.py - every two options together have their documented effect, or are refused with a reason

	pairs.py MMCAT FOLDER

Contains the rules of mmcat(1) a second time: which pairs are refused, and a model of the output of the
others. Prints what differs; exit 1 then.

SPDX-License-Identifier: MIT
"""

import itertools
import json
import os
import re
import subprocess
import sys

from selections import lines_of, shard_of, shorten
from views import hex_view

DATA = b"".join(b"%d\n" % n for n in range(1, 34)) + b"end"
STATUS = re.compile(rb"^mmcat: \d+ bytes.*\n\Z")

# Options with two arguments each, and flags.
VALUED = {"-b": ["2:7", "-4:"], "-l": ["1:3", "3,5"], "-s": ["1/2", "2/2"], "-e": ["3", "1\\n"],
	"-E": ["1[0-9]", "e.d"], "-t": ["u8", "u16be"], "-d": ["3", "2"], "-m": ["2", "5"], "-w": ["4", "8"],
	"-j": ["1", "3"], "--json": ["", "lines"], "--color": ["always", "never"]}
FLAGS = ["-r", "-c", "-x", "-i", "-f", "-a", "--no-mmap", "-v", "-q", "-h", "-V"]
ACTIONS = ["-r", "-e", "-E", "-x", "-t", "-i"]
REPEATABLE = ["-b", "-l"]
JSON_ACTIONS = ["-e", "-E", "-t", "-i", "-c"]


def all_options():
	return [(name, value) for name, values in VALUED.items() for value in values] + \
		[(flag, None) for flag in FLAGS]


def words_of(name, value):
	if name == "--json" and value == "":
		return [name]
	return [name] if value is None else [name + "=" + value] if name.startswith("--") else [name, value]


def refusal(given, names):
	"""Part of the message if the options contradict each other, else None."""
	for (name, value), (other, other_value) in itertools.combinations(given, 2):
		if {name, other} == {"-e", "-E"} or name == other in ("-e", "-E") and value != other_value:
			return "cannot use more than one -e or -E"
		if name == other and name not in REPEATABLE and value != other_value:
			return "cannot use " + name + " with two values"
	if "-s" in names and names & {"-b", "-l"}:
		return "cannot use -s with"
	actions = list(dict.fromkeys(name for name, _ in given if name in ACTIONS))
	if "-c" in names and names & {"-r", "-x", "-i"}:
		actions.append("-c")
	if len(actions) > 1:
		return "cannot use %s with %s" % (actions[0], actions[1])
	if "-w" in names and not names & {"-x", "-t"}:
		return "cannot use -w without -x or -t"
	if "-d" in names and "-t" in names:
		return "cannot use -d with -t"
	if "-f" in names:
		if actions or "-c" in names:
			return "cannot use -f with another action"
		if len([name for name, _ in given if name in REPEATABLE]) > 1 or "-s" in names:
			return "cannot use -f with"
	if "--json" in names:
		if not names & set(JSON_ACTIONS):
			return "cannot use --json without"
		if ("--json", "lines") in given and ("-c" in names or not names & {"-e", "-E"}):
			return "cannot use --json=lines with"
		if "-t" in names and "-w" in names:
			return "cannot use --json with -w"
	return None


# --- The model ---------------------------------------------------------------------------------------


def units_of(options):
	"""The lines or records of the data."""
	size = {"u8": 1, "u16be": 2}.get(options.get("-t"))
	if size:
		return [DATA[at:at + size] for at in range(0, len(DATA) // size * size, size)]
	return lines_of(DATA, delimiter_of(options))


def delimiter_of(options):
	return options.get("-d", "\n").encode()


def spans_of(given, options):
	"""The start and stop of each selection."""
	spans, units = [], units_of(options)
	starts = [0, *itertools.accumulate(map(len, units))]
	for name, value in given:
		if name == "-b":
			start, stop, _ = {"2:7": slice(2, 7), "-4:": slice(-4, None)}[value].indices(len(DATA))
			spans.append((start, stop))
		elif name == "-l":
			start, stop, _ = {"1:3": slice(1, 3), "3,5": slice(2, 5)}[value].indices(len(units))
			spans.append((starts[start], starts[stop]))
		elif name == "-s" and "-t" in options:
			middle = starts[(len(units) + 1) // 2]
			spans = [(0, middle) if value == "1/2" else (middle, len(DATA))]
		elif name == "-s":
			middle = len(shard_of(DATA, delimiter_of(options), 1, 2))
			spans = [(0, middle) if value == "1/2" else (middle, len(DATA))]
	return spans or [(0, len(DATA))]


def needles(options, start, stop):
	"""Offsets and lengths of the matches that start in a selection."""
	if "-E" in options:
		# A pattern searches each line separately, without its delimiter.
		pattern, delimiter = re.compile(options["-E"].encode()), delimiter_of(options)
		lines = lines_of(DATA[start:stop], delimiter)
		starts = itertools.accumulate(map(len, lines), initial=start)
		return [(off + match.start(), len(match[0])) for off, line in zip(starts, lines)
			for match in pattern.finditer(line.removesuffix(delimiter))]
	text = options["-e"].encode().replace(b"\\n", b"\n")
	# A match in a shard may extend over its end.
	found = re.finditer(re.escape(text), DATA if "-s" in options else DATA[:stop])
	return [(match.start(), len(text)) for match in found if start <= match.start() < stop]


def cut_lines(spans, options):
	"""The selections after -m, which counts lines."""
	left = int(options.get("-m", len(DATA)))
	for start, stop in spans:
		lines = lines_of(DATA[start:stop], delimiter_of(options))[:left]
		left -= len(lines)
		yield start, start + len(b"".join(lines))
		if left == 0:
			return


def records_of(options, spans):
	size, most = {"u8": 1, "u16be": 2}[options["-t"]], int(options.get("-m", len(DATA)))
	groups, rest = [], False
	for start, stop in spans:
		n = min((stop - start) // size, most)
		rest |= n < most and (stop - start) % size > 0
		groups.append([int.from_bytes(DATA[start + i * size:start + (i + 1) * size], "big")
			for i in range(n)])
		most -= n
		if most == 0:
			break
	return groups, rest


def reverse(options, spans):
	delimiter, printed = delimiter_of(options), []
	for start, stop in spans:
		lines = lines_of(DATA[start:stop], delimiter)
		printed += [line if line.endswith(delimiter) else line + delimiter for line in reversed(lines)]
	return b"".join(printed[:int(options.get("-m", len(DATA)))])


def expected(given, options, name):
	"""The output, as bytes or as objects, and the exit status."""
	spans, most = spans_of(given, options), int(options.get("-m", len(DATA)))
	as_json = "--json" in options
	if "-e" in options or "-E" in options:
		found = [match for span in spans for match in needles(options, *span)][:most]
		status = 0 if found else 1
		if "-c" in options:
			return ([{"file": name, "matches": len(found)}] if as_json else b"%d\n" % len(found)), status
		if not as_json:
			return b"".join(b"%d\n" % off for off, _ in found), status
		line = options["--json"] == "lines"
		return [{"file": name, "offset": off, "length": length,
			**({"line": DATA.count(delimiter_of(options), 0, off)} if line else {})}
			for off, length in found], status
	if "-t" in options:
		groups, rest = records_of(options, spans)
		n, width = sum(map(len, groups)), int(options.get("-w", 1))
		if "-c" in options:
			return ([{"file": name, "records": n}] if as_json else b"%d\n" % n), 2 * rest
		if as_json:
			return [{"0": value} for group in groups for value in group], 2 * rest
		return b"".join(b"\t".join(b"%d" % value for value in group[at:at + width]) + b"\n"
			for group in groups for at in range(0, len(group), width)), 2 * rest
	if "-r" in options:
		return reverse(options, spans), 0
	parts = list(cut_lines(spans, options))
	if "-c" in options:
		n = sum(len(lines_of(DATA[start:stop], delimiter_of(options))) for start, stop in parts)
		return ([{"file": name, "lines": n}] if as_json else b"%d\n" % n), 0
	if "-x" in options:
		return b"".join(hex_view(DATA[start:stop], start, int(options.get("-w", 16)))
			for start, stop in parts), 0
	if "-i" in options:
		return [{"size": stop - start, "lines": len(lines_of(DATA[start:stop], delimiter_of(options)))}
			for start, stop in parts], 0
	return b"".join(DATA[start:stop] for start, stop in parts), 0


def facts_of(printed, as_json):
	if as_json:
		return [{"size": facts["size"], "lines": facts["lines"]}
			for facts in map(json.loads, printed.splitlines())]
	return [{"size": int(size), "lines": int(lines)} for size, lines in
		re.findall(rb"^size: +(\d+) bytes?[^\n]*\nlines: +(\d+)$", printed, re.M)]


# --- The runs ----------------------------------------------------------------------------------------


def same(done, given, name):
	"""None if a run did what it should, else what is wrong."""
	options = dict(given)
	why = refusal(given, set(options))
	first = next((option for option, _ in given if option in ("-h", "-V")), None)
	if first:
		begin = {"-h": b"Usage: mmcat ", "-V": b"mmcat (mmreader) "}[first]
		return (done.returncode, done.stderr) == (0, b"") and done.stdout.startswith(begin)
	if why:
		messages = done.stderr.decode()
		return done.returncode == 2 and not done.stdout and why in messages and messages.count("\n") == 1 \
			and "invalid" not in messages
	wanted, status = expected(given, options, name)
	printed, messages = done.stdout, done.stderr
	if "-i" in options:
		printed = facts_of(printed, "--json" in options)
	elif "--json" in options:
		printed = list(map(json.loads, printed.splitlines()))
	elif "-x" in options and options.get("--color") == "always":
		if b"\033[" not in printed:
			return False
		printed = re.sub(rb"\033\[\d+m", b"", printed)
	if "-v" in options:
		messages = STATUS.sub(b"", messages) if messages.startswith(b"mmcat: ") else b"no report"
	if status == 2 and b"cannot read a record" in messages:
		messages = b""
	return (done.returncode, printed, messages) == (status, wanted, b"")


def main():
	mmcat, folder = sys.argv[1:3]
	path = os.path.join(folder, "data")
	with open(path, "wb") as file:
		file.write(DATA)
	n_runs = n_refused = n_wrong = 0
	for given in itertools.product(all_options(), repeat=2):
		args = [word for name, value in given for word in words_of(name, value)]
		# -f would never end for a file.
		piped = any(name == "-f" for name, _ in given)
		done = subprocess.run([mmcat, *args, *([] if piped else [path])],
			input=DATA if piped else b"", capture_output=True, timeout=60)
		n_runs += 1
		n_refused += done.returncode == 2
		if not same(done, given, "standard input" if piped else path):
			n_wrong += 1
			print("mmcat %s:\n\tstatus %d, printed %s, messages %r" % (" ".join(args), done.returncode,
				shorten(done.stdout), done.stderr))
	print("%d pairs, %d refused, %d wrong" % (n_runs, n_refused, n_wrong))
	return n_wrong > 0 or n_refused < 200


if __name__ == "__main__":
	sys.exit(main())
