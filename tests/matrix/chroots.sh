#!/bin/bash
# Makes the Debian or Ubuntu root that has a Wireshark release, with all that building and testing the plugin needs.
#
#   chroots.sh FOLDER RELEASE        4.0, 4.2, 4.4 or 4.6
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

# Which distribution has which Wireshark, and in which suite.
declare -A SUITES=([4.0]="Debian bookworm" [4.2]="Ubuntu noble" [4.4]="Debian trixie" [4.6]="Debian sid")
read -r distribution suite <<<"${SUITES[$release]:-}"

UNAVAILABLE=69                       # EX_UNAVAILABLE of sysexits.h
in_time=(timeout --signal=KILL 20m) # for each step, should a mirror not answer

say() { echo "matrix: $*" >&2; }

unavailable() {
    say "$*; $log ends:"
    tail -n 20 "$log" >&2
    exit "$UNAVAILABLE"
}

# mirror DISTRIBUTION - where this machine's own packages of it come from. Nothing where it has none: debootstrap knows a mirror.
mirror() {
    # shellcheck disable=SC2016 # $(SITE) is apt's, not the shell's
    apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Label: $1" | sort -u | sed -n 1p
}

# Prints the file with the keys that sign Ubuntu's packages. Debian 12 has no package with them: Debian 13's is used, whose own
# signature is checked with a key that Debian 12 has.
ubuntu_keys() {
    local keys=/usr/share/keyrings/ubuntu-archive-keyring.gpg state=$folder/ubuntu-keys words
    if [ -e "$keys" ]; then
        echo "$keys"
        return
    fi
    rm -rf "$state"
    mkdir -p "$state"
    echo "deb $(mirror Debian) trixie main" >"$state/sources.list"
    words=(apt-get -q -o "Dir::State=$state" -o "Dir::State::Status=/var/lib/dpkg/status" -o "Dir::Cache=$state"
           -o "Dir::Etc::SourceList=$state/sources.list" -o "Dir::Etc::SourceParts=/dev/null" -o "APT::Sandbox::User=root")
    "${in_time[@]}" "${words[@]}" update >&2 || return
    (cd "$state" && "${in_time[@]}" "${words[@]}" download ubuntu-keyring >&2) || return
    dpkg-deb --extract "$state"/ubuntu-keyring_*.deb "$state" || return
    echo "$state$keys"
}

# The minimal base alone: debootstrap cannot resolve unstable's larger dependencies, apt inside can. What it mounts is gone when it
# ends, however it ends.
bootstrap() {
    local words=(--variant=minbase) site script=() keys
    site=$(mirror "$distribution")
    [[ $site != https:* ]] || words+=(--include=ca-certificates)
    if [ "$distribution" = Ubuntu ]; then
        keys=$(ubuntu_keys) || return
        words+=("--keyring=$keys" "--components=main,universe") # Wireshark is in universe
        script=(gutsy) # makes every newer suite too; the debootstrap at hand may not know the suite's own name for it
    fi
    rm -rf --one-file-system "$root.part"
    "${in_time[@]}" unshare --mount --pid --fork --kill-child --mount-proc -- \
        debootstrap "${words[@]}" "$suite" "$root.part" "$site" "${script[@]}" </dev/null || return
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

[ -n "$suite" ] || { say "no distribution with Wireshark $release is known; there are: ${!SUITES[*]}"; exit 1; }
umask 022
if [ ! -d "$root" ]; then
    say "bootstrapping $distribution $suite in $root; the log is $log"
    bootstrap >"$log" 2>&1 || unavailable "$distribution $suite could not be bootstrapped"
fi
say "packages of $distribution $suite in $root; the log is $log"
add_packages >>"$log" 2>&1 || unavailable "packages of $distribution $suite could not be installed"
has_release 2>>"$log" || unavailable "the root with $distribution $suite does not have Wireshark $release"
