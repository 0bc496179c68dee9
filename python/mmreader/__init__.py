# __init__.py - the package mmreader
#
# SPDX-License-Identifier: MIT
"""Large files as bytes, lines, rows, numbers and records, in memory that does not grow with them.

    import mmreader

    with mmreader.open("access.log") as log:
        print(log.count_lines(), log.count(b"ERROR"))
        for hit in log.search(b"ERROR"):
            print(hit.number, hit.line)

A reader has the bytes of the file by index and slice, as mmap has. What methods return is a copy
that was checked: a file that is truncated meanwhile raises TruncatedError. memoryview(reader)
copies nothing and is not checked: if another process truncates the file, an access ends this
process with SIGBUS. Open such files with backing="copied", or use read_at().
"""
from ._core import (
    Array,
    ChangedError,
    DamagedIndexError,
    Error,
    Event,
    Field,
    FileType,
    Follow,
    FoundLine,
    GrownError,
    Intern,
    LongLineError,
    Match,
    NoLibraryError,
    NoMapError,
    NoRoomError,
    NotSortedError,
    OpenQuoteError,
    Reader,
    Records,
    ReplacedError,
    StaleIndexError,
    StreamError,
    Summary,
    TruncatedError,
    __version__,
    kernel,
    memory,
    open,
    open_bytes,
)
from ._follow import follow

__all__ = [name for name in dir() if not name.startswith("_")]
