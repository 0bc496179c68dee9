#!/usr/bin/env bash
# charts.sh - the charts of doc/performance.md show the figures of its tables
#
# `make charts` draws them again. They are committed, so that the page has them wherever it is read.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3
page=$top_srcdir/doc/performance.md

mkdir "$tmp/charts" || exit 99
check "the page has charts" python3 "$top_srcdir/tests/bench/charts.py" "$page" "$tmp/charts"
for chart in "$tmp/charts"/*.svg; do
	name=${chart##*/}
	check "$name shows its table" cmp "$chart" "$top_srcdir/doc/$name"
	check "$name is XML" python3 -c 'import sys, xml.dom.minidom as dom; dom.parse(sys.argv[1])' "$chart"
done
for chart in "$top_srcdir"/doc/*.svg; do
	check "${chart##*/} is in the page" test -f "$tmp/charts/${chart##*/}"
done

# A table and its chart differ as soon as one figure does.
sed '/^| count lines /s/4\.1/4.2/' "$page" > "$tmp/changed.md"
mkdir "$tmp/changed" || exit 99
check "a changed table is drawn" python3 "$top_srcdir/tests/bench/charts.py" "$tmp/changed.md" "$tmp/changed"
check "a changed figure changes its chart" eval \
	'! cmp -s "$tmp/changed/performance-intel.svg" "$top_srcdir/doc/performance-intel.svg"'
