# common.sh - what the shell tests share; source it first:  . "${0%/*}/../support/common.sh"
#
#	check NAME COMMAND...   the command must succeed; if not, its output is shown, and the test
#	                        goes on and fails at its end
#	fail TEXT               the test fails here and now
#	skip REASON             the test cannot run here; the log keeps the reason
#	nothing COMMAND...      the command prints nothing: for a check that lists what is wrong
#	lint PAGE               mandoc finds no fault in a manual page
#
# $tmp is a folder of the test's own that vanishes with it. `make check` sets the paths; run by
# hand in the build folder, a test finds them itself. fail and skip end the test only where they
# stand in its own shell: not behind a pipe, not in $(...).
#
# SPDX-License-Identifier: MIT

set -u
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

here=$(cd "${0%/*}" && pwd)
: "${srcdir:=${here%/*/*}}" "${top_srcdir:=$srcdir}" "${top_builddir:=$PWD}"
: "${MMCAT:=$top_builddir/mmcat}" "${CC:=cc}" "${CXX:=c++}" "${NM:=nm}" "${SANITIZER_FLAGS:=}"

# The program itself, not the script that libtool puts before it: that is slow, and renames it.
if [ -x "$top_builddir/.libs/mmcat" ]; then
	MMCAT=$top_builddir/.libs/mmcat
	export LD_LIBRARY_PATH=$top_builddir/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/mmreader-test.XXXXXX") || exit 99
n_failed=0
trap 'status=$?; rm -rf "$tmp"; [ "$n_failed" = 0 ] || status=1; exit "$status"' EXIT
trap 'exit 99' HUP INT TERM

check()
{
	local name=$1

	shift
	if "$@" > "$tmp/check.out" 2>&1; then
		echo "ok: $name"
	else
		echo "FAILED: $name (status $?): $*"
		sed 's/^/	/' "$tmp/check.out"
		n_failed=$((n_failed + 1))
	fi
}

fail()
{
	echo "FAILED: $*"
	exit 1
}

skip()
{
	echo "skipped: $*"
	exit 77
}

nothing()
{
	! "$@" | grep .
}

# Which other pages are installed here says nothing about this one: mandoc reports missing ones among
# its findings, and an old index of pages on standard error. The installed page names the package as
# its system, which is wrong for the base systems of BSD alone.
lint()
{
	[ -s "$1" ] || return
	mandoc -T lint "$1" 2> /dev/null | grep -v -e ': referenced manual not found: ' \
		-e ': operating system explicitly specified: Os mmreader ' > "$tmp/lint"
	cat "$tmp/lint"
	[ ! -s "$tmp/lint" ]
}
