"""A file taken in: it is kept and announced with what is said of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from documents.actions.upload import upload
from documents.files.keys import original_key
from documents.models import (
    Document,
    Origin,
    OriginKind,
    Tag,
    Task,
    Team,
    TokenLimits,
    TokenScope,
    User,
)
from documents.models.event import Event, EventKind
from documents.signals import tasks_waiting
from tests.documents.actions.taken_files import PDF, files, staged, team, user

assert team, user  # fixtures

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.mark.parametrize(
    ("limits", "origin"),
    [
        (None, Origin(OriginKind.BROWSER)),
        (
            TokenLimits(frozenset(TokenScope.values), None, timezone.now(), "scanner"),
            Origin(OriginKind.API, "scanner"),
        ),
    ],
)
def test_a_document_says_whence_it_came(
    user: User, limits: TokenLimits | None, origin: Origin
) -> None:
    user.limits = limits

    assert upload(user, staged(), "a.pdf").document.origin == origin


def test_an_address_is_kept_without_its_secrets(user: User) -> None:
    origin = Origin.from_address("https://me:secret@host.example:8443/a/b.pdf?signature=secret#x")

    document = upload(user, staged(), "a.pdf", origin=origin).document

    assert document.origin == Origin(
        OriginKind.ADDRESS, "host.example", "https://host.example/a/b.pdf"
    )


def test_a_new_file_is_kept_and_waits_to_be_read(user: User, team: Team, media: Path) -> None:
    outcome = upload(user, staged(), "../Отчёт.pdf")

    assert outcome.created
    document = Document.objects.get()
    assert document == outcome.document
    assert (document.filename, document.title, document.team) == ("Отчёт.pdf", "Отчёт", team)
    assert (document.status, document.task, document.size) == ("queued", Task.PREPARE, len(PDF))
    assert files(media) == [media / original_key(document.id, "Отчёт.pdf")]
    assert files(media)[0].read_bytes() == PDF


def test_an_upload_is_an_event_and_wakes_a_worker(
    user: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    woken: list[object] = []

    def wake(**kwargs: object) -> None:
        woken.append(kwargs)

    tasks_waiting.connect(wake)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            document = upload(user, staged(), "a.pdf").document
    finally:
        tasks_waiting.disconnect(wake)

    event = Event.objects.get()
    assert (event.kind, event.actor, event.document) == (EventKind.UPLOADED, user, document)
    assert len(woken) == 1


def test_a_worker_that_can_not_be_woken_fails_no_upload(
    user: User, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    def no_redis(**kwargs: object) -> None:
        raise ConnectionError

    tasks_waiting.connect(no_redis)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert upload(user, staged(), "a.pdf").created
    finally:
        tasks_waiting.disconnect(no_redis)


def test_a_file_without_a_suffix_gets_that_of_its_type(user: User) -> None:
    assert upload(user, staged(), "scan").document.filename == "scan.pdf"


def test_what_is_said_of_the_file_is_kept(user: User, team: Team) -> None:
    Tag.objects.create(team=team, name="Счёт")

    document = upload(
        user, staged(), "a.pdf", title=" Title ", tags=["счёт", "new", "NEW", " "],
        language="RU", ocr="always",
    ).document  # fmt: skip

    assert (document.title, document.language, document.ocr) == ("Title", "ru", "always")
    assert {tag.name for tag in document.tags.all()} == {"Счёт", "new"}
