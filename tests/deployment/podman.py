"""Podman, with images and containers of its own below the user's cache.

It is run so that it also works on a small virtual machine or in another container: without control
groups, and with the limits that are already set. A container's only network is its own loopback.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import psutil
import requests

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ocrsite-tests"
PROGRAMS = ("podman", "crun", "debootstrap", "unshare")
#: Where the images in the Dockerfile look for authorities, as Debian does.
_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
#: Files and processes. Podman asks for more than it may have where that can't be raised.
_MOST = 16384
#: crun refuses to start where both versions of control groups are mounted.
_START = 'umount /sys/fs/cgroup/unified 2>/dev/null || true; exec podman "$@"'


class BuildFailed(AssertionError):
    """With the end of what the build said."""


def find_obstacle() -> str | None:
    """Why no image can be built and run here; None where it can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "only root on Linux can make a Debian and run containers without a service"
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    return f"{', '.join(missing)} is not installed" if missing else None


def call(
    *arguments: str, check: bool = True, timeout: float = 120, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    run_directory = Path(f"/run/ocrsite-tests-{zlib.crc32(bytes(CACHE)):x}")
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", _START, "podman",
         f"--root={CACHE / 'containers'}", f"--runroot={run_directory}",
         f"--tmpdir={run_directory / 'libpod'}", "--cgroup-manager=cgroupfs", "--runtime=crun",
         *arguments],
        env={**os.environ, "DISABLE_HC_SYSTEMD": "true"}, input=stdin or "",
        capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip
    assert not check or done.returncode == 0, f"{' '.join(arguments)}: {done.stderr[-3000:]}"
    return done


@contextlib.contextmanager
def lock_store() -> Iterator[None]:
    """Nobody else uses the images and containers meanwhile. What an earlier run left behind is
    removed first; only images with a name, the bases, stay afterwards."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for directory in CACHE.glob("tmp*"):
            shutil.rmtree(directory)
        remove_all()
        yield
        remove_all()


def remove_all() -> None:
    call("rm", "--all", "--force", "--volumes", "--time=0", timeout=300)
    call("image", "prune", "--force", timeout=300)


# --- images ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Image:
    """`name`: its name or its id. `target` of the Dockerfile; `base`: what that was built on."""

    name: str
    target: str = ""
    base: str = ""

    @cached_property
    def inspected(self) -> dict[str, Any]:
        return dict(json.loads(call("image", "inspect", self.name).stdout)[0])

    @property
    def config(self) -> dict[str, Any]:
        return dict(self.inspected["Config"])

    @property
    def variables(self) -> dict[str, str]:
        pairs = (variable.partition("=") for variable in self.config.get("Env") or [])
        return {name: value for name, _, value in pairs}

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.config["Labels"])

    def run(self, *command: str, stdin: str | None = None, user: str = "0") -> str:
        """What a command says in a container that is gone afterwards."""
        return call(
            "run", "--rm", "--interactive", *_list_options(), f"--user={user}", "--entrypoint=",
            self.name, *command, stdin=stdin,
        ).stdout  # fmt: skip


def image_exists(name: str) -> bool:
    return call("image", "exists", name, check=False).returncode == 0


def build_image(
    context: Path,
    *,
    containerfile: Path | None = None,
    target: str = "",
    arguments: Mapping[str, str] | None = None,
    name: str = "",
) -> str:
    """Build an image from `context` and return its id. Nothing is taken from an earlier build, and
    no base from elsewhere. Raises BuildFailed."""
    given = {**(arguments or {})}
    if index := os.environ.get("PIP_INDEX_URL"):
        given["PIP_INDEX_URL"] = index
    with tempfile.TemporaryDirectory() as directory:
        identity = Path(directory) / "id"
        done = call(
            "build", "--isolation=chroot", "--network=host", "--format=docker", "--layers=false",
            "--pull=never", f"--iidfile={identity}",
            *(f"--volume={file}:{place}:ro" for file, place in _list_registry_files(directory)),
            *(f"--build-arg={argument}={value}" for argument, value in given.items()),
            *([f"--file={containerfile}"] if containerfile else []),
            *([f"--target={target}"] if target else []),
            *([f"--tag={name}"] if name else []),
            str(context),
            check=False, timeout=900,
        )  # fmt: skip
        if done.returncode:
            raise BuildFailed((done.stdout + done.stderr)[-3000:])
        return identity.read_text().removeprefix("sha256:")


def _list_registry_files(directory: str) -> list[tuple[str, str]]:
    """What a build needs to reach this machine's package registries: files, and their places."""
    asked = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
    named = [os.environ[variable] for variable in asked if variable in os.environ]
    [*existing] = [path for path in [*named, _AUTHORITIES] if Path(path).is_file()]
    if not existing:
        return []
    pip, uv = Path(directory, "pip.conf"), Path(directory, "uv.toml")
    pip.write_text(f"[global]\ncert = {_AUTHORITIES}\n")
    uv.write_text("system-certs = true\n")
    return [
        (existing[0], _AUTHORITIES),
        (str(pip), "/etc/pip.conf"),
        (str(uv), "/etc/uv/uv.toml"),
    ]


