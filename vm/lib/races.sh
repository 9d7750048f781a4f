# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# The kernel "races", built from Debian's source, whose modules are watched for
# data races by KCSAN. The kernel itself is not: its races are others'.

# races_release ARCH
races_release()
{
	[[ $1 == arm64 ]] || die "the kernel races is for arm64"
	printf '%s-races\n' "$(debug_release debug amd64 | sed 's/-debug$//')"
}

# races_make TREE ARG...
races_make()
{
	local tree=$1
	shift

	"$vm/in-root" --rw "$tree:$debug_place" -- \
		make -C "$debug_place" -j"$(nproc)" ARCH=arm64 \
		CROSS_COMPILE=aarch64-linux-gnu- KCSAN_SANITIZE=n "$@"
}

# Everything that was asked for has to be there.
races_configure()
{
	local tree=$1 missing

	cp "$vm/races.config" "$tree/wanted.config"
	races_make "$tree" -s KCONFIG_ALLCONFIG=wanted.config allnoconfig
	missing=$(grep CONFIG_ "$tree/wanted.config" |
		grep -vxFf "$tree/.config" || true)
	[[ -z $missing ]] || die "the kernel can't be had with $missing"
}

make_races_kernel()
{
	local package=$1 folder=$2 tree=$2/tree release

	mkdir "$tree"
	take_source "$package" "$tree" "${debug_unwanted[@]/#/--exclude=$package/}"
	races_configure "$tree"
	races_make "$tree" Image modules >"$folder/log" 2>&1 || {
		tail -n 30 "$folder/log" >&2
		die "the kernel does not build"
	}
	release=$(<"$tree/include/config/kernel.release")
	races_make "$tree" -s INSTALL_MOD_PATH=installed DEPMOD=true \
		modules_install
	mv "$tree/installed/lib/modules/$release" "$folder/modules"
	rm -rf "$tree/installed" "$folder/modules/build"
	cp "$tree/arch/arm64/boot/Image" "$folder/vmlinuz"
	cp "$tree/.config" "$folder/config"
	printf '%s\n' "$release" >"$folder/release"
}

# races_kernel: prints its folder.
races_kernel()
{
	local package

	package=$(newest_source)
	cached races-kernel \
		"$(key_of "${BASH_SOURCE[0]}" "$vm/races.config" \
			"$(versions_of "$package")")" \
		600 make_races_kernel "$package"
}
