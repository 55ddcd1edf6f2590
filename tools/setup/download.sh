# shellcheck shell=dash disable=SC2034,SC2154 # the pieces share variables
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Downloads. Every file arrives under another name and is renamed after its checksum was found right.

APT_HELPER=/usr/lib/apt/apt-helper

# The addresses of all repositories that this machine's apt uses. apt-get update would fetch their lists; this works on a
# machine that has no lists yet, and for everybody.
apt_addresses() {
    command -v apt-get >/dev/null || return 0
    apt-get --print-uris update 2>/dev/null | sed -n "s,^'\([^']*[^'/]\)/*/dists/.*,\1,p" | awk '!seen[$0]++'
}

# Those of them from which a file can be fetched by its name
plain_addresses() {
    grep -Ev '^(mirror|cdrom)'
}

# The addresses of Debian's repository, which is where the lists say so; without lists it may be any
debian_mirrors() {
    local labelled=''
    # shellcheck disable=SC2016 # apt's own variables
    labelled=$(apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
        sed -n 's/^Debian|//p' | sed 's,/*$,,' | awk '!seen[$0]++' | plain_addresses)
    if [ -n "$labelled" ]; then
        printf '%s\n' "$labelled"
    else
        apt_addresses | plain_addresses
    fi
}

unusable_mirrors() {
    apt_addresses | grep -E '^(mirror|cdrom)'
}

# fetch URL FILE
fetch() {
    if [ -x "$APT_HELPER" ]; then
        # apt knows the machine's proxies. As root it would otherwise warn about each file that its own user cannot write.
        "$APT_HELPER" -o APT::Sandbox::User=root download-file "$1" "$2" >&2 9>&-
    elif command -v curl >/dev/null; then
        curl -fL --progress-bar -o "$2" "$1" 9>&-
    elif command -v wget >/dev/null; then
        wget -O "$2" "$1" 9>&-
    else
        say "no apt-helper, curl or wget to download with"
        return 1
    fi
}

checksum_is() {
    [ "$(sha256sum <"$1" | cut -d ' ' -f 1)" = "$2" ]
}

# download URL FILE [SHA256]
download() {
    local part="$2.part"
    mkdir -p "${2%/*}" || return 1
    rm -f "$part"
    fetch "$1" "$part" || {
        rm -f "$part"
        return 1
    }
    if [ -n "${3-}" ] && ! checksum_is "$part" "$3"; then
        say "$1 has another checksum than expected: $(sha256sum <"$part" | cut -d ' ' -f 1) instead of $3"
        rm -f "$part"
        return 1
    fi
    mv -f "$part" "$2"
}
