"""What a container engine does, as far as a Linux machine can do it by itself: a root directory,
process ids, mounts, network and host name of its own, any uid, and nothing in the environment.

In that root is what the Dockerfile copies and makes; what it would install is this machine's: /usr
with Tesseract's data, and the running Python with its packages in place of /opt/venv.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import psutil

VENV = "/opt/venv"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_NAMESPACES = ["--mount", "--pid", "--net", "--ipc", "--uts"]
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")

#: Arguments: the root, "ro" or "rw", a volume for /app/data or "", then what to run as PID 1.
_START = r"""
set -eu
root=$1 access=$2 volume=$3; shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777,nosuid,nodev,noexec tmpfs "$root/tmp"
for place in $BOUND; do
    from=${place%%=*} to=$root${place##*=}
    mkdir -p "$to"
    mount --bind "$from" "$to"
    mount -o remount,bind,ro "$to"
done
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir -m 1777 "$root/dev/shm"
for device in null zero full random urandom; do
    : >"$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
[ -z "$volume" ] || mount --bind "$volume" "$root/app/data"
[ "$access" = rw ] || mount -o remount,bind,ro "$root"
"$PYTHON" -c 'import fcntl, socket, struct
with socket.socket() as probe: fcntl.ioctl(probe, 0x8914, struct.pack("16sh", b"lo", 1))'
exec "$@"
"""


@lru_cache(maxsize=1)
def impossible() -> str | None:
    """Why no container can be made here; None where one can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can make namespaces and change to another uid"
    for program in ("unshare", "nsenter", "setpriv", "chroot", "mount"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    tried = subprocess.run(["unshare", "--fork", *_NAMESPACES, "mount", "--make-rprivate", "/"],
                           capture_output=True, text=True, check=False)  # fmt: skip
    return f"namespaces are not allowed: {tried.stderr.strip()}" if tried.returncode else None


def furnish(root: Path) -> None:
    """Make the places in `root` where this machine's system and Python will be seen."""
    for place in ("proc", "tmp", "dev", "etc", "opt/venv", "root", "home"):
        (root / place).mkdir(parents=True, exist_ok=True)
    for place in _SYSTEM:
        if Path(place).is_symlink() and not (root / place[1:]).is_symlink():
            (root / place[1:]).symlink_to(os.readlink(place))
    # The linker's list of this system's libraries; no users but root.
    with contextlib.suppress(FileNotFoundError):
        shutil.copy("/etc/ld.so.cache", root / "etc")
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")


def _bound() -> list[tuple[str, str]]:
    """Directories of this machine, and where they are seen inside."""
    system = [place for place in _SYSTEM if Path(place).is_dir() and not Path(place).is_symlink()]
    pythons, link = {sys.base_prefix}, Path(sys.executable)
    while link.is_symlink():
        link = link.parent / os.readlink(link)
        pythons.add(str(link.parent.parent.resolve()))
    outside = sorted(prefix for prefix in pythons if not prefix.startswith(("/usr", sys.prefix)))
    return [*((place, place) for place in [*system, *outside]), (sys.prefix, VENV)]


def run(root: Path, command: Sequence[str], variables: Mapping[str, str], directory: str) -> None:
    """Run a step of a build as root in `root`, which keeps what it makes."""
    subprocess.run(
        _unshare(root, "rw", "", _as(0, root, command, variables, directory)),
        env=_environment(), stdin=subprocess.DEVNULL, check=True, timeout=120,
    )  # fmt: skip


@dataclass
class Container:
    """A running one. `log` is what its processes wrote."""

    root: Path
    uid: int
    variables: dict[str, str]
    directory: str
    log_file: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self, command: Sequence[str], *, read_only: bool, volume: Path | None) -> None:
        inside = _as(self.uid, self.root, command, self.variables, self.directory)
        access = "ro" if read_only else "rw"
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                _unshare(self.root, access, str(volume or ""), inside),
                env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip

    @property
    def log(self) -> str:
        return self.log_file.read_text(encoding="utf-8", errors="replace")

    def init(self) -> psutil.Process:
        """The process that is PID 1 inside. Raises ValueError when there is none."""
        [found] = self.children()
        return found

    def children(self, *, recursive: bool = False) -> list[psutil.Process]:
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive)
        return []

    def execute(self, *command: str, uid: int | None = None) -> subprocess.CompletedProcess[str]:
        """Run one more command inside, as `docker exec` and health checks do."""
        user = str(self.uid if uid is None else uid)
        return subprocess.run(
            ["nsenter", f"--target={self.init().pid}", *_NAMESPACES, "--root",
             "--wd", "--setuid", user, "--setgid", user, "--",
             "/usr/bin/env", "-i", *_words(self.variables), *command],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False,
        )  # fmt: skip

    def health(self) -> dict[str, Any]:
        """What /health answers inside; empty while it does not."""
        url = "http://127.0.0.1:8081/health"
        ask = f"import urllib.request as u; print(u.urlopen('{url}', timeout=5).read().decode())"
        with contextlib.suppress(ValueError, psutil.Error):  # not there yet
            return dict(json.loads(self.execute(f"{VENV}/bin/python", "-c", ask).stdout))
        return {}

    def writable(self, *places: str) -> list[str]:
        """The directories below `places` in which its user can make files, /proc apart; of those
        inside each other only the outermost."""
        found = self.execute("/usr/bin/find", *places, "-path", "/proc", "-prune", "-o",
                             "-type", "d", "-writable", "-prune", "-print")  # fmt: skip
        return sorted(found.stdout.split())

    def stop(self, within: float) -> tuple[int, float]:
        """As `docker stop`: SIGTERM to PID 1. Returns its exit status and the seconds it took."""
        begun = time.monotonic()
        self.init().send_signal(signal.SIGTERM)
        status = self.process.wait(within)
        return status, time.monotonic() - begun


