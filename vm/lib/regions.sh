# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Reserved regions of memory: a device tree for the guest, or cma=.

ram_base=$((0x40000000))
# A CMA area is made of whole page blocks.
region_unit=$((2 << 20))

# bytes SIZE: 64M as 67108864; fails for what is no size.
bytes()
{
	local number=${1%[KMG]} shift=0

	[[ $number =~ ^[1-9][0-9]{0,11}$ ]] || return 1
	case $1 in
	*K)	shift=10 ;;
	*M)	shift=20 ;;
	*G)	shift=30 ;;
	esac
	printf '%d\n' $((number << shift))
}

# each_region LIST: checked lines of name, address (or -) and size.
each_region()
{
	local region name address size seen=' ' list

	IFS=, read -ra list <<<"$1"
	for region in "${list[@]}"; do
		[[ $region =~ ^([a-z][a-z0-9_-]{0,30})(@([0-9a-f]{1,16}))?=(.+)$ ]] ||
			die "--regions: '$region' is not NAME[@HEXADDRESS]=SIZE"
		name=${BASH_REMATCH[1]}
		address=${BASH_REMATCH[3]:--}
		size=$(bytes "${BASH_REMATCH[4]}") ||
			die "--regions: '${BASH_REMATCH[4]}' is no size" \
				"(a number, then K, M or G)"
		((size % region_unit == 0)) ||
			die "--regions: the size of $name is not a multiple of 2M"
		[[ $seen != *" $name "* ]] ||
			die "--regions: there are two regions named $name"
		seen+="$name "
		[[ $address == - ]] || address=$((16#$address))
		printf '%s %s %s\n' "$name" "$address" "$size"
	done
}

# check_places MEMORY INITRD, both in bytes: every fixed region is inside memory
# and clear of the others, the kernel and the initrd. Reads each_region's lines.
check_places()
{
	local end=$((ram_base + $1)) free name address size last=0 before=
	# The emulator puts the kernel before and the device tree after the
	# initrd, which is 128 MiB into memory.
	free=$((ram_base + (128 << 20) + $2 + (4 << 20)))

	while read -r address size name; do
		((address % region_unit == 0)) ||
			die "--regions: the address of $name is not a" \
				"multiple of 2M"
		((address >= free)) || die "--regions: $name would overlap the" \
			"kernel or the initrd, which end at" \
			"$(printf '%x' "$free")"
		((address + size <= end)) || die "--regions: $name would end" \
			"after memory does, at $(printf '%x' "$end")"
		((address >= last)) ||
			die "--regions: $name overlaps $before"
		last=$((address + size))
		before=$name
	done < <(awk '$2 != "-" { print $2, $3, $1 }' | sort -n)
}

cells()
{
	printf '<0x%x 0x%x>' $(($1 >> 32)) $(($1 & 0xffffffff))
}

# The nodes for each_region's lines.
region_nodes()
{
	local name address size node default

	printf '/ {\n\treserved-memory {\n'
	printf '\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n'
	while read -r name address size; do
		node=$name
		default=
		if [[ $name == default ]]; then
			node=linux,cma
			default='linux,cma-default;'
		fi
		[[ $address == - ]] || node+=@$(printf '%x' "$address")
		printf '\t\t%s {\n\t\t\tcompatible = "shared-dma-pool";\n' "$node"
		printf '\t\t\treusable;\n'
		[[ -z $default ]] || printf '\t\t\t%s\n' "$default"
		if [[ $address == - ]]; then
			printf '\t\t\tsize = %s;\n' "$(cells "$size")"
			printf '\t\t\talignment = %s;\n' "$(cells "$region_unit")"
		else
			printf '\t\t\treg = %s, %s;\n' "$(cells "$address")" \
				"$(cells "$size")"
		fi
		printf '\t\t};\n'
	done
	printf '\t};\n};\n'
}

# make_device_tree WORK REGIONS EMULATOR...: the machine's own tree with the
# regions added, as WORK/tree.dtb.
make_device_tree()
{
	local work=$1 regions=$2
	shift 2

	"$@" -machine "dumpdtb=$work/machine.dtb" 2>/dev/null
	dtc -q -I dtb -O dts -o "$work/tree.dts" "$work/machine.dtb"
	region_nodes <<<"$regions" >>"$work/tree.dts"
	dtc -q -I dts -O dtb -o "$work/tree.dtb" "$work/tree.dts"
}
