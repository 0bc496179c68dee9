#!/usr/bin/env bash
# layers.sh - folders include only folders below them, and no two files include each other
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
cd "$top_srcdir" || exit 99

# Prints what the files of a folder may include, besides their own folder and common.h. view finds
# the reader of an invalid text in the registry; iterators over a file drop pages after use.
may_include()
{
	case $1 in
	os) ;;
	simd) ;;
	file) echo os/ ;;
	text) echo simd/ file/guard.h file/registry.h file/walk.h ;;
	data) echo simd/ file/guard.h file/walk.h ;;
	scan) echo os/os.h file/ data/array.h text/cells.h text/rows.h ;;
	optional) echo os/os.h file/ text/ scan/ ;;
	index) echo file/guard.h file/reader.h file/save.h scan/index.h scan/units.h ;;
	search) echo file/guard.h file/reader.h text/ scan/ optional/regex_lines.h ;;
	intern) echo simd/load.h file/guard.h file/registry.h ;;
	follow) echo os/os.h file/reader.h ;;
	memory) echo os/ file/reader.h file/stream.h ;;
	*) return 1 ;;
	esac
}

# Prints "FILE:LINE:INCLUDED" for each #include "INCLUDED" in the files.
includes()
{
	grep -nH '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$@" |
		sed 's/#[^"]*"\([^"]*\)".*/\1/; s/:[[:space:]]*/:/g'
}

# Each of these functions prints what is wrong, so success is no output.

# includes_only "PREFIX..." FILE... : the files include only names that begin with a prefix.
includes_only()
{
	local file line name prefix

	includes "${@:2}" | while IFS=: read -r file line name; do
		for prefix in $1; do
			case $name in "$prefix"*) continue 2 ;; esac
		done
		echo "$file:$line: must not include \"$name\""
	done
}

folder_breaks_rank()
{
	local allowed

	allowed="common.h $1/ $(may_include "$1")" || echo "src/$1: a folder without a rank"
	includes_only "$allowed" "src/$1"/*.[ch]
}

top_breaks_rank()
{
	includes src/*.[ch] | grep -vE ':(common|config)\.h$'
}

# Prints what the files of a folder of tools/ may include, besides their own folder and mmcat.h.
tools_may_include()
{
	case $1 in
	status) echo output/human.h ;;
	output) echo status/message.h status/progress.h ;;
	cli) echo status/message.h output/output.h ;;
	input) echo cli/ status/ output/ ;;
	actions) echo cli/ status/ output/ input/ ;;
	*) return 1 ;;
	esac
}

tools_break_rank()
{
	local folder allowed

	for folder in tools/*/; do
		folder=$(basename "$folder")
		allowed="config.h mmcat.h $folder/ $(tools_may_include "$folder")" ||
			echo "tools/$folder: a folder without a rank"
		includes_only "$allowed" "tools/$folder"/*.[ch]
	done
}

# Only tools/input/ depends on the kind of input.
actions_ask_for_kind()
{
	grep -nE 'mmr_backing|MMR_BACKING_STREAM|mmr_abilities|mmr_consumed|S_IS(REG|FIFO|SOCK|CHR)' \
		tools/actions/*.c | grep -v 'MMR_BACKING_UNMAPPED\|S_ISREG(st' || :
}

# Files that include each other, directly or through others: tsort prints the members of each loop.
include_loops()
{
	local root=$1

	find "$root" -name '*.[ch]' | while read -r file; do
		includes "$file" | while IFS=: read -r _ _ name; do
			[ ! -f "$root/$name" ] || echo "$file $root/$name"
		done
	done | tsort 2>&1 > /dev/null
}

system_calls_outside_os()
{
	find src -name '*.[ch]' ! -path 'src/os/*' -exec \
		grep -nE '<(sys/mman|sys/stat|fcntl)\.h>' {} +
}

# os.h declares every system call, so an include does not show which of them a folder uses. A
# follower watches paths and descriptors itself.
os_used_elsewhere()
{
	local allowed='^src/scan/.*os_processors|^src/optional/.*os_resident'

	find src -name '*.[ch]' ! -path 'src/os/*' ! -path 'src/file/*' ! -path 'src/memory/*' \
		! -path 'src/follow/*' -exec grep -nHoE '(^|[^_a-z0-9])os_[a-z_]+[[:space:]]*\(' \
		{} + | grep -vE "($allowed)\\("
}

# Memory that does not come from heap.c is neither counted nor replaceable.
heap_elsewhere()
{
	local calls='malloc|calloc|realloc|reallocarray|free|aligned_alloc|posix_memalign|memalign'

	calls="$calls|strdup|strndup|asprintf|vasprintf|getline|getdelim|open_memstream"
	calls="$calls|fopen|fdopen|opendir|scandir|realpath"
	find src -name '*.[ch]' ! -path src/heap.c -exec \
		grep -nE "(^|[^_a-z0-9.>])($calls)[[:space:]]*\(" {} +
}

sources()
{
	find src include tools tests -type f \
		\( -name '*.[ch]' -o -name '*.[ch]pp' -o -name '*.cc' -o -name '*.sh' -o -name '*.py' \)
}

too_long()
{
	sources | xargs wc -l | awk '$2 != "total" && $1 > 600'
}

# A file that is in no list is neither built nor run.
unlisted()
{
	sources | while read -r file; do
		case $file in tests/unit/*.c) file=${file%.c} ;; esac
		grep -qwF "$file" Makefile.am tests/Makefile.inc tests/*/Makefile.inc || echo "$file"
	done
}

for folder in src/*/; do
	folder=$(basename "$folder")
	check "src/$folder keeps its rank" nothing folder_breaks_rank "$folder"
done
check "src/*.[ch] include no folder of src/" nothing top_breaks_rank
check "tools/*/ keep their rank and know the public header only" nothing tools_break_rank
check "no action depends on the kind of its input" nothing actions_ask_for_kind
check "no two files of src/ include each other" nothing include_loops src
check "no two files of tools/ include each other" nothing include_loops tools
check "only src/os maps and opens files" nothing system_calls_outside_os
check "src/scan and src/optional call only one function of os.h each" nothing os_used_elsewhere
check "all heap goes through heap.c" nothing heap_elsewhere
check "no file is longer than 600 lines" nothing too_long
check "every file is in Makefile.am or in a Makefile.inc" nothing unlisted
