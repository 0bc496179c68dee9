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

from compare import ENVIRONMENT, Difference
from pairs_refused import refusal, texts_of
from where_oracle import number_of
from selections import lines_of, shard_of, shorten
from views import hex_view

ALL = b"".join(b"%d\n" % n for n in range(1, 34)) + b"end"
DATA = ALL  # without the first line, if that is the header
STATUS = re.compile(rb"^mmcat: \d+ bytes.*\n\Z")

# Options with two arguments each, and flags.
VALUED = {"-b": ["2:7", "-4:"], "-l": ["1:3", "3,5"], "-s": ["1/2", "2/2"], "-e": ["3", "1\\n"],
	"-E": ["1[0-9]", "e.d"], "-t": ["u8", "u16be"], "-d": ["3", "2"], "-m": ["2", "5"], "-w": ["4", "8"],
	"-j": ["1", "3"], "--color": ["always", "never"], "--cache": ["fill", "leave"],
	"--index": [None, "index"], "--index-part": ["1/2", "2/2"], "--index-join": ["1", "3"],
	"--separator": [";", "2"], "-F": ["1", "1,1-"], "-C": ["1", "2"],
	"--from": ["12", "30"], "--until": ["17", "25"], "--key": ["number=1", "regex=^([0-9][0-9])$"],
	# None, or all: which lines or records are drawn otherwise is not known here.
	"--in": ["1", "2-"], "--where": ["1>=20", "1!='7'"],
	"--sum": ["1", "01"], "--max": ["1"], "--sample": ["0", "500"], "--seed": ["1", "2"], "--header": ["3", "8"],
	"--by": ["count", "value"], "--memory": ["64K", "1M"]}
FLAGS = ["-r", "-c", "-x", "-i", "-f", "-a", "--no-mmap", "--stats", "-q", "-h", "-V", "--json", "-n", "-o",
	"-O", "-v", "-I", "-W", "-X", "-H", "--and", "--fixed", "--offsets", "--no-filename", "--csv",
	"--no-index", "--relative", "--compare", "--header", "-u", "--spill"]
# What --compare compares the data with: lines and keys are at the same offsets.
OTHER = b"x" + DATA[1:-2] + b"ND"


def all_options():
	return [(name, value) for name, values in VALUED.items() for value in values] + \
		[(flag, None) for flag in FLAGS]


def words_of(name, value):
	return [name] if value is None else [name + "=" + value] if name.startswith("--") else [name, value]


# --- The model ---------------------------------------------------------------------------------------


def units_of(options):
	"""The lines or records of the data."""
	size = {"u8": 1, "u16be": 2}.get(options.get("-t"))
	if size:
		first = header_of(options)
		return [DATA[at:at + size] for at in range(first, len(DATA) - size + 1, size)]
	return lines_of(DATA, delimiter_of(options))


def header_of(options):
	return int(options.get("--header") or 0)


def unit_of(options):
	return "rows" if "--csv" in options else "lines"


def delimiter_of(options):
	return options.get("-d", "\n").encode()


def spans_of(given, options):
	"""The start and stop of each selection."""
	spans, units = [], units_of(options)
	starts = list(itertools.accumulate(map(len, units), initial=header_of(options)))
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
	if "--from" in options or "--until" in options:
		start = start_of_key(options["--from"], options) if "--from" in options else 0
		stop = start_of_key(options["--until"], options) if "--until" in options else len(DATA)
		middle = start + len(shard_of(DATA[start:stop], delimiter_of(options), 1, 2))
		return [{"1/2": (start, middle), "2/2": (middle, stop)}.get(options.get("-s"), (start, stop))]
	return spans or [(header_of(options), len(DATA))]


def start_of_key(wanted, options):
	"""The first line whose key is not less. Keys of the lines are numbers of two digits, which are in order."""
	units = lines_of(DATA, delimiter_of(options))
	keys = [re.match(rb"(\d\d)", unit) for unit in units]
	for at, key in enumerate(keys):
		if key and key[1] >= wanted.encode():
			return sum(map(len, units[:at]))
	return len(DATA) if any(keys) else None


def patterns_of(given, names):
	"""The expressions that find what -e and -E find in a line."""
	sources = [re.escape(text) for text in texts_of(given)] + [value for name, value in given if name == "-E"]
	if "-W" in names:
		sources = [r"(?<!\w)(?:%s)(?!\w)" % source for source in sources]
	if "-X" in names:
		sources = [r"\A(?:%s)\Z" % source for source in sources]
	return [re.compile(source.encode(), re.I if "-I" in names else 0) for source in sources]


