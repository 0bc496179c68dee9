# roots.sh - minimal Debian systems in ./root, for rows and steps that install packages
#
# The sourcing script has sourced steps.sh, and $source is the top folder of the source.
#
# SPDX-License-Identifier: MIT

# in_root COMMANDS : runs shell commands in /mmreader of ./root until one fails, with nothing of this
# environment but the settings for downloads. The mounts are in a mount namespace, so that they end
# with the commands.
in_root()
{
	unshare --mount sh -ec '
		mount -t proc proc root/proc
		mount -t sysfs -o ro sysfs root/sys
		mount --rbind /dev root/dev
		exec chroot root env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"' - \
		${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
		sh -ec "cd /mmreader && $1"
}

# Removes the root, which takes a gigabyte, but keeps the logs of its tests.
end_root()
{
	find root/mmreader -name test-suite.log -exec tail -n 300 {} + 2> /dev/null || :
	rm -rf --one-file-system root
}

# make_root SUITE : installs a minimal Debian in ./root, with an empty folder /mmreader. It is removed
# when the row ends. $MATRIX_MIRROR sets a mirror other than debootstrap's default.
make_root()
{
	[ "$(id -u)" = 0 ] || without "only root can make a chroot"
	need debootstrap debootstrap
	trap end_root EXIT
	debootstrap --variant=minbase "$1" root ${MATRIX_MIRROR:+"$MATRIX_MIRROR"} ||
		without "debootstrap cannot make $1"
	mkdir root/mmreader
	in_root true || without "proc, sysfs and /dev cannot be mounted"
	cp /etc/resolv.conf root/etc/
	# The package lists of sid expire after a week, but a mirror may be a snapshot.
	echo 'Acquire::Check-Valid-Until "false";' > root/etc/apt/apt.conf.d/90snapshot
}

# copy_source FOLDER : copies the source files as they are, including changed and new ones.
copy_source()
{
	local file

	(cd "$source" && git ls-files -z --cached --others --exclude-standard |
		while IFS= read -r -d '' file; do
			[ ! -e "$file" ] || printf '%s\0' "$file"
		done | tar -c --null -T -) | tar -x -C "$1"
}
