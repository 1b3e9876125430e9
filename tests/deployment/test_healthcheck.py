"""deploy/healthcheck.py, which a container engine runs every 30 s."""

from __future__ import annotations

import http.server
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.deployment import product

SCRIPT = product.ROOT / "deploy" / "healthcheck.py"


class _Answers(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(self.status if self.path == "/health" else 404)
        self.end_headers()
        self.wfile.write(b'{"status": "starting"}')

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def port() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield int(server.server_address[1])
        server.shutdown()


def check(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-I", str(SCRIPT), *arguments], env=variables,
                          capture_output=True, text=True, timeout=20, check=False)  # fmt: skip


def test_a_site_that_answers_is_well_also_while_it_starts(port: int) -> None:
    found = check(PORT=str(port))

    assert (found.returncode, found.stdout) == (0, '{"status": "starting"}\n')


def test_no_proxy_stands_between(port: int) -> None:
    assert check(PORT=str(port), http_proxy="http://127.0.0.1:9").returncode == 0


def test_a_site_that_fails_is_not_well(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Answers, "status", 500)

    found = check(PORT=str(port))

    assert found.returncode == 1
    assert found.stdout.startswith("not well: HTTP Error 500")


def test_a_site_that_is_not_there_is_not_well() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens
        found = check(PORT=str(taken.getsockname()[1]))

    assert found.returncode == 1
    assert found.stdout.startswith("not well: ")


def test_the_port_is_the_sites_where_none_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    script = product.script("healthcheck")

    class Opener:
        def open(self, url: str, timeout: float) -> None:
            asked.append(url)
            raise OSError("not asked")

    monkeypatch.setattr("urllib.request.build_opener", lambda *handlers: Opener())
    for value in (None, "", " "):
        if value is None:
            monkeypatch.delenv("PORT", raising=False)
        else:
            monkeypatch.setenv("PORT", value)
        assert script.main([]) == 1

    assert set(asked) == {f"http://127.0.0.1:{product.settings().port}/health"}


@pytest.mark.parametrize(
    ("command", "well"),
    [
        ("/opt/venv/bin/python manage.py worker ocr --slot 0", True),
        ("/opt/venv/bin/python manage.py worker background", False),
        ("/opt/venv/bin/python /app/manage.py serve worker", False),
        ("sh -c manage.py worker ocr", False),
    ],
)
def test_a_worker_is_healthy_while_an_ocr_worker_is_running(
    tmp_path: Path, command: str, well: bool
) -> None:
    for name, words in (("1", "/opt/venv/bin/python /app/manage.py serve worker"), ("7", command)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cmdline").write_bytes(words.replace(" ", "\0").encode() + b"\0")
    (tmp_path / "8").mkdir()  # it ended meanwhile
    (tmp_path / "self").mkdir()
    script = product.script("healthcheck")

    if well:
        assert script.worker(tmp_path) == "an OCR worker is running (process 7)"
    else:
        with pytest.raises(OSError, match="no OCR worker"):
            script.worker(tmp_path)
