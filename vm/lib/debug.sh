# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# The debug kernels, built from Debian's source.
#
# debug: as vm/debug.config says; the heaps are modules.
# debug-builtin: the same, built on in a copy of its tree that kernel/ was
# added to, with what vm/debug-builtin.config says.

# Where every tree is while it is built: what make has recorded holds for
# copies then.
debug_place=/run/linux

# Much room for nothing that is built.
debug_unwanted=(Documentation/'*/*' drivers/gpu/drm/amd/include
	tools/testing/'*')

# debug_release KERNEL ARCH
debug_release()
{
	local package

	[[ $1 == debug || $1 == debug-builtin ]] || unknown_kernel "$1"
	[[ $2 == amd64 ]] || die "the kernel $1 is for amd64"
	package=$(newest_source)
	awk -v package="$package" '
		$3 == package { sub(/-.*/, "", $4); print $4 "-debug" }' \
		"$apt/index" | sort -uV | tail -n 1
}

# debug_make TREE ARG...
debug_make()
{
	local tree=$1
	shift

	"$vm/in-root" --rw "$tree:$debug_place" -- \
		make -C "$debug_place" -j"$(nproc)" "$@"
}

# debug_configure TREE FRAGMENT...: what the fragments ask for has to come out.
# One that depends on another that is off just vanishes.
debug_configure()
{
	local tree=$1 wanted=$1/wanted.config line name missing=()
	shift

	cat -- "$@" >"$wanted"
	debug_make "$tree" -s KCONFIG_ALLCONFIG=wanted.config allnoconfig
	while read -r line; do
		if [[ $line =~ ^#\ (CONFIG_[A-Z0-9_]+)\ is\ not\ set$ ]]; then
			name=${BASH_REMATCH[1]}
			! grep -q "^$name=" "$tree/.config" || missing+=("$line")
		elif [[ $line == CONFIG_* ]]; then
			grep -qxF -- "$line" "$tree/.config" ||
				missing+=("$line")
		fi
	done <"$wanted"
	((${#missing[@]} == 0)) ||
		die "the kernel can't be had with ${missing[*]}"
}

# debug_compile TREE LOG: says how far it is now and then.
debug_compile()
{
	local tree=$1 log=$2 line files=0 next=$((SECONDS + 30))

	: >"$log"
	debug_make "$tree" bzImage modules 2>&1 | while IFS= read -r line; do
		printf '%s\n' "$line" >>"$log"
		[[ $line != '  CC '* ]] || files=$((files + 1))
		((SECONDS >= next)) || continue
		say "$files files compiled, of about 1250 from the beginning"
		next=$((SECONDS + 30))
	done || {
		tail -n 30 "$log" >&2
		die "the kernel does not build ($log)"
	}
}

# debug_take FOLDER: lays out what kernel_of promises, from FOLDER/tree.
debug_take()
{
	local folder=$1 installed=$1/tree/installed release

	release=$(<"$folder/tree/include/config/kernel.release")
	debug_make "$folder/tree" -s INSTALL_MOD_PATH=installed DEPMOD=true \
		modules_install
	rm -rf "$folder/modules"
	mv "$installed/lib/modules/$release" "$folder/modules"
	rm -rf "$installed" "$folder/modules/build"
	cp "$folder/tree/arch/x86/boot/bzImage" "$folder/vmlinuz"
	cp "$folder/tree/.config" "$folder/config"
	printf '%s\n' "$release" >"$folder/release"
}

make_debug_kernel()
{
	local package=$1 folder=$2

	mkdir "$folder/tree"
	take_source "$package" "$folder/tree" \
		"${debug_unwanted[@]/#/--exclude=$package/}"
	debug_configure "$folder/tree" "$vm/debug.config"
	debug_compile "$folder/tree" "$folder/log"
	debug_take "$folder"
}

# debug_kernel: prints the folder of the kernel "debug".
debug_kernel()
{
	local package

	package=$(newest_source)
	cached debug-kernel \
		"$(key_of "${BASH_SOURCE[0]}" "$vm/debug.config" \
			"$(versions_of "$package")")" \
		900 make_debug_kernel "$package"
}

# debug_builtin_kernel: prints the folder of the kernel "debug-builtin", which
# is the checkout's own and built again, in part, whenever kernel/ has changed.
debug_builtin_kernel()
{
	local folder=$checkout/build/debug-builtin base print lock

	base=$(debug_kernel)
	mkdir -p "$folder"
	exec {lock}>"$folder.lock"
	flock "$lock"
	print="$base $(key_of "$vm/debug-builtin.config" \
		"$(cd "$checkout" && find kernel -type f -print0 |
			LC_ALL=C sort -z | xargs -0 sha256sum)")"
	if [[ ! -f $folder/built || $(<"$folder/built") != "$print" ]]; then
		say "building kernel/ into the debug kernel (about 120 s)..."
		make_debug_builtin_kernel "$base" "$folder" >&2
		printf '%s\n' "$print" >"$folder/built"
	fi
	exec {lock}>&-
	printf '%s\n' "$folder"
}

make_debug_builtin_kernel()
{
	local base=$1 folder=$2

	rm -f "$folder/built"
	if [[ ! -f $folder/base || $(<"$folder/base") != "$base" ]]; then
		rm -rf "$folder/base" "$folder/tree"
		cp -a --reflink=auto "$base/tree" "$folder/tree"
		printf '%s\n' "$base" >"$folder/base"
	fi
	"$checkout/scripts/add-to-kernel-tree" "$folder/tree"
	debug_configure "$folder/tree" "$vm/debug.config" \
		"$vm/debug-builtin.config"
	debug_compile "$folder/tree" "$folder/log"
	debug_take "$folder"
}
