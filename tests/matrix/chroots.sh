#!/bin/bash
# Builds the Debian roots whose Wireshark releases this machine does not have.
#
#   chroots.sh RELEASE...        a Wireshark release each: 4.0 4.4 4.6
#
# Prints the path of each root, one a line. A root is made under a temporary name and renamed when it is complete, so one
# that exists is whole and is not built again; remove the folder to start over. Needs root and debootstrap.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail

# Which Debian has which Wireshark.
declare -A SUITES=([4.0]=bookworm [4.4]=trixie [4.6]=sid)

cache=${XDG_CACHE_HOME:-$HOME/.cache}/esmtp-matrix

say() { echo "matrix: $*" >&2; }

# The roots come from where this machine's own packages come from.
mirror_of_host() {
    local site
    # shellcheck disable=SC2016 # $(SITE) is apt's, not the shell's
    site=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | head -n 1)
    [ -n "$site" ] || { say "apt names no mirror on this machine"; return 1; }
    echo "$site"
}

# The minimal base alone: debootstrap cannot resolve unstable's larger dependencies, apt inside can.
bootstrap() {
    local suite=$1 root=$2
    debootstrap --variant=minbase "$suite" "$root" "$(mirror_of_host)"
    # Nothing is ever started in here by its package.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod +x "$root/usr/sbin/policy-rc.d"
    # A mirror may be a snapshot whose index has run out, which is fine here.
    echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/90esmtp-matrix"
}

build_root() {
    local release=$1 root=$cache/$1 log=$cache/$1.log suite=${SUITES[$1]:-}
    [ -n "$suite" ] || { say "no Debian with Wireshark $release is known; there are: ${!SUITES[*]}"; return 1; }
    [ ! -d "$root" ] || return 0
    say "making a root with Debian $suite for Wireshark $release; the log is $log"
    rm -rf "$root.part"
    if ! bootstrap "$suite" "$root.part" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        return 1
    fi
    mv "$root.part" "$root"
}

mkdir -p "$cache"
for release in "$@"; do
    build_root "$release"
    echo "$cache/$release"
done
