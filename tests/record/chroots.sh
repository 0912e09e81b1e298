#!/bin/bash
# Builds the Debian roots that the recorded servers and clients live in.
#
#   chroots.sh CACHE_DIR [ROOT...]
#
# Mail servers exclude each other as packages, so each has a root of its own: one
# bootstrapped base, copied once per root, with that root's packages installed.
# A root is made under a temporary name and renamed when complete, so one that
# exists is whole and is not built again; remove CACHE_DIR to start over.
set -euo pipefail

declare -A PACKAGES=(
    [postfix]="postfix sasl2-bin libsasl2-modules libsasl2-modules-gssapi-mit libsasl2-modules-otp krb5-kdc
               krb5-admin-server"
    [postfix-sid]="postfix"
    [exim]="exim4-daemon-heavy"
    [exim-trixie]="exim4-daemon-heavy"
    [opensmtpd]="opensmtpd"
    [sendmail]="sendmail-bin sendmail-cf m4 sasl2-bin libsasl2-modules"
    [dovecot]="dovecot-core dovecot-submissiond dovecot-imapd dovecot-lmtpd dovecot-gssapi krb5-kdc
               krb5-admin-server"
    [dovecot-trixie]="dovecot-core dovecot-submissiond dovecot-imapd dovecot-lmtpd"
    [courier]="courier-mta"
    [cyrus]="cyrus-imapd"
    [haraka]="nodejs"
    [aiosmtpd]="python3-aiosmtpd"
    [composers]="swaks mutt s-nail"
    [client]="swaks libnet-ssleay-perl libauthen-sasl-perl libdigest-hmac-perl msmtp curl openssl gsasl
              libsasl2-modules libsasl2-modules-gssapi-mit krb5-user python3-gssapi cyrus-clients"
)

# What Debian does not have, for /opt in the root; the host's npm brings it.
declare -A NPM_PACKAGES=([haraka]=haraka)

# Debian 12's OpenSMTPD cannot sign with its private key under OpenSSL 3, so no TLS works there.
# The others are here for what newer releases speak.
declare -A SUITES=([opensmtpd]=trixie [exim-trixie]=trixie [dovecot-trixie]=trixie [postfix-sid]=sid [haraka]=trixie)

cache=${1:?usage: chroots.sh CACHE_DIR [ROOT...]}
shift
wanted=("$@")
[ ${#wanted[@]} -gt 0 ] || wanted=("${!PACKAGES[@]}")

# The host's own mirror, as apt is set up here: the roots come from the same place.
# shellcheck disable=SC2016 # $(SITE) is for apt, not for the shell
mirror_of_host() {
    local site
    site=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' | head -n 1)
    [ -n "$site" ] || site=$(apt-get indextargets --format '$(SITE)' | head -n 1)
    [ -n "$site" ] || { echo "chroots.sh: apt names no mirror here" >&2; return 1; }
    echo "$site"
}

build_base() {
    local suite=$1
    local base=$cache/base-$suite
    [ -d "$base" ] && return
    echo "Bootstrapping the base root of $suite"
    rm -rf "$base.part"
    debootstrap --variant=minbase "$suite" "$base.part" "$(mirror_of_host)" >"$base.log" 2>&1 ||
        { tail -n 20 "$base.log" >&2; return 1; }
    # Nothing in a root is ever started by its package.
    printf '#!/bin/sh\nexit 101\n' >"$base.part/usr/sbin/policy-rc.d"
    chmod +x "$base.part/usr/sbin/policy-rc.d"
    mv "$base.part" "$base"
}

# Runs with a mount and a host name of its own; both end with the process.
install_inside() {
    local root=$1 packages=$2
    unshare --mount --uts --pid --fork --kill-child --mount-proc="$root/proc" -- \
        /bin/sh -c "
            hostname build.example.org
            echo 'postfix postfix/main_mailer_type select No configuration' | chroot '$root' debconf-set-selections
            exec env DEBIAN_FRONTEND=noninteractive LC_ALL=C chroot '$root' \
                apt-get install -y -q --no-install-recommends $packages" </dev/null
}

install_from_npm() {
    local root=$1 package=$2
    command -v npm >/dev/null || { echo "chroots.sh: npm is needed for $package" >&2; return 1; }
    mkdir -p "$root/opt/$package"
    npm install --prefix "$root/opt/$package" --omit=optional --ignore-scripts --no-audit --no-fund "$package"
}

build_root() {
    local name=$1
    local suite=${SUITES[$name]:-bookworm}
    [ -d "$cache/$name" ] && return
    [ -n "${PACKAGES[$name]:-}" ] || { echo "chroots.sh: no root is called $name" >&2; return 1; }
    build_base "$suite"
    echo "Building the root for $name"
    rm -rf "$cache/$name.part"
    cp -a "$cache/base-$suite" "$cache/$name.part"
    install_inside "$cache/$name.part" "${PACKAGES[$name]//$'\n'/ }" >"$cache/$name.log" 2>&1 ||
        { tail -n 20 "$cache/$name.log" >&2; return 1; }
    if [ -n "${NPM_PACKAGES[$name]:-}" ]; then
        install_from_npm "$cache/$name.part" "${NPM_PACKAGES[$name]}" >>"$cache/$name.log" 2>&1 ||
            { tail -n 20 "$cache/$name.log" >&2; return 1; }
    fi
    mv "$cache/$name.part" "$cache/$name"
}

mkdir -p "$cache"
for name in "${wanted[@]}"; do
    build_root "$name"
done
