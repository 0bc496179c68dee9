"""measure.py - runs commands in turn; hyperfine or bench_run measures time, bench_run measures memory

SPDX-License-Identifier: MIT
"""

import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import tempfile
import zlib


OTHER_COMMIT = "the other commit"


class Command:
	"""One program of a row. With `drains`, an option of bench_run, the output goes through a pipe to
	the same reader for all programs; without it, into /dev/null. `reads`: the file whose bytes it reads
	from the first to the last; it has a limit then. `program`: what must be installed, if not argv[0]."""

	def __init__(self, name, argv, drains=None, answer="text", threads=1, ours=False, reads=None,
			program=None):
		self.name, self.argv, self.drains = name, [str(word) for word in argv], drains
		self.answer_kind, self.threads, self.ours = answer, threads, ours
		self.program = program or self.argv[0]
		self.answer, self.first, self.rss_kib, self.faults, self.heap_kib = None, 0.0, 0, 0, None
		self.output, self.times, self.cpu, self.reads = None, [], [], reads

	def median(self):
		return statistics.median(self.times)

	def facts(self):
		return {"name": self.name, "command": " ".join(self.argv), "threads": self.threads,
			"seconds": self.times,
			"processor_seconds": self.cpu, "peak_rss_kib": self.rss_kib,
			"minor_faults": self.faults, "peak_heap_kib": self.heap_kib,
			"output": self.output}


def values_of(pipe):
	"""A digest of numbers, one a line, regardless of padding. Floats are parsed, since programs write
	them with different numbers of digits."""
	crc = count = 0
	for line in pipe:
		number = line.strip()
		if b"." in number or b"e" in number:
			number = b"%r" % float(number)
		crc = zlib.crc32(number, crc)
		count += 1
	return crc, count


HEX_ROW = re.compile(r"^[│]?[0-9a-f]{8}(?: {2}|: |│ )((?:[0-9a-f]{2}[ ┊]*){16})", re.M)


def hex_of(pipe):
	"""The number of rows of a hex view, and the bytes of about its first and last thousand rows. A row
	with only the end offset, and the frame that some programs draw, do not count."""
	first, last, count = [], [], 0
	for line in pipe:
		count += 1
		if count <= 1000:
			first.append(line)
		last.append(line)
		if len(last) > 2000:
			del last[:1000]
	def digits(lines):
		rows = HEX_ROW.findall(b"".join(lines).decode())
		return [re.sub("[ ┊]", "", row) for row in rows]
	head, tail = digits(first), digits(last)
	return count // 1000, head[:900], tail[-900:]


class Runner:
	def __init__(self, build, hyperfine=True):
		self.bench_run = os.path.join(build, "tests", "bench", "bench_run")
		self.hyperfine = shutil.which("hyperfine") if hyperfine else None

	def argv(self, command):
		return ([self.bench_run, command.drains] if command.drains else []) + command.argv

	def check(self, command):
		"""The first run: warms the caches, and keeps the answer and the memory use."""
		process = subprocess.Popen([self.bench_run] + command.argv, stdout=subprocess.PIPE,
			stderr=subprocess.PIPE, env=dict(os.environ, LC_ALL="C"))
		if command.answer_kind == "digest":
			crc, length = 0, 0
			while piece := process.stdout.read(1 << 20):
				crc = zlib.crc32(piece, crc)
				length += len(piece)
			command.answer = (crc, length)
		elif command.answer_kind == "values":
			command.answer = values_of(process.stdout)
		elif command.answer_kind == "hex":
			command.answer = hex_of(process.stdout)
		else:
			text = process.stdout.read().decode()
			# wc prints the file name, too.
			command.answer = text.split()[0] if command.answer_kind == "number" else text
		output = process.stderr.read().decode().splitlines()
		if process.wait() != 0:
			raise RuntimeError("%s: %s" % (" ".join(command.argv), " / ".join(output)))
		wall, _, rss, faults, _ = output[-1].split()
		command.first, command.rss_kib, command.faults = float(wall), int(rss), int(faults)

	def heap(self, command):
		"""The peak of the library's heap, as mmcat --stats reports it."""
		output = subprocess.run(command.argv[:1] + ["--stats"] + command.argv[1:], check=True,
			stdout=subprocess.DEVNULL, stderr=subprocess.PIPE).stderr.decode(errors="replace")
		command.output = output.strip()
		found = re.search(r"peak heap ([\d.]+) ([KM]iB)", output)
		if found:
			command.heap_kib = float(found[1]) * (1024 if found[2] == "MiB" else 1)

	def measure(self, commands, rounds, repeat=1, limit=None):
		"""Runs the commands in turn, each `repeat` times a round; the median of a round counts."""
		for _ in range(rounds):
			if limit:
				limit.measure()
			for command, (times, cpu) in zip(commands, self.one_round(commands, repeat)):
				command.times.append(statistics.median(times))
				command.cpu.append(cpu)

	def one_round(self, commands, repeat):
		"""Returns, for each command: seconds of its runs, and processor seconds of one run."""
		if not self.hyperfine:
			runs = [[self.time_once(command) for _ in range(repeat)] for command in commands]
			return [([wall for wall, _ in of_one], of_one[-1][1]) for of_one in runs]
		with tempfile.NamedTemporaryFile(suffix=".json") as out:
			subprocess.run([self.hyperfine, "-N", "--style", "none", "--runs", str(repeat),
				"--warmup", str(repeat // 10), "--export-json", out.name] +
				[shlex.join(self.argv(command)) for command in commands],
				check=True, stderr=subprocess.DEVNULL, env=dict(os.environ, LC_ALL="C"))
			return [(result["times"], result["user"] + result["system"])
				for result in json.load(out)["results"]]

	def time_once(self, command):
		argv = [self.bench_run] + [command.drains] * bool(command.drains) + command.argv
		output = subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True,
			env=dict(os.environ, LC_ALL="C")).stderr
		wall, cpu = output.split(b"\n")[-2].split()[:2]
		return float(wall), float(cpu)


def ratio(ours, rival):
	"""How many times faster: the median over rounds, whose runs are close in time."""
	return statistics.median(b / a for a, b in zip(ours.times, rival.times))


def cpu_ratio(ours, rival):
	"""Like ratio, but of processor time, which depends less on other load of the machine."""
	return statistics.median(b / max(a, 1e-9) for a, b in zip(ours.cpu, rival.cpu))


def rounds_for(commands, most=11):
	"""Quick commands get more rounds."""
	total = sum(command.first for command in commands)
	return max(3, min(most, int(8 / max(total, 0.01))))
