# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Kernels that a guest can run.

# Stock modules that guests have, with what they depend on: configfs and the
# virtio ones for the guest itself, the rest as importers for tests.
stock_modules=(configfs ext4 loop virtio_pci virtio_console vgem vivid)
# These are loaded at boot where they are not built in.
boot_modules=(configfs virtio_pci virtio_console)

# newest_release ARCH SUITE...: the newest of which image and headers are there,
# in the first of the suites that has any.
newest_release()
{
	local arch=$1 suite release

	need_index
	for suite in "${@:2}"; do
		release=$(newest_of "$suite")
		[[ -z $release ]] || break
	done
	[[ -n $release ]] || die "Debian has no kernel for $arch in ${*:2}"
	printf '%s\n' "$release"
}

newest_of()
{
	awk -v suite="$1" -v arch="$arch" -v flavour="$flavour" '
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
		}' "$apt/index" | sort -V | tail -n 1
}

# kernel_release KERNEL ARCH
kernel_release()
{
	local kernel=$1 arch=$2

	case $kernel in
	backports)	newest_release "$arch" trixie-backports forky ;;
	6.12)		newest_release "$arch" trixie ;;
	6.1)		newest_release "$arch" bookworm ;;
	debug*)		debug_release "$kernel" "$arch" ;;
	races)		races_release "$arch" ;;
	*)		unknown_kernel "$kernel" ;;
	esac
}

unknown_kernel()
{
	die "unknown kernel '$1': one of backports 6.12 6.1 debug debug-builtin races"
}

# kernel_build KERNEL ARCH: prints where the build root has what modules for
# the kernel are built with.
kernel_build()
{
	local kernel=$1 arch=$2 release

	case $kernel in
	debug)		printf '%s/tree\n' "$(debug_kernel)"; return ;;
	debug-builtin)	die "debug-builtin has kernel/ built in" ;;
	races)		printf '%s/tree\n' "$(races_kernel)"; return ;;
	esac
	release=$(kernel_release "$kernel" "$arch")
	if [[ $kernel == backports ]] && has_packages "$arch"; then
		printf '/lib/modules/%s/build\n' "$release"
	else
		printf '%s/usr/src/linux-headers-%s\n' \
			"$(headers_of "$release" "$arch")" "$release"
	fi
}

# kbuild_of VERSION: the package with the build root's programs that build
# modules for a kernel. It is named after the kernel's version or after its
# series. The programs of all of a series are alike.
kbuild_of()
{
	local version=$1 series package

	series=$(grep -oE '^[0-9]+\.[0-9]+' <<<"$version")
	package=$(awk -v exact="linux-kbuild-$version" \
		-v series="linux-kbuild-$series" '
		$2 != "amd64" { next }
		$3 == exact || $3 == series || index($3, series ".") == 1 {
			print ($3 == exact) "\t" $3
		}' "$apt/index" | sort -V | tail -n 1 | cut -f2)
	[[ -n $package ]] || die "Debian has no linux-kbuild for $version"
	printf '%s\n' "$package"
}

# headers_of RELEASE ARCH: prints a folder with the unpacked headers of a kernel
# that the build root has none of.
headers_of()
{
	local release=$1 version=${1%"-$flavour"} kbuild packages

	kbuild=$(kbuild_of "$version")
	packages=("linux-headers-$release:$2" "linux-headers-$version-common"
		"$kbuild:amd64")
	cached "headers-$release" \
		"$(key_of "${BASH_SOURCE[0]}" "$(versions_of "${packages[@]}")")" \
		10 unpack_headers "$release" "$version" "$kbuild" "${packages[@]}"
}

# What testing's compiler can do and the build root's can't. Kernels of testing
# are configured for it; all of it can be done without.
newer_options='CC_HAS_COUNTED_BY|CC_HAS_COUNTED_BY_PTR'
newer_options+='|(TOOLCHAIN_HAS|RISCV_ISA)_(ZACAS|ZABHA)'

unpack_headers()
{
	local release=$1 version=$2 kbuild=$3 folder=${*: -1}
	local packages=("${@:4:$#-4}") deb
	local own=$folder/usr/src/linux-headers-$release
	local common=$folder/usr/src/linux-headers-$version-common

	mkdir "$folder/debs"
	fetch "$folder/debs" "${packages[@]}"
	for deb in "$folder"/debs/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$folder" \
			--no-same-owner
	done
	rm -r "$folder/debs"
	# It names folders by where they would be installed.
	# shellcheck disable=SC2016 # this is for make
	sed -i 's|/usr/src/|$(dir $(abspath $(firstword $(MAKEFILE_LIST))))../|' \
		"$own/Makefile"
	# And these name the programs of their own version.
	[[ -e $common/scripts ]] ||
		ln -s "$kbuild" "$folder/usr/lib/linux-kbuild-$version"
	sed -i -E "/\<CONFIG_($newer_options)\>/d" \
		"$own"/include/{config/auto.conf,generated/autoconf.h}
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
	races)		races_kernel; return ;;
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
	# The kernel asks for these by an alias: ext4 for crypto-crc32c, to mount.
	for dependency in $(modinfo -F softdep "$target" |
			grep -o 'crypto-[a-z0-9]*'); do
		dependency=${dependency#crypto-}_generic
		! grep -q "/$dependency\.ko" "$folder/list" ||
			take_module "$dependency"
	done
}
