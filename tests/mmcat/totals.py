#!/usr/bin/env python3
"""totals.py - --sum, --mean, --min and --max print what Python calculates with fractions

	totals.py MMCAT FOLDER SEED RUNS

Makes random tables and records: whole numbers, decimals, numbers with many digits or exponents, NaN and
infinities, fields that are no numbers, and rows that lack fields. Runs mmcat on each as a file, in the pieces of
a pipe, with several threads, and with selections and searches.

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
from fractions import Fraction

import expectations
from expectations import check, expect

NUMBER = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?\Z", re.A)
WORD = re.compile(r"[+-]?(inf|infinity|nan)\Z", re.I | re.A)
UNIT = 10**18
KINDS = ["sum", "mean", "min", "max"]
LAYOUT = {"a": ("u64le", "<Q"), "b": ("i64be", ">q"), "c": ("f64le", "<d"), "d": ("f32be", ">f"), "e": ("9s", "9s"),
	"f": ("f16le", "<e"), "g": ("i8", "b"), "h": ("u16be", ">H")}


# --- Values ------------------------------------------------------------------------------------------


def value_of(text):
	"""A Fraction if the number is exact, a float if it is a double, None if it is no number."""
	text = text.strip(" \t\n\v\f\r")
	if WORD.match(text):
		return float(text)
	match = NUMBER.match(text)
	if not match:
		return None
	whole, _, decimals = match[2].partition(".")
	digits = (whole + decimals).lstrip("0") or "0"
	exponent = int(match[3] or 0) - len(decimals)
	if abs(exponent) > 400:
		exact = int(digits) == 0
	else:
		exact = int(digits) * Fraction(10)**exponent * UNIT % 1 == 0 and \
			(exponent <= 0 or int(digits) * 10**exponent < 2**64)
	if exact and len(digits) <= 19 and abs(int(match[3] or 0)) < 2**31:
		return Fraction(int(match[1] + digits)) * Fraction(10)**(exponent if int(digits) else 0)
	value = float(text)
	return None if math.isinf(value) else value


def rounded(fraction):
	try:
		return float(fraction)
	except OverflowError:
		return math.inf if fraction > 0 else -math.inf


def put_double(value, as_json, size=8):
	if math.isnan(value) or math.isinf(value):
		name = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
		return '"%s"' % name if as_json else {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf"}[name]
	if size < 8:
		# The fewest digits that are the same number of this size.
		form = {4: "<f", 2: "<e"}[size]
		texts = ("%.*g" % (digits, value) for digits in range(1, 18))
		value = float(next(text for text in texts if math.isfinite(pack(form, float(text))) and
			pack(form, float(text)) == value))
	return repr(value).removesuffix(".0")


def pack(form, value):
	try:
		return struct.unpack(form, struct.pack(form, value))[0]
	except OverflowError:
		return math.inf


def put_exact(fraction):
	units = int(abs(fraction) * UNIT)
	text = "%d.%018d" % divmod(units, UNIT)
	return ("-" if fraction < 0 else "") + text.rstrip("0").rstrip(".")


def put(value, as_json, size=8):
	return put_exact(value) if isinstance(value, Fraction) else put_double(value, as_json, size)


def result_of(kind, values, as_json, size=8):
	exact = [value for value in values if isinstance(value, Fraction)]
	doubles = [value for value in values if isinstance(value, float)]
	if not values:
		return "null" if as_json else ""
	if kind in ("sum", "mean"):
		special = {value for value in doubles if math.isinf(value)}
		if any(map(math.isnan, doubles)) or len(special) > 1:
			return put_double(math.nan, as_json)
		if special:
			return put_double(special.pop(), as_json)
		total = sum(exact) + sum(map(Fraction, doubles))
		if kind == "mean":
			return put_double(rounded(total / len(values)), as_json)
		return put_double(rounded(total), as_json) if doubles else put_exact(Fraction(total))
	numbers = exact + [value + 0.0 for value in doubles if not math.isnan(value)]
	if not numbers:
		return put_double(math.nan, as_json)
	# An exact number is compared with a double as the nearest double, and comes before an equal one.
	best = (min if kind == "min" else max)(map(float, numbers))
	chosen = (min if kind == "min" else max)(exact) if exact else None
	return put(chosen if exact and float(chosen) == best else best, as_json, size)


def number_text(rng):
	kind = rng.randrange(14)
	if kind < 4:
		return "%d" % rng.randrange(-10**rng.randrange(1, 19), 10**rng.randrange(1, 19))
	if kind < 8:
		return "%.*f" % (rng.randrange(1, 4), rng.uniform(-1000, 1000))
	if kind == 8:
		return "%.*f" % (rng.randrange(1, 19), rng.random())
	if kind == 9:
		return repr(rng.uniform(-1, 1) * 10.0**rng.randrange(-300, 300))
	if kind == 10:
		return "%se%d" % (rng.choice(["1", "-2.5", "0", ".5", "123456789"]), rng.randrange(-25, 25))
	if kind == 11:
		return rng.choice(["-0", "+7", "0.10", "1.", " 12", "13 ", "007", "18446744073709551615", "9" * 19, "9" * 30,
			"0." + "0" * 18 + "1", "1" + "0" * 17 + "." + "0" * 18, "-0.0e0", "1e18", "1e19", "1e20"])
	if kind == 12:
		return rng.choice(["inf", "-inf", "nan", "Infinity", "1e400", "5e-324", "1.7976931348623157e308"]) \
			if rng.random() < 0.1 else "1"
	return rng.choice(["", "x", "1x", "-", ".", "1,5", "0x10", "1e", "--1", "1.2.3"]) if rng.random() < 0.2 else "2"


# --- Inputs ------------------------------------------------------------------------------------------


class Table:
	"""Lines or rows: their bytes, their offsets and their fields."""

	def __init__(self, rng, n_keys=0):
		self.csv = rng.random() < 0.5
		self.n_keys = n_keys
		self.separator = rng.choice([";", "\t"])
		self.names = ["n%d" % i for i in range(1, 5)]
		self.has_header = rng.random() < 0.4
		n = rng.choice([0, 1, 3, 20, 20, 2000])
		wild = rng.random()
		self.rows = [[self.field(rng, wild) for _ in range(4 if rng.random() < 0.98 else rng.randrange(1, 4))]
			for _ in range(n)]
		for row in self.rows:
			if n_keys:
				row[0] = rng.choice(["k%d", 'x"%d', "%d"]) % rng.randrange(n_keys)
		header = self.separator.join(self.names) + "\n" if self.has_header else ""
		lines = [self.separator.join(row) + ("\r\n" if rng.random() < 0.2 else "\n") for row in self.rows]
		self.offs = [len(header)]
		for line in lines:
			self.offs.append(self.offs[-1] + len(line))
		self.lines, self.header, self.data = lines, header, (header + "".join(lines)).encode()
		if not self.csv:
			self.rows = [line[:-1].split(self.separator) for line in lines]

	def field(self, rng, wild):
		text = number_text(rng) if rng.random() < wild else "%.2f" % rng.uniform(-9, 99)
		return '"%s"' % text if self.csv and rng.random() < 0.1 else text

	def unquoted(self, field):
		return field[1:-1] if self.csv and len(field) > 1 and field[0] == field[-1] == '"' else field

	def options(self):
		return ["--separator=" + self.separator] + ["--csv"] * self.csv + ["--header"] * self.has_header


class Records:
	"""Records of a layout."""

	def __init__(self, rng):
		self.fields = rng.sample(list(LAYOUT), rng.randrange(1, 5))
		n = rng.choice([0, 1, 3, 50, 5000])
		self.rows = [[self.value(rng, LAYOUT[name][1]) for name in self.fields] for _ in range(n)]
		self.sizes = [struct.calcsize(LAYOUT[name][1]) for name in self.fields]
		self.data = b"".join(struct.pack(LAYOUT[name][1], value) for row in self.rows
			for name, value in zip(self.fields, row))

	def value(self, rng, form):
		if form == "9s":
			return number_text(rng)[:9].encode()
		if form[-1] in "dfe":
			value = rng.choice([rng.uniform(-100, 100), rng.uniform(-1, 1) * 10.0**rng.randrange(-4, 4), -0.0])
			if form[-1] == "d" and rng.random() < 0.2:
				value *= 10.0**rng.randrange(-300, 280)
			return math.nan if rng.random() < 0.0005 else pack(form, value)
		bits = 8 * struct.calcsize(form)
		low = -2**(bits - 1) if form[-1].islower() else 0
		return rng.choice([low, low + 2**bits - 1, rng.randrange(low, low + 2**bits), rng.randrange(100)])

	def layout(self):
		return ",".join("%s:%s" % (name, LAYOUT[name][0]) for name in self.fields if name in LAYOUT)


# --- Runs --------------------------------------------------------------------------------------------


def choose(rng, n, names):
	"""Options, and (kind, name in JSON, column) of each."""
	options, wanted = [], []
	for _ in range(rng.randrange(1, 5)):
		column, kind = rng.randrange(n), rng.choice(KINDS)
		field = names[column] if names and rng.random() < 0.5 else "%d" % (column + 1)
		options += rng.choice([["--%s=%s" % (kind, field)], ["--" + kind, field]])
		wanted.append((kind, "%s(%s)" % (kind, field), column))
	return options, wanted


def select(rng, n):
	"""Options that select rows, and the numbers of the rows."""
	kind = rng.randrange(6)
	a, b = sorted(rng.randrange(n + 2) for _ in range(2))
	if kind == 0:
		return ["-l", "%d:%d" % (a, b)], list(range(n))[a:b]
	if kind == 1:
		return ["-m", "%d" % a], list(range(n))[:a]
	if kind == 2:
		return ["-l", "%d:" % b, "-l", ":%d" % a], list(range(n))[b:] + list(range(n))[:a]
	if kind == 3:
		return ["-r", "-m", "%d" % a], list(range(n))[max(0, n - a):]
	return [], list(range(n))


def run(rng, args, data, path):
	how = rng.choice([[], ["-j1"], ["-j3"], ["--no-mmap"], ["--cache=leave"]])
	if rng.random() < 0.3 and "-r" not in args:
		done = subprocess.run([*args, *how], input=data, capture_output=True, timeout=60)
		return done, "standard input"
	with open(path, "wb") as file:
		file.write(data)
	return subprocess.run([*args, *how, path], capture_output=True, timeout=60), path


def messages_of(name, wrong, lacking):
	"""What is reported of wrong and lacking fields: lists of offsets."""
	out = ""
	if lacking[1]:
		out += "mmcat: %s: cannot find field %d in %d %s, the first at byte %d\n" % (
			name, lacking[0], len(lacking[1]), "row" if len(lacking[1]) == 1 else "rows", min(lacking[1]))
	if wrong:
		out += "mmcat: %s: cannot read a number in %d %s, the first at byte %d\n" % (
			name, len(wrong), "field" if len(wrong) == 1 else "fields", min(wrong))
	return out


def line_of(wanted, values, as_json, sizes):
	texts = [result_of(kind, values[column], as_json, sizes[column]) for kind, _, column in wanted]
	if as_json:
		return "{%s}\n" % ",".join('"%s":%s' % (key, text) for (_, key, _), text in zip(wanted, texts))
	return "\t".join(texts) + "\n"


def run_table(mmcat, rng, path):
	table = Table(rng)
	options, wanted = choose(rng, 4, table.names if table.has_header else None)
	selection, numbers = select(rng, len(table.rows))
	as_json, most = rng.random() < 0.3, max(column for _, _, column in wanted) + 1
	if rng.random() < 0.2 and not selection:
		selection, numbers = ["-e", "1"], [at for at in numbers if "1" in table.lines[at].rstrip("\r\n")]
	done, name = run(rng, [mmcat, *options, *selection, *table.options(), *["--json"] * as_json], table.data, path)
	values, wrong, lacking = {}, [], []
	for column in {column for _, _, column in wanted}:
		values[column] = []
		for at in numbers:
			row = table.rows[at]
			if column < len(row):
				value = value_of(table.unquoted(row[column]))
				if value is None:
					wrong.append(table.offs[at] + sum(len(field) + 1 for field in row[:column]))
				else:
					values[column].append(value)
	# Selections are reported one by one.
	lacking = [table.offs[at] for at in numbers if len(table.rows[at]) < most]
	status = 2 if wrong or lacking else 0 if numbers else 1
	what = "%r of %r" % (done.args[1:], table.data[:300])
	expect("status of " + what, done.returncode, status)
	expect(what, done.stdout.decode(), line_of(wanted, values, as_json, [8] * 4))
	if selection.count("-l") < 2:
		# A header that is missing has no names.
		expect("messages of " + what, done.stderr.decode(), messages_of(name, wrong, (most, lacking)))
	return len(numbers)


def json_text(text):
	return json.dumps(text).replace("\\r", "\\u000d")


def run_groups(mmcat, rng, path):
	"""-u: the totals of each value of the first field, or of the first field twice."""
	table = Table(rng, rng.choice([1, 5, 5000]))
	options, wanted = choose(rng, 4, table.names if table.has_header else None)
	as_json, twice, order = rng.random() < 0.3, rng.random() < 0.3, rng.choice(["first", "count", "value"])
	twice = twice and not as_json
	fields = "1,1" if twice else "n1" if table.has_header else "1"
	more = ["--by=" + order] if order != "first" or rng.random() < 0.5 else []
	more += ["--memory=64K", "--spill"] if rng.random() < 0.3 else []
	done, _ = run(rng, [mmcat, "-u", "-F", fields, *options, *more, *table.options(), *["--json"] * as_json],
		table.data, path)
	groups, failed = {}, False
	for row in table.rows:
		groups.setdefault(row[0], []).append(row)
		failed |= len(row) <= max(column for _, _, column in wanted)
	keys = list(groups)
	if order == "count":
		keys.sort(key=lambda key: -len(groups[key]))
	elif order == "value":
		keys.sort(key=lambda key: table.separator.join([key] * 2) if twice else json_text(key) if as_json else key)
	lines = []
	for key in keys:
		values = {}
		for _, _, column in wanted:
			values[column] = [value_of(table.unquoted(row[column])) for row in groups[key] if column < len(row)]
			failed |= None in values[column]
			values[column] = [value for value in values[column] if value is not None]
		text = line_of(wanted, values, as_json, [8] * 4)
		if as_json:
			name = "n1" if table.has_header else "1"
			lines.append('{"count":%d,%s:%s,%s' % (len(groups[key]), json_text(name), json_text(key), text[1:]))
		else:
			lines.append("%d\t%s\t%s" % (len(groups[key]), table.separator.join([key] * (2 if twice else 1)), text))
	if table.has_header and not as_json:
		lines.insert(0, "count\t%s\t%s\n" % (table.separator.join(["n1"] * (2 if twice else 1)),
			"\t".join(key for _, key, _ in wanted)))
	what = "%r of %r" % (done.args[1:], table.data[:300])
	expect("status of " + what, done.returncode, 2 if failed else 0)
	expect(what, done.stdout.decode(), "".join(lines))
	return len(table.rows)


def run_record_groups(mmcat, rng, path):
	"""-u: the totals of each value of a field of records."""
	records = Records(rng)
	key = len(records.fields)
	records.fields.append("key")
	records.data = b"".join(records.data[at * sum(records.sizes):][:sum(records.sizes)] + b"%c" % rng.randrange(3)
		for at in range(len(records.rows)))
	keys = records.data[sum(records.sizes)::sum(records.sizes) + 1]
	options, wanted = choose(rng, key, records.fields)
	more = rng.choice([[], ["--sample=9999", "--seed=1"], ["-r"]])
	done, _ = run(rng, [mmcat, "-u", "-F", rng.choice(["key", "%d" % (key + 1)]), "--by=value", "-t",
		records.layout() + ",key:u8", *options, *more], records.data, path)
	lines, failed = ["count\tkey\t%s\n" % "\t".join(name for _, name, _ in wanted)], False
	sizes = [size if LAYOUT[name][1][-1] in "dfe" else 8 for name, size in zip(records.fields, records.sizes)]
	for one in sorted(set(keys)):
		rows, values = [row for row, other in zip(records.rows, keys) if other == one], {}
		for _, _, column in wanted:
			read = [value_of(row[column].decode()) if isinstance(row[column], bytes) else
				Fraction(row[column]) if isinstance(row[column], int) else row[column] for row in rows]
			failed |= None in read
			values[column] = [value for value in read if value is not None]
		lines.append("%d\t%d\t%s" % (len(rows), one, line_of(wanted, values, False, sizes)))
	what = "%r of %d records" % (done.args[1:], len(records.rows))
	expect("status of " + what, done.returncode, 2 if failed else 0)
	expect(what, done.stdout.decode(), "".join(lines))
	return len(records.rows)


def run_records(mmcat, rng, path):
	records = Records(rng)
	options, wanted = choose(rng, len(records.fields), records.fields)
	selection, numbers = select(rng, len(records.rows))
	as_json = rng.random() < 0.3
	if rng.random() < 0.2 and not selection:
		selection = ["--sample=%d" % (len(numbers) + 1), "--seed=1"]
	done, name = run(rng, [mmcat, "-t", records.layout(), *options, *selection, *["--json"] * as_json], records.data, path)
	values, wrong, size = {}, [], sum(records.sizes)
	for column in {column for _, _, column in wanted}:
		values[column] = []
		for at in numbers:
			value = records.rows[at][column]
			if isinstance(value, bytes):
				value = value_of(value.decode())
				if value is None:
					wrong.append(at * size + sum(records.sizes[:column]))
					continue
			values[column].append(Fraction(value) if isinstance(value, int) else value)
	sizes = [size if LAYOUT[name][1][-1] in "dfe" else 8 for name, size in zip(records.fields, records.sizes)]
	what = "%r of %d records" % (done.args[1:], len(records.rows))
	expect("status of " + what, done.returncode, 2 if wrong else 0 if numbers else 1)
	expect(what, done.stdout.decode(), line_of(wanted, values, as_json, sizes))
	if selection.count("-l") < 2:
		expect("messages of " + what, done.stderr.decode(), messages_of(name, wrong, (0, [])))
	return len(numbers)


def main():
	mmcat, folder, seed, runs = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
	rng, path = random.Random(seed), os.path.join(folder, "totals.input")
	selected = [rng.choice([run_table, run_table, run_groups, run_records, run_record_groups])(mmcat, rng, path) for _ in range(runs)]
	check("many rows were selected", sum(n > 10 for n in selected) > runs / 4)
	return expectations.status()


if __name__ == "__main__":
	sys.exit(main())
