"""The same bytes once more are the document that is there already."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from django.db import connection

from documents.actions.trash import trash
from documents.actions.upload import upload
from documents.files.keys import original_key
from documents.files.storage import LocalArchive, archive
from documents.models import Document, PageStatus, Task, Team, User
from documents.models.event import Event
from tests.documents.actions.taken_files import PDF, files, staged
from tests.factories import make_page, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team)


def test_the_same_bytes_are_the_first_document(user: User, media: Path) -> None:
    first = upload(user, staged(), "a.pdf").document

    again = upload(user, staged(), "b.pdf")

    assert (again.created, again.document) == (False, first)
    assert len(files(media)) == 1
    assert Event.objects.count() == 1


def test_the_same_bytes_take_the_first_document_out_of_the_trash(user: User) -> None:
    first = upload(user, staged(), "a.pdf").document
    trash(first.id, actor=user)

    assert not upload(user, staged(), "a.pdf").document.is_trashed
    first.refresh_from_db()
    assert not first.is_trashed


def test_the_same_bytes_mend_a_lost_original(user: User, media: Path) -> None:
    first = upload(user, staged(), "a.pdf").document
    archive().delete_tree(f"documents/{first.id}")

    upload(user, staged(), "b.pdf")

    assert (media / original_key(first.id, "a.pdf")).read_bytes() == PDF


def test_the_same_bytes_have_every_page_read_that_missed_them(user: User) -> None:
    first = upload(user, staged(), "a.pdf").document
    Document.objects.filter(id=first.id).update(
        status="partial", page_count=3, error_code="damaged-page", task=Task.NONE
    )
    for number, code in ((1, "damaged-page"), (2, "original-missing"), (3, "original-missing")):
        make_page(first, number, None, status=PageStatus.FAILED, error_code=code)

    upload(user, staged(), "a.pdf")

    assert first.pages.filter(number__gt=1, status=PageStatus.PENDING).count() == 2


def test_the_same_bytes_in_another_team_are_another_document(user: User) -> None:
    first = upload(user, staged(), "a.pdf").document

    outcome = upload(make_user(team=make_team()), staged(), "a.pdf")

    assert outcome.created
    assert outcome.document != first


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_bytes_at_once_make_one_document(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given both have looked for the bytes before either saves its file
    user = make_user(team=make_team())
    both_looked = threading.Barrier(2, timeout=60)
    put = LocalArchive.put

    def put_together(self: LocalArchive, key: str, source: Path) -> None:
        if "/original/" in key:  # one of them alone stores the manifest
            both_looked.wait()
        put(self, key, source)

    monkeypatch.setattr(LocalArchive, "put", put_together)
    outcomes = []

    def send() -> None:
        try:
            outcomes.append(upload(user, staged(), "a.pdf"))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(outcome.created for outcome in outcomes) == [False, True]
    document = Document.objects.get()
    assert {outcome.document for outcome in outcomes} == {document}
    originals = [path for path in files(media) if path.name != "manifest.json"]
    assert originals == [media / original_key(document.id, "a.pdf")]
