# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2016,SC2154
# Debian as users have it, with all that its packages' scripts do. To be sourced
# after vm/lib.

# What is there before ours is installed: a system that boots by itself, what
# DKMS builds with, and programs.
system_packages=(dbus dkms e2fsprogs gcc initramfs-tools libc6-dev make openssl
	pkgconf systemd-sysv udev zstd)
kernel_packages=(linux-image-amd64 linux-headers-amd64)

# system_of SUITE [NEWER]: prints a folder with root/, a system with the suite's
# kernel, and kernel/, the packages that bring the kernel of the suite NEWER.
system_of()
{
	cached "system-$1" "$(key_of "${BASH_SOURCE[0]}" "$(versions_of \
		"${system_packages[@]}" "${kernel_packages[@]}")")" \
		120 make_system "$@"
}

make_system()
{
	local suites=("${@:1:$#-1}") folder=${*: -1} include newer=()

	need mmdebstrap
	mkdir "$folder/kernel"
	include=$(IFS=,
		printf '%s' "${system_packages[*]},${kernel_packages[*]}")
	if ((${#suites[@]} > 1)); then
		newer=(--customize-hook='rm -f "$1"/var/cache/apt/archives/*.deb'
			--customize-hook="APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG \
				apt-get install -qy --download-only \
				--no-install-recommends -t ${suites[1]} \
				${kernel_packages[*]}"
			--customize-hook="mv \"\$1\"/var/cache/apt/archives/*.deb \
				'$folder/kernel'")
	fi
	sources amd64 "${suites[@]}" | as_root mmdebstrap --mode=root \
		--variant=apt --architectures=amd64 --include="$include" \
		--aptopt='APT::Sandbox::User "root"' \
		--dpkgopt=force-unsafe-io "${newer[@]}" \
		"${suites[0]}" "$folder/root" - >"$folder/log" 2>&1 || {
		tail -n 20 "$folder/log" >&2
		die "mmdebstrap failed"
	}
}

# unpacked_system ARCH: prints a folder with root/, a system with trixie's kernel
# whose packages are unpacked and not installed: no script runs, so that it can
# be had for any architecture without emulation. It has no initrd.
unpacked_system()
{
	local packages=(kmod systemd-sysv udev "linux-image-$1")

	cached "system-$1" "$(key_of "${BASH_SOURCE[0]}" "$vm/lib/roots.sh" \
		"$(versions_of "${packages[@]}")")" \
		60 unpack_system "$1" "${packages[@]}"
}

unpack_system()
{
	local folder=${*: -1} root=${*: -1}/root

	unpack_debian "$@"
	(cd "$root" && ln -s boot/vmlinuz-* vmlinuz)
	# No first boot, which asks questions, and no database to be compiled by
	# an emulated processor.
	printf '%032x\n' 1 >"$root/etc/machine-id"
	ln -s /dev/null "$root/etc/systemd/system/systemd-hwdb-update.service"
}
