# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Kernels that a guest can run.

# Stock modules that guests have, with what they depend on: configfs and the
# virtio ones for the guest itself, the rest as importers for tests.
stock_modules=(configfs loop virtio_pci virtio_console vgem vivid)
# These are loaded at boot where they are not built in.
boot_modules=(configfs virtio_pci virtio_console)

# newest_release SUITE ARCH: the newest of which image and headers are there.
newest_release()
{
	local suite=$1 arch=$2 release

	need_index
	release=$(awk -v suite="$suite" -v arch="$arch" -v flavour="$flavour" '
		$1 != suite || $2 != arch { next }
		match($3, /^linux-(headers|binary|image)-[0-9]/) {
			release = substr($3, RLENGTH)
			if (release !~ ("^[0-9.]+([+][a-z0-9]+|-[0-9]+)-" flavour "$"))
				next
			if ($3 ~ /^linux-headers-/)
				headers[release]
			else
				image[release]
		}
		END {
			for (release in headers)
				if (release in image)
					print release
		}' "$apt/index" | sort -V | tail -n 1)
	[[ -n $release ]] || die "$suite has no kernel for $arch"
	printf '%s\n' "$release"
}

# kernel_release KERNEL ARCH
kernel_release()
{
	local kernel=$1 arch=$2

	case $kernel in
	backports)	newest_release trixie-backports "$arch" ;;
	debug*)		debug_release "$kernel" "$arch" ;;
	*)		unknown_kernel "$kernel" ;;
	esac
}

unknown_kernel()
{
	die "unknown kernel '$1': one of backports debug debug-builtin"
}

# kernel_build KERNEL ARCH: prints where the build root has what modules for
# the kernel are built with.
kernel_build()
{
	case $1 in
	debug)		printf '%s/tree\n' "$(debug_kernel)" ;;
	debug-builtin)	die "debug-builtin has kernel/ built in" ;;
	*)		printf '/lib/modules/%s/build\n' \
				"$(kernel_release "$@")" ;;
	esac
}

# kernel_of KERNEL ARCH: prints a folder with vmlinuz, config and modules/
# (a tree of the stock modules that guests have, decompressed).
kernel_of()
{
	local kernel=$1 arch=$2 release packages

	release=$(kernel_release "$kernel" "$arch")
	case $kernel in
	debug)		debug_kernel; return ;;
	debug-builtin)	debug_builtin_kernel; return ;;
	esac
	packages=(linux-binary-"$release" linux-modules-"$release"
		linux-base-"$release")
	grep -qF " ${packages[0]} " "$apt/index" ||
		packages=(linux-image-"$release")
	cached "kernel-$release" \
		"$(key_of "${BASH_SOURCE[0]}" "$(versions_of "${packages[@]}")")" \
		15 unpack_kernel "$release" "$arch" "${packages[@]}"
}

unpack_kernel()
{
	local release=$1 arch=$2 folder=${*: -1} packages=("${@:3:$#-3}")
	local all=$folder/all tree deb

	mkdir "$folder/debs" "$all"
	fetch "$folder/debs" "${packages[@]/%/:$arch}"
	for deb in "$folder"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$all" \
			--no-same-owner --exclude='*.dtb'
	done
	tree=$all/lib/modules/$release
	[[ -d $tree ]] || tree=$all/usr/lib/modules/$release
	cp "$tree/vmlinuz" "$tree/config" "$folder/" 2>/dev/null || {
		cp "$all/boot/vmlinuz-$release" "$folder/vmlinuz"
		cp "$all/boot/config-$release" "$folder/config"
	}
	printf '%s\n' "$release" >"$folder/release"
	mkdir "$folder/modules"
	cp "$tree"/modules.{builtin,builtin.modinfo,order} "$folder/modules/"
	find "$tree" -name '*.ko*' >"$folder/list"
	for deb in "${stock_modules[@]}"; do
		take_module "$deb"
	done
	rm -r "$all" "$folder/debs" "$folder/list"
}

# take_module NAME: with its dependencies, from unpack_kernel's tree.
take_module()
{
	local name=$1 file target dependency

	file=$(grep -E "/${name//[-_]/[-_]}\.ko(\.xz)?$" "$folder/list" || true)
	if [[ -z $file ]]; then
		grep -qE "/${name//[-_]/[-_]}\.ko$" "$tree/modules.builtin" ||
			die "$release has no module $name"
		return
	fi
	target=$folder/modules/${file#"$tree/"}
	target=${target%.xz}
	[[ ! -e $target ]] || return 0
	mkdir -p "${target%/*}"
	case $file in
	*.xz)	xz -dc "$file" >"$target" ;;
	*)	cp "$file" "$target" ;;
	esac
	for dependency in $(modinfo -F depends "$target" | tr , ' '); do
		take_module "$dependency"
	done
}
