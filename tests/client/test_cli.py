"""The command line against a real server of the site (without workers: files are only accepted)."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from documents.files.keys import result_key
from documents.files.storage import archive
from documents.models import Document, Team, User
from documents.sign_in.tokens import create_token
from tests.factories import PASSWORD, make_document, make_team, make_user

# It is a client: what it is answered has tests of its own, which run on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

PDF = b"%PDF-1.4 a letter"


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user("maria", team=team)


class Terminal:
    """Runs `ocrsite-cli` in this process, logged in."""

    def __init__(self, url: str, token: str, captured: pytest.CaptureFixture[str]) -> None:
        self.url, self.token, self._captured = url, token, captured
        self.out, self.err = "", ""

    def run(self, *arguments: object, token: str | None = None) -> int:
        from ocrsite_client.cli import main

        verb, *rest = (str(each) for each in arguments)
        key = self.token if token is None else token
        site = ["--url", self.url, "--patience", "2", *(["--token", key] if key else [])]
        code = main([verb, *site, *rest])
        self.out, self.err = self._captured.readouterr()
        return code

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]


@pytest.fixture
def terminal(
    live_server: Any, user: User, media: Path, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    _, key = create_token(user)
    return Terminal(live_server.url, key, capsys)


def a_file(folder: Path, name: str = "Счёт №7 «копия».pdf", content: bytes = PDF) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_is_sent_once_with_its_name_and_tags(terminal: Terminal, tmp_path: Path) -> None:
    path = a_file(tmp_path / "scans")

    assert terminal.run("upload", path, "--tag", "incoming", "--tag", "2026", "--json") == 0
    assert terminal.run("upload", path) == 0

    document = Document.objects.get()
    assert document.filename == "Счёт №7 «копия».pdf"
    assert {tag.name for tag in document.tags.all()} == {"incoming", "2026"}
    assert str(document.id) in terminal.out


def test_what_is_refused_does_not_stop_the_others(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    a_file(folder, "bad.exe", b"MZ\x90\0\3\0\0\0nothing for us")
    a_file(folder, "empty.pdf", b"")
    a_file(folder, "good.pdf")

    assert terminal.run("upload", folder, tmp_path / "missing.pdf", "--json") == 1

    assert Document.objects.get().filename == "good.pdf"
    assert sum("error" in each and "file" in each for each in terminal.objects) == 3


def test_a_file_of_any_size_needs_no_memory(terminal: Terminal, tmp_path: Path) -> None:
    path = a_file(tmp_path / "scans", "large.pdf", PDF + bytes(20 * 2**20))

    assert terminal.run("upload", path) == 0

    assert Document.objects.get().size == path.stat().st_size


def test_documents_are_shown_filtered_and_by_id(terminal: Terminal, team: Team) -> None:
    read = make_document(team, title="Read", pages=["a"], tags=["x"])
    failed = make_document(team, title="Failed", status="failed", error_code="damaged-file")

    assert terminal.run("status", "--filter", "tag=x", "--json") == 0
    assert [each["id"] for each in terminal.objects] == [str(read.id)]
    assert terminal.run("status", read.id) == 0
    assert "ready" in terminal.out
    assert terminal.run("status", failed.id) == 1


def test_waiting_ends_when_it_has_been_read_or_can_not_be(
    terminal: Terminal, team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ocrsite_client.transport import Transport

    outcomes = iter(["processing", "ready", "failed"])

    def instead_of_sleeping(self: Transport, seconds: float) -> None:
        Document.objects.update(status=next(outcomes))

    monkeypatch.setattr(
        Transport, "sleep", property(lambda self: lambda s: instead_of_sleeping(self, s),
                                     lambda self, value: None), raising=False,
    )  # fmt: skip

    assert terminal.run("upload", a_file(tmp_path / "scans"), "--wait") == 0
    assert "ready" in terminal.out
    Document.objects.update(status="processing", error_code="damaged-file", error_detail="Broken.")
    assert terminal.run("upload", a_file(tmp_path / "scans"), "--wait", "--json") == 1
    assert terminal.objects[0]["error"]["detail"] == "Broken."


def test_files_are_downloaded_under_their_names(
    terminal: Terminal, team: Team, tmp_path: Path
) -> None:
    terminal.run("upload", a_file(tmp_path / "scans", "letter.pdf"))
    document = Document.objects.get()
    Document.objects.update(status="ready", results_version=1)
    archive().write(result_key(document.id, "txt"), "текст\n".encode())
    target = tmp_path / "out"

    assert terminal.run(
        "download", document.id, "--format", "original", "--format", "txt", "-o", target
    ) == 0  # fmt: skip

    assert (target / "letter.pdf").read_bytes() == PDF
    assert (target / "letter.txt").read_text("utf-8") == "текст\n"
    assert terminal.run("download", document.id, "-o", tmp_path / "copy.pdf") == 0
    assert (tmp_path / "copy.pdf").read_bytes() == PDF
    assert not list(tmp_path.rglob("*.part"))


def test_a_filter_is_exported_as_a_zip(terminal: Terminal, tmp_path: Path) -> None:
    import zipfile

    terminal.run("upload", a_file(tmp_path / "scans", "a.pdf"), "--tag", "x")
    terminal.run("upload", a_file(tmp_path / "scans", "b.pdf", PDF + b"2"))

    assert terminal.run("export", "--filter", "tag=x", "-o", tmp_path / "x.zip") == 0

    with zipfile.ZipFile(tmp_path / "x.zip") as packed:
        assert packed.namelist() == ["a.pdf"]


def test_a_folder_is_watched(terminal: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "scans"
    a_file(folder, "one.pdf")
    a_file(folder, "two.pdf", PDF + b"2")
    a_file(folder, "bad.exe", b"MZ\x90\0\3\0\0\0nothing for us")
    a_file(folder, "arriving.pdf.part")
    done, failed = tmp_path / "done", tmp_path / "failed"

    code = terminal.run(
        "watch", folder, "--once", "--every", "0.01", "--done", done, "--failed", failed
    )

    assert code == 1
    assert {each.filename for each in Document.objects.all()} == {"one.pdf", "two.pdf"}
    assert {path.name for path in done.iterdir()} == {"one.pdf", "two.pdf"}
    assert [path.name for path in failed.iterdir()] == ["bad.exe"]
    assert [path.name for path in folder.iterdir()] == ["arriving.pdf.part"]


def test_logging_in_keeps_the_token_for_this_user_only(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import io

    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{PASSWORD}\n"))

    assert terminal.run("login", "--user", "maria", "--password-stdin", token="") == 0

    path = tmp_path / "ocrsite" / "client.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert terminal.run("status", token="") == 0
    assert json.loads(path.read_text())["token"] not in terminal.out


@pytest.mark.parametrize(
    ("arguments", "token", "code"),
    [
        (["status"], "wrong", 3),
        (["status", "00000000-0000-0000-0000-000000000000"], None, 4),
        (["status", "--filter", "nonsense=1"], None, 2),
        (["status", "--filter", "nonsense"], None, 2),
    ],
)
def test_exit_statuses_say_what_went_wrong(
    terminal: Terminal, arguments: list[str], token: str | None, code: int
) -> None:
    assert terminal.run(*arguments, token=token) == code
    assert terminal.err.startswith("ocrsite-cli: ")


def test_a_server_that_is_not_there_is_told(terminal: Terminal) -> None:
    terminal.url = "http://127.0.0.1:9"

    assert terminal.run("status", "--patience", "0") == 5
