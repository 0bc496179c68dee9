#!/usr/bin/env bash
# distributed.sh - the commands of doc/distributed.md do what the page says, and so does its
# example with MPI
#
# The commands are taken from the page. Launchers of clusters have stand-ins that start all ranks
# here; Open MPI and GNU parallel are themselves, where they are installed.
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
command -v python3 > /dev/null || skip "no python3, which is the oracle"
command -v gzip > /dev/null || skip "no gzip"
doc=$top_srcdir/doc/distributed.md
mpi_count=$top_builddir/doc/examples/mpi_count

# Whatever started this test is not to tell ranks to what is started here.
unset "${!SLURM_@}" "${!OMPI_@}" "${!PMI_@}" "${!PMIX_@}"

# Open MPI in a container: by root, with more ranks than processors, with no other network than the
# loopback, and where processes must not read each other's memory. Releases 5 and later have the
# variables with PRTE.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
export PRTE_ALLOW_RUN_AS_ROOT=1 PRTE_ALLOW_RUN_AS_ROOT_CONFIRM=1
export OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe
export OMPI_MCA_btl_vader_single_copy_mechanism=none OMPI_MCA_btl_base_warn_component_unused=0

# --- Launchers -----------------------------------------------------------------------------------

# stand_in NAME RANK SIZE: a launcher NAME that tells rank and size in variables of these names.
stand_in()
{
	cat > "$tmp/bin/$1" <<END
#!/usr/bin/env bash
[ "\$1" = -n ] || exit 99
n=\$2 pids=() worst=0
shift 2
for ((rank = 0; rank < n; rank++)); do
	env "$2=\$rank" "$3=\$n" "\$@" &
	pids+=(\$!)
done
for pid in "\${pids[@]}"; do
	wait "\$pid" || worst=\$?
done
exit "\$worst"
END
	chmod +x "$tmp/bin/$1"
}

mkdir "$tmp/bin"
printf '#!/bin/sh\nexec "%s" "$@"\n' "$MMCAT" > "$tmp/bin/mmcat"
# A job of an array is a batch script: it has a rank of its own, which means nothing.
cat > "$tmp/bin/sbatch" <<'END'
#!/usr/bin/env bash
for word; do
	case $word in
	--wait) ;;
	--array=1-*) n=${word#*-*-*-} ;;
	--output=*) output=${word#*=} ;;
	--wrap=*) command=${word#*=} ;;
	*) exit 99 ;;
	esac
done
for ((k = 1; k <= n; k++)); do
	SLURM_ARRAY_TASK_ID=$k SLURM_PROCID=0 SLURM_NTASKS=1 sh -c "$command" > "${output/\%a/$k}" &
done
wait
END
chmod +x "$tmp/bin/mmcat" "$tmp/bin/sbatch"
stand_in srun SLURM_PROCID SLURM_NTASKS
stand_in mpiexec PMI_RANK PMI_SIZE

has_mpirun=no
if ! [[ $(mpirun --version 2> /dev/null) == *"Open MPI"* ]]; then
	echo "skipped: mpirun itself: no Open MPI (Debian: openmpi-bin)"
elif ! timeout -k 5 60 mpirun -n 4 true > "$tmp/mpirun" 2>&1; then
	echo "skipped: mpirun itself: it starts nothing here: $(grep -m 1 '[a-z]' "$tmp/mpirun")"
else
	has_mpirun=yes
fi
[ "$has_mpirun" = yes ] || stand_in mpirun OMPI_COMM_WORLD_RANK OMPI_COMM_WORLD_SIZE
has_parallel=no
[[ $(parallel --version 2> /dev/null) != "GNU parallel"* ]] || has_parallel=yes
[ "$has_parallel" = yes ] || echo "skipped: GNU parallel: not installed (Debian: parallel)"
has_mpi=$has_mpirun
if ! [ -x "$mpi_count" ]; then
	has_mpi=no
	echo "skipped: mpi_count: not built, since configure found no MPI (Debian: libopenmpi-dev)"
