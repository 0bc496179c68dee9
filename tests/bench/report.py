"""report.py - prints the tables during the run, and writes bench.json and bench.svg at the end

Each row of ours states the fraction of its limit, the fastest loop that reads the same bytes: 0.5 means
that it takes twice that time. A dash means that bytes do not limit the row.

SPDX-License-Identifier: MIT
"""

import json
import math
import statistics
from xml.sax.saxutils import escape

from measure import OTHER_COMMIT

MIB = 1024  # KiB


class Report:
	def __init__(self, machine):
		self.machine, self.last_title = machine, None
		self.ratios, self.amounts, self.details, self.skipped, self.faults = [], [], [], [], []
		for name, value in machine.items():
			print("%-12s %s" % (name, value))

	def title(self, text):
		if text != self.last_title:
			print("\n%s" % text)
		self.last_title = text

	@staticmethod
	def verdict(reached):
		return "" if reached is None else "reached" if reached else "MISSED"

	def skip(self, title, reason):
		self.skipped.append({"row": title, "reason": reason})
		self.title(title)
		print("  skipped: %s" % reason)

	def wrong(self, title, command, expected):
		text = "%s: %s printed %.60r, not %.60r" % (title, command.name, command.answer, expected)
		self.faults.append(text)
		print("\nWRONG ANSWER: %s" % text)

	@staticmethod
	def of_limit(fraction, way=""):
		return "%s of the limit%s" % ("   -" if fraction is None else "%4.2f" % fraction, way and " (%s)" % way)

	def commands(self, title, ours, rivals, ratios, limit, limit_target):
		self.title(title)
		fraction = limit.fraction(ours.times) if limit else None
		way = "%s, %.1f ms" % (limit.way, statistics.median(limit.times) * 1000) if limit else ""
		text = self.of_limit(fraction, way)
		if limit_target is not None:
			reached = fraction >= limit_target
			text += "  >= %.3g %s" % (limit_target, self.verdict(reached))
			self.ratios.append({"row": title, "ours": ours.name, "rival": "the limit", "ratio": fraction,
				"target": limit_target, "reached": reached, "of_limit": fraction})
		self.print_command(ours, text)
		for (rival, target), (ratio, cpu_ratio) in zip(rivals, ratios):
			reached = None if target is None else ratio >= target
			self.print_command(rival, "%6.2fx (processor %5.2fx)  %s %s" % (ratio, cpu_ratio,
				"" if target is None else ">= %.3g" % target, self.verdict(reached)))
			self.ratios.append({"row": title, "ours": ours.name, "rival": rival.name,
				"ratio": ratio, "processor_ratio": cpu_ratio, "target": target,
				"reached": reached, "of_limit": fraction})
		self.details.append({"row": title, "ours": ours.facts(), "of_limit": fraction,
			"limit": limit and limit.facts(), "rivals": [rival.facts() for rival, _ in rivals]})
		if ours.ours:
			limit = 16 + 4 * ours.threads
			self.keep_amount("peak RSS", title, ours.rss_kib / MIB, "MiB", limit)
			if ours.heap_kib is not None:
				self.keep_amount("peak heap", title, ours.heap_kib, "KiB", MIB)

	@staticmethod
	def print_command(command, text):
		print("  %-34s %9.2f ms  %7.1f MiB  %s" % (command.name, command.median() * 1000,
			command.rss_kib / MIB, text))

	def keep_amount(self, title, what, value, unit, target, note=None):
		amount = {"row": title, "what": what, "value": value, "unit": unit, "target": target,
			"reached": value <= target, "note": note}
		self.amounts.append(amount)
		return amount

	@staticmethod
	def amount_line(amount):
		return "  %-52s %9.2f %s, target <= %g  %s" % (amount["what"], amount["value"],
			amount["unit"], amount["target"], Report.verdict(amount["reached"]))

	def amount(self, title, what, value, unit, target, note=None, of_limit=None):
		amount = self.keep_amount(title, what, value, unit, target, note)
		amount["of_limit"] = of_limit
		self.title(title)
		print("%s  %s" % (self.amount_line(amount), self.of_limit(of_limit)))
		if note:
			print("    (%s)" % note)

	def cold(self, title, name, speeds, shares, target, rival, ratios, delivered):
		"""`shares` are of the device's speed, or None if that is not steady."""
		self.title(title)
		print("  %-34s %9.2f GB/s (%.2f to %.2f), %.2f times its bytes from the device" % (name,
			statistics.median(speeds), min(speeds), max(speeds), delivered))
		of_limit = statistics.median(shares) if shares else None
		self.details.append({"row": title, "gigabytes_per_second": speeds, "of_limit": of_limit})
		for what, values, wanted in ("the device", shares, target), (rival, ratios, None):
			if what is None:
				continue
			if not values:
				self.skipped.append({"row": title, "reason": "the device is too unsteady"})
				print("  the device is too unsteady to compare with")
				continue
			ratio = statistics.median(values)
			reached = None if wanted is None else ratio >= wanted
			print("  %-34s %9.2f%s  %s %s" % (what, ratio, " of the limit" if what == "the device" else "x",
				"" if wanted is None else ">= %.3g" % wanted, self.verdict(reached)))
			self.ratios.append({"row": title, "ours": name, "rival": what, "ratio": ratio,
				"target": wanted, "reached": reached, "of_limit": of_limit})

	def iterators(self, title, times, targets, limit, limit_way):
		"""`times`: nanoseconds a line of each round, by way. Targets are fractions of a rival's time.
		`limit`: the nanoseconds that a line takes at the limit."""
		self.title(title)
		ours = times["mmr_lines"]
		for way, rounds in times.items():
			text = self.of_limit(limit / statistics.median(rounds), limit_way)
			if not way.startswith("mmr_"):
				share = statistics.median(a / b for a, b in zip(ours, rounds))
				target = targets.get(way)
				reached = None if target is None else share <= target
				text = "mmr_lines takes %.2f of this time %s %s" % (share,
					"" if target is None else "<= %.2f" % target, self.verdict(reached))
				self.ratios.append({"row": title, "ours": "mmr_lines", "rival": way,
					"ratio": 1 / share, "target": 1 / target if target else None,
					"reached": reached, "of_limit": limit / statistics.median(ours)})
			print("  %-34s %9.2f ns a line  %s" % (way, statistics.median(rounds), text))
		self.details.append({"row": title, "nanoseconds": times, "limit": limit})

	def list_changes(self):
		rows = [row for row in self.ratios if row["rival"] == OTHER_COMMIT]
		changed = [row for row in rows if not 0.97 <= row["ratio"] <= 1.03]
		if rows:
			print("\n%d of %d rows differ from the other commit by more than 3 %%" %
				(len(changed), len(rows)))
		for row in sorted(changed, key=lambda row: row["ratio"]):
			print("  %5.2f times as fast: %s" % (row["ratio"], row["row"]))

	def finish(self, folder):
		self.title("memory")
		for amount in self.amounts:
			if amount["row"].startswith("peak"):
				print(self.amount_line(amount).replace("  ", "  %s: " % amount["row"], 1))
		judged = [row for row in self.ratios + self.amounts if row["reached"] is not None]
		missed = [row for row in judged if not row["reached"]]
		print("\n%d of %d targets reached" % (len(judged) - len(missed), len(judged)))
		for row in missed:
			print("  missed: %s: %s" % (row["row"], "%(what)s: %(value).2f %(unit)s, not <= %(target)g" % row
				if "value" in row else "%(ratio).2fx %(rival)s, not >= %(target).3g" % row))
		self.list_changes()
		with open(folder + "/bench.json", "w") as file:
			json.dump({"machine": self.machine, "ratios": self.ratios, "amounts": self.amounts,
				"runs": self.details, "skipped": self.skipped, "wrong": self.faults}, file, indent=1)
		with open(folder + "/bench.svg", "w") as file:
			file.write(draw([row for row in self.ratios if row["rival"] != OTHER_COMMIT],
				self.machine))
		print("written: %s/bench.json, %s/bench.svg" % (folder, folder))


