# Shared by the scripts beside it; sourced, not run. Needs a POSIX system with bash and cksum.

export PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf 'ocrsite: %s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# quietly COMMAND...: what it says is shown only where it fails.
quietly() {
    local said status=0
    said=$(mktemp)
    "$@" >"$said" 2>&1 </dev/null || status=$?
    [ "$status" = 0 ] || cat "$said" >&2
    rm -f "$said"
    return "$status"
}

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

# stamp_of LOCK: what $venv/.installed says once $venv has what LOCK names.
stamp_of() {
    printf '%s' "$1 $(cksum <"$1") $("$venv/bin/python" -V 2>/dev/null || true)"
}

# Whether $venv has what LOCK names.
has_installed() {
    local lock=$1 found
    found=$(cat "$venv/.installed" 2>/dev/null) || return 1
    "$venv/bin/python" -c '' 2>/dev/null || return 1
    [ "$found" = "$(stamp_of "$lock")" ] && return
    # What `make test` has installed serves `make run` as well.
    [ "$lock" = requirements.lock ] && [ "$found" = "$(stamp_of requirements-dev.lock)" ]
}

# Whether $venv is, or was just made, a directory that this user and nobody else may fill.
can_fill() {
    (umask 077 && mkdir -p "$venv") 2>/dev/null && [ ! -L "$venv" ] && [ -O "$venv" ] && [ -w "$venv" ]
}

# choose_venv LOCK: the environment lies beside the code, as $environment names it. Where it can't be
# written, and lacks what LOCK names, another lies in the user's cache, or else in a temporary
# directory.
environment=.venv
choose_venv() {
    local lock=$1 mark
    venv="$root/$environment"
    has_installed "$lock" && return
    { mkdir -p "$venv" && [ -w "$venv" ]; } 2>/dev/null && return
    mark=$(printf %s "$venv" | cksum | cut -d' ' -f1)
    venv="${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/ocrsite/venv-$mark"
    can_fill && return
    venv="${TMPDIR:-/tmp}/ocrsite-$(id -u)-venv-$mark"
    can_fill && return
    fail "there is no place for the Python environment: $root/.venv, the cache and ${TMPDIR:-/tmp}" \
        "can't be written; set XDG_CACHE_HOME to a directory that can."
}

# uv installs in seconds what pip takes minutes for; `make test` brings one.
find_uv() { command -v uv 2>/dev/null || { [ -x "$root/.venv/bin/uv" ] && printf '%s\n' "$root/.venv/bin/uv"; }; }

