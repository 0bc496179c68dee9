#!/usr/bin/env python3
"""searching.py - runs the searches of doc/searching.md, each with mmcat, rg and grep

	searching.py MMCAT FOLDER PAGE SIZE [--times]

Makes a log of SIZE in FOLDER and runs the commands of the page there. Commands without a blank line
between them must print the same; exit 1 if they do not. rg is left out if it is not installed, and
-E and -R if mmcat is built without PCRE2. With --times the commands of each numbered search run
five times, in turn, and the page is printed with the medians, the machine and the versions.

SPDX-License-Identifier: MIT
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import pages  # pylint: disable=wrong-import-position

RUNS = 5
TOOLS = "mmcat", "rg", "grep"
N_SEARCHES = 15
SETUP = re.compile(r"^\tpython3 tests/support/make_log.py \S+ log\n\t(printf .* > texts)\n", re.M)
SECTION = re.compile(r"^## (?:(\d+)\. )?(.*)\n((?:(?!## ).*\n)*)", re.M)
COMMANDS = re.compile(r"(?:^\t.*\n)+", re.M)
NEEDS_PCRE2 = re.compile(r"mmcat .*-[ER]\b")
TIMES = re.compile(r"^<!-- times -->\n\n(?:Here: .*\n\n)?(?:\|.*\n)+", re.M)


def tool_of(command):
	return next((tool for tool in TOOLS if tool in command.split()), None)


class Page:
	def __init__(self, workspace, text):
		self.workspace, self.text = workspace, text
		self.has_pcre2 = workspace.start("mmcat -c -E '^' log", subprocess.DEVNULL).wait() == 0
		self.grep_has_perl = workspace.start("echo x | grep -P x", subprocess.DEVNULL).wait() == 0
		self.n_wrong = 0
		# Number, title and commands of each numbered search.
		self.searches = []
		setup = SETUP.search(text)
		if not setup or workspace.start(setup[1], None).wait() != 0:
			self.wrong("the page does not make the log and the texts")
		for number, title, body in SECTION.findall(text):
			groups = [group.replace("\t", "").splitlines() for group in COMMANDS.findall(body)]
			if number:
				self.searches.append((int(number), title, groups[0]))
			for group in groups:
				self.compare(group)
		self.check_searches()

	def wrong(self, *what):
		self.n_wrong += 1
		print("searching.py:", *what, file=sys.stderr)

	def works(self, command):
		"""Whether the programs of a command are installed and have its options."""
		if tool_of(command) == "rg":
			return shutil.which("rg") is not None
		if tool_of(command) == "mmcat":
			return self.has_pcre2 or not NEEDS_PCRE2.search(command)
		return self.grep_has_perl or " -P " not in command

	def compare(self, group):
		commands = [command for command in group if self.works(command)]
		answers = [self.workspace.answer(command) for command in commands]
		for command, (digest, length, status) in zip(commands, answers):
			if length == 0 or status != 0:
				self.wrong("%s: %d bytes, status %d" % (command, length, status))
			elif digest != answers[0][0]:
				self.wrong("different output: %s: %s" % (commands[0], command))

	def check_searches(self):
		"""The searches are numbered from 1, each has one command of each tool, and the table has
		their titles."""
		if [number for number, _, _ in self.searches] != list(range(1, N_SEARCHES + 1)):
			self.wrong("the page does not have searches 1 to %d" % N_SEARCHES)
		for number, title, commands in self.searches:
			if tuple(map(tool_of, commands)) != TOOLS:
				self.wrong("search %d does not have a command of each tool" % number)
			if "\n| %d | %s |" % (number, title) not in self.text:
				self.wrong("the table does not have search %d, %s" % (number, title))

	def seconds_of(self, command):
		"""The output goes through a pipe, because grep stops at the first match if it is
		/dev/null."""
		buffer = bytearray(128 << 10)
		started = time.monotonic()
		with self.workspace.start(command, subprocess.PIPE) as process:
			while os.readv(process.stdout.fileno(), [buffer]) > 0:
				pass
			process.wait()
			return time.monotonic() - started

	def medians(self, commands):
		"""One text for each command."""
		working = [command for command in commands if self.works(command)]
		times = {command: [] for command in working}
		for _ in range(RUNS):
			for command in working:
				times[command].append(self.seconds_of(command))
		return [pages.shown(statistics.median(times[command])) if command in times else "-"
			for command in commands]

	def table(self, size):
		tools = [tool for tool in ("rg", "grep") if shutil.which(tool)]
		lines = ["<!-- times -->", "", "Here: %s; log of %s; %s." % (
			pages.machine_line(), size, pages.versions(*tools)), "",
			"| | search | mmcat | rg | grep |", "|---:|---|---:|---:|---:|"]
		for number, title, commands in self.searches:
			lines.append("| %d | %s | %s |" % (number, title, " | ".join(self.medians(commands))))
			print(lines[-1], file=sys.stderr)
		return "\n".join(lines) + "\n"


def main():
	mmcat, folder, path, size = sys.argv[1:5]
	workspace = pages.Workspace(mmcat, folder, size)
	with open(path, encoding="utf-8") as file:
		text = file.read()
	page = Page(workspace, text)
	if not TIMES.search(text):
		page.wrong("the page has no table of times")
	elif "--times" in sys.argv:
		table = page.table(size)
		print(TIMES.sub(lambda _: table, text), end="")
	return page.n_wrong > 0


sys.exit(main())
