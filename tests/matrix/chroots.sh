#!/bin/bash
# Makes the Debian root that has a Wireshark release, with all that building and testing the plugin needs.
#
#   chroots.sh FOLDER RELEASE        4.0, 4.4 or 4.6
#
# The root is FOLDER/RELEASE, the log of its making FOLDER/RELEASE.log. It is made under a temporary name and renamed, so one that
# exists is whole. It is kept as it is, not upgraded; packages that it lacks are added. Remove it to start over.
# Exits with 69 when the root or its packages cannot be had. Needs root and debootstrap.
# SPDX-License-Identifier: GPL-2.0-or-later
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$1
release=$2
root=$folder/$release
log=$folder/$release.log

# Which Debian has which Wireshark.
declare -A SUITES=([4.0]=bookworm [4.4]=trixie [4.6]=sid)
suite=${SUITES[$release]:-}

UNAVAILABLE=69                       # EX_UNAVAILABLE of sysexits.h
in_time=(timeout --signal=KILL 20m) # for each step, should a mirror not answer

say() { echo "matrix: $*" >&2; }

unavailable() {
    say "$*; $log ends:"
    tail -n 20 "$log" >&2
    exit "$UNAVAILABLE"
}

# Packages come from where this machine's own come from. Nothing where none of those is Debian's: debootstrap knows a mirror.
mirror() {
    # shellcheck disable=SC2016 # $(SITE) is apt's, not the shell's
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | sort -u | sed -n 1p
}

# The minimal base alone: debootstrap cannot resolve unstable's larger dependencies, apt inside can. What it mounts is gone when it
# ends, however it ends.
bootstrap() {
    local words site
    site=$(mirror)
    words=(--variant=minbase)
    [[ $site != https:* ]] || words+=(--include=ca-certificates)
    words+=("$suite" "$root.part")
    [ -z "$site" ] || words+=("$site")
    rm -rf --one-file-system "$root.part"
    "${in_time[@]}" unshare --mount --pid --fork --kill-child --mount-proc -- debootstrap "${words[@]}" </dev/null || return
    # Nothing is ever started in here by its package.
    printf '#!/bin/sh\nexit 101\n' >"$root.part/usr/sbin/policy-rc.d"
    chmod +x "$root.part/usr/sbin/policy-rc.d"
    # A mirror may be a snapshot whose index has run out, which is fine here.
    echo 'Acquire::Check-Valid-Until "false";' >"$root.part/etc/apt/apt.conf.d/90esmtp-matrix"
    mv "$root.part" "$root"
}

add_packages() {
    "$here/enter" "$root" dpkg --configure -a || return # an interrupted run may have left some half installed
    "${in_time[@]}" "$here/enter" "$root" /mnt/esmtp/run packages
}

# Unstable moves on.
has_release() {
    local version
    version=$("$here/enter" "$root" tshark --version) || return
    [[ $version == *"(Wireshark) $release."* ]]
}

[ -n "$suite" ] || { say "no Debian with Wireshark $release is known; there are: ${!SUITES[*]}"; exit 1; }
umask 022
if [ ! -d "$root" ]; then
    say "bootstrapping Debian $suite in $root; the log is $log"
    bootstrap >"$log" 2>&1 || unavailable "Debian $suite could not be bootstrapped"
fi
say "packages of Debian $suite in $root; the log is $log"
add_packages >>"$log" 2>&1 || unavailable "packages of Debian $suite could not be installed"
has_release 2>>"$log" || unavailable "the root with Debian $suite does not have Wireshark $release"