@contextlib.contextmanager
def running(container: Container, command: Sequence[str], *, read_only: bool = False,
            volume: Path | None = None) -> Iterator[Container]:  # fmt: skip
    container.start(command, read_only=read_only, volume=volume)
    try:
        yield container
    finally:
        # The kernel ends whatever is left inside when PID 1 ends.
        for process in container.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        container.process.kill()
        container.process.wait(10)


@contextlib.contextmanager
def directory_for_roots() -> Iterator[Path]:
    """Where any uid can go: a test's own temporary directories are open to their owner only. In
    memory, where there is plenty of it."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 2**30
    path = Path(tempfile.mkdtemp(prefix="ocrsite-image-", dir=memory if roomy else None))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path)


def _unshare(root: Path, access: str, volume: str, inside: Sequence[str]) -> list[str]:
    return ["unshare", "--fork", *_NAMESPACES, "--",
            "/bin/sh", "-c", _START, "sh", str(root), access, volume, *inside]  # fmt: skip


def _as(uid: int, root: Path, command: Sequence[str], variables: Mapping[str, str],
        directory: str) -> list[str]:  # fmt: skip
    """`command` in `root`, with these variables and no others, without groups or new rights."""
    return ["/usr/bin/env", "-i", *_words(variables), shutil.which("chroot") or "chroot", str(root),
            shutil.which("setpriv") or "setpriv", f"--reuid={uid}", f"--regid={uid}",
            "--clear-groups", "--no-new-privs", "/bin/sh", "-c", 'cd "$1" && shift && exec "$@"',
            "sh", directory, *command]  # fmt: skip


def _words(variables: Mapping[str, str]) -> list[str]:
    return [f"{name}={value}" for name, value in variables.items()]


def _environment() -> dict[str, str]:
    bound = " ".join(f"{outside}={inside}" for outside, inside in _bound())
    return {"PATH": SYSTEM_PATH, "BOUND": bound, "PYTHON": sys.executable}
