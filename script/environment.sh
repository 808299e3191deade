# Sourced by the scripts beside it: finds Python, makes .venv, installs what is missing.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# Install Debian packages when we may; otherwise say which, and fail.
install_packages() {
    local asked="apt-get install $*"
    command -v apt-get >/dev/null || fail "missing, and no apt-get here: $*"
    local root=()
    if [ "$(id -u)" -ne 0 ]; then
        sudo -n true 2>/dev/null || fail "missing: $*. Run this first: sudo $asked"
        root=(sudo -n)
    fi
    printf 'Installing %s ...\n' "$*" >&2
    # The list of packages may be too old to install from: refresh it once before giving up.
    local apt=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq)
    "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null 2>&1 && return
    "${apt[@]}" update >&2 || fail "apt-get update failed; run it by hand, then: $asked"
    "${apt[@]}" install -y --no-install-recommends "$@" >/dev/null || fail "$asked failed"
}

# need COMMAND PACKAGE ...: install the packages whose command is missing.
need() {
    local missing=()
    while [ $# -gt 0 ]; do
        command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || missing+=("$2")
        shift 2
    done
    [ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
}

find_python() {
    local candidate
    for candidate in python3 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            printf '%s' "$candidate"
            return
        fi
    done
    return 1
}

# environment EXTRAS: a virtual environment in .venv with the project and these extras.
# A second call with nothing changed takes milliseconds.
environment() {
    local extras=$1 python stamp
    if ! python=$(find_python); then
        install_packages python3 python3-venv
        python=$(find_python) || fail "Python 3.11 or newer is needed"
    fi
    "$python" -c 'import ensurepip, venv' 2>/dev/null || install_packages python3-venv
    [ -x .venv/bin/python ] && .venv/bin/python -c '' 2>/dev/null || "$python" -m venv --clear .venv
    stamp=$(printf '%s ' "$extras" && cat pyproject.toml constraints.txt | cksum)
    if [ "$(cat ".venv/installed-$extras" 2>/dev/null)" != "$stamp" ]; then
        printf 'Installation de Pas perdus dans .venv : environ une minute, cette fois seulement ...\n' >&2
        # Errors only: pip's warnings, of the user or a cache, would bury the line above.
        .venv/bin/python -m pip install -qq --disable-pip-version-check \
            --constraint constraints.txt --editable ".[$extras]" >&2 ||
            fail "pip could not install the project; see above"
        printf '%s' "$stamp" >".venv/installed-$extras"
    fi
    export PATH="$PWD/.venv/bin:$PATH"
}
