#!/usr/bin/env bash
# file_names.sh - comments and documents name only files that exist
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
cd "$top_srcdir" || exit 99

# Files that tests make, examples of names, and headers that configure looks for.
made='config.h longest.c longest.cc probe.c target.c xxhash.h magic.h pcre2.h'

texts()
{
	find README CONTRIBUTING.md SECURITY.md Makefile.am configure.ac bootstrap doc include src tests tools \
		-type f ! -path '*/corpus/*' ! -name '*.o' ! -name '*.lo' ! -name '*.log' ! -name '*.trs' -exec \
		grep -lI . {} +
}

# Prints "FILE:LINE:NAME" for each file name in a text. Names in quotes, names of system headers in
# <> and names that begin with a variable are code.
named()
{
	texts | xargs grep -noP '(?<![\w$<{}"/.*+-])[a-z][a-z0-9_/-]*\.(c|h|cc|sh|py|md|inc)\b'
}

stale()
{
	{
		printf '%s\n' $made
		find . -type f -name '*.*' | sed 's#^\./##'
	} > "$tmp/files"
	named | awk -F: -v files="$tmp/files" '
		BEGIN {
			while ((getline path < files) > 0)
				for (exists[path] = 1; sub("^[^/]*/", "", path);)
					exists[path] = 1
		}
		!($3 in exists)'
}

check "every file that a text names exists" nothing stale
