#!/usr/bin/env bash
# limits.sh - little memory, few descriptors, no /proc, forbidden calls: the same output, or an error
#
# Every action of mmcat and of the library runs without limits first. Under each limit the output is
# the same, or there is an error message with a reason, but never a signal or a different output.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
LIMITS=$top_builddir/tests/faults/limits
[ ! -x "$top_builddir/tests/faults/.libs/limits" ] || LIMITS=$top_builddir/tests/faults/.libs/limits
cd "$tmp" || exit 99

seq 1500000 > numbers
head -c 12000 numbers > few

actions=(
	''
	'-b 5:9000000'
	'-l 5:900000'
	'-c'
	'-e 99999'
	'-c -e 99999'
	'-E 9+8$'
	'-x'
	'-t u16be'
)
# These save a stream, or use libmagic.
more_actions=(
	'-r'
	'-l -100:'
	'-s 2/3'
	'-i'
)

# name OPTIONS : the file with the right output
name()
{
	echo "answer${1//[^a-zA-Z0-9]/_}"
}

for options in "${actions[@]}" "${more_actions[@]}"; do
	# shellcheck disable=SC2086
	"$MMCAT" $options numbers > "$(name "$options")" || fail "mmcat $options"
done
"$LIMITS" use numbers > answer_library || fail "the library without limits"
! grep error answer_library || fail "errors without limits"

# Runs a command with its output in ./out and ./err, and its input from a pipe or a file.
from_pipe()
{
	cat numbers | timeout 60 "$@" > out 2> err
	return "${PIPESTATUS[1]}"
}

from_file()
{
	timeout 60 "$@" numbers > out 2> err
}

# is_error STATUS : the status is 2, and ./err has an error message.
is_error()
{
	[ "$1" = 2 ] && grep -q '^mmcat: .' err
}

# same_text FILE1 FILE2 : equal, except what is in the page cache, which -i prints and which may
# change at any time. No process substitution: bash allocates half a MiB for it, too much under some
# limits.
same_text()
{
	local residency='^in memory: \|^  *|.*|$'

	grep -av "$residency" "$1" > text1
	grep -av "$residency" "$2" > text2
	cmp text1 text2
}

# same FILE STATUS : the output is that of FILE, and standard error is empty but for the warning of
# libmagic when its database cannot be mapped; since 5.46 a file and a line precede it
same()
{
	[ "$2" = 0 ] && ! grep -v '^\(/[^:]*, [0-9]*: \)\{0,1\}Warning: using regular magic file' err &&
		same_text out "$1"
}

# must_work FROM LIMIT OPTIONS : the output is right under `ulimit LIMIT`
must_work()
{
	local status

	# shellcheck disable=SC2086
	(ulimit $2; "$1" "$MMCAT" $3)
	status=$?
	same "$(name "$3")" $status || { echo "status $status"; cat err; return 1; }
}

must_work_or_report()
{
	local status

	# shellcheck disable=SC2086
	(ulimit $2; "$1" "$MMCAT" $3)
	status=$?
	is_error $status || same "$(name "$3")" $status || { echo "status $status"; cat err; return 1; }
}

# What the library prints in ./out is right. Content types may be found without libmagic, and
# figures of the kernel may be unknown.
some_of_the_library()
{
	! grep -v 'error' out | grep -vxF -f answer_library |
		grep -vx 'kind is text/plain\|resident memory is unknown'
}

# --- Address space ---

# The least KiB of addresses with which mmcat starts, found by bisection.
base()
{
	local low=0 high=$((1 << 20)) middle

	while [ $((high - low)) -gt 32 ]; do
		middle=$(((low + high) / 2))
		if (ulimit -v $middle; "$MMCAT" --version) > /dev/null 2>&1; then
			high=$middle
		else
			low=$middle
		fi
	done
	echo $high
}

if [ -n "$SANITIZER_FLAGS" ] || [ -n "${MATRIX_EMULATED-}" ]; then
	echo "skipped: limits of addresses: sanitizers and emulators need more"
else
	base=$(base)
	echo "mmcat needs $base KiB of addresses to start"
	for options in "${actions[@]}"; do
		check "12 MiB more, from a pipe: $options" \
			must_work from_pipe "-v $((base + (12 << 10)))" "$options"
		check "32 MiB more, from a file: $options" \
			must_work from_file "-v $((base + (32 << 10)))" "$options"
	done
	for options in "${actions[@]}" "${more_actions[@]}"; do
		for more in 64 256 1024 3072 6144 12288; do
			check "$more KiB more: $options" \
				must_work_or_report from_file "-v $((base + more))" "$options"
		done
	done
	for more in 1024 4096 8192 16384 32768; do
		library_in()
		{
			(ulimit -v $((base + more)); exec "$LIMITS" use numbers) > out 2> err
			case $? in
			0) some_of_the_library ;;
			2) grep '^limits: .' err ;;
			127) true ;; # the loader itself
			*) cat out err; false ;;
			esac
		}
		check "the library in $more KiB more" library_in
	done
