#!/usr/bin/env python3
"""merge.py - merges sorted files: `LC_ALL=C sort -m FILE...`

    merge.py FILE...

SPDX-License-Identifier: MIT
"""
import contextlib
import heapq
import sys

import mmreader


def main():
    try:
        with contextlib.ExitStack() as stack:
            files = [stack.enter_context(mmreader.open(path)) for path in sys.argv[1:]]
            for line in heapq.merge(*(file.lines() for file in files)):
                sys.stdout.buffer.write(line + b"\n")
            sys.stdout.flush()
    except OSError as error:
        sys.exit(f"merge.py: {error}")


if __name__ == "__main__":
    main()
