# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# An installed system, booted as its users boot it: from a disk, with its own
# kernel, initrd and PID 1.

# The command is a service of the system's, the last to start.
add_agent()
{
	local tree=$1 units=$1/etc/systemd/system

	mkdir -p "$tree/vm" "$units/multi-user.target.wants"
	cp "$vm/agent" "$tree/vm/"
	cat >"$units/vm.service" <<-'END'
		[Unit]
		Description=the command of vm/run
		Requires=dev-virtio\x2dports-vm.device
		After=dev-virtio\x2dports-vm.device multi-user.target
		[Service]
		ExecStart=/vm/agent
	END
	ln -s ../vm.service "$units/multi-user.target.wants/"
}

# make_disk ROOT TREE DISK: an image of ROOT, which stays as it is, with the
# files of TREE added.
make_disk()
{
	local root=$1 tree=$2 disk=$3 size

	size=$(as_root du -sm "$root" | cut -f1)
	truncate -s "$((size * 3 / 2 + 256))M" "$disk"
	as_root mke2fs -q -F -t ext4 -E nodiscard -d "$root" "$disk"
	(cd "$tree" && find . -mindepth 1 -printf '%y\t%P\t%l\n') |
		LC_ALL=C sort -k2 | while IFS=$'\t' read -r type path link; do
		case $type in
		d)	echo "mkdir \"/$path\"" ;;
		l)	echo "symlink \"/$path\" \"$link\"" ;;
		*)	echo "write \"$path\" \"/$path\"" ;;
		esac
	done | (cd "$tree" && debugfs -w -f - "$disk") >"$disk.log" 2>&1
	# Its exit status says nothing of what a command did.
	! grep -vE '^(debugfs[ :]|Allocated inode: |(ext2fs_)?mkdir: .* already exists)' \
		"$disk.log" >&2 || die "files could not be added to $disk"
}
