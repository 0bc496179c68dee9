# common.sh - shared code of the shell tests; source it first:  . "${0%/*}/../support/common.sh"
#
#	check NAME COMMAND...   runs a command that must succeed; if it fails, prints its output, and
#	                        the test continues and fails at its end
#	fail TEXT               ends the test as failed
#	skip REASON             ends the test as skipped; the log has the reason
#	need PROGRAM...         skips the test if a program is not installed
#	nothing COMMAND...      fails if the command prints anything; for commands that list errors
#	lint PAGE               fails if mandoc reports an error in a manual page
#	configure_cache         prints the results of configure, as the cache file of another configure
#
# $tmp is a temporary folder that is removed when the test ends. `make check` sets the paths. A test
# that is run by hand in the build folder finds them itself. fail and skip do not end the test if
# they are called in a pipeline or in $(...).
#
# SPDX-License-Identifier: MIT

set -u
export LC_ALL=C PYTHONDONTWRITEBYTECODE=1

here=$(cd "${0%/*}" && pwd)
: "${srcdir:=${here%/*/*}}" "${top_srcdir:=$srcdir}" "${top_builddir:=$PWD}"
: "${MMCAT:=$top_builddir/mmcat}" "${CC:=cc}" "${CXX:=c++}" "${NM:=nm}" "${SANITIZER_FLAGS:=}"

# The program itself, because the libtool script is slow and changes the program's name.
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

# mandoc also reports references to pages that are not installed, and an old index of pages on
# standard error. Neither concerns this page. The page names the package as its operating system,
# which mandoc refuses for pages of a BSD base system.
lint()
{
	[ -s "$1" ] || return
	mandoc -T lint "$1" 2> /dev/null | grep -v -e ': referenced manual not found: ' \
		-e ': operating system explicitly specified: Os mmreader ' > "$tmp/lint"
	cat "$tmp/lint"
	[ ! -s "$tmp/lint" ]
}

need()
{
	local program

	for program; do
		command -v "$program" > /dev/null || skip "no $program"
	done
}

configure_cache()
{
	sed -n '/^## Cache variables/,/^## Output variables/{
		/^ac_cv_env_/d
		/^[a-z_]*_cv_[A-Za-z0-9_]*=/p
	}' "$top_builddir/config.log"
}
