"""What a rendering child could reach, and one that tries to (`jailed_child`)."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import tempfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from django.conf import settings
from django.test import override_settings

from documents.errors import ReadingError
from ocr_worker.rendering import child_process
from ocr_worker.rendering.jail import Layer, LayerReport
from ocr_worker.rendering.types import Limits

#: The user "nobody": who starts a site that is not started as root.
NOBODY = 65534

#: What became of an attempt, where it was not refused with an error's name.
DONE, KILLED = "done", "killed"


@dataclass(frozen=True)
class Site:
    """What belongs to the user who started the site: files, a queue, another process."""

    user: int
    original: Path
    targets: dict[str, Any]


@contextlib.contextmanager
def site_of(user: int) -> Iterator[Site]:
    """The things of a site that `user` started; only root can make them for another user."""
    with contextlib.ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        top.chmod(0o755)
        data, common = top / "data", top / "common"
        data.mkdir(0o700)
        common.mkdir()
        common.chmod(0o1777)
        secret, original = data / "secret_key", data / "original.pdf"
        secret.write_bytes(b"secret")
        original.write_bytes(b"%PDF-1.4")
        queue = stack.enter_context(socket.socket(socket.AF_UNIX))
        queue.bind(str(data / "queue.sock"))
        queue.listen()
        web = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        for path in (data, secret, original, data / "queue.sock"):
            path.chmod(0o700 if path == data else 0o600)
            os.chown(path, user, user)
        privileges: dict[str, Any] = {}
        if user != os.geteuid():
            privileges = {"user": user, "group": user, "extra_groups": []}
        sibling = subprocess.Popen(["sleep", "600"], env={"SECRET": "x"}, cwd="/", **privileges)
        stack.callback(sibling.wait)
        stack.callback(sibling.kill)
        yield Site(
            user,
            original,
            {
                "port": web.getsockname()[1],
                "socket_path": str(data / "queue.sock"),
                "secret": str(secret),
                "sibling": sibling.pid,
                "directory": str(data),
                "common": str(common),
            },
        )


class Attacker:
    """A child that was taken over, in a jail of `layers` (None: of all), of a site's user."""

    def __init__(self, site: Site, layers: Collection[Layer] | None = None) -> None:
        self._site = site
        self._child = child_process.ChildProcess(Limits(wall_seconds=60))
        self._environment = dict(settings.OCRSITE_UNTRUSTED_CHILD_ENVIRONMENT)
        if site.user != os.geteuid():
            self._environment["JAIL_START_AS"] = str(site.user)
        if layers is not None:
            self._environment["JAIL_LAYERS"] = ",".join(layer.value for layer in layers)

    def __enter__(self) -> Attacker:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.end()

    def start(self) -> tuple[LayerReport, ...]:
        """What became of the layers."""
        with (
            override_settings(OCRSITE_UNTRUSTED_CHILD_ENVIRONMENT=self._environment),
            mock.patch.object(child_process, "_MODULE", "tests.attacks.jailed_child"),
        ):
            return self._child.start()

    def attempt(self, name: str) -> str:
        """DONE, KILLED, or the name of the error with which it was refused (EPERM, ...)."""
        self.start()
        process = self._child._process
        assert process is not None
        arguments = {"name": name, **self._site.targets}
        request = {
            "action": "attempt", "mime_type": "attempt", "arguments": arguments, "cpu_seconds": 20,
        }  # fmt: skip
        try:
            with self._site.original.open("rb") as original:
                answer, _ = self._child.ask(request, original.fileno())
        except ReadingError:
            if process.returncode == 0:
                return DONE  # another program ran in its place, to its end
            if process.returncode == -signal.SIGSYS:
                return KILLED
            raise
        return str(answer["refused"]) or DONE
