"""A change of a document: version, fields, event and announcement, together or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from documents import events, signals
from documents.models import Document, Event
from documents.models.event import EventKind
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def announced() -> Iterator[list[uuid.UUID]]:
    """The documents that were announced as changed."""
    found: list[uuid.UUID] = []

    def note(document_ids: list[uuid.UUID], **_: Any) -> None:
        found.extend(document_ids)

    signals.documents_changed.connect(note)
    yield found
    signals.documents_changed.disconnect(note)


def test_a_change_is_a_version_an_event_and_an_announcement(announced: list[uuid.UUID]) -> None:
    document = make_document()
    announced.clear()
    user = make_user()
    document.title = "other"

    events.commit_change(document, EventKind.EDITED, user, changed=["title"])

    document.refresh_from_db()
    assert (document.title, document.version) == ("other", 2)
    event = Event.objects.get()
    assert (event.kind, event.actor) == (EventKind.EDITED, user)
    assert event.data == {"version": 2, "changed": ["title"]}
    assert announced == [document.id]


def test_a_receiver_that_fails_undoes_the_change() -> None:
    document = make_document()

    def fail(**_: Any) -> None:
        raise RuntimeError

    signals.documents_changed.connect(fail)
    try:
        document.title = "other"
        with pytest.raises(RuntimeError), transaction.atomic():
            events.commit_change(document)
    finally:
        signals.documents_changed.disconnect(fail)

    assert Document.objects.get().version == 1


def test_many_documents_change_in_one_update(announced: list[uuid.UUID]) -> None:
    team = make_team()
    ours = [make_document(team) for _ in range(3)]
    other = make_document()
    announced.clear()

    events.commit_changes(Document.objects.filter(team=team))

    assert set(announced) == {document.id for document in ours}
    other.refresh_from_db()
    assert other.version == 1
    assert set(Document.objects.filter(team=team).values_list("version", flat=True)) == {2}


def test_a_deleted_document_is_announced(announced: list[uuid.UUID]) -> None:
    document = make_document()
    announced.clear()

    events.delete_document(document.id)

    assert announced == [document.id]
    assert not Document.objects.exists()
