"""Every change leaves a row in its transaction, and following them skips none."""

from __future__ import annotations

import datetime
import threading
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.correct import correct
from documents.actions.decide import approve
from documents.actions.delete_tag import delete_tag
from documents.actions.edit import edit
from documents.actions.fail_page import fail_page
from documents.actions.prepare import fail_preparation
from documents.actions.purge import purge
from documents.actions.release_task import release_task
from documents.actions.rename_tag import rename_tag
from documents.actions.trash import trash
from documents.actions.untrash import untrash
from documents.errors import OriginalMissing
from documents.models import Document, SearchChange, Status
from documents.models.claim import ClaimOwner
from documents.search.index import change_feed
from documents.search.index.change_feed import Feed, Position
from tests.factories import make_document, make_team

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def document() -> Document:
    return make_document(make_team(), pages=["Первый лист"], tags=["смета"])


def following() -> Feed:
    """A feed that has delivered every change. (A test is one transaction, still open.)"""
    feed = Feed(change_feed.read_position())
    fed(feed)
    return feed


def fed(feed: Feed) -> list[uuid.UUID]:
    found = feed.read()
    feed.acknowledge(found)
    return found.documents


VERBS: dict[str, Callable[[Document], object]] = {
    "corrected": lambda d: correct(d.id, 1, {"b0": "Иначе"}, revision=0, actor=None),
    "retitled": lambda d: edit(d.id, actor=None, title="Новое имя"),
    "tagged": lambda d: edit(d.id, actor=None, tags=["счёт"]),
    "approved": lambda d: approve(d.id, actor=None),
    "its tag renamed": lambda d: rename_tag(d.tags.get().id, "иначе", actor=None),
    "its tag deleted": lambda d: delete_tag(d.tags.get().id, actor=None),
    "trashed": lambda d: trash(d.id, actor=None),
}


@pytest.mark.parametrize("verb", VERBS)
def test_a_document_that_is_changed_leaves_a_row(verb: str) -> None:
    changed = document()
    feed = following()

    VERBS[verb](changed)

    assert fed(feed) == [changed.id]
    assert fed(feed) == []


def test_one_taken_out_of_the_trash_or_purged_leaves_a_row() -> None:
    restored, purged = document(), document()
    for each in (restored, purged):
        trash(each.id, actor=None)
    feed = following()

    untrash(restored.id, actor=None)
    purge(purged.id)

    assert set(fed(feed)) == {restored.id, purged.id}


def test_what_was_rolled_back_has_not_changed() -> None:
    unchanged = document()
    feed = following()
    with transaction.atomic():
        edit(unchanged.id, actor=None, title="Не случилось")
        transaction.set_rollback(True)
    assert fed(feed) == []


def test_claiming_and_giving_back_a_page_or_a_task_is_no_change() -> None:
    to_read = make_document(status=Status.PROCESSING, pages=[None])
    make_document(status=Status.QUEUED)
    feed = following()
    rows = SearchChange.objects.count()

    page = claim_page(ClaimOwner("worker", uuid.uuid4()))
    assert page is not None and page.document_id == to_read.id
    assert page.renew()
    fail_page(page, OriginalMissing("not there yet"))  # it is tried again later
    for _ in range(2):
        task = claim_task()
        assert task is not None and task.renew()
        release_task(task)
    task = claim_task()
    assert task is not None
    fail_preparation(task, OriginalMissing("not there yet"))

    assert SearchChange.objects.count() == rows
    assert fed(feed) == []


def test_one_change_is_one_row() -> None:
    changed = document()
    rows = SearchChange.objects.count()

    edit(changed.id, actor=None, title="Новое имя", tags=["счёт"])

    assert SearchChange.objects.count() == rows + 1


def test_what_was_read_and_not_acknowledged_is_delivered_again() -> None:
    feed = following()
    first = document()
    assert feed.read().documents == [first.id]
    assert fed(feed) == [first.id]


def test_many_changes_come_in_batches_and_each_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(change_feed, "BATCH", 3)
    feed = following()
    ids = [uuid.uuid4() for _ in range(10)]
    change_feed.record_changes(ids)
    delivered = []
    while found := fed(feed):
        delivered += found
    assert delivered == ids


def test_a_position_is_continued_only_in_the_database_that_it_is_of() -> None:
    document()
    position = change_feed.read_position()
    assert change_feed.is_continued(position)

    later = SearchChange.objects.create(document_id=uuid.uuid4())
    of_the_future = Position(later.id + 5, timezone.now().isoformat(), position.transaction)
    assert not change_feed.is_continued(of_the_future)

    # An older copy was put in place, and the number was given again.
    moved = later.created_at + datetime.timedelta(seconds=1)
    assert not change_feed.is_continued(Position(later.id, moved.isoformat(), position.transaction))


def test_old_rows_go_and_the_newest_stays() -> None:
    document()
    long_ago = timezone.now() - change_feed.RETENTION - datetime.timedelta(hours=1)
    SearchChange.objects.update(created_at=long_ago)
    newest = SearchChange.objects.latest("id")

    change_feed.delete_old_changes()

    assert list(SearchChange.objects.all()) == [newest]


@pytest.fixture
def open_transaction() -> Iterator[Callable[[], uuid.UUID]]:
    """One that has changed a document and is open: calling it commits and returns the document."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    late = uuid.uuid4()
    started, go_on = threading.Event(), threading.Event()

    def write_late() -> None:
        with transaction.atomic():
            SearchChange.objects.create(document_id=late)
            started.set()
            go_on.wait(20)
        connections.close_all()

    def commit() -> uuid.UUID:
        go_on.set()
        writer.join()
        return late

    writer = threading.Thread(target=write_late)
    writer.start()
    assert started.wait(20)
    yield commit
    commit()


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_skipped(
    open_transaction: Callable[[], uuid.UUID],
) -> None:
    """A transaction that began before another, and commits after it was followed."""
    feed = following()
    early = SearchChange.objects.create(document_id=uuid.uuid4()).document_id
    assert fed(feed) == [early]  # at once, though an older one is open
    assert fed(feed) == []
    late = open_transaction()
    assert fed(feed) == [late]
    assert fed(feed) == []


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_skipped_by_a_process_that_was_killed(
    open_transaction: Callable[[], uuid.UUID],
) -> None:
    feed = following()
    early = SearchChange.objects.create(document_id=uuid.uuid4()).document_id
    assert fed(feed) == [early]
    late = open_transaction()
    assert late in fed(Feed(feed.position))


@pytest.mark.django_db(transaction=True)
def test_a_change_that_commits_late_is_not_skipped_between_two_batches(
    open_transaction: Callable[[], uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_feed, "BATCH", 2)
    feed = following()
    early = [SearchChange.objects.create(document_id=uuid.uuid4()).document_id for _ in range(5)]
    delivered = fed(feed)
    late = open_transaction()
    while found := fed(feed):
        delivered += found
    assert sorted(delivered) == sorted([*early, late])


@pytest.mark.django_db(transaction=True)
def test_what_is_remembered_does_not_grow_while_a_transaction_stays_open(
    open_transaction: Callable[[], uuid.UUID],
) -> None:
    feed = following()
    for _ in range(20):
        changed = SearchChange.objects.create(document_id=uuid.uuid4()).document_id
        assert fed(feed) == [changed]
    assert len(feed.read().delivered) <= 1
