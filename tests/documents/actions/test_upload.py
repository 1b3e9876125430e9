"""A file taken in: kept and announced, found already there, or refused without a trace."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from documents.actions.trash import trash
from documents.actions.upload import upload
from documents.errors import (
    EmptyFile,
    InvalidRequest,
    NotAllowed,
    NotFound,
    StorageFull,
    UnsupportedFileType,
)
from documents.files.keys import original_key
from documents.files.storage import LocalArchive, archive
from documents.files.upload_staging import StagedFile, stage
from documents.models import (
    Document,
    Origin,
    OriginKind,
    PageStatus,
    Role,
    Tag,
    Task,
    Team,
    TokenLimits,
    TokenScope,
    User,
)
from documents.models.event import Event, EventKind
from documents.signals import tasks_waiting
from tests.factories import make_page, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]

PDF = b"%PDF-1.4 some content"


@pytest.fixture
def team(db: None) -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team)


def staged(content: bytes = PDF) -> StagedFile:
    return stage([content])


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


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


@pytest.mark.parametrize(
    ("content", "options", "error"),
    [
        (b"", {}, EmptyFile),
        (b"\0text", {}, UnsupportedFileType),
        (PDF, {"language": "russian"}, InvalidRequest),
        (PDF, {"ocr": "sometimes"}, InvalidRequest),
        (PDF, {"tags": ["x" * 101]}, InvalidRequest),
        (PDF, {"tags": [str(n) for n in range(51)]}, InvalidRequest),
    ],
)
def test_what_is_refused_leaves_no_trace(
    user: User, media: Path, content: bytes, options: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        upload(user, staged(content), "a.pdf", **options)

    assert files(media) == []
    assert not Document.objects.exists()
    assert not Tag.objects.exists()


def test_teams_that_are_not_ones_own_take_nothing(media: Path) -> None:
    team = make_team()
    reader = make_user(team=team, role=Role.READER)

    with pytest.raises(NotAllowed):
        upload(reader, staged(), "a.pdf")
    with pytest.raises(NotFound):
        upload(reader, staged(), "a.pdf", team_id=make_team().id)

    assert files(media) == []


def test_a_full_disk_leaves_no_document(
    user: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: LocalArchive, key: str, source: Path) -> None:
        raise StorageFull("No room.")

    monkeypatch.setattr(LocalArchive, "put", full)

    with pytest.raises(StorageFull):
        upload(user, staged(), "a.pdf")

    assert not Document.objects.exists()
    assert files(media) == []


def test_a_database_without_room_is_a_full_disk(
    user: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OperationalError("database or disk is full")

    monkeypatch.setattr("documents.events.record", full)

    with pytest.raises(StorageFull):
        upload(user, staged(), "a.pdf")

    assert not Document.objects.exists()
    assert files(media) == []


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_the_same_bytes_at_once_make_one_document(
    media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given both have looked for the bytes before either saves its file
    user = make_user(team=make_team())
    both_looked = threading.Barrier(2, timeout=20)
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


def test_a_commit_whose_answer_got_lost_keeps_its_file(
    user: User, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lost(Exception):
        pass

    class Atomic:
        def __enter__(self) -> None: ...

        def __exit__(self, *args: object) -> None:
            raise Lost

    monkeypatch.setattr("documents.actions.upload.transaction.atomic", Atomic)

    with pytest.raises(Lost):
        upload(user, staged(), "a.pdf")

    document = Document.objects.get()
    originals = [path for path in files(media) if path.name != "manifest.json"]
    assert originals == [media / original_key(document.id, "a.pdf")]


@pytest.mark.parametrize("said", [{"title": "a\x00b"}, {"tags": ["fine", "a\x00b"]}])
def test_a_text_that_no_database_keeps_is_refused_by_name(
    user: User, media: Path, said: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        upload(user, staged(), "a.pdf", **said)

    assert set(caught.value.fields) == set(said)
    assert not Document.objects.exists()
    assert files(media) == []