elif [[ $SANITIZER_FLAGS == *thread* ]]; then
	has_mpi=no
	echo "skipped: mpi_count: Open MPI itself has races for the thread sanitizer"
fi
[ "$has_mpi" = no ] || ln -s "$mpi_count" "$tmp/bin/mpi_count" || exit 99
# What MPI_Init leaves to the end of the process is not ours to look at.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
PATH=$tmp/bin:$PATH

# --- The page ------------------------------------------------------------------------------------

# The commands of a section: its lines that begin with a tab.
commands_of()
{
	awk -v heading="## $1" '
		/^## / { here = $0 == heading }
		here && sub(/^\t\t?/, "")' "$doc"
}

# The sections that have commands.
sections()
{
	awk '/^## / { heading = substr($0, 4) } /^\t/ { print heading }' "$doc" | uniq
}

# does SECTION OUTPUT: its commands succeed in this folder, say nothing on stderr, and print OUTPUT.
does()
{
	commands_of "$1" > commands
	[ -s commands ] || { echo "no commands in '$1'"; return 1; }
	if ! timeout -k 5 60 sh -eu commands > got 2> messages; then
		cat messages
		return 1
	fi
	! grep . messages && printf '%s' "$2" | diff - got
}

python3 "$top_srcdir/tests/support/make_log.py" 1M "$tmp/log" || exit 99
mkdir "$tmp/many" "$tmp/rare" "$tmp/few" || exit 99
cp "$tmp/log" "$tmp/many/big.log"
# All but one of the shards have no match, and the last line has no end.
{
	echo "the only ERROR"
	grep -v ERROR "$tmp/log"
	printf 'the last line'
} > "$tmp/rare/big.log"
# There are fewer lines than shards, and one is longer than most shards.
{ echo "ERROR and ERROR" && head -c 999 /dev/zero | tr '\0' x && echo; } > "$tmp/few/big.log"

while read -r section; do
	case $section in
	xargs | "GNU parallel" | "Slurm: srun" | "Slurm: arrays" | "Open MPI" | PMI | \
		"In a program" | "What the file system must guarantee") ;;
	*) check "commands of '$section' are tested" false ;;
	esac
done < <(sections)

for log in many rare few; do
	cd "$tmp/$log" || exit 99
	n_lines=$(grep -c '' big.log)
	grep ERROR big.log > wanted-errors
	grep -obF ERROR big.log | cut -d: -f1 > wanted-offsets
	sort big.log > wanted-sorted
	for section in xargs "Slurm: arrays" PMI "What the file system must guarantee"; do
		check "$log: $section" does "$section" "$n_lines"$'\n'
	done
	check "$log: srun" does "Slurm: srun" "$n_lines"$'\n'
	check "$log: sorted parts merged are the whole sorted" cmp sorted.log wanted-sorted
	check "$log: mpirun" does "Open MPI" "$n_lines"$'\n'
	check "$log: offsets of the parts are those of the whole" cmp offsets wanted-offsets
	if [ "$has_parallel" = yes ]; then
		check "$log: parallel" does "GNU parallel" ""
		check "$log: what parallel finds is in order" cmp errors.log wanted-errors
		check "$log: parts compressed are the whole" cmp <(zcat big.log.gz) big.log
	fi
	if [ "$has_mpi" = yes ]; then
		check "$log: mpi_count" does "In a program" \
			"$n_lines lines"$'\n'"$(wc -l < wanted-offsets) matches"$'\n'
	fi
done

# A file that grows while it is counted: xargs adds a line before it does its work.
growth_is_told()
{
	commands_of "What the file system must guarantee" > commands
	PATH=$tmp/growing:$PATH bash -eu commands 2>&1 > /dev/null | grep "has changed"
}
mkdir "$tmp/growing"
printf '#!/bin/sh\necho more >> big.log\nexec "%s" "$@"\n' "$(command -v xargs)" \
	> "$tmp/growing/xargs"
