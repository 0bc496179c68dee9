#!/usr/bin/env python3
"""per_hour.py - counts the lines of a log that contain a text, for each hour

    per_hour.py TEXT FILE

The hour is the start of the line up to its first colon, as in "2024-05-01 12:34:56 ...".

SPDX-License-Identifier: MIT
"""
import collections
import os
import sys

import mmreader


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: per_hour.py TEXT FILE")
    hours = collections.Counter()
    try:
        with mmreader.open(sys.argv[2]) as log:
            for hit in log.search(os.fsencode(sys.argv[1]), numbers=False):
                hours[hit.line.partition(b":")[0]] += 1
    except OSError as error:
        sys.exit(f"per_hour.py: {error}")
    for hour, count in sorted(hours.items()):
        print(count, hour.decode(errors="replace"), sep="\t")


if __name__ == "__main__":
    main()
