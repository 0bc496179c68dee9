#!/usr/bin/env bash
# dlopen_note.sh - packagers see in the shared library what it opens when first needed
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

library=$top_builddir/.libs/libmmreader.so
[ -z "$SANITIZER_FLAGS" ] || skip "a sanitizer puts bytes of its own around the note"
[ -e "$library" ] || skip "no shared library was built"
command -v readelf > "$tmp/which" || skip "no readelf"
command -v python3 > "$tmp/which" || skip "no python3"
readelf -h "$library" > "$tmp/header" 2>&1 || skip "the library is no ELF file"

sections=$(readelf -SW "$library")

# What this build opens, as JSON.
opened=
for pair in MAGIC:libmagic.so.1 PCRE2:libpcre2-8.so.0; do
	grep -q "^#define MMR_${pair%%:*}_LAZY 1" "$top_builddir/config.h" && opened+=" ${pair#*:}"
done
if [ -z "$opened" ]; then
	check "nothing is opened, so there is no note" test "${sections/.note.dlopen/}" = "$sections"
	exit 0
fi

# Reads the notes as they are in memory, by the words of the specification.
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
check "it is in a segment of notes" grep -Eq '^ +[0-9]+ .*\.note\.dlopen' \
	<(readelf -lW "$library")
readelf -dW "$library" > "$tmp/dynamic"
for name in $opened; do
	check "$name is not linked" test -z "$(grep "NEEDED.*$name" "$tmp/dynamic")"
done