def matches_in(line, patterns):
	"""The first match, then the first after it. Of several at a place, the longest."""
	at = 0
	while True:
		found = [match for match in (pattern.search(line, at) for pattern in patterns) if match]
		if not found:
			return
		match = min(found, key=lambda match: (match.start(), -match.end()))
		yield match.start(), match.end()
		at = match.end()


class Search:
	"""What a search prints."""

	def __init__(self, given, options, spans):
		self.options, self.names = options, set(options)
		self.patterns = patterns_of(given, self.names)
		self.delimiter = delimiter_of(options)
		self.most = int(options.get("-m", options.get("--sample", len(DATA))))
		# A row is matched as a whole.
		self.crossing = [] if "--csv" in self.names else \
			[text for text in texts_of(given) if self.delimiter.decode() in text]
		self.context = int(options.get("-C", 0))
		self.spans = spans
		self.is_faulty = False

	def lines(self):
		"""(offset, line, whether it matches) for each line that is printed, and None for a gap."""
		left, printed = self.most, False
		for start, stop in self.spans:
			offs = [start, *itertools.accumulate(map(len, lines_of(DATA[start:stop], self.delimiter)), initial=start)][1:]
			lines = list(zip(offs, lines_of(DATA[start:stop], self.delimiter)))
			if "-r" in self.names:
				lines.reverse()
			found = []
			for at, (off, line) in enumerate(lines):
				if left > 0 and self.is_found(off, line, start, stop):
					found.append(at)
					left -= 1
			near = sorted({at for hit in found for at in range(hit - self.context, hit + self.context + 1)
				if 0 <= at < len(lines)})
			for index, at in enumerate(near):
				gap = near[index - 1] != at - 1 if index else printed
				if gap and self.context:
					yield None
				yield (*lines[at], at in found)
				printed = True

	def is_found(self, off, line, start, stop):
		if self.crossing:
			data = DATA if "-s" in self.names else DATA[start:stop]
			base = 0 if "-s" in self.names else start
			return any(base + match.start() < off + len(line) and off < base + match.end()
				for match in re.finditer(re.escape(self.crossing[0].encode()), data))
		test = all if "--and" in self.names else any
		subjects = [line.removesuffix(self.delimiter)]
		if "--in" in self.names:
			subjects = {"1": self.fields(line)[0][:1], "2-": self.fields(line)[0][1:]}[self.options["--in"]]
		matches = any(test(pattern.search(subject) for pattern in self.patterns) for subject in subjects)
		return ((matches or not self.patterns) and self.passes(line)) != ("-v" in self.names)

	def passes(self, line):
		"""Whether the test of --where holds."""
		value = self.fields(line)[0][0]
		if self.options.get("--where") == "1>=20":
			number = number_of(value.decode())
			self.is_faulty |= number is None
			return number is not None and number >= 20
		return "--where" not in self.options or value != b"7"

	def matches(self):
		"""(offset, line of it, text) for each match."""
		if self.crossing:
			text, left = self.crossing[0].encode(), self.most
			for start, stop in self.spans:
				# A match in a shard may extend over its end.
				for match in re.finditer(re.escape(text), DATA if "-s" in self.names else DATA[:stop]):
					if start <= match.start() < stop and left > 0:
						left -= 1
						yield match.start(), match.start(), text
			return
		for off, line, _ in self.lines():
			for start, stop in matches_in(line.removesuffix(self.delimiter), self.patterns):
				yield off + start, off, line[start:stop]

	def prefix(self, name, line_off, off, is_match=True):
		end = b":" if is_match else b"-"
		return (name.encode() + end if "-H" in self.names else b"") + \
			(b"%d" % self.number(line_off) + end if "-n" in self.names else b"") + \
			(b"%d" % off + end if "-O" in self.names else b"")

	def number(self, off):
		return DATA.count(self.delimiter, 0, off) + 1

	def fields(self, line):
		"""The fields of a line, with the byte between them."""
		separator = self.options.get("--separator", "," if "--csv" in self.names else "\t").encode()
		fields = line.removesuffix(self.delimiter).split(separator)
		return fields, separator

	def chosen(self, line):
		"""What -F prints of a line."""
		fields, separator = self.fields(line)
		wanted = {"1": fields[:1], "1,1-": fields[:1] + fields}.get(self.options.get("-F"))
		return line if wanted is None else separator.join(wanted)

	def rows(self, header):
		"""The objects of --json."""
		names = [name.decode() for name in self.fields(header)[0]] if header else []
		return [dict([((names[at:at + 1] or [str(at + 1)])[0], field.decode())
			for at, field in enumerate(self.fields(line)[0])][:1 if self.options.get("-F") == "1" else None])
			for _, line, _ in self.lines()]

	def printed(self, name):
		if "--offsets" in self.names:
			return [self.prefix(name, line, off) + b"%d\n" % off for off, line, _ in self.matches()]
		if "-o" in self.names:
			return [self.prefix(name, line, off) + text + self.delimiter for off, line, text in self.matches()]
		return [b"--\n" if part is None else self.prefix(name, part[0], part[0], part[2]) +
			self.chosen(part[1]).removesuffix(self.delimiter) + self.delimiter for part in self.lines()]

	def objects(self, name):
		if "--offsets" in self.names:
			return [{"file": name, "offset": off, "length": len(text),
				**({"line": self.number(line)} if "-n" in self.names else {})}
				for off, line, text in self.matches()]
		return [{"type": "match", "line_number": self.number(off), "absolute_offset": off, "text": line.decode(),
			"submatches": [] if "-v" in self.names else
				[[*match] for match in matches_in(line.removesuffix(self.delimiter), self.patterns)]}
			for off, line, _ in self.lines()]


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
		values = [int.from_bytes(DATA[at:at + size], "big") for at in range(start, stop - size + 1, size)]
		values = [value for value in values if value >= 20 or "--where" not in options]
		# The end is read first, with what is left over.
		rest |= (len(values) < most or "-r" in options) and (stop - start) % size > 0
		if "-r" in options:
			values.reverse()
		n = min(len(values), most, int(options.get("--sample", len(values))))
		groups.append(values[:n])
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