fi

# --- Descriptors ---

for n in 4 5 6 8; do
	for options in "${actions[@]}" "${more_actions[@]}"; do
		check "$n descriptors: $options" must_work_or_report from_file "-n $n" "$options"
	done
done
for options in "${actions[@]}" "${more_actions[@]}"; do
	check "12 descriptors: $options" must_work from_file '-n 12' "$options"
done

library_with()
{
	(ulimit -n "$1"; exec "$LIMITS" use numbers) > out 2> err
	case $? in
	0) some_of_the_library && { [ "$1" -lt 12 ] || cmp out answer_library; } ;;
	2) [ "$1" -lt 12 ] && grep '^limits: .*Too many open files' err ;;
	*) cat out err; false ;;
	esac
}
for n in 4 5 12; do
	check "the library with $n descriptors" library_with $n
done

# --- Forbidden calls ---

without()
{
	local options=$2

	# shellcheck disable=SC2086
	from_file "$LIMITS" deny "$1" "$MMCAT" $options
	same "$(name "$options")" $?
}

denied=memfd_create,userfaultfd,process_vm_readv,cachestat
"$LIMITS" deny $denied true 2> err
case $? in
0)
	for calls in $denied splice,copy_file_range madvise; do
		for options in "${actions[@]}" "${more_actions[@]}"; do
			check "without $calls: $options" without $calls "$options"
		done
	done
	library_without()
	{
		"$LIMITS" deny "$1" "$LIMITS" use numbers > out 2> err &&
			diff <(grep -v '^residency by' out) <(grep -v '^residency by' answer_library)
	}
	for calls in $denied $denied,mincore madvise; do
		check "the library without $calls" library_without $calls
	done
	check "no cachestat and no mincore: the residency is unknown" \
		grep -x 'residency by 0' <("$LIMITS" deny cachestat,mincore "$LIMITS" use numbers)
	;;
77) echo "skipped: forbidden calls: $(cat err)" ;;
*) check "calls can be forbidden" cat err ;;
esac

# --- Missing and read-only folders, by mounts in a mount namespace ---

# in_namespace SCRIPT COMMAND... : runs the command after a script that mounts.
in_namespace()
{
	unshare --mount sh -c "$1 && exec \"\$@\"" "$@"
}

if ! in_namespace 'mount -t tmpfs none /proc' true 2> /dev/null; then
	echo "skipped: no /proc, read-only TMPDIR: mounting is not permitted"
else
	without_proc()
	{
		# shellcheck disable=SC2086
		in_namespace 'mount -t tmpfs none /proc' "$MMCAT" $1 numbers > out 2> err
		same "$(name "$1")" $?
	}
	for options in "${actions[@]}" "${more_actions[@]}"; do
		check "no /proc: $options" without_proc "$options"
	done
	library_without_proc()
	{
		in_namespace 'mount -t tmpfs none /proc' "$LIMITS" use numbers > out 2> err
		diff <(sed s/unknown/known/ out) answer_library && grep unknown out
	}
	check "the library without /proc" library_without_proc

	mkdir readonly
	in_readonly()
	{
		# shellcheck disable=SC2086
		TMPDIR=$tmp/readonly from_pipe \
			unshare --mount sh -c 'mount -t tmpfs -o ro none readonly && exec "$@"' - \
			"$MMCAT" $1
	}
	for options in "${actions[@]}"; do
		readonly_works()
		{
			in_readonly "$options"
			same "$(name "$options")" $?
		}
		check "read-only TMPDIR: $options" readonly_works
	done
	for options in -r '-l -100:' -i; do
		readonly_reports()
		{
			in_readonly "$options"
			is_error $? && grep "cannot save the input in '.*/readonly': Read-only file system" err &&
				[ ! -s out ]
		}
		check "read-only TMPDIR, with a reason: $options" readonly_reports
	done
fi

# --- Files with the names of libraries that are none are found first ---

mkdir broken
: > broken/libmagic.so.1
: > broken/libpcre2-8.so.0
broken()
{
	LD_LIBRARY_PATH=$tmp/broken${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} "$@"
}

if grep -q ', by libmagic' answer_library; then
	info_without_magic()
	{
		broken from_file "$MMCAT" -i && [ ! -s err ] && grep -i 'text/plain' out
	}
	check "no libmagic: -i uses its own signatures" info_without_magic
	library_without_magic()
	{
		broken "$LIMITS" use numbers > out && grep '^kind is text/plain$' out &&
			grep '^libmagic: error: .*libmagic' out
	}
	check "no libmagic: the library" library_without_magic
else
	echo "skipped: no libmagic: it is not installed here"
fi
pattern_without_pcre2()
{
	broken from_file "$MMCAT" -E 9+8
	is_error $? && grep -i 'pcre2' err
}
check "no PCRE2: -E reports it" pattern_without_pcre2
