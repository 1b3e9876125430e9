"""`ocrsite-cli migrate-paperless`: what paperless-ngx knows of its documents arrives here, once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from documents.models import Document, Team, User
from documents.sign_in.tokens import create_token
from tests.client.paperless import TOKEN, PaperlessServer
from tests.client.test_cli import Terminal, team, terminal, user  # noqa: F401

# It is a client: what it is answered has tests of its own, which run on both databases.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


@pytest.fixture
def paperless() -> Iterator[PaperlessServer]:
    server = PaperlessServer(
        tags={1: "Rechnung, bezahlt", 2: "Дом"}, correspondents={7: "ООО «Свет»"},
        document_types={4: "Invoice"},
    )  # fmt: skip
    server.add(
        b"%PDF-1.4 one", title="Счёт за свет", tags=[1, 2], correspondent=7, document_type=4,
        created="2023-05-01T00:00:00+03:00", archive_serial_number=17,
        original_file_name="Счёт 1.pdf", notes=[{"id": 1, "note": "ask again"}],
    )  # fmt: skip
    server.add(b"%PDF-1.4 two", original_file_name="../../etc/passwd.pdf")
    server.add(b"MZ\x90\0\3\0\0\0nothing for us", original_file_name="setup.exe")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.jsonl"


def migrate(
    terminal: Terminal,  # noqa: F811
    paperless: PaperlessServer,
    report: Path,
    *more: str,
    token: str = TOKEN,
) -> int:
    given = ("--paperless-token", token, "--report", report, *more)
    return terminal.run("migrate-paperless", paperless.url, *given)


def test_titles_names_tags_correspondents_and_dates_are_kept(
    terminal: Terminal,  # noqa: F811
    paperless: PaperlessServer,
    report: Path,
) -> None:
    assert migrate(terminal, paperless, report, "--tag", "from paperless") == 1

    first, second = Document.objects.order_by("created_at")
    assert (first.title, first.filename) == ("Счёт за свет", "Счёт 1.pdf")
    assert {tag.name for tag in first.tags.all()} == {
        "Rechnung; bezahlt", "Дом", "from: ООО «Свет»", "type: Invoice", "dated: 2023-05-01",
        "asn: 17", "from paperless",
    }  # fmt: skip
    assert second.filename == "passwd.pdf"
    entries = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert [entry["outcome"] for entry in entries] == ["arrived", "arrived", "failed"]
    assert entries[0]["id"] == str(first.id)
    assert entries[0]["paperless"]["unkept"] == {"notes": ["ask again"]}
    assert "notes of 1" in terminal.out
    assert "setup.exe" in terminal.err


def test_a_second_run_brings_only_what_has_not_arrived(
    terminal: Terminal,  # noqa: F811
    paperless: PaperlessServer,
    report: Path,
) -> None:
    migrate(terminal, paperless, report)
    with report.open("a") as file:
        file.write('{"outcome": "arr')  # killed while it was writing
    paperless.documents[2]["original_file_name"] = "mended.pdf"
    paperless.files[3] = b"%PDF-1.4 three"
    paperless.asked.clear()

    assert migrate(terminal, paperless, report) == 0

    assert Document.objects.count() == 3
    assert [each for each in paperless.asked if "download" in each] == [
        "/api/documents/3/download/?original=true"
    ]
    assert migrate(terminal, paperless, report) == 0
    assert "3 known" in terminal.out


def test_who_has_lost_the_report_gets_nothing_twice(
    terminal: Terminal,  # noqa: F811
    paperless: PaperlessServer,
    report: Path,
) -> None:
    migrate(terminal, paperless, report)
    document = Document.objects.earliest("created_at")
    document.tags.remove(document.tags.get(name="Дом"))
    document.tags.create(name="mine", team=document.team)
    report.unlink()

    migrate(terminal, paperless, report)

    assert Document.objects.count() == 2
    assert {"mine", "Дом"} <= {tag.name for tag in document.tags.all()}


def test_a_dry_run_changes_nothing(
    terminal: Terminal,  # noqa: F811
    paperless: PaperlessServer,
    report: Path,
) -> None:
    assert migrate(terminal, paperless, report, "--dry-run", "--dates", "year") == 0

    assert "dated: 2023]" in terminal.out
    assert "3 planned" in terminal.out
    assert not Document.objects.exists()
    assert not report.exists()
    assert not any("download" in each for each in paperless.asked)


def test_a_busy_server_is_asked_again(
    terminal: Terminal,  # noqa: F811
    paperless: PaperlessServer,
    report: Path,
) -> None:
    paperless.busy = 1

    migrate(terminal, paperless, report)

    assert Document.objects.count() == 2


def test_a_wrong_token_is_told(
    terminal: Terminal,  # noqa: F811
    paperless: PaperlessServer,
    report: Path,
) -> None:
    assert migrate(terminal, paperless, report, token="wrong") == 3
    assert "Invalid token" in terminal.err


def test_a_token_that_may_not_write_ends_it_at_once(
    terminal: Terminal,  # noqa: F811
    paperless: PaperlessServer,
    report: Path,
    user: User,  # noqa: F811
    team: Team,  # noqa: F811
) -> None:
    terminal.token = create_token(user, name="r", scopes=["read"])[1]

    assert migrate(terminal, paperless, report) == 3
    assert sum("download" in each for each in paperless.asked) == 1
