#!/usr/bin/env bash
# dlopen_note.sh - a note in the shared library lists the libraries that it opens on demand
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

library=$top_builddir/.libs/libmmreader.so
[ -z "$SANITIZER_FLAGS" ] || skip "a sanitizer adds bytes around the note"
[ -e "$library" ] || skip "no shared library was built"
need readelf
need python3
readelf -h "$library" > "$tmp/header" 2>&1 || skip "the library is not an ELF file"

sections=$(readelf -SW "$library")

# The libraries that this build opens, as JSON.
opened=
for pair in MAGIC:libmagic.so.1 PCRE2:libpcre2-8.so.0; do
	grep -q "^#define MMR_${pair%%:*}_LAZY 1" "$top_builddir/config.h" && opened+=" ${pair#*:}"
done
if [ -z "$opened" ]; then
	check "a build that opens no library has no note" test "${sections/.note.dlopen/}" = "$sections"
	exit 0
fi

# Reads the notes as they are in memory, as the specification describes.
cat > "$tmp/read.py" << 'EOF'
import json, re, struct, sys

library = open(sys.argv[1], "rb").read()
row = re.search(r"\.note\.dlopen +(\S+) +\S+ (\S+) (\S+) \S+ +(\S*) +\d+ +\d+ +(\d+)", sys.argv[2])
assert row, "no section .note.dlopen"
kind, off, size, flags, align = row.groups()
assert kind == "NOTE", kind
assert flags == "A", "it must be loaded and read-only: " + flags
assert align == "4", align

notes, found = library[int(off, 16):][:int(size, 16)], []
while notes:
    n_owner, n_text, number = struct.unpack_from("=III", notes)
    assert number == 0x407C0C0A, hex(number)
    assert notes[12:12 + n_owner] == b"FDO\0", notes
    text = notes[16:16 + n_text]
    assert text.endswith(b"\0") and text.count(b"\0") == 1, text
    found += json.loads(text[:-1])
    notes = notes[16 + (n_text + 3) // 4 * 4:]

for entry in found:
    print(json.dumps(entry))
    assert set(entry) == {"soname", "feature", "description", "priority"}
    assert entry["priority"] == "suggested"
assert sorted(entry["soname"] for entry in found) == [[name] for name in sys.argv[3:]]
EOF

# shellcheck disable=SC2086
check "the note names$opened" python3 "$tmp/read.py" "$library" "$sections" $opened
check "the note is in a segment of notes" grep -Eq '^ +[0-9]+ .*\.note\.dlopen' \
	<(readelf -lW "$library")
readelf -dW "$library" > "$tmp/dynamic"
for name in $opened; do
	check "$name is not a dependency" test -z "$(grep "NEEDED.*$name" "$tmp/dynamic")"
done
