#!/usr/bin/env bash
# report.sh - the memory report is whole, its answers agree, and ours takes less
#
# With files of 8 MiB: enough for each technique to show.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

[ -r /proc/self/status ] || skip "no /proc/self/status here"
command -v python3 > /dev/null || skip "python3 is missing"
[ -x "$top_builddir/tests/memory/ours" ] || skip "tests/memory/ours is not built"
grep -q 'define MMR_LINUX_EXTRAS 1' "$top_builddir/config.h" || skip "this build has no figures"

# A build folder of the test's own, so that it may run beside anything.
mkdir -p "$tmp/build" && ln -s "$top_builddir/tests" "$tmp/build/tests" || exit 99

report_is_whole()
{
	python3 - "$tmp/build/memory/report.json" "${SANITIZER_FLAGS:+shadowed}" <<'PYTHON'
import json
import sys

report = json.load(open(sys.argv[1]))
faults = list(report["wrong"])
titles = " ".join(row["title"] for row in report["rows"])
for word in ("Nothing", "Generators", "__slots__", "right type", "413 different", "without two equal",
		"Lazy import", "mmap", "Measuring"):
	if word not in titles:
		faults.append("no row of %r" % word)
for row in report["rows"]:
	ours = [way for way in row["ways"] if way["name"].startswith("mmreader")]
	theirs = [way for way in row["ways"] if way["name"].startswith("Python")]
	if not theirs or not (ours or any(text.startswith(row["title"]) for text in report["skipped"])):
		faults.append("%s: a side is missing" % row["title"])
	for way in row["ways"]:
		if way["seconds"] <= 0 or way["peak_kib"] < 500:
			faults.append("%s: %s took nothing" % (row["title"], way["name"]))
	# Sanitizers take memory of their own.
	for way in ours if row["alike"] and sys.argv[2] != "shadowed" else []:
		for other in theirs:
			if way["peak_kib"] > other["peak_kib"]:
				faults.append("%s: more than %s" % (row["title"], other["name"]))
			if way["each"] is not None and way["each"] > max(other["each"], 0.1):
				faults.append("%s: more for each than %s" % (row["title"], other["name"]))

# The techniques are what they are said to be. The first row of keys counts: where no
# two are equal, interning costs.
each = {}
for row in report["rows"]:
	for way in row["ways"]:
		if "techniques.py" in way["command"]:
			each.setdefault(way["command"].split()[3], way["each"])
for less, more in (("lines_generator", "lines_list"), ("records_slots", "records_dict"),
		("numbers_array", "numbers_list"), ("keys_interned", "keys_plain")):
	if not each[less] < each[more]:
		faults.append("%s: %.1f, and %s: %.1f" % (less, each[less], more, each[more]))
print("\n".join(faults))
sys.exit(1 if faults else 0)
PYTHON
}

check "the report is made" python3 "$srcdir/tests/memory/report.py" --build="$tmp/build" --size=8M
check "it is whole, and ours takes less" report_is_whole
check "its files are gone" test "$(ls "$tmp/build/memory")" = report.json