# install_locked LOCK: $venv has what LOCK names; nothing is done where it has already.
install_locked() {
    local lock=$1 python site installer uv
    python=$(find_python)
    choose_venv "$lock"
    has_installed "$lock" && return
    if [ -x "$venv/bin/python" ] && ! "$venv/bin/python" -c '' 2>/dev/null; then
        rm -rf "${venv:?}"/* # its Python is gone
    fi
    if [ ! -x "$venv/bin/python" ]; then
        say "making the Python environment $venv"
        # Without pip, because Debian ships the module that would install it separately.
        "$python" -m venv --without-pip "$venv" || fail "$python can't make an environment; install the package python3-venv."
    fi
    say "installing $lock (the first time this takes a few minutes)"
    rm -f "$venv/.installed"
    if uv=$(find_uv) && quietly "$uv" pip install --quiet --compile-bytecode --python "$venv/bin/python" --require-hashes -r "$lock"; then
        :
    else
        if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
            site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
            installer=$python
            "$installer" -m pip --version >/dev/null 2>&1 || fail "pip is needed; install the package python3-pip."
            # --target is allowed where the system's own packages are not to be touched (PEP 668).
            quietly "$installer" -m pip install --quiet --target "$site" pip
        fi
        quietly "$venv/bin/python" -m pip install --quiet --require-hashes -r "$lock" \
            || fail "the packages of $lock could not be installed; the reason is above."
    fi
    stamp_of "$lock" >"$venv/.installed"
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
    quietly as_root apt-get update -qq || true
    quietly as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
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

office_packages="libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui"
office_fonts="fonts-liberation fonts-crosextra-carlito fonts-crosextra-caladea"

# Whether LibreOffice is where ocr_worker/conversion/find_libreoffice.py looks for it.
has_office() {
    local directory
    for directory in /usr/lib/libreoffice /usr/lib64/libreoffice /opt/libreoffice* /usr/local/lib/libreoffice; do
        [ -e "$directory/program/libswlo.so" ] && [ -e "$directory/program/libsclo.so" ] \
            && [ -e "$directory/program/libsdlo.so" ] && return
    done
    return 1
}

# Everything but office files works without it, and those are kept until it is there.
need_office() {
    has_office && return
    # shellcheck disable=SC2086 # lists of words
    apt_install $office_packages $office_fonts && has_office && return
    say "no LibreOffice here: office files are kept and wait; install it with" \
        "\"sudo apt-get install --no-install-recommends $office_packages $office_fonts\" (Debian, Ubuntu)" \
        "or \"sudo dnf install libreoffice-writer libreoffice-calc libreoffice-impress\" (Fedora), and start again."
}

# Archives (zip, rar, 7z, tar) are opened by libarchive; without it everything else works.
need_libarchive() {
    "$(find_python)" -c 'import ctypes.util, sys; sys.exit(not ctypes.util.find_library("archive"))' && return
    apt_install libarchive13 || apt_install libarchive13t64 || say "libarchive is missing, so archives can't be" \
        "opened; install it with \"sudo apt-get install libarchive13\" (Debian, Ubuntu), \"sudo dnf install" \
        "libarchive\" (Fedora) or \"brew install libarchive\" (macOS)."
}

# What the tests of the images need: they build and run them with Podman, on a Debian that they make.
# Where it can't be had they are skipped, and fail in CI.
need_containers() {
    local program
    for program in podman crun debootstrap; do
        if ! command -v "$program" >/dev/null 2>&1; then
            apt_install podman crun debootstrap || say "no Podman here: the tests of the images are skipped"
            return
        fi
    done
}

# need_all_for_tests SIZE: what the suite of that size needs.
need_all_for_tests() {
    install_locked requirements-dev.lock
    need_tessdata
    need_office
    need_libarchive
    if ! command -v chromium >/dev/null 2>&1; then
        apt_install chromium fonts-dejavu-core || say "no Chromium here: the browser's tests are skipped"
    fi
    [ "$1" = quick ] || need_containers
}

# --- tests ----------------------------------------------------------------------------------------

# run_tests NAME ARGUMENT...: pytest, which remembers under NAME what failed (.pytest_cache/NAME).
# Ends with 1 where tests failed, with 2 where pytest did.
run_tests() {
    local name=$1 ended=0
    shift
    "$venv/bin/python" -m pytest -o cache_dir=".pytest_cache/$name" "$@" || ended=$?
    [ "$ended" != 0 ] || return 0
    # A failure that pytest names no test for is none of a test.
    [ "$ended" = 1 ] && [ -e ".pytest_cache/$name/v/cache/lastfailed" ] && return 1
    return 2
}

# rerun_failed NAME ARGUMENT...: the tests that failed under NAME, one after another; fails where one
# fails again, and where so many failed that the machine is not to blame.
rerun_failed() {
    local name=$1 failed
    shift
    failed=.pytest_cache/$name/v/cache/lastfailed
    [ -e "$failed" ] || return 0
    if [ "$(grep -c : "$failed")" -gt 5 ]; then
        say "too many tests failed ($name) to be run again"
        return 1
    fi
    say "once more, alone, what failed ($name):"
    cat "$failed" >&2
    run_tests "$name" --last-failed --last-failed-no-failures none "$@"
}