# --- containers -----------------------------------------------------------------------------------


def _list_options() -> list[str]:
    """Of every container: nothing is asked of the kernel that a small machine may refuse."""
    limits = {"nofile": resource.RLIMIT_NOFILE, "nproc": resource.RLIMIT_NPROC}
    given = {name: resource.getrlimit(limit)[1] % 2**63 for name, limit in limits.items()}
    return [
        "--cgroups=disabled", "--network=none", "--http-proxy=false", "--log-driver=k8s-file",
        *(f"--ulimit={name}={min(most, _MOST)}" for name, most in given.items()),
    ]  # fmt: skip


@dataclass
class Container:
    """A running one; it listens on a network of its own."""

    id: str
    _inside: ThreadPoolExecutor = field(init=False)
    _session: requests.Session = field(init=False, default_factory=requests.Session)

    def __post_init__(self) -> None:
        self._session.trust_env = False
        self._inside = ThreadPoolExecutor(1, initializer=_enter_network, initargs=(self.init.pid,))

    def close(self) -> None:
        self._inside.shutdown()

    @property
    def state(self) -> dict[str, Any]:
        return dict(json.loads(call("inspect", self.id).stdout)[0]["State"])

    @cached_property
    def init(self) -> psutil.Process:
        """The process that is PID 1 inside."""
        return psutil.Process(self.state["Pid"])

    def processes(self) -> list[psutil.Process]:
        return [self.init, *self.init.children(recursive=True)]

    @property
    def log(self) -> str:
        found = call("logs", self.id)
        return found.stdout + found.stderr

    def execute(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run one more command inside, as the container's user."""
        return call("exec", self.id, *command, check=False)

    def check_health(self) -> tuple[int, str]:
        """The image's own health check: its exit status, and what it said."""
        done = call("healthcheck", "run", self.id, check=False)
        log = self.state.get("Health") or self.state["Healthcheck"]
        return done.returncode, log["Log"][-1]["Output"]

    def ask(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        """A request to the port that the site has where none is set."""
        url = f"http://127.0.0.1:8081{path}"
        request = self._inside.submit(self._session.request, method, url, timeout=60, **options)
        return request.result()

    def health(self) -> dict[str, Any]:
        """What /health answers; empty while it does not."""
        with contextlib.suppress(requests.RequestException):
            return dict(self.ask("/health").json())
        return {}

    def log_in(self) -> None:
        """As the first administrator, with the password that the log has."""
        lines = [json.loads(line) for line in self.log.splitlines() if '"password"' in line]
        [password] = [line["password"] for line in lines]
        answer = self.ask("/api/v1/auth/token/", "POST",
                          json={"username": "admin", "password": password})  # fmt: skip
        assert answer.status_code == 200, answer.text
        self._session.headers["Authorization"] = f"Token {answer.json()['token']}"

    def writable(self, *places: str) -> set[str]:
        """The directories below `places` in which its user can make files, without the engine's
        own; of those inside each other only the outermost."""
        found = self.execute("find", *places, "(", "-path", "/proc", "-o", "-path", "/dev", "-o",
                             "-path", "/sys", ")", "-prune", "-o",
                             "-type", "d", "-writable", "-prune", "-print")  # fmt: skip
        return set(found.stdout.split())

    def changed(self) -> set[str]:
        """What was made or removed since it was started, as the engine sees it; without volumes."""
        lines = call("diff", self.id).stdout.splitlines()
        return {line[2:] for line in lines if not line.startswith("C ")}

    def stop(self, within: float) -> float:
        """As `docker stop`; returns the seconds it took. The engine kills what takes longer than
        `within`."""
        begun = time.monotonic()
        call("stop", f"--time={round(within)}", self.id)
        return time.monotonic() - begun


@contextlib.contextmanager
def run_container(image: Image, *options: str, command: Sequence[str] = ()) -> Iterator[Container]:
    identity = call(
        "run", "--detach", *_list_options(), *options, image.name, *command
    ).stdout.strip()
    try:
        container = Container(identity)
        try:
            yield container
        finally:
            container.close()
    finally:
        call("rm", "--force", "--volumes", "--time=0", identity)


def _enter_network(pid: int) -> None:
    """From now on this thread's connections are made in the network that a process has."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path(f"/proc/{pid}/ns/net").open() as network:
        if libc.setns(network.fileno(), 0x40000000) != 0:  # CLONE_NEWNET
            raise OSError(ctypes.get_errno(), "setns")
