#!/usr/bin/env bash
# unmatched.sh - a search without a match reports that the file is compressed or UTF-16
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
cd "$tmp" || exit 99

# FILE|START|NAME|COMMAND: the first bytes, and what the message says about them.
formats=(
	'a.gz|\x1f\x8b\x08\0|gzip-compressed|gzip -dc'
	'a.zst|\x28\xb5\x2f\xfd|zstd-compressed|zstd -dc'
	'a.xz|\xfd7zXZ\0|xz-compressed|xz -dc'
	'a.bz2|BZh91AY&SY|bzip2-compressed|bzip2 -dc'
	'le.txt|\xff\xfeh\0i\0\n\0|UTF-16 text|iconv -f UTF-16 -t UTF-8'
	'be.txt|\xfe\xff\0h\0i\0\n|UTF-16 text|iconv -f UTF-16 -t UTF-8'
	'le32.txt|\xff\xfe\0\0h\0\0\0\n\0\0\0|UTF-32 text|iconv -f UTF-32 -t UTF-8'
	'be32.txt|\0\0\xfe\xff\0\0\0h\0\0\0\n|UTF-32 text|iconv -f UTF-32 -t UTF-8'
)
# The bytes after the signature have no meaning, but are lines.
printf 'zz\nneedle\n\0\1\2\nlast' > rest
for format in "${formats[@]}"; do
	IFS='|' read -r file start name command <<< "$format"
	case $file in
	*.txt) printf '%b' "$start" > "$file" ;;
	*) { printf '%b' "$start"; cat rest; } > "$file" ;;
	esac
done
printf 'plain\nlines\n' > plain
printf '\037\213' > nearly.gz
printf 'BZh9 is a name\n' > nearly.bz2
printf '\357\273\277marked UTF-8\n' > utf8
printf 'name\n\377\376\n' > marked

# message_of FILE : prints the expected message; FILE - is a.gz on standard input.
message_of()
{
	local file start name command shown=$1

	[ "$1" != - ] || set -- a.gz
	[ "$shown" != - ] || shown='standard input'
	for format in "${formats[@]}"; do
		IFS='|' read -r file start name command <<< "$format"
		[ "$file" != "$1" ] ||
			echo "mmcat: $shown: no match: the input is $name;" \
				"search the output of '$command' instead"
	done
}

# says STATUS 'FILE...' ARGUMENT... : the status, and the messages for these files and no other.
says()
{
	local wanted=$1 file files=$2 status=0

	shift 2
	"$MMCAT" "$@" > out 2> err || status=$?
	[ "$status" = "$wanted" ] || { echo "status $status"; cat err; return 1; }
	for file in $files; do message_of "$file"; done | diff - err
}

# Standard input is a.gz: by a pipe, by a pipe byte by byte, as a file.
piped()
{
	cat a.gz | says "$@"
}

slowly()
{
	{
		while IFS= read -r byte; do
			printf '%b' "\\x$byte"
			sleep 0.01
		done < <(head -c 20 a.gz | od -An -v -tx1 | tr -s ' ' '\n' | grep .)
		tail -c +21 a.gz
	} | says "$@"
}

from_file()
{
	says "$@" < a.gz
}

# The message about a missing file comes between those of the others.
missing()
{
	local status=0

	"$MMCAT" "$@" > out 2> err || status=$?
	[ "$status" = 2 ] && { message_of a.gz; grep missing err; message_of a.xz; } | diff - err
}

patterns=(-e)
! "$MMCAT" -E plain plain > out 2> err || patterns+=(-E)

for pattern in "${patterns[@]}"; do
	for format in "${formats[@]}"; do
		file=${format%%|*}
		check "$pattern: $file" says 1 "$file" "$pattern" nowhere "$file"
		check "$pattern: $file without a map" \
			says 1 "$file" "$pattern" nowhere --no-mmap "$file"
	done
	for from in piped slowly from_file; do
		check "$pattern: $from" "$from" 1 - "$pattern" nowhere
		check "$pattern: $from, with a match" "$from" 0 '' "$pattern" needle
	done
	for file in plain nearly.gz nearly.bz2 utf8 rest; do
		check "$pattern: no message for $file" says 1 '' "$pattern" nowhere "$file"
	done
	for options in -c -q -o -n -r --offsets '--offsets --json' '--offsets -n --json' '-c --json' \
		'-c -o' '-C 2' '-m 3' -j2 -I -W -X \
		'-b 7:12' '-b 12:' '-b -3:' '-b :3' '-b 3:+2' '-l 0' '-l 1:' '-l -1:' '-l 2:3' '-l 99:' '-b 1M:'; do
		# shellcheck disable=SC2086
		check "$pattern: $options" says 1 a.gz "$pattern" nowhere $options a.gz
		# shellcheck disable=SC2086
		check "$pattern: $options, piped" piped 1 - "$pattern" nowhere $options
	done
	# The second byte of the signature is not selected, or nothing is.
	for options in '-b :2' '-b 3:3' '-b 9:3' '-b 3:+0' '-l 2:2' '-l 2:1' '-l 1:+0' '-m 0'; do
		# shellcheck disable=SC2086
		check "$pattern: $options" says 1 '' "$pattern" nowhere $options a.gz
		# shellcheck disable=SC2086
		check "$pattern: $options, piped" piped 1 '' "$pattern" nowhere $options
	done
	for from in says piped from_file; do
		[ $from = says ] && file=a.gz name=a.gz || { file='' name=-; }
		# shellcheck disable=SC2086
		check "$pattern: a header, $from" "$from" 1 $name --header -c "$pattern" nowhere $file
	done
	check "$pattern: no message for a row after a header" says 1 '' --header "$pattern" nowhere marked
	check "$pattern: a shard" says 1 a.gz "$pattern" nowhere -s 2/2 a.gz
	check "$pattern: several files" says 1 'a.gz a.xz le.txt' \
		"$pattern" nowhere a.gz plain a.xz utf8 le.txt
	check "$pattern: one file matches" says 0 a.gz "$pattern" lines a.gz plain
	check "$pattern: one file is missing" missing "$pattern" nowhere a.gz missing a.xz
done

check "an empty text is in every line" says 0 '' -e '' a.gz
check "no message for an empty file" says 1 '' -e nowhere /dev/null
check "no message for other actions" says 0 '' -c a.gz

# Names are quoted as in every message.
cp a.gz $'b\n.gz'
"$MMCAT" -e nowhere $'b\n.gz' > out 2> err
check "a name with a newline" grep -qF 'mmcat: b\x0a.gz: no match' err

# The first bytes show the format: no library is loaded for it.
"$MMCAT" --stats -e nowhere a.gz > out 2> err
check "libmagic is not loaded" eval 'grep -q "no match" err && ! grep -q libmagic err'
