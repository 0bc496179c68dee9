#!/usr/bin/env bash
# completions.sh - the completion of typed lines in each shell that is installed
#
# SPDX-License-Identifier: MIT
. "${0%/*}/../support/common.sh"
need python3
completions=$top_srcdir/completions

# A command named mmcat that prints its arguments.
mkdir "$tmp/bin" "$tmp/files" || exit 99
cat > "$tmp/bin/mmcat" <<'END'
#!/bin/sh
printf '<%s>' "$@" > got.new && mv got.new got
END
chmod +x "$tmp/bin/mmcat"
touch "$tmp/files/alpha.log" "$tmp/files/beta.log" "$tmp/files/a file"

# Typed lines, and the arguments that the command must get.
lines()
{
	cat <<'END'
mmcat --byt<TAB>5:10 alp<TAB>
	<--bytes=5:10><alpha.log>
mmcat --rev<TAB>bet<TAB>
	<--reverse><beta.log>
mmcat -x --wid<TAB>8 be<TAB>
	<-x><--width=8><beta.log>
mmcat --color=al<TAB>
	<--color=always>
mmcat --color al<TAB>
	<--color><always>
mmcat --json alp<TAB>
	<--json><alpha.log>
mmcat -t id:u32b<TAB>alp<TAB>
	<-t><id:u32be><alpha.log>
mmcat -t id:u32,f64b<TAB>
	<-t><id:u32,f64be>
mmcat -tu16l<TAB>
	<-tu16le>
mmcat -xat i16l<TAB>
	<-xat><i16le>
mmcat --type=x:i64l<TAB>
	<--type=x:i64le>
mmcat --type=u8,i64l<TAB>
	<--type=u8,i64le>
mmcat -s a<TAB>
	<-s><auto>
mmcat --shard=a<TAB>
	<--shard=auto>
mmcat a\ f<TAB>
	<a file>
mmcat -m alp<TAB>
	<-m><alp>
mmcat -e alp<TAB>
	<-e><alp>
mmcat -nve alp<TAB>
	<-nve><alp>
mmcat -e x -E y alp<TAB>
	<-e><x><-E><y><alpha.log>
mmcat -nIC alp<TAB>
	<-nIC><alp>
mmcat --patterns alp<TAB>
	<--patterns><alpha.log>
mmcat -e x --no-f<TAB>bet<TAB>
	<-e><x><--no-filename><beta.log>
mmcat --ind<TAB> alp<TAB>
	<--index><alpha.log>
mmcat --no-ind<TAB>bet<TAB>
	<--no-index><beta.log>
mmcat -- --byt<TAB>
	<--><--byt>
END
}
lines > "$tmp/lines"
grep -v '^	' "$tmp/lines" > "$tmp/typed"
grep '^	' "$tmp/lines" | cut -c 2- > "$tmp/wanted"

# types SHELL ARGUMENT... : types the lines into a shell that has loaded the completions.
types()
{
	timeout 600 python3 "$here/completion_keys.py" "$tmp/files" "$@" < "$tmp/typed" > "$tmp/got" &&
		paste "$tmp/typed" "$tmp/wanted" | diff - <(paste "$tmp/typed" "$tmp/got")
}

# --- bash -----------------------------------------------------------------------------------------

cat > "$tmp/bashrc" <<END
PS1='ready> ' PATH='$tmp/bin':\$PATH
. '$completions/mmcat.bash'
END
check "bash completes" types bash --rcfile "$tmp/bashrc" -i
echo 'COMP_WORDBREAKS=${COMP_WORDBREAKS//[=:]}' >> "$tmp/bashrc"
check "bash completes with COMP_WORDBREAKS of the user" types bash --rcfile "$tmp/bashrc" -i

# bash_offers WANTED LINE : the completions at the end of the line are these words, sorted.
bash_offers()
{
	bash -c '
		. "$1" || exit
		compopt() { :; }
		COMP_LINE=$2 COMP_POINT=${#2}
		_mmcat mmcat "${2##*[ =:]}"
		[ "${#COMPREPLY[@]}" = 0 ] || printf "%s\n" "${COMPREPLY[@]}"' \
		- "$completions/mmcat.bash" "$2" > "$tmp/got" || return
	diff <(printf %s "$1" | tr ' ' '\n') <(sort "$tmp/got" | paste -sd ' ' | tr -d '\n' | tr ' ' '\n')
}
check "bash: colours" bash_offers "always auto never" "mmcat --color="
check "bash: types" bash_offers "f16 f16be f16le f32 f32be f32le f64 f64be f64le" "mmcat -t id:f"
check "bash: no files for a pattern" bash_offers "" "mmcat -E "
check "bash: options of a kind" bash_offers "--fields= --find= --fixed --follow --from=" "mmcat -n --f"

# --- zsh ------------------------------------------------------------------------------------------

if command -v zsh > /dev/null; then
	cat > "$tmp/.zshrc" <<-END
	PS1='ready> ' PATH='$tmp/bin':\$PATH
	fpath=('$completions' \$fpath)
	autoload -Uz compinit && compinit -u -d '$tmp/dump'
	END
	check "zsh completes" types env ZDOTDIR="$tmp" zsh -i
else
	echo "skipped: zsh: not installed"
fi

# --- fish -----------------------------------------------------------------------------------------

# Asks fish for the completion of the last word.
fish_completes()
{
	local typed wanted

	while IFS= read -r typed && IFS= read -r wanted; do
		case $typed in
		*'<TAB>'*'<TAB>') continue ;;
		*'<TAB>') ;;
		*) continue ;;
		esac
		typed=${typed%<TAB>}
		# Compares the last argument only; fish offers nothing if it is complete.
		wanted=${wanted##*<} wanted=${wanted%>}
		[ "$wanted" != "${typed##* }" ] || wanted=
		[ "$(echo "$typed" | HOME=$tmp fish -N -c "
			cd '$tmp/files'
			source '$completions/mmcat.fish'
			complete -C (cat)" | cut -f 1)" = "$wanted" ] ||
			{ echo "$typed: not '$wanted'"; return 1; }
	done < "$tmp/lines"
}
if command -v fish > /dev/null; then
	check "fish completes" fish_completes
else
	echo "skipped: fish: not installed"
fi
