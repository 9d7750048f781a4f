# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Reserved regions of memory: a device tree for the guest, or cma=.

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

# unit_of KIND: what the sizes and addresses of such regions are multiples of.
# A CMA area is made of whole page blocks.
unit_of()
{
	if [[ $1 == area ]]; then
		printf '2M\n'
	else
		printf '4K\n'
	fi
}

# check_region OPTION KIND NAME[@HEXADDRESS]=SIZE: a line of name, address (or
# -), size and kind.
check_region()
{
	local option=$1 kind=$2 region=$3 name address size unit

	[[ $region =~ ^([a-z][a-z0-9_-]{0,30})(@([0-9a-f]{1,16}))?=(.+)$ ]] ||
		die "$option: '$region' is not NAME[@HEXADDRESS]=SIZE"
	name=${BASH_REMATCH[1]}
	address=${BASH_REMATCH[3]:--}
	size=$(bytes "${BASH_REMATCH[4]}") ||
		die "$option: '${BASH_REMATCH[4]}' is no size" \
			"(a number, then K, M or G)"
	unit=$(unit_of "$kind")
	((size % $(bytes "$unit") == 0)) ||
		die "$option: the size of $name is not a multiple of $unit"
	[[ $address == - ]] || address=$((16#$address))
	printf '%s %s %s %s\n' "$name" "$address" "$size" "$kind"
}

# each_area LIST: checked lines for CMA areas.
each_area()
{
	local region list

	IFS=, read -ra list <<<"$1"
	for region in "${list[@]}"; do
		check_region --regions area "$region"
	done
}

# each_carveout LIST: the same for carveouts.
each_carveout()
{
	local region list

	IFS=, read -ra list <<<"$1"
	for region in "${list[@]}"; do
		case $region in
		*:no-map) check_region --carveouts no-map "${region%:*}" ;;
		*:*)	die "--carveouts: '${region##*:}' is not no-map" ;;
		*)	check_region --carveouts carveout "$region" ;;
		esac
	done
}

# list_regions AREAS CARVEOUTS: checked lines for both lists, either of which may
# be empty.
list_regions()
{
	local lines twice

	lines=$(
		[[ -z $1 ]] || each_area "$1"
		[[ -z $2 ]] || each_carveout "$2"
	)
	twice=$(cut -d' ' -f1 <<<"$lines" | sort | uniq -d | head -n 1)
	[[ -z $twice ]] || die "there are two regions named $twice"
	[[ -z $lines ]] || printf '%s\n' "$lines"
}

# tree_place MEMORY: where the emulator of riscv64 puts the device tree, which
# its kernel only sets aside when it has placed the regions that have no place.
tree_place()
{
	local end=$((ram_base + $1))

	((end < 3 << 30)) || end=$((3 << 30))
	printf '%d %d\n' $((end - (4 << 20))) $((4 << 20))
}

# places MEMORY INITRD, both in bytes: where the emulator puts what it loads, in
# lines of address, size and name.
places()
{
	local memory=$1 initrd=$2 high=$((512 << 20))

	# The initrd is 128 MiB into memory, and what is small is beside it.
	printf '%d %d the kernel or the initrd\n' "$ram_base" \
		$(((128 << 20) + initrd + (6 << 20)))
	if [[ $kernel_arch == riscv ]]; then
		# There later emulators put it.
		((memory / 2 > high)) || high=$((memory / 2))
		printf '%d %d the initrd\n' $((ram_base + high)) \
			$((initrd + (64 << 20)))
		printf '%s the device tree\n' "$(tree_place "$memory")"
	fi
}

# check_places MEMORY INITRD, both in bytes: every fixed region is inside memory
# and clear of the others and of what the emulator loads. Reads the lines of
# list_regions.
check_places()
{
	local end=$((ram_base + $1)) name address size kind unit
	local lines before='' last=0

	lines=$(awk '$2 != "-" { print $2, $3, $1, $4 }')
	while read -r address size name kind; do
		[[ -n $name ]] || continue
		unit=$(unit_of "$kind")
		((address % $(bytes "$unit") == 0)) || die "the address of" \
			"region $name is not a multiple of $unit"
		((address >= ram_base && address + size <= end)) ||
			die "region $name is not in memory, which is from" \
			"$(printf '%x to %x' "$ram_base" "$end")"
	done <<<"$lines"

	while read -r address size name; do
		((address >= last)) || [[ "$before $name" != *region* ]] ||
			die "$name overlaps $before, which ends at" \
			"$(printf '%x' "$last")"
		((address + size > last)) || continue
		last=$((address + size))
		before=$name
	done < <(
		{
			places "$1" "$2"
			awk 'NF { print $1, $2, "region " $3 }' <<<"$lines"
		} | sort -n
	)
}

