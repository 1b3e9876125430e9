"""Who looked at what and downloaded what is noted, at every door, and no look waits for a write."""

from __future__ import annotations

import datetime
import uuid

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from documents.audit import reads as module
from documents.audit.reads import Note, Reads, reads
from documents.exports.page_images import store_thumbnail
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import AuditEntry, AuditKind, Document, User
from documents.sign_in.tokens import create_token
from tests.factories import FIGURE, make_document, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def document() -> Document:
    document = make_document(pages=["text"], title="Lease")
    archive().write(original_key(document.id, document.filename), b"%PDF-1.4 x")
    store_thumbnail(document.id, FIGURE)
    return document


@pytest.fixture
def user(document: Document) -> User:
    return make_user("clerk", team=document.team, is_staff=True)


def program(user: User) -> Client:
    return Client(headers={"authorization": f"Token {create_token(user)[1]}"})


def written() -> list[tuple[str, str]]:
    reads.flush()
    return list(AuditEntry.objects.order_by("id").values_list("kind", "what"))


def note(
    user: User, document: Document, kind: AuditKind = AuditKind.VIEWED, **other: object
) -> Note:
    values = {"what": "page", "at": timezone.now(), **other}
    return Note(kind, str(values["what"]), user.pk, user.username, document.id, values["at"])  # type: ignore[arg-type]


def test_a_look_and_a_download_by_the_api(document: Document, user: User) -> None:
    client, address = program(user), f"/api/v1/documents/{document.id}"

    for path in ("/", "", "/pages/", "/pages/1/", "/thumbnail/", "/original/", "/original"):
        answer = client.get(f"{address}{path}")
        assert answer.status_code == 200
        b"".join(answer) if answer.streaming else None

    assert written() == [("viewed", "page"), ("exported", "original"), ("exported", "original")]
    entry = AuditEntry.objects.earliest("id")
    assert (entry.user, entry.username, entry.team, entry.document_id, entry.title) == (
        user, "clerk", document.team, document.id, "Lease",
    )  # fmt: skip


def test_a_look_in_the_admin(document: Document, user: User) -> None:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    client.get(f"/admin/documents/document/{document.id}/change/")

    assert written() == [("viewed", "page")]


def test_a_refused_look_is_none(document: Document) -> None:
    outsider = make_user()

    assert program(outsider).get(f"/api/v1/documents/{document.id}/").status_code == 404
    assert Client().get(f"/api/v1/documents/{document.id}/").status_code == 401

    assert written() == []


def test_a_list_is_no_look(document: Document, user: User) -> None:
    program(user).get("/api/v1/documents/")

    assert written() == []


def test_looks_within_minutes_are_one_entry_and_later_ones_another(
    document: Document, user: User
) -> None:
    now, colleague = timezone.now(), make_user(team=document.team)
    for minutes in (0, 3, 9.9, 10.1):
        reads.note(note(user, document, at=now + datetime.timedelta(minutes=minutes)))
    reads.note(note(colleague, document, at=now))

    assert len(written()) == 3


def test_another_process_does_not_write_the_same_look(document: Document, user: User) -> None:
    one, other = Reads(), Reads()
    one.note(note(user, document))
    other.note(note(user, document))

    assert (one.flush(), other.flush()) == (1, 0)


def test_a_request_that_reads_writes_nothing(
    document: Document, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_write", lambda notes: pytest.fail("written in the request"))

    assert program(user).get(f"/api/v1/documents/{document.id}/").status_code == 200


def test_what_could_not_be_written_waits_for_the_next_time(
    document: Document, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads.note(note(user, document))
    with monkeypatch.context() as broken:
        broken.setattr(module, "_write", _refuse)
        with pytest.raises(IntegrityError):
            reads.flush()

    assert written() == [("viewed", "page")]


def _refuse(notes: list[Note]) -> int:
    raise IntegrityError


def test_people_and_documents_that_are_gone_stop_nothing(document: Document, user: User) -> None:
    gone = make_user("gone", team=document.team)
    reads.note(note(gone, document))
    reads.note(Note(AuditKind.VIEWED, "page", user.pk, "clerk", uuid.uuid4(), timezone.now()))
    gone.delete()

    assert written() == [("viewed", "page")]
    assert (AuditEntry.objects.get().user, AuditEntry.objects.get().username) == (None, "gone")


def test_a_download_of_several_documents_is_noted_for_each(document: Document, user: User) -> None:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    foreign = make_document(pages=["text"])

    ids = f"{document.id},{foreign.id}"
    answer = client.post("/documents/download/", {"kind": "original", "ids": ids})

    assert answer.status_code == 200
    b"".join(answer)
    assert written() == [("exported", "originals.zip")]


def test_a_database_that_takes_nothing_costs_no_memory_without_end(
    document: Document, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 3)
    for _ in range(5):
        reads.note(note(user, document, AuditKind.EXPORTED))

    assert len(written()) == 3
