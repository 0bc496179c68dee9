"""rows.py - the rows of the benchmark: what is compared, and the targets

A target is the least ratio by which mmcat must be faster than its rival, the least fraction of the
limit, or the maximum of an amount.
A row is skipped, with a reason, if its rival is not installed or mmcat lacks its option.

SPDX-License-Identifier: MIT
"""

import os
import shutil
import statistics
import subprocess

from limits import Limits
from measure import Command, OTHER_COMMIT, cpu_ratio, ratio, rounds_for


class Bench:
	def __init__(self, runner, data, build, out, against=None):
		self.runner, self.data, self.build, self.out = runner, data, build, out
		self.mmcat = os.path.join(build, "mmcat")
		self.other = os.path.abspath(os.path.join(against, "mmcat")) if against else None
		self.help = subprocess.run([self.mmcat, "--help"], capture_output=True, text=True,
			check=True).stdout
		self.n_threads = len(os.sched_getaffinity(0))
		self.limits = Limits(self.tool("rival_limit"))

	def tool(self, name):
		return os.path.join(self.build, "tests", "bench", name)

	def ours(self, *args, path=None, threads=1, name=None, **more):
		path = path or self.data.log
		name = name or " ".join(("mmcat",) + args + ("FILE",))
		more.setdefault("reads", path)
		return Command(name, (self.mmcat,) + args + (path,), threads=threads, ours=True, **more)

	def lacks(self, *options):
		missing = [option for option in options if option not in self.help]
		return "mmcat has no %s yet" % ", ".join(missing) if missing else None

	def add_other(self, ours, rivals):
		"""Adds the other commit, if it knows the options."""
		if not self.other or ours.argv[0] != self.mmcat:
			return rivals
		other = Command(OTHER_COMMIT, [self.other] + ours.argv[1:], drains=ours.drains,
			answer=ours.answer_kind, threads=ours.threads)
		try:
			self.runner.check(other)
		except RuntimeError as error:
			self.out.skip(ours.name, "the other commit: %s" % error)
			return rivals
		return rivals + [(other, None)]

	def compare(self, title, ours, rivals, wanted=None, lacks=None, repeat=1, most=11, limit=None,
			limit_target=None):
		"""One comparison for each rival: (command, target or None). `wanted` is a known answer. Without
		`limit`, it is that of the file that `ours` reads."""
		if lacks:
			self.out.skip(title, lacks)
			return None
		for rival, _ in rivals:
			if not shutil.which(rival.program):
				self.out.skip("%s: %s" % (title, rival.name), "%s is not installed" % rival.program)
		rivals = [(rival, target) for rival, target in rivals if shutil.which(rival.program)]
		rivals = self.add_other(ours, rivals)
		commands = [ours] + [rival for rival, _ in rivals]
		for command in commands:
			self.runner.check(command)
			expected = ours.answer if wanted is None else wanted
			if command.answer != expected:
				self.out.wrong(title, command, expected)
		if ours.argv[0] == self.mmcat and "--stats" in self.help:
			self.runner.heap(ours)
		if ours.reads and not limit:
			limit = self.limits.of(ours.reads, ours.threads)
		self.runner.measure(commands, rounds_for(commands, most), repeat, limit)
		self.out.commands(title, ours, rivals,
			[(ratio(ours, rival), cpu_ratio(ours, rival)) for rival, _ in rivals], limit, limit_target)
		return ours


def limit_target(threads):
	"""The least fraction of the limit that counts and searches of a rare text must reach."""
	return 0.70 if threads == 1 else 0.90


def run_all(bench):
	for part in (counting, printing, reversing, line_access, keys, samples, finding, views, single_pages,
			sparse, start_up, average):
		part(bench)
	iterators(bench, "log", bench.data.log, memchr=0.55, batches=0.5)
	iterators(bench, "short rows", bench.data.rows, memchr=0.45, batches=0.3)
	iterators(bench, "log in single pages", bench.data.log_4k)
	guard(bench)
	techniques(bench)
	numbers(bench)
	tally(bench)


def counter(bench, threads, path=None, kib=128):
	return Command("pread %d KiB + count, %d thread%s" % (kib, threads, "s" * (threads > 1)),
		[bench.tool("rival_count"), path or bench.data.log, threads, kib], answer="number")


