"""pages.py - runs the commands of a page of the documentation, on a log that it makes

SPDX-License-Identifier: MIT
"""

import hashlib
import os
import platform
import re
import subprocess

import machine
import make_log

VERSION = re.compile(r"(?:\(GNU (.*)\)|^(\w+)) (\d\S*)")


class Workspace:
	"""A folder with the log. The commands see it as "log", and the program as mmcat. With `is_sorted`,
	there is a second log, "sorted". With `has_table`, there is a table, "table"."""

	def __init__(self, mmcat, folder, size, is_sorted=False, has_table=False, **variables):
		self.folder = os.path.abspath(folder)
		os.makedirs(self.folder, exist_ok=True)
		self.make("log", make_log.parse_size(size), make_log.write_log)
		if is_sorted:
			self.make("sorted", make_log.parse_size(size), make_log.write_sorted_log)
		if has_table:
			self.make("table", make_log.parse_size(size), make_log.write_table)
		self.env = {**os.environ, **variables, "LC_ALL": "C",
			"PATH": "%s:%s" % (self.folder, os.environ["PATH"])}
		# The page calls the program mmcat, whatever its name and folder.
		link = os.path.join(self.folder, "mmcat")
		if not os.path.lexists(link):
			os.symlink(os.path.abspath(mmcat), link)

	def make(self, name, length, write):
		path = os.path.join(self.folder, name)
		if not os.path.exists(path) or os.path.getsize(path) != length:
			with open(path, "wb") as file:
				write(file, length)

	def start(self, command, out, *options):
		return subprocess.Popen(["bash", *options, "-c", command], stdout=out, cwd=self.folder,
			env=self.env, stdin=subprocess.DEVNULL)

	def answer(self, command):
		"""Returns: a digest of the output, its length, and the exit status."""
		process = self.start(command, subprocess.PIPE)
		digest, length = hashlib.sha256(), 0
		while piece := process.stdout.read(1 << 20):
			digest.update(piece)
			length += len(piece)
		return digest.hexdigest(), length, process.wait()


def versions(*tools):
	"""The versions of the packages that contain the tools."""
	found = {}
	for tool in tools:
		text = subprocess.run([tool, "--version"], capture_output=True, check=False, text=True).stdout
		version = VERSION.search(text.partition("\n")[0])
		found[version[1] or version[2] if version else tool] = version[3] if version else "of this system"
	return ", ".join("%s %s" % (name, version) for name, version in found.items())


def machine_line():
	return "%s, %.1f GiB; %s %s" % (machine.processor(), machine.memory_gib(), platform.system(),
		".".join(platform.release().split(".")[:2]))


def shown(seconds):
	return "%.2f s" % seconds if seconds >= 1 else "%.1f ms" % (1000 * seconds)
