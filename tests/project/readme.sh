#!/usr/bin/env bash
# readme.sh - the commands of README work, and the files that it refers to exist
#
# project/install.sh builds and runs its C programs.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
readme=$top_srcdir/README

# --- Commands -------------------------------------------------------------------------------------

# 3 MiB of lines of 12 bytes, which are also records of u32be and f64.
yes 'TEXT REGEX ' | head -c 3M > "$tmp/FILE"

# works COMMAND : it ends with status 0 and prints something.
works()
{
	(cd "$tmp" && set -- $1 && shift && "$MMCAT" "$@" > out) && [ -s "$tmp/out" ]
}

sed -n 's/^	\(mmcat \(.* \)*FILE\)  .*/\1/p' "$readme" > "$tmp/commands"
check "README has commands" test "$(wc -l < "$tmp/commands")" -ge 10
while IFS= read -r command; do
	case $command in
	*' -E '*)
		grep -q '^#define MMR_PCRE2_LAZY 1' "$top_builddir/config.h" || {
			echo "skipped: no PCRE2 in this build: $command"
			continue
		}
		;;
	esac
	check "$command" works "$command"
done < "$tmp/commands"

# --- Files and packages ----------------------------------------------------------------------------

refers()
{
	local file missing=0

	for file in $(grep -oE '(doc|include|tests)/[a-z_/.]+|[A-Z]{4,}\.md|\./bootstrap' "$readme"); do
		[ -e "$top_srcdir/${file%.}" ] || { echo "no $file"; missing=1; }
	done
	return "$missing"
}
check "the files that README refers to exist" refers

# The packages that bootstrap installs are those that README lists.
packages_of_bootstrap()
{
	sed -n "/^needs='/,/^'/p" "$top_srcdir/bootstrap" | awk 'NF == 2 { print $1 }' | sort
}
packages_of_readme()
{
	sed -n '/^	apt-get install /,/[^\\]$/p' "$readme" | tr -s ' \t\\' '\n' |
		grep -vxE 'apt-get|install|' | sort
}
check "README lists the packages that bootstrap installs" \
	diff <(packages_of_bootstrap) <(packages_of_readme)

options_of_configure()
{
	sed -n 's/^	--\(with\|enable\|disable\)-\([a-z0-9-]*\).*/\2/p' "$readme"
}
has_options()
{
	local option help

	help=$("$top_srcdir/configure" --help) || return
	for option in $(options_of_configure); do
		grep -qE -e "--(with|enable|disable)-$option([=[ ]|$)" <<< "$help" || {
			echo "no option $option"
			return 1
		}
	done
}
check "README lists options of configure" test "$(options_of_configure | wc -l)" -ge 5
check "configure has the options of README" has_options
