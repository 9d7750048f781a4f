# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Root file systems of guests, as archives that the kernel unpacks at boot.

# What a Debian guest has beside Debian's essential packages.
guest_packages=(iproute2 kmod libsmartcols1 mawk procps udev)

# pack TREE FILE: an archive that the kernel unpacks at boot, owned by root.
pack()
{
	(cd "$1" && find . -mindepth 1 -print0 | LC_ALL=C sort -z |
		cpio --quiet -0 -o -H newc -R +0:+0) >"$2"
}

# initramfs_of ARCH: prints a folder with root.cpio: busybox and PID 1.
initramfs_of()
{
	local arch=$1

	cached "initramfs-$arch" \
		"$(key_of "${BASH_SOURCE[0]}" "$vm/init.c" \
			"$(versions_of busybox-static)")" \
		5 make_initramfs "$arch"
}

make_initramfs()
{
	local arch=$1 folder=$2 tree=$2/tree applet

	mkdir -p "$tree"/{etc,root,usr/{bin,lib,sbin},var,vm} "$folder/deb"
	fetch "$folder/deb" "busybox-static:$arch"
	dpkg-deb --fsys-tarfile "$folder"/deb/*.deb |
		tar -x -C "$folder/deb" --no-same-owner
	ln -s usr/{bin,lib,sbin} "$tree/"
	for applet in $("$vm/in-root" -- busybox --list-full); do
		ln -sf /usr/bin/busybox "$tree/usr/${applet#usr/}"
	done
	cp --remove-destination "$folder/deb/usr/bin/busybox" "$tree/usr/bin/"
	printf 'root:x:0:0:root:/root:/bin/sh\n%s\n' \
		'nobody:x:65534:65534:nobody:/:/bin/false' >"$tree/etc/passwd"
	printf 'root:x:0:\nvideo:x:44:\nnogroup:x:65534:\n' >"$tree/etc/group"
	make_init "$arch" "$folder"
	pack "$tree" "$folder/root.cpio"
	rm -r "$tree" "$folder/deb"
}

# debian_of ARCH [PACKAGE...]: prints a folder with root.cpio: Debian's
# essential packages, those of guest_packages and those named, and PID 1.
debian_of()
{
	local arch=$1 packages=("${guest_packages[@]}" "${@:2}")

	cached "debian-$arch" \
		"$(key_of "${BASH_SOURCE[0]}" "$vm/init.c" \
			"$(versions_of "${packages[@]}")")" \
		30 make_debian "$arch" "${packages[@]}"
}

# unpack_debian ARCH PACKAGE... FOLDER: makes FOLDER/root of Debian's essential
# packages and those named. Unpacked and not installed: no script of a package
# runs, so that no architecture needs emulation here. What the scripts would have
# made and commands need is made by hand.
unpack_debian()
{
	local arch=$1 folder=${*: -1} packages=("${@:2:$#-2}") name

	bootstrap "$arch" extract '?essential' "${packages[@]}" "$folder"
	as_root chown -R "$(id -u):$(id -g)" "$folder/root"
	for name in passwd group; do
		cp "$folder/root/usr/share/base-passwd/$name.master" \
			"$folder/root/etc/$name"
	done
}

make_debian()
{
	local arch=$1 folder=${*: -1}

	unpack_debian "$@"
	mv "$folder/root" "$folder/tree"
	ln -sf mawk "$folder/tree/usr/bin/awk"
	mkdir -p "$folder/tree/vm"
	rm -rf "$folder/tree"/var/{cache,lib}/apt \
		"$folder/tree"/usr/share/{doc,info,man,locale}
	make_init "$arch" "$folder"
	pack "$folder/tree" "$folder/root.cpio"
	rm -r "$folder/tree"
}

# make_init ARCH FOLDER: compiles PID 1 to FOLDER/tree/init.
make_init()
{
	use_arch "$1"
	"$vm/in-root" --rw "$2" -- "${cross}gcc" -std=gnu11 -O2 -Wall -Wextra \
		-Werror -static -o "$2/tree/init" "$vm/init.c"
}
