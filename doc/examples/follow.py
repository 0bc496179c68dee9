#!/usr/bin/env python3
"""follow.py - prints the lines that contain a text, as they are appended to logs

    follow.py TEXT FILE...

Follows the files by name until SIGINT, as tail -F does: a log may be truncated, rotated, or not exist
yet. A line is printed when it has its end, or when its file is rotated away.

SPDX-License-Identifier: MIT
"""
import os
import signal
import sys

import mmreader


class Interrupted(Exception):
    """SIGINT has arrived."""


def on_interrupt(_number, _frame):
    raise Interrupted


def print_lines(name, data, text):
    for line in mmreader.open_bytes(data).lines():
        if text in line:
            sys.stdout.buffer.write(b"%s: %s\n" % (os.fsencode(name), line))
    sys.stdout.flush()


def handle(event, name, text, starts):
    """Prints what an event reports. `starts` has the starts of lines whose ends are not written."""
    if event.kind == "grew":
        whole, newline, start = (starts[name] + event.data).rpartition(b"\n")
        starts[name] = start
        print_lines(name, whole + newline, text)
    elif event.kind == "ended":
        print_lines(name, starts[name] + event.data, text)
        starts[name] = b""
    elif event.kind in ("truncated", "replaced"):
        print(f"{name}: {event.kind}", file=sys.stderr)
    elif event.kind in ("gone", "failed"):
        print(f"{name}: {os.strerror(-event.code)}", file=sys.stderr)
    if event.kind == "truncated":
        starts[name] = b""


def main():
    if len(sys.argv) < 3:
        sys.exit("usage: follow.py TEXT FILE...")
    text, names = os.fsencode(sys.argv[1]), sys.argv[2:]
    starts = dict.fromkeys(names, b"")
    signal.signal(signal.SIGINT, on_interrupt)
    try:
        with mmreader.Follow() as follower:
            for name in names:
                follower.add(name, 0)
            for event in follower:
                handle(event, names[event.file], text, starts)
    except Interrupted:
        pass
    except OSError as error:
        sys.exit(f"follow.py: {error}")


if __name__ == "__main__":
    main()
