"""pairs_refused.py - which pairs of options are refused, and why: for pairs.py

SPDX-License-Identifier: MIT
"""

import itertools

ACTIONS = ["-x", "-t", "-i"]
FILTERS = {"--in", "--where"}
DETAILS = ["-C", "-I", "-n", "-o", "-O", "-v", "-W", "-X", "--and", "--fixed", "--in", "--offsets"]
REPEATABLE = ["-b", "-l", "-e", "-E", "--sum", "--max"]


def texts_of(given):
	"""The texts of -e. --fixed leaves escapes as they are."""
	fixed = ("--fixed", None) in given
	return [value if fixed else value.replace("\\n", "\n") for name, value in given if name == "-e"]


def refusal(given, names):
	"""Part of the message if the options contradict each other, else None."""
	for (name, value), (other, other_value) in itertools.combinations(given, 2):
		if name == other and name not in REPEATABLE and value != other_value:
			return "cannot use " + name + " with two values"
	return refusal_of_filters(names) or refusal_of_unique(given, names) or refusal_of_fields(given, names) or \
		refusal_of_filtered_search(given, names) or refusal_of_the_rest(given, names) or refusal_of_index(names) or \
		refusal_of_parts(names) or refusal_of_compare(given, names) or refusal_without_view(given, names)


def refusal_of_filters(names):
	for name in names & FILTERS:
		for other in names & {"-i", "-x", "--compare", "--index-join", "--index-part"}:
			return "cannot use %s with %s" % (name, other)
	if {"--in", "-t"} <= names:
		return "cannot use --in with -t"
	return None


def refusal_of_filtered_search(given, names):
	if "--in" in names and names & {"-e", "-E"}:
		for name in names & {"-o", "--offsets"}:
			return "cannot use --in with " + name
	for name in names & FILTERS:
		if ("-e", "1\\n") in given:
			return "cannot use %s with a text that contains the delimiter" % name
	if "-t" in names and ("--where", "1!='7'") in given:
		return "cannot compare field '0' with a text: it is a number"
	return None


def refusal_of_unique(given, names):
	if "-u" not in names:
		return next(("cannot use %s without -u" % name for name in ("--by", "--memory", "--spill") if name in names), None)
	for name in names & {"-C", "-f", "-H", "-i", "-n", "-O", "-w", "-x", "--compare", "--index-join", "--index-part",
			"--no-filename", "--offsets"}:
		return "cannot use -u with " + name
	if ("-e", "1\\n") in given:
		return "cannot use -u with a text that contains the delimiter"
	return None


def refusal_of_fields(given, names):
	totals = next((name for name in ("--sum", "--max") if name in names), None)
	if totals:
		for name in names & {"-F", "-c", "-n", "-O", "-o", "-H", "-C", "-u", "-w", "--no-filename", "--offsets"}:
			return "cannot use %s with %s" % (totals, name)
	others = names & {"-f", "-i", "-t", "-x", "--compare", "--index-join", "--index-part"}
	if ("--header", None) in given:
		for name in others | (names & {"-b", "--index"}):
			return "cannot use --header with " + name
	if "--separator" in names and not names & ({"--csv", "-F", "--sum", "--max"} | FILTERS):
		return "cannot use --separator without --csv, -F, --in, --where or a total"
	if "-F" in names or totals:
		# Lines that are followed have fields, but their totals would never be complete.
		for name in (others - {"-t", *([] if totals else ["-f"])}) | (names & {"-o", "--offsets"}):
			return "cannot use %s with %s" % (totals or "-F", name)
		if ("-e", "1\\n") in given:
			return "cannot use %s with a text that contains the delimiter" % (totals or "-F")
	return None


def refusal_of_index(names):
	for name in ("--no-index", "-f", "-t"):
		if {"--index", name} <= names:
			return "cannot use --index with " + name
	return None


def refusal_of_parts(names):
	if {"--index-part", "--index-join"} <= names:
		return "cannot use --index-part with --index-join"
	for name in names & {"--index-part", "--index-join"}:
		if names & {"-c", "-r", "-f", "-x", "-t", "-i", "-e", "-E", "--sample"}:
			return "cannot use %s with another action" % name
		if names & {"-b", "-l", "-s", "-m", "--from", "--until"}:
			return "cannot use %s with a selection or -m" % name
		if "--no-index" in names:
			return "cannot use %s with --no-index" % name
	return None


def refusal_of_compare(given, names):
	if "--compare" not in names:
		return None
	for other in ("-c", "-r", "-f", "-x", "-t", "-i", "-e", "-E", "--sample", "--index-part", "--index-join"):
		if other in names:
			return "cannot use --compare with another action"
	if "-m" in names:
		return "cannot use --compare with -m, except -m 1"
	if ("--index", "index") in given:
		return "cannot use --index=FILE with several files"
	return None


