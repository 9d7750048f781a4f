# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# One row for each architecture that a guest can have.

arch_table='
# arch  flavour  kernel  cross prefix        emulator             machine, processor  console
amd64   amd64    x86     -                   qemu-system-x86_64   q35 qemu64          ttyS0
arm64   arm64    arm64   aarch64-linux-gnu-  qemu-system-aarch64  virt cortex-a57     ttyAMA0
'

# use_arch ARCH: sets arch, flavour (of Debian's kernel), kernel_arch, cross,
# emulator, machine, processor, console_device.
use_arch()
{
	local name

	arch=$1
	while read -r name flavour kernel_arch cross emulator machine \
		processor console_device; do
		[[ $name == "$arch" ]] || continue
		[[ $cross != - ]] || cross=
		return 0
	done < <(grep -v '^#' <<<"$arch_table")
	die "unknown architecture '$arch': one of $(all_arches | paste -sd' ')"
}

all_arches()
{
	awk '/^[a-z]/ { print $1 }' <<<"$arch_table"
}