def draw(ratios, machine):
	"""Draws a bar of the speed-up for each row, on a logarithmic scale; a black line marks the target."""
	left, unit, height = 430, 75, 22
	low, high = -1, 7  # from half as fast to 128 times

	def x(ratio):
		doublings = math.log2(ratio)
		return left + (min(max(doublings, low), high) - low) * unit

	total = 60 + height * len(ratios)
	out = ['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" '
		'font-size="12">' % (left + (high - low) * unit + 60, total + 20),
		'<rect width="100%" height="100%" fill="white"/>',
		'<text x="8" y="18" font-size="15">mmreader, times as fast as its rivals</text>',
		'<text x="8" y="36" fill="#555">%s</text>' % escape("; ".join(
			str(machine[name]) for name in ("cpu", "kernel", "files") if name in machine))]
	for doubling in range(low, high + 1):
		at = left + (doubling - low) * unit
		out.append('<line x1="%d" x2="%d" y1="56" y2="%d" stroke="%s"/>'
			'<text x="%d" y="52" text-anchor="middle" fill="#555">%gx</text>'
			% (at, at, total, "#000" if doubling == 0 else "#ddd", at, 2.0 ** doubling))
	for n, row in enumerate(ratios):
		y = 62 + n * height
		colour = {True: "#2a7f3f", False: "#b5381f", None: "#7a8aa0"}[row["reached"]]
		start, stop = sorted((x(1.0), x(row["ratio"])))
		out.append('<text x="%d" y="%d" text-anchor="end">%s</text>' % (left - 6, y + 12,
			escape("%s: %s" % (row["row"], row["rival"]))[:110]))
		out.append('<rect x="%.1f" y="%d" width="%.1f" height="14" fill="%s"/>'
			% (start, y, max(stop - start, 1), colour))
		out.append('<text x="%.1f" y="%d">%.2f</text>' % (stop + 4, y + 12, row["ratio"]))
		if row["target"]:
			out.append('<line x1="%.1f" x2="%.1f" y1="%d" y2="%d" stroke="#000" stroke-width="2"/>'
				% (x(row["target"]), x(row["target"]), y - 2, y + 16))
	out.append('<text x="8" y="%d" fill="#555">Black lines mark targets; green bars reach them, red bars do '
		'not, grey bars have no target.</text></svg>\n' % (total + 14))
	return "\n".join(out)
