# Shared by the scripts beside it; sourced, not run. Needs a POSIX system with bash and cksum.

export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf 'ocrsite: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# --- Python and the locked packages ---------------------------------------------------------------

find_python() {
    local candidate
    for candidate in "${PYTHON:-}" python3 python3.13 python3.12 python3.11 python3.10; do
        [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 || continue
        if "$candidate" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info < (3, 14))'; then
            command -v "$candidate"
            return
        fi
    done
    fail "Python 3.10 to 3.13 is needed and was not found; install python3, or name one with PYTHON=."
}

# The environment lies beside the code, or in the user's cache where the code can't be written.
choose_venv() {
    venv="$root/.venv"
    if [ ! -w "$root" ] && [ ! -w "$venv" ]; then
        venv="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/ocrsite/venv-$(printf %s "$root" | cksum | cut -d' ' -f1)"
    fi
}

# install_locked LOCK: $venv has exactly what LOCK names; nothing is done where it has already.
install_locked() {
    local lock=$1 python stamp site installer
    python=$(find_python)
    choose_venv
    if [ -x "$venv/bin/python" ] && ! "$venv/bin/python" -c '' 2>/dev/null; then
        rm -rf "$venv" # its Python is gone
    fi
    if [ ! -x "$venv/bin/python" ]; then
        say "making the Python environment $venv"
        mkdir -p "$(dirname "$venv")"
        # Without pip, because Debian ships the module that would install it separately.
        "$python" -m venv --without-pip "$venv" || fail "$python can't make an environment; install the package python3-venv."
    fi
    stamp="$lock $(cksum <"$lock") $("$venv/bin/python" -V)"
    [ "$(cat "$venv/.installed" 2>/dev/null)" = "$stamp" ] && return
    # What `make test` has installed serves `make run` as well.
    if [ "$lock" = requirements.lock ] && [ "$(cat "$venv/.installed" 2>/dev/null)" = "requirements-dev.lock $(cksum <requirements-dev.lock) $("$venv/bin/python" -V)" ]; then
        return
    fi
    say "installing $lock"
    rm -f "$venv/.installed"
    if command -v uv >/dev/null 2>&1 && uv pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes -r "$lock"; then
        :
    else
        if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
            site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
            installer=$python
            "$installer" -m pip --version >/dev/null 2>&1 || fail "pip is needed; install the package python3-pip."
            # --target is allowed where the system's own packages are not to be touched (PEP 668).
            "$installer" -m pip install --quiet --target "$site" pip
        fi
        "$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock" \
            || fail "the packages of $lock could not be installed; the reason is above."
    fi
    printf '%s' "$stamp" >"$venv/.installed"
}

# --- system packages ------------------------------------------------------------------------------

# The words before a command that make it run as root; fails where this user may not.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    else
        return 1
    fi
}

# apt_install PACKAGE...: fails where there is no apt or no right to use it.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || return 1
    as_root true || return 1
    say "installing $*"
    as_root apt-get update -qq >&2 </dev/null || true
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null </dev/null
}

# Whether one directory has the trained data of every language that is read by default.
has_tessdata() {
    local directory
    for directory in "${TESSDATA_PREFIX:-}" /usr/share/tesseract-ocr/*/tessdata /usr/share/tessdata \
        /usr/share/tesseract/tessdata /usr/local/share/tessdata /opt/homebrew/share/tessdata; do
        [ -n "$directory" ] || continue
        [ -r "$directory/rus.traineddata" ] && [ -r "$directory/eng.traineddata" ] \
            && [ -r "$directory/osd.traineddata" ] && return
    done
    return 1
}

need_tessdata() {
    has_tessdata && return
    apt_install tesseract-ocr-rus tesseract-ocr-eng tesseract-ocr-osd && has_tessdata && return
    fail "Tesseract's data for Russian, English and orientation is missing; install it with" \
        "\"sudo apt-get install tesseract-ocr-rus tesseract-ocr-eng tesseract-ocr-osd\" (Debian, Ubuntu)," \
        "\"sudo dnf install tesseract-langpack-rus tesseract-langpack-eng tesseract-osd\" (Fedora)" \
        "or \"brew install tesseract tesseract-lang\" (macOS), then start again."
}
