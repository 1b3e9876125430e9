"""Many documents' files in one zip, made while it is sent."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.actions.make_export import claim_export, publish_export
from documents.exports import zip_documents
from documents.files.keys import original_key, result_key
from documents.files.storage import archive
from documents.models import Document, Export, Member, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document, make_team

ZIP = "/api/v1/documents/zip/"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_documents, "_PAUSE", 0.0)


def make(team: Team, filename: str, **fields: Any) -> Document:
    document = make_document(team, filename=filename, pages=["text"], **fields)
    archive().write(original_key(document.id, filename), f"original of {filename}".encode())
    archive().write(result_key(document.id, "txt"), f"text of {filename}".encode())
    return document


@pytest.fixture
def documents(team: Team, media: Path) -> list[Document]:
    return [make(team, "a.pdf", tags=["x"]), make(team, "b.pdf"), make(team, "a.pdf", tags=["x"])]


def test_a_zip_is_ended_after_its_output_was_collected() -> None:
    """As happens to a download that is given up, when both are collected in one go."""
    output = zip_documents._ChunkBuffer()
    packed = zipfile.ZipFile(output, "w")
    packed.writestr("a.txt", "text")

    output.close()
    packed.close()

    with zipfile.ZipFile(io.BytesIO(output.take())) as ended:
        assert ended.read("a.txt") == b"text"


def make_next_export() -> None:
    claim = claim_export()
    if claim is not None:
        with archive().open_draft() as (path, file):
            file.write(f"{claim.kind} of {claim.document_id}".encode())
            file.close()
            publish_export(claim, path)


def read(answer: Any) -> dict[str, bytes]:
    """The files of the zip. Where a piece is empty, a background worker makes one file."""

    def pieces() -> Iterator[bytes]:
        for piece in answer.streaming_content:
            if not piece:
                make_next_export()
            yield piece

    assert answer.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces()))) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_files_of_named_documents_come_in_that_order(
    api: APIClient, documents: list[Document]
) -> None:
    ids = [str(document.id) for document in reversed(documents)]

    files = read(api.post(ZIP, {"ids": ids, "format": ["original", "txt"]}, format="json"))

    assert list(files) == ["a.pdf", "a.txt", "b.pdf", "b.txt", "a (2).pdf", "a (2).txt"]
    assert files["b.txt"] == b"text of b.pdf"


def test_files_are_made_while_the_zip_is_sent(api: APIClient, documents: list[Document]) -> None:
    files = read(api.get(ZIP, {"format": "docx", "ordering": "created_at"}))

    assert list(files) == ["a.docx", "b.docx", "a (2).docx"]
    assert files["b.docx"] == f"docx of {documents[1].id}".encode()


def test_a_filter_chooses_the_documents(api: APIClient, documents: list[Document]) -> None:
    files = read(api.get(ZIP, {"tag": "x", "format": ["original"]}))

    assert sorted(files) == ["a (2).pdf", "a.pdf"]


def test_files_are_made_a_few_ahead(
    api: APIClient, team: Team, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_documents, "_AHEAD", 3)
    for number in range(10):
        make(team, f"{number}.pdf")

    answer: Any = api.get(ZIP, {"format": "pdf"})
    pieces = iter(answer.streaming_content)
    assert next(pieces) == b""

    assert Export.objects.count() == 4


def test_what_can_not_be_had_is_named(api: APIClient, documents: list[Document]) -> None:
    unread = make_document(documents[0].team, filename="new.pdf", status="queued")

    files = read(api.post(ZIP, {"ids": [str(unread.id)], "format": ["pdf"]}, format="json"))

    assert list(files) == ["MISSING.txt"]
    assert str(unread.id) in files["MISSING.txt"].decode()


def test_nothing_of_other_teams_comes(
    api: APIClient, stranger_api: APIClient, documents: list[Document]
) -> None:
    other = make(make_team(), "secret.pdf")

    files = read(api.post(ZIP, {"ids": [str(other.id), str(documents[1].id)]}, format="json"))
    assert list(files) == ["b.pdf"]
    assert read(stranger_api.get(ZIP)) == {}


@pytest.mark.parametrize("body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": [], "format": ["exe"]}])
def test_a_selection_that_makes_no_sense_is_refused(
    api: APIClient, documents: list[Document], body: dict[str, Any]
) -> None:
    problem_of(api.post(ZIP, body, format="json"), 400)


def test_too_much_is_refused_before_it_begins(
    api: APIClient, documents: list[Document], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_documents, "MOST_BYTES", 1000)

    assert problem_of(api.get(ZIP), 400)["code"] == "download-too-large"


def test_what_came_together_lies_in_folders(
    api: APIClient, team: Team, documents: list[Document]
) -> None:
    letter = make(team, "letter.eml")
    paths = ("x/a.pdf", "b.pdf", "x/a.pdf")
    for number, (path, document) in enumerate(zip(paths, documents, strict=True)):
        Member.objects.create(
            container=letter, number=number, path=path, outcome="created", document=document.id
        )

    answer = api.get(f"{ZIP}?together={letter.id}&ordering=filename&format=original&format=txt")

    assert set(read(answer)) == {
        "letter.eml", "letter.txt", "letter/b.pdf", "letter/b.txt",
        "letter/x/a.pdf", "letter/x/a.txt", "letter/x/a (2).pdf", "letter/x/a (2).txt",
    }  # fmt: skip
