# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154
# Debian's package index and packages, through an apt state of our own: the
# host's may be of another release, and stays as it is.

suites=(trixie trixie-backports)
# Only kernels are taken from here.
kernel_suites=(bookworm)
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

# sources SUITE...: lines for apt.
sources()
{
	local suite

	for suite; do
		printf 'deb [signed-by=%s] %s %s main\n' \
			"$keyring" "$(mirror)" "$suite"
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
					name ~ /^linux-(headers|image|kbuild)-/
			}
			wanted && /^Version: / { print suite, arch, name, $2 }'
	done
}

refresh_index()
{
	local log=$apt/update.log
	local arches

	mkdir -p "$apt"/{lists/partial,cache/archives/partial,sources.d}
	touch "$apt/status"
	sources "${suites[@]}" "${kernel_suites[@]}" >"$apt/sources.list"
	arches=$(all_arches | sed 's/.*/"&";/' | tr -d '\n')
	cat >"$apt/apt.conf" <<-END
		Dir::State "$apt";
		Dir::State::status "$apt/status";
		Dir::Cache "$apt/cache";
		Dir::Etc::sourcelist "$apt/sources.list";
		Dir::Etc::sourceparts "$apt/sources.d";
		APT::Architectures { $arches };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		#clear APT::Update::Post-Invoke-Success;
	END
	own_apt apt-get update -q --error-on=any >"$log" 2>&1 &&
		write_index >"$apt/index.new" && [[ -s $apt/index.new ]] &&
		mv "$apt/index.new" "$apt/index"
}

# Makes sure that there is an index, of today if that can be had. After a
# failure the old one serves for another hour.
need_index()
{
	local index=$apt/index lock

	[[ ! -f $index || -n $(find "$index" -mmin +1440) ]] || return 0
	mkdir -p "$cache"
	exec {lock}>"$cache/.lock-apt"
	flock "$lock"
	if [[ ! -f $index || -n $(find "$index" -mmin +1440) ]]; then
		say "reading Debian's package index (about 10 s)..."
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
