"""where_oracle.py - expressions of --where, drawn at random, and what they mean

Python compares integers with floats exactly, as mmcat should.

SPDX-License-Identifier: MIT
"""

import operator
import re

OPERATORS = {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
	">=": operator.ge}
INTEGER = re.compile(r"[+-]?[0-9]+\Z")
FLOAT = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?\Z|[+-]?(inf|nan)\Z")


class Lacks(Exception):
	"""A row lacks a field."""


class NoNumber(Exception):
	"""A value that is compared with a number is none."""


def number_of(text):
	"""An integer of 64 bits, else a float; None if a text is no number."""
	text = text.strip(" \t\n\v\f\r")
	if INTEGER.match(text):
		return int(text) if -2**63 <= int(text) < 2**64 else float(text)
	return float(text) if FLOAT.match(text) else None


def quoted(rng, text):
	quote = rng.choice("'\"")
	return quote + text.replace(quote, 2 * quote) + quote


class Test:
	"""One comparison. `field` counts from 0."""

	def __init__(self, field, op, value):
		self.field, self.op, self.value = field, op, value

	def holds(self, value_of):
		"""`value_of` returns the value of a field as bytes, or as a number, or raises Lacks."""
		value = value_of(self.field)
		if isinstance(self.value, str):
			return OPERATORS[self.op](value, self.value.encode())
		if isinstance(value, bytes):
			value = number_of(value.decode("latin-1"))
		if value is None:
			raise NoNumber
		return OPERATORS[self.op](value, number_of(str(self.value)))


class Expression:
	"""Tests that are joined by "and", in groups that are joined by "or"."""

	def __init__(self, groups):
		self.groups = groups

	def text(self, rng, names):
		"""As an argument. `names` has the names of fields, which need quotes if they are no words."""
		def field(test):
			name = names[test.field] if test.field < len(names) and rng.random() < 0.5 else None
			if name is None:
				return "%d" % (test.field + 1)
			return name if re.match(r"[a-z_][a-z_0-9]*\Z", name) and rng.random() < 0.7 else quoted(rng, name)

		def value(test):
			return quoted(rng, test.value) if isinstance(test.value, str) else str(test.value)

		def blank():
			return rng.choice(["", "", " ", "\t", "  "])

		return "||".join("&&".join("".join([blank(), field(test), blank(), test.op, blank(), value(test), blank()])
			for test in group) for group in self.groups)

	def holds(self, value_of):
		"""(whether a row passes, whether it lacks a field, whether a value is no number). Tests that cannot
		change the result are not made."""
		lacks = no_number = False
		for group in self.groups:
			for test in group:
				try:
					if not test.holds(value_of):
						break
				except Lacks:
					lacks = True
					break
				except NoNumber:
					no_number = True
					break
			else:
				return True, lacks, no_number
		return False, lacks, no_number


def draw(rng, draw_test):
	"""An expression of tests that a function draws."""
	return Expression([[draw_test(rng) for _ in range(rng.choice([1, 1, 2, 3]))] for _ in range(rng.choice([1, 1, 2, 3]))])