def counting(bench):
	n, log = bench.n_threads, bench.data.log
	bench.compare("count lines", bench.ours("-c", threads=n, answer="number"), [
		(Command("wc -l", ["wc", "-l", log], answer="number"), 3),
		(counter(bench, n), 0.95),
		(counter(bench, 1), None)], limit_target=limit_target(n))
	bench.compare("count lines, one thread", bench.ours("-c", "-j1", answer="number"),
		[(counter(bench, 1), None)], lacks=bench.lacks("--threads"), limit_target=limit_target(1))
	bench.compare("count lines, plain reads",
		bench.ours("-c", "--no-mmap", threads=n, answer="number"),
		[(counter(bench, n), None)], lacks=bench.lacks("--no-mmap"))


def printing(bench):
	"""Measures once with a reader that copies all, as most readers do, and once with a reader that
	discards the data unread, which shows the writers only: mmcat and cat then read no bytes."""
	for title, option, targets in (("print all into a pipe", "-d", (6, 2.5)),
			("print all into a pipe, discarded", "-n", (None, None))):
		more = {"drains": option, "answer": "digest"}
		reads = bench.data.log if option == "-d" else None
		bench.compare(title, bench.ours(name="mmcat FILE | reader", reads=reads, **more), [
			(Command("cat", ["cat", bench.data.log], **more), targets[0]),
			(Command("pv -q", ["pv", "-q", bench.data.log], **more), targets[1])])


def reversing(bench):
	bench.compare("reverse", bench.ours("-r", answer="digest"),
		[(Command("tac", ["tac", bench.data.log], answer="digest"), 5)],
		limit=bench.limits.of(bench.data.log, bench.n_threads))


def line_access(bench):
	"""Prints a line at 9/10 of the file; sed exits as soon as it has printed it."""
	lines = int(subprocess.run([bench.tool("rival_count"), bench.data.log, "1"],
		capture_output=True, check=True).stdout)
	number = lines * 9 // 10
	bench.compare("one line at 9/10 of the file",
		bench.ours("-l", "%d:+1" % number, threads=bench.n_threads, name="mmcat -l N:+1 FILE"),
		[(Command("sed -n Np", ["sed", "-n", "%d{p;q}" % (number + 1), bench.data.log]), 10)],
		limit=bench.limits.of(bench.data.log, bench.n_threads, number / lines))


def keys(bench):
	"""Prints a minute at two thirds of a sorted log; sed exits at its end."""
	day, path = bench.data.day, bench.data.sorted
	bench.compare("one minute of a sorted log",
		bench.ours("--from=%sT00:04" % day, "--until=%sT00:05" % day, path=path,
			name="mmcat --from=KEY --until=KEY FILE"),
		[(Command("sed -n /MINUTE/p", ["sed", "-n", "/^%sT00:05/q; /^%sT00:04/p" % (day, day), path]),
			100)], lacks=bench.lacks("--from"))


def samples(bench):
	"""The number of lines of a sample, since each program chooses other lines."""
	log = bench.data.log
	for n in 10, 100000:
		bench.compare("a sample of %d lines" % n,
			bench.ours("-c", "--sample=%d" % n, "--seed=1", threads=bench.n_threads, answer="number"),
			[(Command("shuf -n %d | wc -l" % n, ["sh", "-c", 'shuf -n "$1" "$2" | wc -l', "sh", n, log],
				answer="number"), 3)], wanted=str(n), lacks=bench.lacks("--sample"))


def finding(bench):
	rare, log = bench.data.rare, bench.data.log
	bench.compare("count a rare text",
		bench.ours("-c", "-e", rare, threads=bench.n_threads, answer="number",
			name="mmcat -c -e RARE FILE"), [
		(Command("rg -c -F", ["rg", "-c", "-F", rare, log], answer="number"), 1.5),
		# Into a pipe: with /dev/null as output, grep would stop at its first match.
		(Command("grep -c -F", ["grep", "-c", "-F", rare, log], answer="number", drains="-d"),
			None)], lacks=bench.lacks("--find"), limit_target=limit_target(bench.n_threads))
	bench.compare("count a rare text, one thread",
		bench.ours("-c", "-j1", "-e", rare, answer="number", name="mmcat -c -j1 -e RARE FILE"), [],
		lacks=bench.lacks("--find"), limit_target=limit_target(1))
	# The same job with mmr_scan_run: blocks of whole lines, in as little memory.
	bench.compare("count lines with a rare text", Command("examples/parallel_count",
		[os.path.join(bench.build, "doc/examples/parallel_count"), rare, log],
		threads=bench.n_threads, answer="number", ours=True, reads=log),
		[(Command("rg -c -F", ["rg", "-c", "-F", rare, log], answer="number"), None)])

	# Texts that are in each line, or in most: the time goes into counting or printing matches.
	for name, text in ("each line", "2024-03-07T"), ("four lines of five", " GET "):
		bench.compare("count a text of " + name,
			bench.ours("-c", "-e", text, "-j2", threads=2, answer="number",
				name="mmcat -c -j2 -e '%s' FILE" % text),
			[(Command("rg -c -F", ["rg", "-c", "-F", text, log], answer="number"), 0.9)])


