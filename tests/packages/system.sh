# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# A system that packages are installed in, and TAP. To be sourced at the top of
# the checkout.

. vm/lib/common.sh
. vm/lib/arches.sh
. vm/lib/packages.sh
. tests/packages/root.sh

version=$(<VERSION)
work=$checkout/build/packages-${0##*/}
debs=$work/deb
root=$work/root
# For vm/run.
options=(--regions default=64M)
failed=0

# start_system: copies root/ of $system to $root, which goes at the end.
start_system()
{
	need bwrap mke2fs
	trap 'remove_tree "$work"' EXIT
	trap 'exit 125' INT TERM HUP
	remove_tree "$work"
	mkdir -p "$work"
	as_root cp -a "$system/root" "$root"
}

# check WHAT COMMAND...: its output is shown if it fails.
check()
{
	local what=$1
	shift

	if "$@" >"$work/log" 2>&1; then
		echo "ok $what"
	else
		tail -n 20 "$work/log" | sed 's/^/# /'
		echo "not ok $what"
		failed=1
	fi
}

# is WANTED COMMAND...: what the command says.
is()
{
	local said

	said=$("${@:2}")
	[[ $said == "$1" ]] && return
	printf 'wanted: %s\nis: %s\n' "$1" "$said"
	return 1
}

# in_system COMMAND...: in the installed system, which no network reaches.
# Packages of ours are in /mnt, those of the newer kernel in /media.
in_system()
{
	as_root bwrap --unshare-pid --unshare-ipc --unshare-net --unshare-uts \
		--die-with-parent --bind "$root" / --proc /proc --dev /dev \
		--tmpfs /tmp --tmpfs /run --ro-bind "$debs" /mnt \
		--ro-bind "$system/kernel" /media --chdir / --clearenv \
		--setenv PATH /usr/sbin:/usr/bin --setenv HOME /root \
		--setenv LANG C.UTF-8 --setenv DEBIAN_FRONTEND noninteractive \
		-- "$@"
}

# deb VERSION: of the modules.
deb()
{
	printf 'dmabuf-heaps-dkms_%s_all.deb\n' "$1"
}

# user_debs ARCH: of the library and the command.
user_debs()
{
	local package

	for package in dmaheap libdmaheap-dev libdmaheap1; do
		printf '%s_%s_%s.deb\n' "$package" "$version" "$1"
	done
}

# debs ARCH: all that users install.
debs()
{
	deb "$version"
	user_debs "$1"
}

# Builds them; that their own tests pass is looked at once.
build_debs()
{
	DEB_BUILD_OPTIONS=nocheck packaging/build-deb "$@"
}

apt()
{
	in_system apt-get -qy -o Dpkg::Use-Pty=0 "$@"
}

# All that build-deb has left.
install_debs()
{
	in_system sh -c 'apt-get -qy -o Dpkg::Use-Pty=0 install /mnt/*.deb'
}

# The packages' own test that compiles a client, which then is in the system.
compile_client()
{
	in_system env AUTOPKGTEST_TMP=/usr/local/bin \
		"/mnt/dmabuf-heaps-$version/debian/tests/library"
}

# status_of VERSION KERNEL...: what DKMS says when all is well.
status_of()
{
	local kernel

	for kernel in "${@:2}"; do
		echo "dmabuf-heaps/$1, $kernel, x86_64: installed"
	done | sort
}

status()
{
	in_system dkms status | sort
}

# What Kbuild makes of a kernel, less the tests' modules: built ARCH KERNEL
built()
{
	grep -v tests/ "$(vm/modules "$@")/modules.order" |
		sed 's|.*/||; s/\..*//' | sort
}

# installed RELEASE: modules that DKMS has put there.
installed()
{
	find "$root/usr/lib/modules/$1/updates" -name '*.ko*' -printf '%f\n' |
		sed 's/\..*//' | sort
}

# boot NAME NODE...: see guest.
boot()
{
	vm/run --root "$root" "${options[@]}" --timeout 600 \
		--add tests/packages/guest -- ./guest "$@" || failed=1
}
