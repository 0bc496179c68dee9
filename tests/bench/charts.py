#!/usr/bin/env python3
"""charts.py - draws the readings of a page as SVG charts

	charts.py PAGE FOLDER

For each image of an SVG file in PAGE, the table after it is drawn into FOLDER, under the name of the
image and with its text as title. Bars on the left: the column "times as fast", on a logarithmic scale.
Bars on the right: the column "of the limit", if there is one.

SPDX-License-Identifier: MIT
"""

import math
import os
import re
import sys
from xml.sax.saxutils import escape

LABEL, RATIO, LIMIT, VALUE = 400, 340, 150, 52  # widths: of the labels, the two panels, and the values
ROW, BAR, TOP = 24, 14, 78
LOW, HIGH = -1, 6  # doublings: from half as fast to 64 times

# The colours of a page that is dark are those of the second block.
STYLE = """<style>
text { font: 13px sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: bold }
.note { fill: #59636e }
.page { fill: #ffffff; stroke: #d1d9e0 }
.grid { stroke: #d1d9e0 }
.one { stroke: #1f2328 }
.faster { fill: #1a7f5a }
.slower { fill: #bc4c00 }
.limit { fill: #0969da }
.track { fill: #e4e8ec }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.note { fill: #9198a1 }
.page { fill: #0d1117; stroke: #3d444d }
.grid { stroke: #3d444d }
.one { stroke: #f0f6fc }
.faster { fill: #3fb98a }
.slower { fill: #f0883e }
.limit { fill: #4493f8 }
.track { fill: #2a313c }
}
</style>"""


def tables(page):
	"""Yields the name, the title and the rows (dicts by column) of each chart."""
	name = title = columns = None
	rows = []
	for line in page.splitlines() + [""]:
		image = re.fullmatch(r"!\[([^]]*)\]\(([\w.-]+\.svg)\)", line)
		if image:
			title, name = image.groups()
		elif name and line.startswith("|"):
			cells = [cell.strip().replace("`", "") for cell in line.strip("|").split("|")]
			if not columns:
				columns = cells
			elif not set(line) <= set("|-: "):
				rows.append(dict(zip(columns, cells)))
		elif rows:
			yield name, title, rows
			name, columns, rows = None, None, []


def text(x, y, words, anchor="start", kind=None):
	return '<text x="%.1f" y="%.1f"%s%s>%s</text>' % (x, y,
		"" if anchor == "start" else ' text-anchor="%s"' % anchor,
		' class="%s"' % kind if kind else "", escape(words))


def bar(x, y, width, kind):
	return '<rect x="%.1f" y="%.1f" width="%.1f" height="%d" class="%s"/>' % (x, y, max(width, 1), BAR, kind)


def at_ratio(ratio):
	doublings = min(max(math.log2(ratio), LOW), HIGH)
	return LABEL + (doublings - LOW) / (HIGH - LOW) * RATIO


def draw_scale(bottom, right):
	for doubling in range(LOW, HIGH + 1):
		x = at_ratio(2.0 ** doubling)
		yield '<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" class="%s"/>' % (x, x, TOP - 8, bottom,
			"one" if doubling == 0 else "grid")
		yield text(x, TOP - 14, "%g" % 2.0 ** doubling, "middle", "note")
	if right:
		for part in 0, 0.5, 1:
			yield text(right + part * LIMIT, TOP - 14, "%g" % part, "middle", "note")


def draw_row(row, y, right):
	ratio = float(row["times as fast"])
	start, stop = sorted((at_ratio(1), at_ratio(ratio)))
	yield text(LABEL - 12, y + 12, "%s : %s" % (row["work"], row["rival"]), "end")
	yield bar(start, y, stop - start, "faster" if ratio >= 1 else "slower")
	yield text(stop + 6, y + 12, row["times as fast"])
	if right and row["of the limit"] != "-":
		yield bar(right, y, LIMIT, "track")
		yield bar(right, y, min(float(row["of the limit"]), 1) * LIMIT, "limit")
		yield text(right + LIMIT + 6, y + 12, row["of the limit"])


def draw(title, rows):
	right = LABEL + RATIO + VALUE if "of the limit" in rows[0] else 0
	width = (right + LIMIT if right else LABEL + RATIO) + VALUE
	bottom = TOP + ROW * len(rows)
	out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d">' % (width,
		bottom + 16, width, bottom + 16), STYLE,
		'<rect x="0.5" y="0.5" width="%d" height="%d" rx="6" class="page"/>' % (width - 1, bottom + 15),
		text(16, 26, title, kind="title"), text(at_ratio(2.0 ** LOW), 46, "times as fast as its rival", kind="note")]
	if right:
		out.append(text(right, 46, "fraction of the limit", kind="note"))
	out += draw_scale(bottom, right)
	for n, row in enumerate(rows):
		out += draw_row(row, TOP + ROW * n, right)
	return "\n".join(out + ["</svg>", ""])


def main():
	page, folder = sys.argv[1:]
	with open(page, encoding="utf-8") as file:
		found = list(tables(file.read()))
	for name, title, rows in found:
		with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
			file.write(draw(title, rows))
	return 0 if found else "charts.py: %s has no chart" % page


if __name__ == "__main__":
	sys.exit(main())
