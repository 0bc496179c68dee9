#!/usr/bin/env bash
# large.sh - files larger than 2 and 4 GiB, in little memory
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"

need python3

# sparse FILE SIZE OFFSET TEXT... : takes no space if the file system supports holes.
sparse()
{
	python3 -c 'if True:
		import sys
		with open(sys.argv[1], "wb") as file:
			file.truncate(int(sys.argv[2]))
			for off, text in zip(sys.argv[3::2], sys.argv[4::2]):
				file.seek(int(off))
				file.write(text.encode())' "$@" ||
		skip "no files of $2 bytes in $tmp"
	[ "$(du -k "$1" | cut -f 1)" -lt 1000 ] || skip "no sparse files in $tmp"
}

# Seven lines: the second and third markers cross 2 GiB and 4 GiB.
sparse "$tmp/6G" $((6 << 30)) 0 $'first\n' $(((2 << 30) - 3)) $'\nat 2 GiB\n' \
	$(((4 << 30) - 3)) $'\nat 4 GiB\n' $(((6 << 30) - 5)) $'\nend\n'

# prints WANTED COMMAND...
prints()
{
	local wanted=$1 got

	shift
	got=$("$@" | tr '\0' 0) || return
	[ "$got" = "$wanted" ] || { echo "printed '$got', wanted '$wanted'"; return 1; }
}

check "-b across 2 GiB" prints $'\nat 2 GiB' "$MMCAT" -b 2147483645:2147483655 "$tmp/6G"
check "-b across 4 GiB" prints $'\nat 4 GiB' "$MMCAT" -b 0xfffffffd:+10 "$tmp/6G"
check "-b across 4 GiB from the end" prints "4 G" "$MMCAT" -b -2147483647:-2147483644 "$tmp/6G"
check "-b of the end" prints "end" "$MMCAT" -b 6442450940: "$tmp/6G"
check "-b from 4 GiB - 3 on" prints 2147483651 \
	sh -c '"$0" -b 0xfffffffd: "$1" | wc -c' "$MMCAT" "$tmp/6G"
check "-l across 2 GiB" prints "at 2 GiB" "$MMCAT" -l 2:3 "$tmp/6G"
check "-l across 4 GiB" prints "at 4 GiB" "$MMCAT" -l 4:5 "$tmp/6G"
check "-l across 4 GiB from the end" prints "at 4 GiB" "$MMCAT" -l -3:-2 "$tmp/6G"
check "-r across 4 GiB" prints $'at 4 GiB\nat 4 GiB' "$MMCAT" -r -l 4 "$tmp/6G" "$tmp/6G"
check "-c of 6 GiB" prints 7 "$MMCAT" -c "$tmp/6G"

# Two lines of 128 MiB: either is larger than the address space under the limit.
sparse "$tmp/256M" $((1 << 28)) $((1 << 27)) $'mid\n' $(((1 << 28) - 4)) $'end\n'
n_first=$(((1 << 27) + 4)) n_second=$(((1 << 27) - 4))

# frugal MIB WANTED OPTION... : prints so many bytes with so many MiB of address space (0: no
# limit), less than 24 of them resident.
frugal()
{
	local limit=$1 wanted=$2 n

	shift 2
	n=$(set -o pipefail; python3 -c 'if True:
		import os, resource, subprocess, sys
		def limit():
			size = int(sys.argv[1]) << 20
			if size > 0:
				resource.setrlimit(resource.RLIMIT_AS, (size, size))
		process = subprocess.Popen(sys.argv[2:], preexec_fn=limit)
		_, status, usage = os.wait4(process.pid, 0)
		if status or usage.ru_maxrss > 24 << 10:
			sys.exit("wait status %d, %d KiB" % (status, usage.ru_maxrss))' \
		"$limit" "$MMCAT" "$@" | wc -c) || return
	[ "$n" = "$wanted" ] || { echo "printed $n bytes, wanted $wanted"; return 1; }
}

case $SANITIZER_FLAGS in
*-fsanitize*)
	echo "memory is not measured: sanitizers use memory of their own"
	exit
	;;
esac
while read -r wanted options; do
	check "in 60 MiB: mmcat $options FILE" frugal 60 "$wanted" $options "$tmp/256M"
	# Without a limit the file is mapped, and pages are released after use.
	check "mapped: mmcat $options FILE" frugal 0 "$wanted" $options "$tmp/256M"
done << END
$((1 << 28))
2 -c
$((1 << 28)) -r
$n_first -l 0:1
$n_second -l -1:
2 -c -l 1:
$n_second -r -l -1:
$(((1 << 28) - (2 << 20))) -b 1M:-1M
END
while read -r wanted options; do
	check "in 60 MiB: cat FILE | mmcat $options" frugal 60 "$wanted" $options - \
		< <(cat "$tmp/256M")
done << END
$((1 << 28))
2 -c
$((100 << 20)) -b 100M:200M
$n_second -l 1:2
2 -c -l :1
END
