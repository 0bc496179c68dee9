#!/usr/bin/env python3
"""histogram.py - how the values of a field are distributed in a file of binary records

    histogram.py LAYOUT FIELD LOW HIGH FILE

LAYOUT is as in `mmcat -t`, such as id:u64,price:f64. The range from LOW to HIGH, which excludes HIGH,
is divided into 20 bins of the same width. Prints the lower end of each bin and the number of its
values, and then the number of the other values.

SPDX-License-Identifier: MIT
"""
import sys

import mmreader

BINS = 20


def count(column, low, high):
    bins = [0] * (BINS + 1)  # the last one: of values outside, and of NaN
    width = (high - low) / BINS
    for value in column:
        if low <= value < high:
            bins[min(int((value - low) / width), BINS - 1)] += 1
        else:
            bins[BINS] += 1
    return bins


def main():
    if len(sys.argv) != 6:
        sys.exit("usage: histogram.py LAYOUT FIELD LOW HIGH FILE")
    layout, field, low, high, path = sys.argv[1:]
    low, high = float(low), float(high)
    try:
        with mmreader.open(path) as file:
            bins = count(file.records(layout).column(field), low, high)
    except (KeyError, OSError, ValueError) as error:
        sys.exit(f"histogram.py: {error}")
    for i in range(BINS):
        print("%g\t%d" % (low + i * (high - low) / BINS, bins[i]))
    print("others\t%d" % bins[BINS])


if __name__ == "__main__":
    main()
