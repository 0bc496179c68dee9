# mmcat.fish - completions of mmcat for fish
#
# SPDX-License-Identifier: MIT

# Each type, appended to the typed layout without its last field.
function __mmcat_layouts
	set -l typed (commandline -ct | string replace -r '^(--type=|-[acfhiqrvVx]*t)' '')
	set -l kept (string replace -r '[^,:]*$' '' -- $typed)
	for type in {u,i}8 {u,i,f}{16,32,64}{,le,be}
		echo $kept$type
	end
end

complete -c mmcat -s b -l bytes -x -d 'Only these bytes: START:END, START:+LENGTH'
complete -c mmcat -s l -l lines -x -d 'Only these lines: START:END, START:+LENGTH, FIRST,LAST'
complete -c mmcat -s s -l shard -x -a auto -d 'Shard K of N, cut at line ends'
complete -c mmcat -s r -l reverse -d 'Print the lines last to first'
complete -c mmcat -s c -l count -d 'Print the number of lines, matches or records'
complete -c mmcat -s e -l find -x -d 'Print the offset of each match of a text'
complete -c mmcat -s E -l regex -x -d 'Print the offset of each match of a pattern'
complete -c mmcat -s x -l hex -d 'Hex and text view'
complete -c mmcat -s t -l type -x -a '(__mmcat_layouts)' -d 'View as numbers or records'
complete -c mmcat -s i -l info -d 'Type, size, lines, holes, pages in memory'
complete -c mmcat -s f -l follow -d 'Keep printing as the file grows'
complete -c mmcat -s d -l delimiter -x -d 'Lines end with this byte'
complete -c mmcat -s m -l max-count -x -d 'Stop after N lines, matches or records'
complete -c mmcat -s w -l width -x -d 'Bytes in a row of -x, records in a line of -t'
complete -c mmcat -s a -l text -d 'Print binary data to a terminal anyway'
complete -c mmcat -s j -l threads -x -d 'Worker threads'
complete -c mmcat -l json -f -a lines -d '-i, -c, -e, -E, -t as JSON'
complete -c mmcat -l color -x -a 'auto always never' -d 'Colours of -x'
complete -c mmcat -l no-mmap -d 'Read files instead of mapping them'
complete -c mmcat -s v -l verbose -d 'Report time, speed and memory on standard error'
complete -c mmcat -l progress -d 'Show progress in any case'
complete -c mmcat -s q -l quiet -d 'Show no progress'
complete -c mmcat -s h -l help -d 'Print a summary'
complete -c mmcat -s V -l version -d 'Print the version'
