"""expectations.py - how the Python tests of mmcat write what they expect

An expectation that is not met is printed and counted, and the test goes on. Checks may run in threads.

SPDX-License-Identifier: MIT
"""

failures = []


def wrong(what, *facts):
	"""Reports a failure."""
	failures.append(what)
	print(what, *("%.400r" % (fact,) for fact in facts), sep=": ", flush=True)


def check(what, holds, *facts):
	"""Expects that a condition holds."""
	if not holds:
		wrong("not true: " + what, *facts)


def expect(what, got, wanted):
	"""Expects a value."""
	if got != wanted:
		wrong(what, got)
		print("\texpected: %.400r" % (wanted,), flush=True)


def status():
	"""The exit status of the test."""
	return 1 if failures else 0
