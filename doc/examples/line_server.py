#!/usr/bin/env python3
"""line_server.py - prints the lines of a file whose numbers it reads

    line_server.py FILE < NUMBERS

Numbers count from 1 and are separated by white space. Each answer is printed before the next line of
numbers is read. The answer to a number that FILE does not have is an empty line.

SPDX-License-Identifier: MIT
"""
import sys

import mmreader


def line_of(file, number):
    try:
        return file.line(number - 1) if number > 0 else b""
    except IndexError:
        return b""


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: line_server.py FILE < NUMBERS")
    try:
        with mmreader.open(sys.argv[1]) as file:
            try:
                file.load_index()
            except OSError:
                file.build_index()
            for text in sys.stdin:
                for number in map(int, text.split()):
                    sys.stdout.buffer.write(line_of(file, number) + b"\n")
                sys.stdout.flush()
    except (OSError, ValueError) as error:
        sys.exit(f"line_server.py: {error}")


if __name__ == "__main__":
    main()
