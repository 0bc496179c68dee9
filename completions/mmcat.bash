# mmcat.bash - completions of mmcat for bash
#
# It needs only bash 4, without the functions of bash-completion. Words are taken from the typed
# line, because bash also splits them at "=" and ":".
#
# SPDX-License-Identifier: MIT

_mmcat()
{
	local options='-b -l -s -e -E -r -c -u -x -t -i -f -v -I -W -X -n -O -o -A -B -C -H -d -R -F -m -w -a -j
		-q -h -V --bytes= --lines= --shard= --from= --until= --key= --sample= --seed= --where= --find= --regex=
		--reverse --count --unique --by= --memory= --spill --hex --type= --info --compare --follow --patterns= --fixed --and --in= --invert --ignore-case --word --whole-line
		--number --offset --only-matching --offsets --after= --before= --context=
		--with-filename --no-filename --delimiter= --records= --fields= --sum= --mean= --min= --max=
		--header --csv --separator= --max-count=
		--width= --relative --text --threads= --json --color= --index --index-part= --index-join=
		--no-index --no-mmap --cache= --stats --progress --quiet --help --version'
	local types='u8 u16 u32 u64 i8 i16 i32 i64 f16 f32 f64
		u16le u32le u64le i16le i32le i64le f16le f32le f64le
		u16be u32be u64be i16be i32be i64be f16be f32be f64be'
	local flags='[acfhHiInoOqruvVWxX]*' valued='[AbBCdeEFjlmRstw]'
	local line=${COMP_LINE:0:COMP_POINT} words word before option='' kept='' value offered='' i

	read -ra words <<< "$line"
	[[ $line == *[[:blank:]] ]] && words+=('')
	word=${words[-1]} before=${words[-2]}
	value=$word
	if [[ " ${words[*]:1:${#words[@]}-2} " == *' -- '* ]]; then
		option=file
	elif [[ $word =~ ^(--[a-z-]+)=(.*)$ ]]; then
		option=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
		kept=$option=
	elif [[ $before == --* && $options == *"$before="* ]]; then
		option=$before
	elif [[ $before =~ ^-$flags($valued)$ ]]; then
		option=-${BASH_REMATCH[1]}
	elif [[ $word =~ ^(-$flags($valued))(.*)$ && ${BASH_REMATCH[3]} ]]; then
		option=-${BASH_REMATCH[2]} value=${BASH_REMATCH[3]}
		kept=${BASH_REMATCH[1]}
	fi

	case $option in
	'') [[ $word == -* ]] && offered=$options || option=file ;;
	--color) offered='auto always never' ;;
	--key) offered='line field= number= regex=' ;;
	--by) offered='first count value' ;;
	--cache) offered='auto fill leave' ;;
	--patterns | --index) option=file ;;
	-s | --shard | --index-part) offered=auto ;;
	-t | --type)
		# A layout is completed field by field.
		kept+=${value%"${value##*[,:]}"}
		value=${value##*[,:]}
		offered=$types
		;;
	esac

	COMPREPLY=($(compgen -W "$offered" -- "$value"))
	# bash replaces only the part after the last of its word breaks.
	[[ $2 != [=:] ]] && kept=${kept#"${word%"$2"}"} || kept=
	for i in "${!COMPREPLY[@]}"; do
		COMPREPLY[i]=$kept${COMPREPLY[i]}
	done
	[[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace
	[[ $option == file ]] && compopt -o default
	return 0
}

complete -F _mmcat mmcat
