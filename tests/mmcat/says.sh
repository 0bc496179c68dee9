# says.sh - what mmcat prints, and with which status; for tests that work in a folder of their own
#
# SPDX-License-Identifier: MIT

# says STATUS STDOUT STDERR ARGUMENT... : all three are exactly these.
says()
{
	local wanted=$1 out=$2 err=$3 status

	"$MMCAT" "${@:4}" > out 2> err
	status=$?
	[ "$status" = "$wanted" ] && printf %s "$out" | cmp - out && printf %s "$err" | cmp - err ||
		{ echo "status $status, wanted $wanted"; cat out err; return 1; }
}

# refuses REASON ARGUMENT... : status 2, no output, and this message.
refuses()
{
	says 2 "" "mmcat: $1"$'\n' "${@:2}"
}
