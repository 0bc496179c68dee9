# steps.sh - runs functions one after another, each in its own folder with a log
#
# The rows of the matrix and the steps of a release are such functions. A function fails at the
# first command that fails. If its tool is not installed, it is skipped and names the tool.
#
# SPDX-License-Identifier: MIT

# Skips the step, with a reason.
without()
{
	echo "skipped: $*"
	exit 77
}

# need COMMAND PACKAGE : the step needs a program.
need()
{
	command -v "$1" > /dev/null || without "no $1 (Debian: $2)"
}

# run_step FOLDER PREFIX NAME : runs the function PREFIXNAME in FOLDER/NAME.
run_step()
{
	local name=$3 folder=$1/$3 status start=$SECONDS result

	rm -rf "$folder"
	mkdir -p "$folder" || exit
	printf '%-12s ' "$name"
	(cd "$folder" && set -e && "$2$name") > "$folder/log" 2>&1 < /dev/null
	status=$?
	case $status in
	0) result=pass ;;
	77) result=skip ;;
	*) result=FAIL ;;
	esac
	printf '%s\n' "$result"
	table+=("$(printf '%-12s %-5s %5d s  %s' "$name" "$result" $((SECONDS - start)) \
		"$(remark "$result" "$folder/log")")")
	case $result in
	pass) n_passed=$((n_passed + 1)) ;;
	skip) n_skipped=$((n_skipped + 1)) ;;
	FAIL) n_failed=$((n_failed + 1)) ;;
	esac
}

# A step may pass although some of its tests were skipped. If the step itself was skipped, the last
# line of its log has the reason.
remark()
{
	case $1 in
	pass) awk '/^# (PASS|SKIP):/ { n[$2] += $3 }
		END { if (n["PASS:"]) printf "%d tests passed, %d skipped", n["PASS:"], n["SKIP:"] }' "$2" ;;
	skip) sed -n 's/^skipped: //p' "$2" | tail -n 1 ;;
	FAIL) echo "see $2" ;;
	esac
}

# run_steps FOLDER PREFIX NAME... : runs the steps and prints their results. The status is 0 if none
# failed.
run_steps()
{
	local folder=$1 prefix=$2 name table=() n_passed=0 n_failed=0 n_skipped=0

	shift 2
	for name; do
		run_step "$folder" "$prefix" "$name"
	done
	printf '\n'
	printf '%s\n' "${table[@]}"
	echo "$n_passed passed, $n_failed failed, $n_skipped skipped"
	[ "$n_failed" = 0 ]
}
