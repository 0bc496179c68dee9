#!/usr/bin/env bash
# release.sh - the first step of a release refuses versions, dates and files that do not agree
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need git
run=$top_srcdir/tests/release/run.sh
state=$top_srcdir/tests/release/state.sh

# --- The steps ------------------------------------------------------------------------------------

every_step_exists()
{
	local step

	for step in $(bash "$run" --list); do
		grep -q "^step_$step()\$" "$top_srcdir"/tests/release/*.sh || return
	done
}
unknown_step()
{
	bash "$run" state none 2> "$tmp/messages"
	[ $? = 2 ] && grep -q 'no step none; the steps are: state ' "$tmp/messages" && [ ! -e release ]
}
check "every step exists" every_step_exists
cd "$tmp" || exit 99
check "an unknown step" unknown_step

# --- A small release ------------------------------------------------------------------------------

# Replaces the settings of the user.
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org
export GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
export GIT_AUTHOR_DATE='2026-02-03 12:00 +0000' GIT_COMMITTER_DATE='2026-02-03 12:00 +0000'

mkdir -p r/include/mmreader r/src r/doc r/debian && cd r || exit 99
cat > NEWS <<'END'
NEWS - what changed

1.2.0 (2026-02-03)

	* A change.
END
echo '/* "1.2.0": the version of the loaded library, not of the header. */' > include/mmreader/base.h
printf 'MMREADER_1.1 {\nglobal:\n\tmmr_open;\nlocal:\n\t*;\n};\n' > src/mmreader.map
printf '\nMMREADER_1.2 {\nglobal:\n\tmmr_close;\n} MMREADER_1.1;\n' >> src/mmreader.map
printf '.Dd February 3, 2026\n.Dt TOOL 1\n' > doc/tool.1
cat > debian/changelog <<'END'
mmreader (1.2.0-1) unstable; urgency=medium

  * A change.

 -- somebody <somebody@example.org>  Tue, 03 Feb 2026 10:00:00 +0000
END
cat > debian/libmmreader0.symbols <<'END'
libmmreader.so.0 libmmreader0 #MINVER#
 (symver)MMREADER_1.1 1.1.0
 (symver)MMREADER_1.2 1.2.0
END
{ git init -q . && git add . && git commit -q -m first; } || fail "git"

ready()
{
	bash "$state" . 1.2.0
}
# refused WHAT LINE SED-EXPRESSION FILE : a change of this file is reported by this line.
refused()
{
	check "$1 is refused" refuses "${@:2}"
}
refuses()
{
	sed -i "$2" "$3" && ! git diff --quiet && git commit -q -a -m changed || return
	! ready > "$tmp/report" || return
	git reset -q --hard HEAD^
	cat "$tmp/report"
	grep -q "^FAILED: $1" "$tmp/report"
}

check "a release" ready
refused "an entry without a date" "the first entry of NEWS" 's/ (2026-02-03)/ (not released yet)/' NEWS
refused "an entry of another version" "the first entry of NEWS" 's/^1\.2\.0/1.3.0/' NEWS
refused "an impossible date" "the date of NEWS is a day" 's/02-03/02-30/' NEWS
refused "a date in the future" "the date of NEWS is not in the future" 's/2026-02-03/9999-02-03/' NEWS
refused "another version in base.h" "the version in base.h" 's/1\.2\.0/1.1.0/' include/mmreader/base.h
refused "no node for the release" "the last node" 's/^MMREADER_1.2/MMREADER_1.3/' src/mmreader.map
refused "a wildcard in an old node" "wildcards" 's/mmr_open/mmr_*/' src/mmreader.map
refused "another version of the package" "the version of the Debian package" 's/1\.2\.0/1.2.1/' \
	debian/changelog
refused "an unreleased package" "it is released" 's/unstable/UNRELEASED/' debian/changelog
refused "another date of the package" "the date of the Debian package" 's/03 Feb/04 Feb/' \
	debian/changelog
refused "no symbols of the release" "the node in the symbols" '/1\.2/d' debian/libmmreader0.symbols
refused "a page that changed later" "the date of doc/tool.1 is that" 's/February 3/February 2/' doc/tool.1
refused "a page of a later day" "the date of doc/tool.1 is not after" 's/February 3/February 4/' doc/tool.1

uncommitted()
{
	touch new
	! ready > "$tmp/report" || return
	rm new
	grep -q '^FAILED: changed files' "$tmp/report"
}
check "a file that is not committed is refused" uncommitted
git tag v1.2.0
check "this commit may have the tag" ready
tagged_before()
{
	git commit -q --allow-empty -m later && ! ready > "$tmp/report" &&
		grep -q '^FAILED: an earlier commit' "$tmp/report"
}
check "an earlier commit with the tag is refused" tagged_before