def views(bench):
	"""Prints all bytes of a binary file as text, which is discarded."""
	path = bench.data.binary
	bench.compare("hex view", bench.ours("-x", path=path, threads=bench.n_threads, answer="hex"), [
		(Command("xxd", ["xxd", path], answer="hex"), 5),
		(Command("hexyl", ["hexyl", "--color=never", path], answer="hex"), 3)])
	path = bench.data.floats
	for kind, format, size in ("u32le", "u4", 4), ("f64le", "f8", 8):
		bench.compare("as numbers: " + kind,
			bench.ours("-t", kind, path=path, threads=bench.n_threads, answer="values"),
			[(Command("od -t %s" % format, ["od", "-An", "-v", "--endian=little", "-t", format,
				"-w%d" % size, path], answer="values"), 3)])


def single_pages(bench):
	path, n = bench.data.log_4k, bench.n_threads
	bench.compare("count lines, cached in single pages",
		bench.ours("-c", path=path, threads=n, answer="number"),
		[(counter(bench, n, path, kib), 0.95) for kib in (128, 1024, 2048)] +
		[(counter(bench, 1, path), None)])
	bench.compare("count lines, cached in single pages, one thread",
		bench.ours("-c", "-j1", path=path, answer="number"),
		[(counter(bench, 1, path, kib), 0.95) for kib in (128, 1024, 2048)])


def sparse(bench):
	title = "count lines of 8 TiB with three islands"
	if bench.data.n_sparse_lines is None:
		bench.out.skip(title, "the file system cannot have such a file")
		return
	ours = bench.ours("-c", path=bench.data.sparse, threads=bench.n_threads, answer="number", reads=None)
	bench.compare(title, ours, [], wanted=str(bench.data.n_sparse_lines))
	bench.out.amount(title, ours.name, ours.median() * 1000, "ms", 20)


def start_up(bench):
	log = bench.data.log
	bench.compare("start-up", bench.ours("-b", "0:1", reads=None),
		[(Command("head -c1", ["head", "-c1", log]), 1 / 1.3)], repeat=100, most=7)


# Sums of tenths are exact, so that all programs round to the same means.
AVERAGE_BY_MAWK = r"""
	mawk -F ';' '
		{ v = $2; sub(/[.]/, "", v); v += 0; s[$1] += v
		  if (n[$1]++ == 0) lo[$1] = hi[$1] = v
		  else if (v < lo[$1]) lo[$1] = v
		  else if (v > hi[$1]) hi[$1] = v }
		END { for (k in n) { m = s[k] / n[k] + 0.5; f = int(m); if (f > m) f--
		  printf "%s=%.1f/%.1f/%.1f\n", k, lo[k] / 10, f / 10, hi[k] / 10 } }' "$0" |
	LC_ALL=C sort -t = -k 1,1 |
	mawk '{ printf "%s%s", NR == 1 ? "{" : ", ", $0 } END { print "}" }'
"""


def average(bench):
	"""rival_onebrc is made of the techniques of the best published entries; it checks no input. mawk
	is what users have at hand."""
	rows, title = bench.data.rows, "mean by key of %d rows" % bench.data.n_rows
	ours = Command("examples/average", [os.path.join(bench.build, "doc/examples/average"), rows],
		threads=bench.n_threads, ours=True, reads=rows)
	bench.compare(title, ours,
		[(Command("rival_onebrc", [bench.tool("rival_onebrc"), rows], threads=bench.n_threads), 1 / 1.3),
		(Command("getline, strtod", [bench.tool("rival_average"), rows]), None),
		(Command("mawk", ["sh", "-c", AVERAGE_BY_MAWK, rows], program="mawk"), None)], most=7)
	bench.out.amount(title, ours.name, ours.median() / bench.data.n_rows * 50e6, "s per 50 M rows",
		0.30, "the target is for a Zen 5 at full speed, two threads;  "
		"%.0f M rows/s here" % (bench.data.n_rows / ours.median() / 1e6))


