"""A file made on request: waited for, made once, made again when the text has changed."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from django.utils import timezone

from documents.actions.correct import correct
from documents.actions.make_export import (
    MAX_ATTEMPTS,
    claim_export,
    fail_export,
    forget_unused_exports,
    publish_export,
)
from documents.actions.request_export import MAX_EXPORTS, request_export
from documents.errors import ArchiveError, DamagedFile, ExportFailed, LeaseLost, NotFound, NotYet
from documents.exports.options import ExportOptions, parse_options
from documents.files.storage import archive
from documents.models import Document, Export, Role, Status, User
from tests.factories import make_document, make_team, make_user

pytestmark = pytest.mark.django_db

WHOLE = ExportOptions()


@pytest.fixture
def document(media: Path) -> Document:
    return make_document(make_team(), pages=["one", "two", "three"])


@pytest.fixture
def reader(document: Document) -> User:
    return make_user(team=document.team, role=Role.READER)


def make(content: bytes) -> None:
    """What a background worker does, with `content` as the file."""
    claim = claim_export()
    assert claim is not None
    with archive().open_draft() as (path, file):
        file.write(content)
        file.close()
        publish_export(claim, path)


def content_of(document: Document, options: ExportOptions = WHOLE) -> bytes | None:
    download = request_export(document.id, "pdf", options, actor=None)
    if download is None:
        return None
    content = download.open()
    try:
        return b"".join(content.read_range(0, content.size))
    finally:
        content.close()


def test_whoever_may_see_the_document_gets_the_file_once_it_is_made(
    document: Document, reader: User
) -> None:
    assert request_export(document.id, "pdf", WHOLE, actor=reader) is None
    assert request_export(document.id, "pdf", WHOLE, actor=reader) is None
    make(b"made")

    assert content_of(document) == b"made"
    assert claim_export() is None, "made once, however often it was asked for"


def test_others_do_not_learn_that_it_exists(document: Document) -> None:
    with pytest.raises(NotFound):
        request_export(document.id, "pdf", WHOLE, actor=make_user(team=make_team()))

    assert not Export.objects.exists()


def test_after_a_correction_it_is_made_again(document: Document) -> None:
    content_of(document)
    make(b"before")
    correct(document.id, 1, {"b0": "uno"}, revision=0, actor=None)

    assert content_of(document) is None, "never an outdated one"
    make(b"after")
    assert content_of(document) == b"after"


def test_a_correction_while_it_is_made_has_it_made_once_more(document: Document) -> None:
    content_of(document)
    claim = claim_export()
    assert claim is not None
    correct(document.id, 1, {"b0": "uno"}, revision=0, actor=None)
    with archive().open_draft() as (path, file):
        file.close()
        publish_export(claim, path)

    assert content_of(document) is None
    assert claim_export() is not None


def test_while_the_document_is_read_again_the_old_one_is_sent(document: Document) -> None:
    content_of(document)
    make(b"old")
    Document.objects.filter(id=document.id).update(status=Status.PROCESSING, content_version=9)

    assert content_of(document) == b"old"


def test_parts_are_files_of_their_own(document: Document) -> None:
    part = parse_options("pdf", {"pages": "2-3"}, 3)
    content_of(document)
    make(b"whole")
    content_of(document, part)
    make(b"part")

    assert content_of(document) == b"whole"
    assert content_of(document, part) == b"part"
    assert parse_options("pdf", {"pages": "1-2, 3"}, 3) == WHOLE


def test_why_it_could_not_be_made_is_told_and_it_is_tried_later(document: Document) -> None:
    content_of(document)
    claim = claim_export()
    assert claim is not None
    fail_export(claim, DamagedFile("It is damaged."))

    with pytest.raises(DamagedFile, match="It is damaged"):
        content_of(document)
    an_hour_ago = timezone.now() - datetime.timedelta(hours=1)
    Export.objects.update(changed_at=an_hour_ago)
    assert content_of(document) is None


def test_what_may_work_next_time_is_tried_again_soon(document: Document) -> None:
    content_of(document)
    claim = claim_export()
    assert claim is not None
    fail_export(claim, ExportFailed("An unexpected error."))

    with pytest.raises(ExportFailed) as told:
        content_of(document)
    assert told.value.retry_after is not None and 0 < told.value.retry_after <= 10
    seconds = datetime.timedelta(seconds=told.value.retry_after)
    Export.objects.update(changed_at=timezone.now() - seconds)

    assert content_of(document) is None
    assert claim_export() is not None


def test_a_file_that_ends_its_process_is_given_up(document: Document) -> None:
    content_of(document)
    for _ in range(MAX_ATTEMPTS):
        assert claim_export() is not None
        Export.objects.update(lease_expires_at=timezone.now() - datetime.timedelta(seconds=1))

    assert claim_export() is None
    with pytest.raises(ExportFailed) as told:
        content_of(document)
    assert told.value.retry_after is not None and told.value.retry_after > 500


def test_who_lost_the_lease_publishes_nothing(document: Document) -> None:
    content_of(document)
    slow = claim_export()
    assert slow is not None
    Export.objects.update(lease_expires_at=timezone.now() - datetime.timedelta(seconds=1))
    make(b"of the second")

    assert not slow.renew()
    with archive().open_draft() as (path, file):
        file.close()
        with pytest.raises(LeaseLost):
            publish_export(slow, path)
    assert content_of(document) == b"of the second"


def test_a_lost_file_is_made_again(document: Document) -> None:
    content_of(document)
    make(b"lost")
    for path in archive().path(f"documents/{document.id}/exports").iterdir():
        path.unlink()
    Export.objects.update(changed_at=timezone.now() - datetime.timedelta(minutes=1))

    assert content_of(document) is None
    assert claim_export() is not None


def test_what_nobody_asks_for_is_removed(document: Document) -> None:
    content_of(document)
    make(b"unused")
    directory = archive().path(f"documents/{document.id}/exports")
    assert len(list(directory.iterdir())) == 1

    assert forget_unused_exports(datetime.timedelta(days=1)) == 0
    assert forget_unused_exports(datetime.timedelta(seconds=-1)) == 1
    assert list(directory.iterdir()) == []


def test_a_document_has_so_many_parts_at_most(media: Path) -> None:
    document = make_document(make_team(), pages=["page"] * (MAX_EXPORTS + 3))
    for number in range(1, MAX_EXPORTS + 3):
        request_export(
            document.id, "pdf", parse_options("pdf", {"pages": str(number)}, 99), actor=None
        )

    assert document.exports.count() == MAX_EXPORTS


def test_a_document_that_was_not_read_has_none(media: Path) -> None:
    document = make_document(make_team(), pages=[None], status=Status.PROCESSING)

    with pytest.raises(NotYet):
        content_of(document)


@pytest.mark.parametrize("pages", ["0", "x", "3-1", "9", "1-2-3", "-2"])
def test_pages_that_make_no_sense_are_refused(pages: str) -> None:
    with pytest.raises(ArchiveError):
        parse_options("pdf", {"pages": pages}, 5)


def test_options_survive_being_stored() -> None:
    options = parse_options("json", {"pages": "5-, 1", "fields": "text,number"}, 9)

    assert options.variant == "pages=1,5-9&fields=number,text"
    assert ExportOptions.from_variant(options.variant) == options
