"""data.py - makes the files for the benchmarks, keeps them, and loads them into the page cache

SPDX-License-Identifier: MIT
"""

import errno
import mmap
import os
import random
import resource
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
import make_log  # pylint: disable=wrong-import-position

GIB = 1 << 30
TIB = 1 << 40
N_ROWS_OF_4G = 50_000_000
N_KEYS = 413  # as in the published task
ROWS_BLOCK = 1 << 18  # too many rows for a branch predictor to learn
TABLE_BLOCK = 1 << 16


class Data:
	"""The paths of the files, and what is known about them."""

	def __init__(self, folder, size):
		self.folder = folder
		self.size = make_log.parse_size(size)
		self.log = os.path.join(folder, "log-%s" % size)
		self.sorted = os.path.join(folder, "sorted-%s" % size)
		self.log_4k = os.path.join(folder, "log-%s-4k" % size)
		self.rows = os.path.join(folder, "rows-%s" % size)
		self.cold = os.path.join(folder, "cold-512M")
		self.table = os.path.join(folder, "table-%s" % size)
		self.table_copy = self.table + "-copy"
		self.binary = os.path.join(folder, "binary-256M")
		self.floats = os.path.join(folder, "floats-64M")
		self.sparse = os.path.join(folder, "sparse-8T")
		self.n_rows = max(1, N_ROWS_OF_4G * self.size // (4 * GIB))
		self.notes = []
		os.makedirs(folder, exist_ok=True)
		make(self.log, self.size, lambda file: make_log.write_log(file, self.size))
		make(self.sorted, self.size, lambda file: make_log.write_sorted_log(file, self.size))
		self.day = make_log.day_at(self.size // 3 * 2)
		self.rare = rare_text()
		self.make_pieces()
		make(self.rows, None, lambda file: write_rows(file, self.n_rows))
		make(self.table, None, lambda file: write_table(file, self.size // 8))
		self.n_table_rows = os.path.getsize(self.table) // len(table_block()) * TABLE_BLOCK
		make(self.table_copy, os.path.getsize(self.table), lambda file: copy(self.table, file))
		make(self.binary, GIB // 4, write_binary)
		make(self.floats, GIB // 16, write_floats)
		make(self.cold, GIB // 2, lambda file: make_log.write_log(file, GIB // 2))
		self.n_sparse_lines = make_sparse(self.sparse)
		for path in (self.log, self.sorted, self.rows, self.table, self.table_copy, self.binary,
				self.floats):
			read(path)

	def make_pieces(self):
		"""Makes a copy of the log that the page cache holds in single pages, as it holds logs that
		grow line by line. If it were read back from the disk, it would come in large folios."""
		make(self.log_4k, self.size, lambda file: copy_in_pieces(self.log, file))
		if self.log_4k_faults() < 8192:
			os.unlink(self.log_4k)
			self.make_pieces_again()
		self.notes.append("minor faults per GiB mapped: %d of the log, %d of the log in 4 KiB pieces"
			% (faults_per_gib(self.log), self.log_4k_faults()))

	def make_pieces_again(self):
		make(self.log_4k, self.size, lambda file: copy_in_pieces(self.log, file))
		if self.log_4k_faults() < 8192:
			self.notes.append("this file system caches even 4 KiB writes in large folios: "
				"the rows for single pages do not measure them")

	def log_4k_faults(self):
		return faults_per_gib(self.log_4k)


def make(path, size, write):
	"""Calls `write` for a file that does not exist yet or is not complete."""
	if os.path.exists(path) and (size is None or os.path.getsize(path) == size):
		return
	print("writing %s" % path, file=sys.stderr)
	with open(path + ".part", "wb", buffering=0) as file:
		write(file)
	os.replace(path + ".part", path)


def read(path):
	"""Reads a file into the page cache: all benchmarks measure files in memory."""
	with open(path, "rb", buffering=0) as file:
		while file.read(1 << 20):
			pass


def copy(source, file):
	with open(source, "rb", buffering=0) as original:
		while piece := original.read(1 << 20):
			file.write(piece)


def copy_in_pieces(source, file):
	with open(source, "rb", buffering=1 << 20) as log:
		while piece := log.read(4096):
			file.write(piece)


def faults_per_gib(path):
	"""Returns: the minor faults of touching each page of a map, in the first 256 MiB."""
	with open(path, "rb") as file:
		length = min(os.fstat(file.fileno()).st_size, GIB // 4)
		with mmap.mmap(file.fileno(), length, prot=mmap.PROT_READ) as mapped:
			before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
			for off in range(0, length, 4096):
				mapped[off]  # pylint: disable=pointless-statement
			after = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
	return (after - before) * GIB // length


def rare_text():
	"""Returns: a text that occurs once in make_log's block of 2 MiB, on a line in its middle."""
	block = make_log.make_block().decode("ascii")
	start = block.index("\n", len(block) // 2) + 1
	text = block[start + len("2024-03-07T"):].split("Z", 1)[0]
	for end in range(len(text) + 1, 99):
		if block.count(text) == 1:
			return text
		text = block[start + len("2024-03-07T"):][:end]
	raise ValueError("no rare text")


def write_rows(file, n_rows):
	"""Makes rows of `name;number` in the format of the One Billion Row task, about 14 bytes each."""
	rng = random.Random(N_KEYS)
	lengths = [3] * 4 + [4] * 22 + [5] * 52 + [6] * 70 + [7] * 74 + [8] * 60 + [9] * 45 + \
		[10] * 28 + [11] * 18 + [12] * 14 + [13] * 12 + [14] * 6 + [15] * 3 + [16, 16, 17, 22, 26]
	means = {}
	while len(means) < N_KEYS:
		tail = "".join(rng.choices("aeioulnrst hékm", k=lengths[len(means)] - 1))
		means[rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") + tail] = rng.uniform(-10, 32)
	names = list(means)
	rows = []
	for name in rng.choices(names, k=ROWS_BLOCK):
		number = round(max(-99.9, min(99.9, rng.gauss(means[name], 10))), 1)
		rows.append(("%s;%.1f\n" % (name, number)).encode())
	block = b"".join(rows)
	for _ in range(n_rows // ROWS_BLOCK):
		file.write(block)
	file.write(b"".join(rows[:n_rows % ROWS_BLOCK]))


def table_block():
	"""Rows whose cells are all quoted; some have separators, line ends and quotes."""
	rng = random.Random(4180)
	texts = ["plain", "with, a comma", "of two\nlines", 'a ""quoted"" word', ""]
	return "".join('"%d","%s","%s","%.2f"\n' % (i, rng.choice(texts), rng.choice(texts) * rng.randrange(4),
		rng.uniform(-100, 100)) for i in range(TABLE_BLOCK)).encode()


def write_table(file, size):
	"""Whole blocks, at least one."""
	block = table_block()
	for _ in range(max(1, size // len(block))):
		file.write(block)


def write_binary(file):
	"""Makes 256 MiB without repeated rows, which no hex view can abbreviate."""
	rng = random.Random(256)
	for _ in range(32):
		file.write(rng.randbytes(8 << 20))


def write_floats(file):
	"""Makes measurements with a few decimals, and values with all digits of a double."""
	rng = random.Random(64)
	block = b"".join(struct.pack("<d", round(rng.gauss(0, 1000), 3) if i % 2 else rng.gauss(0, 1e9))
		for i in range(1 << 20))
	for _ in range(8):
		file.write(block)


def make_sparse(path):
	"""Makes 8 TiB with text at the start, in the middle and at the end. Returns: the number of lines,
	or None if the file system does not support such a file."""
	text = b"an island of text\n" * 1000
	size = 8 * TIB
	try:
		with open(path, "wb") as file:
			file.truncate(size)
			for off in (0, 3 * TIB + 12345, size - len(text)):
				file.seek(off)
				file.write(text)
	except OSError as error:
		if error.errno not in (errno.EFBIG, errno.EINVAL, errno.ENOSPC):
			raise
		return None
	if os.stat(path).st_blocks * 512 > 1 << 20:
		os.unlink(path)
		return None
	return 3000
