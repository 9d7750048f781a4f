# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# What one run puts into its guest.

# Folders of the guest that PID 1 mounts something over.
hidden_folders=(dev proc run sys tmp)

# add_file TREE FILE[:GUESTPATH]
add_file()
{
	local tree=$1 file=$2 target folder

	if [[ $file == *:/* ]]; then
		target=${file##*:/}
		file=${file%":/$target"}
	else
		target=root/$(basename -- "$file")
	fi
	[[ -e $file ]] || die "--add: no file $file"
	for folder in "${hidden_folders[@]}"; do
		[[ $target/ != "$folder"/* ]] ||
			die "--add: /$folder is mounted over in the guest"
	done
	# These are links; a folder of that name would replace the link.
	[[ $target != @(bin|lib|sbin)/* ]] || target=usr/$target
	mkdir -p "$(dirname -- "$tree/$target")"
	cp -aT -- "$file" "$tree/$target"
}

# list_modules FOLDER: the modules that were built there.
list_modules()
{
	local path

	while read -r path; do
		path=${path#"$1/"}
		printf '%s.ko\n' "${path%.*o}"
	done <"$1/modules.order"
}

# add_modules TREE KERNEL [FOLDER...]: stock modules and ours, with the list
# of what PID 1 has to load, in order.
add_modules()
{
	local tree=$1 kernel=$2 release path folder base list lock
	shift 2

	release=$(<"$kernel/release")
	base=$tree/usr/lib/modules/$release
	mkdir -p "${base%/*}" "$tree/vm"
	cp -r "$kernel/modules" "$base"
	for folder; do
		# Another run may be about to build there.
		exec {lock}<"$folder.lock"
		flock --shared "$lock"
		list=$(list_modules "$folder")
		for path in $list; do
			mkdir -p "$(dirname "$base/extra/$path")"
			cp "$folder/$path" "$base/extra/$path"
		done
		exec {lock}<&-
	done
	ln -s usr/lib "$tree/lib"
	depmod -b "$tree" "$release"
	rm "$tree/lib"
	list_load_order "/usr/lib/modules/$release" "${boot_modules[*]}" \
		<"$base/modules.dep" >"$tree/vm/modules"
}

# list_load_order BASE NAMES: from modules.dep, whose lines name a module and
# what it needs, the last of which comes first.
list_load_order()
{
	awk -v base="$1" -v boot="$2" '
		function name(path) {
			sub(/.*\//, "", path)
			sub(/\.ko$/, "", path)
			gsub(/-/, "_", path)
			return path
		}
		function kind(path) {
			if (path ~ /\/tests\//)
				return "test"
			# What counts for them; it stays.
			if (path ~ /^extra\/coverage\//)
				return "stock"
			return path ~ /^extra\// ? "ours" : "stock"
		}
		function load(path, i, n, words) {
			if (path in done)
				return
			done[path]
			n = split(needs[path], words, " ")
			for (i = n; i >= 1; i--)
				load(words[i])
			print kind(path), base "/" path
		}
		BEGIN {
			n = split(boot, words, " ")
			for (i = 1; i <= n; i++)
				wanted[words[i]]
		}
		{
			path = $1
			sub(/:$/, "", path)
			$1 = ""
			needs[path] = $0
			order[NR] = path
		}
		END {
			for (i = 1; i <= NR; i++)
				if (name(order[i]) in wanted ||
				    kind(order[i]) == "ours")
					load(order[i])
			for (i = 1; i <= NR; i++)
				if (kind(order[i]) == "test")
					print "test", base "/" order[i]
		}'
}
