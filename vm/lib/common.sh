# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# What every script here needs: messages, the cache, programs of the host.

set -Eeuo pipefail
shopt -s inherit_errexit
export LC_ALL=C.UTF-8
PATH+=:/usr/sbin:/sbin
# It would make cd go elsewhere, and print where.
unset CDPATH

vm=$(cd -- "${BASH_SOURCE[0]%/*}/.." && pwd -P)
checkout=${vm%/*}
# Without HOME, the path is relative, and is refused where the cache is used.
cache=${DMABUF_HEAPS_CACHE:-${XDG_CACHE_HOME:-${HOME-.}/.cache}/dmabuf-heaps}
# Only a cache directory has this file. Items are named NAME-KEY.
cache_marker=.dmabuf-heaps-cache
item_pattern='[a-z][a-z0-9.+-]*-[0-9a-f]{16}'

say()
{
	printf 'vm: %s\n' "$*" >&2
}

# 125 is the harness's own failure; a command's status never passes through
# here.
die()
{
	say "$*"
	exit 125
}

failed()
{
	local status=$1 place=$2

	((status == 125)) || say "$place failed (exit status $status)"
	exit 125
}
trap 'failed $? "${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND"' ERR

# Scripts change their working directory, and programs read the path in files and
# commands of their own.
[[ $cache == /* && $cache != *[[:cntrl:]\'\"\\]* ]] ||
	die "invalid cache directory \"$cache\": set DMABUF_HEAPS_CACHE to an" \
		"absolute path without quotes, backslashes and control characters"

# escaped PATH: for an option of the emulator, where a comma would end it
escaped()
{
	printf '%s' "${1//,/,,}"
}

as_root()
{
	if ((EUID == 0)); then
		"$@"
	else
		sudo "$@"
	fi
}

remove_tree()
{
	as_root rm -rf --one-file-system -- "$@"
}

# Debian's names for the packages that bring each program of the host.
declare -A host_package=(
	[bwrap]=bubblewrap
	[cpio]=cpio
	[depmod]=kmod
	[dtc]=device-tree-compiler
	[mke2fs]=e2fsprogs
	[mmdebstrap]=mmdebstrap
	[qemu-system-aarch64]=qemu-system-arm
	[qemu-system-arm]=qemu-system-arm
	[qemu-system-riscv64]='qemu-system-misc opensbi'
	[qemu-system-x86_64]=qemu-system-x86
	[setpriv]=util-linux
	[xz]=xz-utils
)

# need PROGRAM...: installs what is missing.
need()
{
	local program lock missing=()

	for program; do
		command -v "$program" >/dev/null || missing+=("$program")
	done
	((${#missing[@]})) || return 0

	# Another run may be installing, and apt does not wait for its own kind.
	open_cache
	exec {lock}>"$cache/.lock-packages-of-the-host"
	flock "$lock"
	install_programs "${missing[@]}"
	exec {lock}>&-
}

install_programs()
{
	local program list packages=()

	hash -r
	for program; do
		command -v "$program" >/dev/null && continue
		read -ra list <<<"${host_package[$program]}"
		packages+=("${list[@]}")
	done
	((${#packages[@]})) || return 0
	say "installing ${packages[*]}"
	local install=(env DEBIAN_FRONTEND=noninteractive
		apt-get -o DPkg::Lock::Timeout=600 install -qy
		--no-install-recommends "${packages[@]}")
	as_root "${install[@]}" >/dev/null || {
		as_root apt-get update -q >/dev/null
		as_root "${install[@]}" >/dev/null
	}
}

# key_of FILE|WORD...: a name for the contents of files and for words.
key_of()
{
	local item

	for item; do
		if [[ -f $item ]]; then
			cat -- "$item"
		else
			printf '%s\n' "$item"
		fi
	done | sha256sum | cut -c1-16
}

# is_cache_entry NAME: check whether an older version, which wrote no marker,
# created this entry. That version made a lock for each item.
is_cache_entry()
{
	case $1 in
	"$cache_marker" | .lock-*)	return 0 ;;
	.new-*)	[[ -e $cache/.lock-${1#.new-} ]] ;;
	*)	[[ $1 =~ ^$item_pattern$ && -e $cache/.lock-${1%-*} ]] ;;
	esac
}

# Create the cache directory and its marker, unless it has one. Old items are
# deleted as root, so a directory with any other content is refused.
open_cache()
{
	local entries entry

	[[ ! -f $cache/$cache_marker ]] || return 0
	mkdir -p "$cache"
	entries=$(find "$cache/" -mindepth 1 -maxdepth 1 -printf '%f\n')
	while IFS= read -r entry; do
		[[ -z $entry ]] || is_cache_entry "$entry" ||
			die "cannot use \"$cache\" as cache directory: it contains" \
				"\"$entry\"; set DMABUF_HEAPS_CACHE to a new directory"
	done <<<"$entries"
	: >"$cache/$cache_marker"
}

# Delete items that were not used for a month.
remove_unused()
{
	local old

	[[ -f $cache/$cache_marker ]] || die "no $cache_marker in \"$cache\""
	mapfile -t old < <(find "$cache/" -mindepth 1 -maxdepth 1 -type d \
		-regextype posix-extended -regex ".*/$item_pattern" -mtime +30)
	((${#old[@]} == 0)) || remove_tree "${old[@]}"
}

# cached NAME KEY SECONDS MAKER [ARG...]: print the directory of a cache item.
# If it is missing, "MAKER ARG... DIRECTORY" fills a temporary directory, which
# is renamed when it is complete. The lock of NAME protects both, so the
# temporary directory of an interrupted run can be deleted.
cached()
{
	local name=$1 key=$2 seconds=$3 item temporary lock
	shift 3

	item=$cache/$name-$key
	# Before the check, so that no other run deletes it as unused.
	touch -c "$item"
	if [[ ! -d $item ]]; then
		open_cache
		exec {lock}>"$cache/.lock-$name"
		flock "$lock"
		if [[ ! -d $item ]]; then
			say "making $name (about $seconds s)..."
			temporary=$cache/.new-$name
			remove_tree "$temporary"
			mkdir "$temporary"
			"$@" "$temporary" >&2
			mv -T "$temporary" "$item"
			remove_unused
		fi
		exec {lock}>&-
	fi
	printf '%s\n' "$item"
}