def iterators(bench, what, path, memchr=None, batches=None):
	"""`memchr`, `batches`: the most of memchr's time that mmr_lines and batches may take."""
	output = subprocess.run([bench.tool("bench_iterators"), path, "5"], capture_output=True, text=True,
		check=True).stdout
	words = {line.split()[0]: [float(word) for word in line.split()[1:]]
		for line in output.splitlines()}
	n_lines, heap = int(words.pop("lines")[0]), words.pop("heap")[0]
	limit = bench.limits.of(path, 1)
	for _ in range(5):
		limit.measure()
	bench.out.iterators("lines of the %s, %.0f bytes each" % (what, os.path.getsize(path) / n_lines),
		words, {"memchr": memchr, "getline": 0.15} if memchr else {},
		statistics.median(limit.times) / n_lines * 1e9, limit.way)
	title = "iterators, %s" % what
	bench.out.amount(title, "library's heap", heap / 1024, "KiB", 1024)
	if not memchr:
		return

	def median(way, other, judge):
		return statistics.median(map(judge, words[way], words[other]))

	bench.out.amount(title, "batches", median("mmr_lines_next_batch", "memchr", lambda a, b: a / b),
		"of memchr's time", batches)
	if "mmr_lines+C++" in words:
		bench.out.amount(title, "C++ range-for", median("mmr_lines+C++", "mmr_lines", lambda a, b: a / b),
			"of the C loop's time", 1 / 0.97)
	bench.out.amount(title, "CRLF more than plain",
		median("mmr_lines+crlf", "mmr_lines", lambda a, b: a - b), "ns a line", 1)
	bench.out.amount(title, "backward",
		median("mmr_reverse_lines", "mmr_lines", lambda a, b: a / b), "of the time forward", 1.2)


def guard(bench):
	rounds = 1000 if bench.data.size < 1 << 30 else 4000
	output = subprocess.run([bench.tool("bench_guard"), bench.data.log, str(rounds)],
		capture_output=True, text=True, check=True).stdout
	without, with_guard, times = map(float, output.split())
	bench.out.amount("guard", "count in 1 MiB, %.2f us without, %.2f us with"
		% (without / 1000, with_guard / 1000), (times - 1) * 100, "% more", 0.5)


def techniques(bench):
	"""Each technique runs in one process, in turn with the operation it is compared with."""
	path = os.path.join(bench.data.folder, "numbers")
	output = subprocess.run([bench.tool("bench_techniques"), path,
		str(min(bench.data.size, 1 << 30) >> 20)], capture_output=True, text=True,
		check=True).stdout.split()
	words = dict(zip(output[0::2], map(float, output[1::2])))
	limit = bench.limits.of(path, bench.n_threads)
	for _ in range(9):
		limit.measure()
	os.remove(path)
	bench.out.amount("sum of f64", "time of counting a byte in the same file, %.1f ms; sum %.1f ms"
		% (words["count"] * 1000, words["sum"] * 1000), words["sum"] / words["count"], "times",
		round(1 / 0.9, 3), of_limit=min(limit.times) / words["sum"])
	bench.out.amount("records", "one field, warm", words["record"], "ns", 1)
	bench.out.amount("interning", "lookup of 10 bytes among 10,000", words["intern"], "ns", 15)
	bench.out.amount("interning", "the same, 16 in each call", words["many"], "ns", 9)


def numbers(bench):
	"""Parses floats; prints the time of one number, measured in one process."""
	output = subprocess.run([bench.tool("bench_numbers")], capture_output=True, text=True,
		check=True).stdout
	for line in output.splitlines():
		form, *times = line.split()
		ours, strtod, from_chars = map(float, times)
		title = "floats written with %s" % form
		if from_chars == 0:
			bench.out.skip(title, "the C++ library has no std::from_chars for double")
			continue
		bench.out.amount(title, "time of std::from_chars, %.1f ns; ours %.1f, strtod %.1f"
			% (from_chars, ours, strtod), ours / from_chars, "times", 1.25)


def tally(bench):
	"""Counts distinct values; awk's output is sorted, which takes little time beside the counting."""
	rows = bench.data.rows
	awk = "{c[$1]++} END {for (k in c) printf \"%7d %s\\n\", c[k], k}"
	bench.compare("distinct values of %d rows" % bench.data.n_rows,
		Command("examples/tally", [os.path.join(bench.build, "doc/examples/tally"), "1", rows],
			threads=bench.n_threads, ours=True, answer="digest", reads=rows), [
		(Command("cut | sort | uniq -c", ["sh", "-c",
			"cut -d ';' -f 1 \"$0\" | LC_ALL=C sort | uniq -c", rows], answer="digest"), 15),
		(Command("mawk", ["sh", "-c", "mawk -F ';' '%s' \"$0\" | LC_ALL=C sort -k 2" % awk, rows],
			answer="digest", program="mawk"), 3)], most=3)