cells()
{
	printf '<0x%x 0x%x>' $(($1 >> 32)) $(($1 & 0xffffffff))
}

# node_name NAME ADDRESS KIND
node_name()
{
	local node=$1

	[[ $1 != default || $3 != area ]] || node=linux,cma
	[[ $2 == - ]] || node+=@$(printf '%x' "$2")
	printf '%s\n' "$node"
}

# For the guest's PID 1, what has to be there. The names of CMA areas have the
# address on some kernels only.
wanted_regions()
{
	local name address kind

	while read -r name address _ kind; do
		if [[ $kind == area ]]; then
			printf 'area %s\n' "$(node_name "$name" - area)"
		else
			printf 'carveout %s\n' \
				"$(node_name "$name" "$address" "$kind")"
		fi
	done
}

# The nodes for the lines of list_regions.
region_nodes()
{
	local name address size kind

	printf '/ {\n\treserved-memory {\n'
	printf '\t\t#address-cells = <2>;\n\t\t#size-cells = <2>;\n\t\tranges;\n'
	if [[ $kernel_arch == riscv ]]; then
		read -r address size < <(tree_place "$memory")
		printf '\t\tdevice-tree@%x {\n\t\t\treg = %s, %s;\n\t\t};\n' \
			"$address" "$(cells "$address")" "$(cells "$size")"
	fi
	while read -r name address size kind; do
		printf '\t\t%s {\n' "$(node_name "$name" "$address" "$kind")"
		if [[ $kind == area ]]; then
			printf '\t\t\tcompatible = "shared-dma-pool";\n'
			printf '\t\t\treusable;\n'
			[[ $name != default ]] ||
				printf '\t\t\tlinux,cma-default;\n'
		else
			printf '\t\t\tcompatible = "dmabuf-heaps,carveout";\n'
			[[ $kind != no-map ]] || printf '\t\t\tno-map;\n'
		fi
		if [[ $address == - ]]; then
			printf '\t\t\tsize = %s;\n' "$(cells "$size")"
			printf '\t\t\talignment = %s;\n' \
				"$(cells "$(bytes 2M)")"
		else
			printf '\t\t\treg = %s, %s;\n' "$(cells "$address")" \
				"$(cells "$size")"
		fi
		printf '\t\t};\n'
	done
	printf '\t};\n};\n'
}

# make_device_tree WORK EMULATOR...: the machine's own tree as WORK/tree.dtb, with
# the regions, the source file device_tree and the overlay added, and devices no
# longer coherent if that was asked for.
make_device_tree()
{
	local work=$1
	shift

	"$@" -machine "dumpdtb=$(escaped "$work/machine.dtb")" 2>/dev/null
	dtc -q -I dtb -O dts -o "$work/tree.dts" "$work/machine.dtb"
	[[ -z $region_list ]] ||
		region_nodes <<<"$region_list" >>"$work/tree.dts"
	[[ -z $device_tree ]] || cat "$device_tree" >>"$work/tree.dts"
	[[ -z $non_coherent ]] ||
		sed -i '/^[[:space:]]*dma-coherent;$/d' "$work/tree.dts"
	dtc -q -I dts -O dtb -o "$work/tree.dtb" "$work/tree.dts" ||
		die "--device-tree: $device_tree is no device tree source"
	[[ -z $overlay ]] || apply_overlay "$work"
}

# apply_overlay WORK: to the tree there, as a boot loader does.
apply_overlay()
{
	local work=$1

	if ! dtc -q -@ -I dts -O dtb -o "$work/overlay.dtb" "$overlay" ||
		! fdtoverlay -i "$work/tree.dtb" -o "$work/new.dtb" \
			"$work/overlay.dtb"; then
		die "--overlay: $overlay is no overlay for this machine"
	fi
	mv "$work/new.dtb" "$work/tree.dtb"
}