def totals_of(given, options, spans):
	"""The sums and maxima of whole numbers."""
	if "-t" in options:
		groups, rest = records_of(options, spans)
		values, n = [value for group in groups for value in group], sum(map(len, groups))
	else:
		search = Search(given, options, spans)
		texts = [search.fields(line)[0][0].strip() for _, line, _ in search.lines()]
		values, n = [int(text) for text in texts if text.isdigit()], len(texts)
		rest = len(values) < n or search.is_faulty
	results = [("%s(%s)" % (option[2:], value), {"--sum": sum, "--max": max}[option](values) if values else None)
		for option, value in given if option in ("--sum", "--max")]
	status = 2 if rest else 0 if n else 1
	if "--json" in options:
		return [dict(results)], status
	return b"\t".join(b"" if value is None else b"%d" % value for _, value in results) + b"\n", status


def compared(name, spans, options):
	differences = [Difference(DATA[start:stop], OTHER[start:stop], (start, start), delimiter_of(options))
		for start, stop in spans]
	names = name.encode(), name.encode() + b".other"
	status = int(not all(difference.equal for difference in differences))
	if "--json" in options:
		return [difference.object(names) for difference in differences], status
	return b"" if "-q" in options else b"".join(difference.text(names) for difference in differences), status


def distinct(given, options, name, header):
	"""The output of -u: each value and how often it is printed without -u."""
	search, status = Search(given, options, spans_of(given, options)), 0
	as_json = "--json" in options
	if "-t" in options:
		groups, rest = records_of(options, search.spans)
		values = [json.dumps({"0": value}) if as_json else b"%d" % value for group in groups for value in group]
		status = 2 * rest or int("--where" in options and not values)
	elif as_json and (header or "-F" in options):
		values = [json.dumps(row) for row in search.rows(header)]
	else:
		values = [line.removesuffix(search.delimiter) for line in search.printed(name)]
		status = 2 if search.is_faulty else 1 if (search.patterns or "--where" in options) and not values else 0
	counts = {value: values.count(value) for value in values}
	if "-c" in options:
		return ([{"values": len(counts)}] if as_json else b"%d\n" % len(counts)), status
	order = {"count": lambda value: -counts[value], "value": lambda value: value}.get(options.get("--by"))
	values = sorted(counts, key=order) if order else list(counts)
	if as_json:
		return [{"count": counts[value],
			**(json.loads(value) if isinstance(value, str) else {"text": value.decode()})} for value in values], status
	end = b"\n" if "-t" in options else search.delimiter
	return b"".join(b"%d\t%s%s" % (counts[value], value, end) for value in values), status


def expected(given, options, name):
	"""The output, as bytes or as objects, and the exit status."""
	global DATA
	DATA = ALL
	if options.get("--header", "") is not None:
		return expected_of_data(given, options, name, b"")
	header = lines_of(ALL, delimiter_of(options))[0]
	DATA = ALL[len(header):]
	printed, status = expected_of_data(given, options, name, header)
	if not {"-c", "--json", "--sum", "--max"} & set(options) and options.get("-s") != "2/2":
		printed = (b"count\t" if "-u" in options else b"") + \
			Search(given, options, []).chosen(header).removesuffix(delimiter_of(options)) + \
			delimiter_of(options) + printed
	return printed, status


