"""What is done to many documents of the list at once."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from documents.actions.run_change import run_change_slice
from documents.admin import bulk
from documents.exports import zip_documents
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import Document, Role, Status, Team, User
from tests.documents.admin.conftest import browser_of
from tests.factories import make_document, make_team, make_user

Url = Callable[..., str]


@pytest.fixture
def do(url: Url) -> Callable[..., Any]:
    def act(client: Client, action: str, *documents: Document, where: str = "") -> Any:
        chosen = [str(document.id) for document in documents]
        return client.post(
            url("changelist") + where, {"action": action, "_selected_action": chosen}, follow=True
        )

    return act


def test_several_documents_go_into_the_trash_and_back(
    do: Callable[..., Any], browser: Client, team: Team
) -> None:
    documents = [make_document(team), make_document(team)]

    answer = do(browser, "move_to_trash", *documents)

    assert Document.objects.not_trashed().count() == 0
    assert "Done: 2 documents." in answer.content.decode()

    do(browser, "restore", *documents, where="?trash=only")

    assert Document.objects.not_trashed().count() == 2


def test_several_documents_are_read_again(
    do: Callable[..., Any], browser: Client, team: Team
) -> None:
    whole = make_document(team, pages=["a"])
    partial = make_document(team, status=Status.PARTIAL, pages=["a", "b"], failed=[2])

    do(browser, "read_failed_again", whole, partial)

    whole.refresh_from_db()
    partial.refresh_from_db()
    assert whole.status == Status.READY, "none of its pages failed"
    assert partial.status == Status.PROCESSING

    do(browser, "read_all_again", whole)

    whole.refresh_from_db()
    assert whole.status == Status.PROCESSING


def test_what_is_refused_is_told_beside_what_is_done(do: Callable[..., Any], team: Team) -> None:
    other = make_team()
    user = make_user(team=team, is_staff=True)
    user.memberships.create(team=other, role=Role.READER)
    mine, theirs = make_document(team), make_document(other)

    answer = do(browser_of(user), "move_to_trash", mine, theirs)

    theirs.refresh_from_db()
    assert not theirs.is_trashed
    assert "Done: 1 document." in answer.content.decode()
    assert "Not done to 1 document: Your role in the team" in answer.content.decode()


def test_a_reader_is_offered_downloads_only(
    do: Callable[..., Any], reader_browser: Client, team: Team, url: Url
) -> None:
    document = make_document(team)

    page = reader_browser.get(url("changelist")).content.decode()
    do(reader_browser, "move_to_trash", document)

    document.refresh_from_db()
    assert 'value="download"' in page
    assert 'value="move_to_trash"' not in page
    assert not document.is_trashed


def test_nothing_is_ever_deleted(root_browser: Client, team: Team, url: Url) -> None:
    document = make_document(team)

    assert 'value="delete_selected"' not in root_browser.get(url("changelist")).content.decode()
    assert root_browser.post(url("delete", document), {"post": "yes"}).status_code == 403
    assert Document.objects.filter(id=document.id).exists()


@pytest.mark.parametrize("action", ["move_to_trash", "read_all_again"])
def test_of_more_than_may_be_done_at_once_nothing_is_done(
    action: str,
    do: Callable[..., Any],
    browser: Client,
    team: Team,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bulk, "MOST_DOCUMENTS", 2)
    documents = [make_document(team, pages=["a"]) for _ in range(3)]

    answer = do(browser, action, *documents)

    assert not Document.objects.exclude(version=1).exists()
    assert "More than 2 documents are selected" in answer.content.decode()
    assert "Done" not in answer.content.decode()


def test_of_many_a_background_worker_makes_the_change(
    do: Callable[..., Any], browser: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_AT_ONCE", 2)
    documents = [make_document(team, pages=["a"]) for _ in range(3)]

    answer = do(browser, "move_to_trash", *documents)

    assert "goes on by itself" in answer.content.decode()
    assert not Document.objects.trashed().exists()
    while run_change_slice():
        pass
    assert Document.objects.trashed().count() == 3


def test_what_had_nothing_to_do_does_not_count_as_done(
    do: Callable[..., Any], browser: Client, team: Team
) -> None:
    whole = make_document(team, pages=["a"])
    partial = make_document(team, status=Status.PARTIAL, pages=["a", "b"], failed=[2])

    answer = do(browser, "read_failed_again", whole, partial)

    assert "Done: 1 document." in answer.content.decode()
    assert "There was nothing to do for 1 document." in answer.content.decode()


def test_originals_come_as_one_zip(do: Callable[..., Any], browser: Client, team: Team) -> None:
    one = _stored(team, "Счёт.pdf", b"one" * 200_000)
    two = _stored(team, "Счёт.pdf", b"two")
    lost = make_document(team, filename="lost.pdf")

    answer = do(browser, "download", one, two, lost)

    packed = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert packed.testzip() is None
    assert sorted(packed.namelist()) == ["MISSING.txt", "Счёт (2).pdf", "Счёт.pdf"]
    contents = {packed.read("Счёт.pdf"), packed.read("Счёт (2).pdf")}
    assert contents == {b"one" * 200_000, b"two"}
    assert "lost.pdf" in packed.read("MISSING.txt").decode()


def test_a_zip_that_would_be_too_large_is_refused(
    do: Callable[..., Any], browser: Client, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zip_documents, "MOST_BYTES", 1000)
    document = make_document(team, size=1001)

    answer = do(browser, "download", document)

    assert "in one download" in answer.content.decode()


def test_a_user_of_no_team_is_not_let_in(db: None, url: Url) -> None:
    nobody: User = make_user(is_staff=True)

    assert browser_of(nobody).get(url("changelist")).status_code == 403


def _stored(team: Team, filename: str, content: bytes) -> Document:
    document = make_document(team, filename=filename, size=len(content))
    archive().write(original_key(document.id, filename), content)
    return document
