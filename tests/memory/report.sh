#!/usr/bin/env bash
# report.sh - the memory report is complete, its answers agree, and mmreader takes less memory
#
# Files of 8 MiB are enough to show each technique.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

[ -r /proc/self/status ] || skip "no /proc/self/status here"
need python3
[ -x "$top_builddir/tests/memory/ours" ] || skip "tests/memory/ours is not built"
grep -q 'define MMR_LINUX_EXTRAS 1' "$top_builddir/config.h" ||
	skip "this build does not measure memory"

# A build folder of its own, so that the test may run beside other tests.
mkdir -p "$tmp/build" && ln -s "$top_builddir/tests" "$tmp/build/tests" || exit 99

report_is_whole()
{
	python3 - "$tmp/build/memory/report.json" "${SANITIZER_FLAGS:+shadowed}" <<'PYTHON'
import json
import sys

report = json.load(open(sys.argv[1]))
faults = list(report["wrong"])
titles = " ".join(row["title"] for row in report["rows"])
for word in ("does nothing", "Generators", "__slots__", "right type", "413 different", "without two equal",
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
	# Sanitizers take additional memory.
	for way in ours if row["alike"] and sys.argv[2] != "shadowed" else []:
		for other in theirs:
			if way["peak_kib"] > other["peak_kib"]:
				faults.append("%s: more than %s" % (row["title"], other["name"]))
			if way["each"] is not None and way["each"] > max(other["each"], 0.1):
				faults.append("%s: more for each than %s" % (row["title"], other["name"]))

# So must the package, where items would be held.
for row in report["rows"]:
	for way in row["ways"]:
		limits = [other["each"] for other in row["ways"] if "techniques.py" in other["command"]]
		if way["name"].startswith("package") and way["each"] is not None \
				and way["each"] > max(0.1, *limits):
			faults.append("%s: %s holds %.1f" % (row["title"], way["name"], way["each"]))

# Each technique must save memory. Of the rows about keys the first counts: interning costs memory
# if no two keys are equal.
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
check "the report is complete, and mmreader takes less" report_is_whole
check "the report removes its files" test "$(ls "$tmp/build/memory")" = report.json