def expected_of_data(given, options, name, header):
	spans = spans_of(given, options)
	as_json = "--json" in options
	if "--index-part" in options:
		return b"", 0
	if "--index-join" in options:
		return b"", 2
	if "--compare" in options:
		return compared(name, spans, options)
	if "-u" in options:
		return distinct(given, options, name, header)
	if {"--sum", "--max"} & set(options):
		return totals_of(given, options, spans)
	as_rows = as_json and not {"-c", "-t"} & set(options) and (header or "-F" in options)
	if as_rows or any(option in options for option in ("-e", "-E")) or \
			({"-F", "--sample", "--where"} & set(options) and "-t" not in options):
		search = Search(given, options, spans)
		found = search.printed(name)
		status = 2 if search.is_faulty else 0 if found or not (search.patterns or "--where" in options) else 1
		if "-c" in options:
			key = "matches" if "-o" in options else unit_of(options)
			number = name.encode() + b":%d\n" % len(found) if "-H" in options else b"%d\n" % len(found)
			return ([{"file": name, key: len(found)}] if as_json else number), status
		if as_rows:
			return search.rows(header), status
		return (search.objects(name) if as_json else b"".join(found)), status
	if "-t" in options:
		groups, rest = records_of(options, spans)
		n, width = sum(map(len, groups)), int(options.get("-w", 1))
		none = int("--where" in options and n == 0)
		if "-c" in options:
			number = name.encode() + b":%d\n" % n if "-H" in options else b"%d\n" % n
			return ([{"file": name, "records": n}] if as_json else number), 2 * rest or none
		if as_json:
			return [{"0": value} for group in groups for value in group], 2 * rest or none
		# The only field, twice.
		text = b"%d\t%d" if options.get("-F") == "1,1-" else b"%d"
		return b"".join(b"\t".join(text.replace(b"%d", b"%d" % value) for value in group[at:at + width]) + b"\n"
			for group in groups for at in range(0, len(group), width)), 2 * rest or none
	if "-r" in options:
		return reverse(options, spans), 0
	parts = list(cut_lines(spans, options))
	if "-c" in options:
		n = sum(len(lines_of(DATA[start:stop], delimiter_of(options))) for start, stop in parts)
		number = name.encode() + b":%d\n" % n if "-H" in options else b"%d\n" % n
		return ([{"file": name, unit_of(options): n}] if as_json else number), 0
	if "-x" in options:
		return b"".join(
			hex_view(DATA[start:stop], 0 if "--relative" in options else start, int(options.get("-w", 16)))
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


def simple(message):
	"""A line of ripgrep's JSON, without what depends on the time; None for the others."""
	data = message.get("data")
	if data is None:
		return message
	if message["type"] not in ("match", "context"):
		return None
	return {"type": message["type"], "line_number": data["line_number"],
		"absolute_offset": data["absolute_offset"], "text": data["lines"]["text"],
		"submatches": [[match["start"], match["end"]] for match in data["submatches"]]}


# --- The runs ----------------------------------------------------------------------------------------


def names_color(options):
	"""Whether there is something to color. A match that crosses lines has no color."""
	searches = options.get("-e") not in (None, "1\\n") or "-E" in options
	return "-x" in options or (searches and "-u" not in options and "-c" not in options and "--json" not in options)


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
		objects = map(simple, map(json.loads, printed.splitlines()))
		printed = [message for message in objects if message is not None]
	elif names_color(options) and options.get("--color") == "always":
		if printed and b"\033[" not in printed:
			return False
		printed = re.sub(rb"\033\[[\d;]*m", b"", printed)
	if "--stats" in options:
		messages = STATUS.sub(b"", messages) if messages.startswith(b"mmcat: ") else b"no report"
	# Nobody has made all parts.
	if status == 2 and any(text in messages for text in
			(b"cannot read a record", b"cannot read a number", b"cannot find a number", b"cannot open '")):
		messages = b""
	return (done.returncode, printed, messages) == (status, wanted, b"")


def main():
	mmcat, folder = os.path.abspath(sys.argv[1]), sys.argv[2]
	path = os.path.join(folder, "data")
	with open(path, "wb") as file:
		file.write(DATA)
	with open(path + ".other", "wb") as file:
		file.write(OTHER)
	n_runs = n_refused = n_wrong = 0
	for given in itertools.product(all_options(), repeat=2):
		args = [word for name, value in given for word in words_of(name, value)]
		# -f would never end for a file.
		piped = any(name == "-f" for name, _ in given)
		files = [path, path + ".other"] if ("--compare", None) in given else [] if piped else [path]
		done = subprocess.run([mmcat, *args, *files], input=DATA if piped else b"", capture_output=True,
			timeout=60, env=ENVIRONMENT, cwd=folder)
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
