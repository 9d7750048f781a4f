# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Debian's package index and packages, through an apt state of our own: the
# host's may be of another release, and stays as it is.

suites=(trixie trixie-backports)
# Only kernels are taken from here. forky is testing, for architectures whose
# index of trixie-backports can't be read: the archive may have a damaged one.
kernel_suites=(bookworm forky)
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
apt=$cache/apt-$(key_of "${BASH_SOURCE[0]}")

own_apt()
{
	APT_CONFIG=$apt/apt.conf "$@"
}

# The archive that the host itself uses for Debian's main packages.
mirror()
{
	# apt substitutes this, not the shell.
	# shellcheck disable=SC2016
	local list=(apt-get indextargets --format '$(REPO_URI)') uri

	uri=$("${list[@]}" 'Created-By: Packages' 'Label: Debian' | head -n 1)
	# Before its first update apt knows no labels.
	[[ -n $uri ]] || uri=$("${list[@]}" | grep -m 1 '/debian/\?$' || true)
	[[ -n $uri ]] || die "the host's apt names no Debian archive"
	printf '%s\n' "$uri"
}

# sources ARCHES SUITE...: lines for apt.
sources()
{
	local arches=$1 suite

	for suite in "${@:2}"; do
		printf 'deb [arch=%s signed-by=%s] %s %s main\n' \
			"$arches" "$keyring" "$(mirror)" "$suite"
	done
}

# One line for each package: suite, architecture, name, version.
write_index()
{
	# shellcheck disable=SC2016
	own_apt apt-get indextargets 'Created-By: Packages' \
		--format '$(CODENAME) $(ARCHITECTURE) $(FILENAME)' |
	while read -r suite arch file; do
		/usr/lib/apt/apt-helper cat-file "$file" |
			awk -v suite="$suite" -v arch="$arch" \
				-v only_kernels=" ${kernel_suites[*]} " '
			/^Package: / {
				name = $2
				wanted = !index(only_kernels, " " suite " ") ||
					name ~ /^linux-(base|binary|headers|image|kbuild|modules)-[0-9]/
			}
			wanted && /^Version: / { print suite, arch, name, $2 }'
	done
}

write_config()
{
	local arches

	arches=$(all_arches | sed 's/.*/"&";/' | tr -d '\n')
	cat >"$apt/apt.conf" <<-END
		Dir::State "$apt";
		Dir::State::status "$apt/status";
		Dir::Cache "$apt/cache";
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "$apt/sources.d";
		Dir::Etc::preferences "$apt/preferences";
		APT::Architectures { $arches };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		#clear APT::Update::Post-Invoke-Success;
	END
	cat >"$apt/preferences" <<-END
		Package: *
		Pin: release n=forky
		Pin-Priority: 1
	END
}

# try_sources ARCHES SUITE...: reads the indexes of these, all or none, and notes
# them in readable. One that is damaged makes apt drop every other of its suite,
# so what may be is tried by itself.
try_sources()
{
	local tried=$apt/tried.list suite

	sources "$@" >"$tried"
	own_apt apt-get update -q --error-on=any \
		-o Dir::Etc::sourcelist="$tried" \
		-o APT::Get::List-Cleanup=0 >>"$log" 2>&1 || return
	for suite in "${@:2}"; do
		readable[$suite]+=${readable[$suite]:+,}$1
	done
}

# try_guest ARCH: for a guest whose packages the build root has none of.
try_guest()
{
	try_sources "$1" trixie || say "trixie has no readable index for $1"
	try_sources "$1" trixie-backports || {
		say "trixie-backports has no readable index for $1:" \
			"its kernels are those of forky, which is testing"
		try_sources "$1" forky || say "nor has forky"
	}
}

refresh_index()
{
	local log=$apt/update.log arch suite
	local -A readable=()

	mkdir -p "$apt"/{lists/partial,cache/archives/partial,sources.d}
	touch "$apt/status"
	: >"$log"
	write_config
	try_sources "$package_arches" "${suites[@]}" bookworm || return
	for arch in $(all_arches); do
		has_packages "$arch" || try_guest "$arch"
	done
	for suite in "${!readable[@]}"; do
		sources "${readable[$suite]}" "$suite"
	done >"$apt/sources.list"
	write_index >"$apt/index.new" && [[ -s $apt/index.new ]] &&
		mv "$apt/index.new" "$apt/index"
}

# Makes sure that there is an index, of today if that can be had. After a
# failure the old one serves for another hour.
need_index()
{
	local index=$apt/index lock

	[[ ! -f $index || -n $(find "$index" -mmin +1440) ]] || return 0
	open_cache
	exec {lock}>"$cache/.lock-apt"
	flock "$lock"
	if [[ ! -f $index || -n $(find "$index" -mmin +1440) ]]; then
		say "reading Debian's package index (about 20 s)..."
		if ! refresh_index; then
			[[ -f $index ]] || die "no package index:" \
				"$(tail -n 3 "$apt/update.log")"
			say "that failed, the old index is used" \
				"($apt/update.log)"
			touch -d '23 hours ago' "$index"
		fi
	fi
	exec {lock}>&-
}

# versions_of NAME[:ARCH]...: index lines, for cache keys.
versions_of()
{
	local name

	need_index
	for name; do
		grep -F " ${name%%:*} " "$apt/index" ||
			die "Debian has no package '$name'"
	done
}

# fetch FOLDER NAME[:ARCH]...
fetch()
{
	local folder=$1
	shift

	need_index
	(cd "$folder" && own_apt apt-get download -qq "$@")
}

# newest_source: prints the name of the newest kernel source package.
newest_source()
{
	local package

	need_index
	package=$(awk '$3 ~ /^linux-source-[0-9.]+$/ { print $3 }' \
		"$apt/index" | sort -uV | tail -n 1)
	[[ -n $package ]] || die "Debian has no kernel source"
	printf '%s\n' "$package"
}

# take_source PACKAGE FOLDER ARG...: unpacks a kernel source, or what ARG (of
# tar) takes of it.
take_source()
{
	local package=$1 folder=$2
	shift 2

	need xz
	mkdir "$folder/deb"
	fetch "$folder/deb" "$package"
	dpkg-deb --fsys-tarfile "$folder"/deb/*.deb |
		tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C "$folder" --no-same-owner --strip-components=1 "$@"
	rm -r "$folder/deb"
}
