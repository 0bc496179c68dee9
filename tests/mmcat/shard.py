#!/usr/bin/env python3
"""shard.py - prints one shard of a file, by the rule of mmcat -s and mmr_shard

	shard.py K N FILE

Shard K of N has the lines that start in its share of the bytes. The shares are consecutive; the first
SIZE % N of them are one byte longer. `split -n l/K/N` cuts in the same way since coreutils 9.2.

SPDX-License-Identifier: MIT
"""

import sys


def main():
	k, n = int(sys.argv[1]), int(sys.argv[2])
	with open(sys.argv[3], "rb") as file:
		lines = file.readlines()
	size = sum(map(len, lines))
	start, stop = (size // n * i + min(i, size % n) for i in (k - 1, k))
	at = 0
	for line in lines:
		if start <= at < stop:
			sys.stdout.buffer.write(line)
		at += len(line)


if __name__ == "__main__":
	main()
