"""A file that is refused, or finds no room, leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError

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
from documents.files.storage import LocalArchive
from documents.models import Document, Role, Tag, User
from tests.documents.actions.taken_files import PDF, files, staged, team, user
from tests.factories import make_team, make_user

assert team, user  # fixtures

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


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