def refusal_without_view(given, names):
	if "--relative" in names and "-x" not in names:
		return "cannot use --relative without -x"
	if "--header" in names and "-t" not in names and ("--header", None) not in given:
		return "cannot use --header without -t"
	return None


def refusal_of_the_rest(given, names):
	if "-s" in names and names & {"-b", "-l"}:
		return "cannot use -s with"
	keys = names & {"--from", "--until"}
	if "--key" in names and not keys:
		return "cannot use --key without --from or --until"
	if keys and names & {"-b", "-l", "-t", "-f", "--csv"}:
		return "cannot use --from or --until with"
	if keys == {"--from", "--until"} and dict(given)["--until"] < dict(given)["--from"]:
		return "which is greater"
	# Lines that end with another byte do not start with two digits.
	if keys and "-d" in names:
		return "no line has a key of this form"
	if "--seed" in names and "--sample" not in names:
		return next(("cannot use %s without -e" % name for name in DETAILS if name in names),
			"cannot use --seed without --sample")
	if "--sample" in names and (names & {"-f", "-m"} or ("-e", "1\\n") in given):
		return "cannot use --sample with"
	actions = list(dict.fromkeys(name for name, _ in given if name in ACTIONS))
	if len(actions) > 1:
		return "cannot use %s with %s" % (actions[0], actions[1])
	if "--csv" in names and names & {"--index-part", "--index-join"}:
		return "cannot use --csv with --index-part or --index-join"
	for name in ("-d", "-t", "-i", "-f"):
		if {name, "--csv"} <= names:
			return "cannot use --csv with " + name
	if names & {"-e", "-E"}:
		return refusal_of_search(given, names, actions)
	if names & {"--sample", "-F", "-u", "--sum", "--max"} or ("--where" in names and "-t" not in names) or \
			(("--header", None) in given and "--json" in names):
		return refusal_of_sample(names, actions)
	return refusal_without(names, actions) or refusal_of_others(given, names, actions)


def refusal_of_sample(names, actions):
	if actions and actions != ["-t"]:
		return "cannot use %s with --sample" % actions[0]
	if "-w" in names:
		return "cannot use -w without -x or -t"
	allowed = {"-n", "-O", "-C", "-v"} if "--where" in names else {"-n", "-O"}
	return next(("cannot use %s without -e" % name for name in DETAILS if name in names - allowed), None)


def refusal_of_search(given, names, actions):
	if {"-i", "-e"} <= names:
		return "cannot use -i with -e; use -I to ignore case"
	if actions:
		return "cannot use %s with a search" % actions[0]
	if "--fixed" in names and "-e" not in names:
		return "cannot use --fixed without -e"
	delimiter = dict(given).get("-d", "\n")
	if "--csv" not in names and any(delimiter in text for text in texts_of(given)):
		patterns = [value for name, value in given if name in ("-e", "-E")]
		if len(patterns) > 1 or names & {"-I", "-W", "-X"}:
			return "a text that contains the delimiter of lines with another pattern"
		for name in ("-r", "-v", "-C", "-o", "--json", "-f"):
			if name in names:
				return name.replace("-C", "-A, -B or -C") + " with a text that contains the delimiter"
	for name in ("-w", "-s", "-c"):
		if name == "-w" and name in names:
			return "cannot use -w without -x or -t"
		if name in names and "-f" in names:
			return "cannot use -f with " + name
	for pair in (("-c", "-C"), ("-r", "-C"), ("-o", "-v"), ("-f", "-r"), ("-f", "--json")):
		if set(pair) <= names:
			return "cannot use " + pair[0] + " with"
	return None


def refusal_without(names, actions):
	"""Options that mean something only with a search, or together with another action."""
	for name in DETAILS:
		if name in names:
			return "cannot use %s without -e" % name
	if "-r" in names and actions and actions != ["-t"]:
		return "cannot use %s with -r" % actions[0]
	for name in ("-r", "-x", "-i"):
		if name in names and "-c" in names:
			return "cannot use %s with -c" % name
	return None


def refusal_of_others(given, names, actions):
	if "-w" in names and not names & {"-x", "-t"}:
		return "cannot use -w without -x or -t"
	if {"-w", "-c"} <= names:
		return "cannot use -w with -c"
	if "-d" in names and "-t" in names:
		return "cannot use -d with -t"
	if "-f" in names:
		if actions or names & {"-c", "-r"}:
			return "cannot use -f with another action"
		if "--json" in names:
			return "cannot use -f with --json"
		if len([name for name, _ in given if name in ("-b", "-l")]) > 1 or "-s" in names:
			return "cannot use -f with"
	if "--json" in names:
		if not names & {"-t", "-i", "-c", "--compare"}:
			return "cannot use --json without"
		if "-t" in names and "-w" in names:
			return "cannot use --json with -w"
	if {"-H", "--no-filename"} <= names:
		return "cannot use -H with --no-filename"
	for name in ("-H", "--no-filename"):
		if name in names and "-c" not in names:
			return "cannot use %s without -c" % name
	return None
