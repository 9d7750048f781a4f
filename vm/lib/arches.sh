# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# One row for each architecture that a guest can have.

arch_table='
# arch   flavour  kernel  cross prefix          emulator             machine           processor   console  memory
amd64    amd64    x86     -                     qemu-system-x86_64   q35               qemu64      ttyS0    0
arm64    arm64    arm64   aarch64-linux-gnu-    qemu-system-aarch64  virt              cortex-a57  ttyAMA0  0x40000000
armhf    armmp    arm     arm-linux-gnueabihf-  qemu-system-arm      virt,highmem=off  cortex-a15  ttyAMA0  0x40000000
riscv64  riscv64  riscv   riscv64-linux-gnu-    qemu-system-riscv64  virt              rv64        ttyS0    0x80000000
'

# Those that the build root has packages of, so that whole user spaces are built
# for them. For the others there are kernels, modules and static programs.
package_arches=amd64,arm64

# use_arch ARCH: sets arch, flavour (of Debian's kernel), kernel_arch, cross,
# emulator, machine, processor, console_device, ram_base (where memory begins).
use_arch()
{
	local name

	arch=$1
	while read -r name flavour kernel_arch cross emulator machine \
		processor console_device ram_base; do
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

has_packages()
{
	[[ ,$package_arches, == *,$1,* ]]
}
