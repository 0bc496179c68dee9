"""search_oracle.py - what mmcat prints for -e and -E, by a loop over all lines

Imported by the tests of searches. The only mechanism is Python's re on one line at a time, so nothing
depends on blocks, threads or kinds of input.

SPDX-License-Identifier: MIT
"""

import re

UNLIMITED = NONE = 1 << 62
WORD = rb"A-Za-z0-9_"


class Line:
	"""A line of a selection: its number in the file from 1, its offset, its bytes without delimiter."""

	__slots__ = ("number", "off", "text")

	def __init__(self, number, off, text):
		self.number, self.off, self.text = number, off, text


def lines_of(content, start=0, stop=None, delimiter=b"\n"):
	"""The lines of content[start:stop]. The first one may be the rest of a line of the content."""
	stop = len(content) if stop is None else stop
	if start >= stop:
		return []
	texts = content[start:stop].split(delimiter)
	if not texts[-1]:
		texts.pop()
	number, lines = content.count(delimiter, 0, start) + 1, []
	for text in texts:
		lines.append(Line(number, start, text))
		start += len(text) + len(delimiter)
		number += 1
	return lines


class Search:
	"""Patterns, each a pair of bytes and whether it is an expression, and how they match."""

	def __init__(self, patterns, all_of=False, invert=False, caseless=False, words=False, whole=False):
		self.all_of, self.invert = all_of, invert
		self.patterns = []
		for pattern, is_regex in patterns:
			pattern = pattern if is_regex else re.escape(pattern)
			if whole:
				pattern = rb"\A(?:%s)\Z" % pattern
			elif words:
				pattern = rb"(?<![%s])(?:%s)(?![%s])" % (WORD, pattern, WORD)
			self.patterns.append(re.compile(pattern, re.MULTILINE | (re.IGNORECASE if caseless else 0)))

	def selects(self, text):
		"""Whether a line is one of those that are searched for."""
		quantifier = all if self.all_of else any
		return quantifier(pattern.search(text) for pattern in self.patterns) != self.invert

	def matches_in(self, text):
		"""Start and stop of each match: the first one, of those that start there the longest, and on
		from its end. Empty matches are left out."""
		if len(self.patterns) == 1:
			return [match.span() for match in self.patterns[0].finditer(text) if match[0]]
		found, at, spans = [], 0, [(-1, -1)] * len(self.patterns)
		while True:
			# A span that starts further on is still the next one.
			spans = [span if span[0] >= at else self.next_span(pattern, text, at)
				for span, pattern in zip(spans, self.patterns)]
			start, stop = min(spans, key=lambda span: (span[0], -span[1]))
			if start == NONE:
				return found
			found.append((start, stop))
			at = stop

	@staticmethod
	def next_span(pattern, text, at):
		return next((match.span() for match in pattern.finditer(text, at) if match[0]), (NONE, NONE))


class How:
	"""What is printed for each line. The names are those of the long options, or nearly."""

	def __init__(self, **given):
		self.names = self.numbers = self.offsets = self.only_matches = self.only_offsets = False
		self.count = self.reverse = self.color = False
		self.before = self.after = 0
		self.most = UNLIMITED
		self.delimiter = b"\n"
		vars(self).update(given)


MARK = {"file": b"\033[35m", "number": b"\033[32m", "separator": b"\033[36m", "match": b"\033[01;31m"}


class Printer:
	"""Prints what is found in the selections of files, as mmcat does."""

	def __init__(self, search, how):
		self.search, self.how = search, how
		self.out = []
		self.has_printed = False
		self.status = 1

	def colored(self, kind, text):
		return MARK[kind] + text + b"\033[m" if self.how.color else text

	def prefix(self, name, line, off, is_context=False):
		how, parts = self.how, []
		if how.names:
			parts.append(self.colored("file", name))
		if how.numbers:
			parts.append(self.colored("number", b"%d" % line.number))
		if how.offsets:
			parts.append(self.colored("number", b"%d" % off))
		separator = self.colored("separator", b"-" if is_context else b":")
		return b"".join(part + separator for part in parts)

	def painted(self, text, is_match):
		"""A line with its matches in color."""
		if not (self.how.color and is_match) or self.search.invert:
			return text
		painted, at = [], 0
		for start, stop in self.search.matches_in(text):
			painted += [text[at:start], self.colored("match", text[start:stop])]
			at = stop
		return b"".join(painted) + text[at:]

	def put_matches(self, name, line):
		how = self.how
		for start, stop in self.search.matches_in(line.text):
			off = line.off + start
			if how.only_offsets:
				end = self.colored("number", b"%d" % off) + b"\n"
			else:
				end = self.colored("match", line.text[start:stop]) + how.delimiter
			self.out.append(self.prefix(name, line, off) + end)

	def put_groups(self, name, lines, found):
		"""Prints lines with their context."""
		how, chosen = self.how, set(found)
		near = set()
		for i in found:
			near.update(range(max(0, i - how.before), min(len(lines), i + how.after + 1)))
		has_context, last = how.before > 0 or how.after > 0, None
		for i in sorted(near):
			if has_context and (self.has_printed if last is None else i > last + 1):
				self.out.append(self.colored("separator", b"--") + b"\n")
			self.out.append(self.prefix(name, lines[i], lines[i].off, i not in chosen) +
				self.painted(lines[i].text, i in chosen) + how.delimiter)
			self.has_printed, last = True, i

	def add_file(self, name, selections):
		"""Prints what is found in the selections of one file, each a list of lines."""
		how, n_left, n_counted = self.how, self.how.most, 0
		for lines in selections:
			found = [i for i, line in enumerate(lines) if self.search.selects(line.text)]
			if n_left == 0:
				break
			if how.reverse:
				found.reverse()
			found = found[:n_left]
			n_left -= len(found)
			if found:
				self.status = 0
			if how.count:
				n_counted += sum(len(self.search.matches_in(lines[i].text)) for i in found) \
					if how.only_matches else len(found)
			elif how.only_matches or how.only_offsets:
				for i in found:
					self.put_matches(name, lines[i])
			elif how.reverse:
				self.out += [self.prefix(name, lines[i], lines[i].off) +
					self.painted(lines[i].text, True) + how.delimiter for i in found]
			else:
				self.put_groups(name, lines, found)
		if how.count:
			self.out.append((name + b":" if how.names else b"") + b"%d\n" % n_counted)


def printed(search, how, files):
	"""Returns: the output and the status for pairs of a name and a list of selections."""
	printer = Printer(search, how)
	for name, selections in files:
		printer.add_file(name, selections)
	return b"".join(printer.out), printer.status
