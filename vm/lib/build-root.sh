# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# The root that modules and user space are built in.

build_packages=(
	abigail-tools bats bc build-essential busybox-static codespell cpio
	cppcheck device-tree-compiler dt-schema kmod libcmocka-dev
	libsmartcols-dev meson mount ninja-build perl pkg-config python3 scdoc
	shellcheck sparse valgrind xz-utils zstd
	# Packages of our own.
	debhelper dh-dkms dkms lintian
	# What a kernel is built with.
	bison flex libelf-dev
	# Modules and static programs for guests that it has no packages of, and
	# programs of 32 bits for kernels of 64.
	gcc-arm-linux-gnueabihf libc6-dev-armhf-cross
	gcc-i686-linux-gnu libc6-dev-i386-cross
	gcc-riscv64-linux-gnu libc6-dev-riscv64-cross
)
# For each architecture that is not the build root's own.
cross_packages=(libsmartcols-dev pkgconf)

# bootstrap ARCHES VARIANT PACKAGE... FOLDER: makes FOLDER/root, of the first of
# suites.
bootstrap()
{
	local arches=$1 variant=$2 packages=("${@:3:$#-3}") folder=${*: -1}

	need mmdebstrap
	sources "$arches" "${suites[@]}" | as_root mmdebstrap --mode=root --variant="$variant" \
		--architectures="$arches" "${packages[@]/#/--include=}" \
		--aptopt='APT::Sandbox::User "root"' \
		--dpkgopt=force-unsafe-io \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"${suites[0]}" "$folder/root" - >"$folder/log" 2>&1 || {
		tail -n 20 "$folder/log" >&2
		die "mmdebstrap failed"
	}
}

# build_root KERNEL: prints the root that modules for KERNEL, and user space,
# are built in.
build_root()
{
	local kernel=$1 packages=("${build_packages[@]}") guest release

	for guest in ${package_arches//,/ }; do
		use_arch "$guest"
		release=$(kernel_release "$kernel" "$arch")
		if [[ -z $cross ]]; then
			packages+=("linux-headers-$release")
		else
			packages+=("crossbuild-essential-$arch"
				"linux-headers-$release:$arch"
				"${cross_packages[@]/%/:$arch}")
		fi
	done
	cached build-root \
		"$(key_of "${BASH_SOURCE[0]}" "$(versions_of "${packages[@]}")")" \
		90 bootstrap "$package_arches" apt "${packages[@]}"
}

# What packages of ours are built with for another release.
package_root_packages=(bats build-essential debhelper dh-dkms libcmocka-dev
	libsmartcols-dev meson pkgconf scdoc)

# package_root SUITE: prints the root that packages for it are built in.
package_root()
{
	cached "package-root-$1" \
		"$(key_of "${BASH_SOURCE[0]}" \
			"$(versions_of "${package_root_packages[@]}")")" \
		60 make_package_root "$1"
}

make_package_root()
{
	local suites=("$1")

	bootstrap amd64 apt "${package_root_packages[@]}" "$2"
}