chmod +x "$tmp/growing/xargs"
check "a file that has grown is told" growth_is_told

# What the page says of -s auto and of pipes.
cd "$tmp/many" || exit 99
batch_rank()
{
	env SLURM_PROCID=0 SLURM_NTASKS=8 "$1_RANK=2" "$1_SIZE=4" mmcat -s auto big.log |
		cmp - <(mmcat -s 3/4 big.log)
}
check "mpirun in a batch script" batch_rank OMPI_COMM_WORLD
check "mpiexec in a batch script" batch_rank PMI
pipe_is_refused()
{
	local status=0

	mmcat -c -s 1/8 - < <(cat big.log) > got 2> messages || status=$?
	[ "$status" = 2 ] && ! [ -s got ] && grep "no size" messages
}
check "a pipe is refused" pipe_is_refused
check "standard input that is a file" \
	cmp <(mmcat -s 2/8 - < big.log) <(python3 "$here/shard.py" 2 8 big.log)

# --- The example with MPI ------------------------------------------------------------------------

[ "$has_mpi" = yes ] || exit 0

# counts N FILE [TEXT]: as python3 does.
counts()
{
	timeout -k 5 60 mpirun -n "$1" mpi_count "${@:2}" > got || return
	python3 - "${@:2}" > wanted <<'PYTHON' || return
import os
import sys

data = open(sys.argv[1], "rb").read()
print("%d lines" % (data.count(b"\n") + (data[-1:] not in (b"", b"\n"))))
if len(sys.argv) > 2:
	print("%d matches" % data.count(os.fsencode(sys.argv[2])))
PYTHON
	diff wanted got
}

# ends WORDS N COMMAND...: all ranks end with status 2, and one of them says WORDS.
ends()
{
	local status=0

	timeout -k 5 60 mpirun -n "$2" "${@:3}" > got 2> messages || status=$?
	[ "$status" = 2 ] && ! [ -s got ] && grep -F -- "$1" messages && return
	echo "status $status"
	cat got messages
	return 1
}

: > empty
head -c 300000 /dev/zero | tr '\0' y > one-line
for file in big.log ../rare/big.log ../few/big.log empty one-line; do
	check "4 ranks, lines of $file" counts 4 "$file"
	for text in ERROR y $'\n' $'\n2024-03-07T00'; do
		check "4 ranks, ${text@Q} in $file" counts 4 "$file" "$text"
	done
done
# Each cut of the ranks falls behind a line end, and so into one of these matches.
for n in 1 2 3 7; do
	check "$n ranks, matches across cuts" counts "$n" big.log $' ms\n2024'
done

check "no file" ends "mpi_count: rank 0 of 4: cannot open 'none': No such file" 4 mpi_count none
check "a folder" ends "Is a directory" 4 mpi_count .
mkfifo pipe
check "a pipe" ends "rank 0 of 4" 4 mpi_count pipe
check "no text" ends usage 4 mpi_count big.log ""
check "no arguments" ends usage 4 mpi_count

# Ranks on nodes that do not see the same: a folder is a node.
mkdir 0 1 2 3
for rank in 0 1 3; do head -n 100 big.log > $rank/log; done
on_nodes=(sh -c 'cd "$OMPI_COMM_WORLD_RANK" && exec mpi_count log')
check "a file that one node has not" ends "rank 2 of 4: cannot open 'log'" 4 "${on_nodes[@]}"
head -n 99 big.log > 2/log
check "a file that is shorter on one node" ends \
	"rank 2 of 4: the file has $(wc -c < 2/log) bytes here, and $(wc -c < 0/log) on rank 0" \
	4 "${on_nodes[@]}"
head -n 200 big.log > 2/log
grown()
{
	[ "$(timeout -k 5 60 mpirun -n 4 "${on_nodes[@]}")" = "100 lines" ]
}
check "a file that has grown meanwhile" grown
