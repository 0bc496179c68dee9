# _follow.py - the lines of a file that grows, as a generator
#
# SPDX-License-Identifier: MIT
import os

from ._core import Follow


def follow(file, offset=None):
    """Yield the lines that are appended to a file, with their ends, and wait for more.

    It starts at an offset, or at the end. If the file is truncated, or another file gets its path,
    it goes on with the start of that. A line without an end is yielded when the file has ended.
    """
    with Follow() as follower:
        follower.add(file, offset)
        rest = b""
        for event in follower:
            if event.kind in ("grew", "ended"):
                lines = (rest + event.data).split(b"\n")
                rest = lines.pop()
                for line in lines:
                    yield line + b"\n"
                if event.kind == "ended" and rest:
                    yield rest
                    rest = b""
            elif event.kind in ("truncated", "changed"):
                rest = b""
            elif event.kind == "failed":
                raise OSError(-event.code, os.strerror(-event.code), file)
