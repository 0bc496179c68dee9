#!/usr/bin/env python3
"""column_sum.py - adds up a column of a table (CSV), without an object for any other cell

    column_sum.py COLUMN FILE

Columns are counted from 0. FILE may be a pipe, such as /dev/stdin. Cells that are not numbers, as
in a heading, are counted, and rows without the column are not.

SPDX-License-Identifier: MIT
"""
import math
import sys

import mmreader


def numbers(rows, others):
    for (cell,) in rows:
        try:
            if cell is not None:
                yield float(cell)
        except ValueError:
            others.append(None)


def main():
    if len(sys.argv) != 3 or not sys.argv[1].isdigit():
        sys.exit("usage: column_sum.py COLUMN FILE")
    others = []
    try:
        with mmreader.open(sys.argv[2]) as table:
            total = math.fsum(numbers(table.rows(columns=[int(sys.argv[1])]), others))
    except OSError as error:
        sys.exit(f"column_sum.py: {error}")
    print(f"sum {total:.2f}, {len(others)} other cells")


if __name__ == "__main__":
    main()
