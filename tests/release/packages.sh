# packages.sh - the steps that install the tarball or the packages in a new minimal Debian
#
# SPDX-License-Identifier: MIT

# pack : makes the tarball in ./root/mmreader.
pack()
{
	(mkdir pack && cd pack && "$source/configure" -q && make -s dist)
	mv "pack/mmreader-$(version).tar.gz" root/mmreader/
}

# The tarball builds without autotools, git and pkg-config; its tests run with what README names.
step_tarball()
{
	make_root bookworm
	pack
	in_root '
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -q
		apt-get install -q -y --no-install-recommends gcc g++ make libxxhash-dev libmagic-dev libpcre2-dev
		tar -xzf mmreader-*.tar.gz
		cd mmreader-*/
		./configure -q --prefix=/usr
		make -s -j '"$RELEASE_JOBS"'
		make -s install
		[ "$(seq 1000 | mmcat -c)" = 1000 ]
		apt-get install -q -y --no-install-recommends check mandoc python3 time pkg-config
		if command -v autoconf automake libtoolize; then exit 1; fi
		./configure -q --prefix=/usr
		VERBOSE=1 make -s -k -j '"$RELEASE_JOBS"' check'
}

# deb SUITE : builds the packages, examines them with lintian, installs them beside sleuthkit, runs
# their tests and removes them. They are copied to ./packages. $DEB_BUILD_OPTIONS may be nocheck.
deb()
{
	local version

	version=$(version)
	[ -e "$source/debian/control" ] || without "no folder debian: a tarball does not have it"
	make_root "$1"
	pack
	(cd root/mmreader && mv "mmreader-$version.tar.gz" "mmreader_$version.orig.tar.gz" &&
		tar -xzf "mmreader_$version.orig.tar.gz")
	cp -R "$source/debian" "root/mmreader/mmreader-$version/"
	printf 'cd mmreader-%s\nexport DEB_BUILD_OPTIONS="parallel=%s %s"\n' "$version" "$RELEASE_JOBS" \
		"${DEB_BUILD_OPTIONS-}" > root/mmreader/settings
	in_root '
		export DEBIAN_FRONTEND=noninteractive
		. ./settings
		apt-get update -q
		apt-get install -q -y --no-install-recommends build-essential autopkgtest lintian
		apt-get build-dep -q -y --no-install-recommends ./
		echo "== dpkg-buildpackage"
		dpkg-buildpackage -us -uc
		cd ..
		echo "== lintian"
		# That of Debian 12 also reports a warning that is overridden by its status, 2.
		lintian --allow-root --display-info --show-overrides ./*.changes > lintian.log || [ $? = 2 ]
		cat lintian.log
		if grep "^[EW]: " lintian.log; then exit 1; fi
		echo "== install"
		apt-get install -q -y ./*.deb sleuthkit
		[ "$(seq 1000 | mmrcat -c)" = 1000 ]
		dpkg -S /usr/bin/mmcat | grep -q "^sleuthkit: "
		echo "== autopkgtest"
		autopkgtest ./*.deb ./*.dsc -- null
		echo "== purge"
		apt-get purge -q -y libmmreader0 libmmreader-dev mmreader-tools python3-mmreader
		find /usr /etc /var/lib -name "*mmr[ec]a[dt]*" > left
		cat left
		[ ! -s left ]'
	mkdir packages
	(cd root/mmreader && cp ./*.deb ./*.dsc ./*.tar.* ./*.changes ./*.buildinfo ../../packages/)
	ls -l packages
}

step_deb_bookworm()
{
	deb bookworm
}

step_deb_trixie()
{
	deb trixie
}
