"""A new version: another file takes a document's place, and the older one stays readable."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from documents.access import SYSTEM
from documents.actions.decide import approve
from documents.actions.edit import edit
from documents.actions.hold import hold, lift_hold
from documents.actions.make_newest import make_newest
from documents.actions.move_to_team import move_to_team
from documents.actions.purge import purge, purge_if
from documents.actions.purge_due import is_purge_due
from documents.actions.replace import replace
from documents.actions.trash import trash
from documents.actions.untrash import untrash
from documents.actions.upload import Uploaded, upload
from documents.errors import AlreadyInTeam, EmptyFile, InTrash, OnHold, Replaced, SameFile
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.files.upload_staging import stage
from documents.models import Document, ReviewStatus, Role, Task, Team, Tombstone, User
from documents.replication.manifest import build_manifest, dump_manifest, parse_manifest
from documents.replication.restore_document import Outcome, restore_document
from documents.replication.sources import DirectorySource
from documents.search.index.entry_loader import load_facts
from documents.search.query.document_filters import filter_documents
from documents.text.arranged import ArrangedPage
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    return make_team()


@pytest.fixture
def user(team: Team) -> User:
    return make_user(team=team, role=Role.MANAGER)


def pdf(text: str) -> bytes:
    return b"%PDF-1.4\n" + text.encode()


def send(user: User, text: str, **fields: object) -> Document:
    return upload(user, stage([pdf(text)]), "order.pdf", **fields).document  # type: ignore[arg-type]


def send_next(user: User, document: Document, text: str) -> Uploaded:
    return replace(document.id, stage([pdf(text)]), "order 2.pdf", actor=user)


def listed(user: User) -> list[uuid.UUID]:
    return [document.id for document in filter_documents(user, {})]


def test_the_new_file_takes_its_place_with_its_title_and_tags(user: User) -> None:
    first = send(user, "one", title="Order 17", tags=["orders"], language="ru", priority="high")
    second = send_next(user, first, "two").document
    assert (second.title, second.filename, second.edition) == ("Order 17", "order 2.pdf", 2)
    assert [tag.name for tag in second.tags.all()] == ["orders"]
    assert (second.language, second.priority, second.task) == ("ru", first.priority, Task.PREPARE)
    assert second.replaces == second.edition_of == first.id
    third = send_next(user, second, "three").document
    assert (third.edition, third.replaces, third.edition_of) == (3, second.id, first.id)
    assert list(Document.objects.editions_of(second)) == [third, second, first]
    assert archive().path(original_key(first.id, "order.pdf")).read_bytes() == pdf("one")


def test_lists_and_search_have_the_newest_only(user: User) -> None:
    first = send(user, "one")
    second = send_next(user, first, "two").document
    assert listed(user) == [second.id]
    assert list(load_facts([first.id, second.id])) == [second.id]
    # A checksum names one file, whichever version it is.
    found = filter_documents(user, {"sha256": [first.sha256]})
    assert [document.id for document in found] == [first.id]


def test_a_new_version_is_reviewed_anew_and_the_old_approval_stays(user: User) -> None:
    first = send(user, "one")
    Document.objects.filter(id=first.id).update(status="ready", task="", page_count=1, pages_done=1)
    approve(first.id, actor=user)
    second = send_next(user, first, "two").document
    first.refresh_from_db()
    assert first.review_status == ReviewStatus.APPROVED
    assert second.review_status == ReviewStatus.UNREVIEWED
    kinds = list(first.events.values_list("kind", flat=True))
    assert kinds[:2] == ["document.replaced", "document.approved"]
    assert second.events.get(kind="document.uploaded").data["replaces"] == str(first.id)


def test_older_versions_are_not_changed(user: User) -> None:
    first = send(user, "one")
    second = send_next(user, first, "two").document
    for change in (
        lambda: edit(first.id, actor=user, title="Another"),
        lambda: trash(first.id, actor=user),
        lambda: approve(first.id, actor=user),
        lambda: send_next(user, first, "three"),
    ):
        with pytest.raises(Replaced, match=str(second.id)):
            change()
    assert Document.objects.count() == 2


def test_sent_twice_it_is_one_version(user: User) -> None:
    first = send(user, "one")
    second = send_next(user, first, "two")
    again = send_next(user, first, "two")
    assert (second.created, again.created) == (True, False)
    assert again.document == second.document
    assert not send_next(user, second.document, "two").created, "its own file"


def test_a_file_that_is_there_already_is_no_new_version(user: User) -> None:
    first, other = send(user, "one"), send(user, "other", title="Invoice")
    second = send_next(user, first, "two").document
    with pytest.raises(SameFile, match=f"version 1 .* {first.id}"):
        send_next(user, second, "one")
    with pytest.raises(SameFile, match=f"“Invoice”: {other.id}"):
        send_next(user, second, "other")
    with pytest.raises(EmptyFile):
        replace(second.id, stage([b""]), "empty.pdf", actor=user)
    # An ordinary upload of an old version's bytes says which document has them.
    again = upload(user, stage([pdf("one")]), "copy.pdf")
    assert (again.created, again.document.id) == (False, first.id)
    assert again.document.replaced_by == second.id


@pytest.mark.django_db(transaction=True)
def test_of_two_new_versions_at_once_one_is_refused(user: User) -> None:
    first = send(user, "one")
    outcomes: list[str] = []

    def run(text: str) -> None:
        try:
            send_next(user, first, text)
            outcomes.append("created")
        except Replaced:
            outcomes.append("replaced")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(text,)) for text in ("two", "three")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["created", "replaced"]
    assert Document.objects.count() == 2
    kept = {path.name for path in archive().path("documents").iterdir()}
    assert kept == {str(each) for each in Document.objects.values_list("id", flat=True)}


def test_the_trash_takes_all_versions_and_gives_them_back(user: User) -> None:
    first = send(user, "one")
    second = send_next(user, first, "two").document
    trash(second.id, actor=user)
    assert listed(user) == []
    assert [each.id for each in Document.objects.trashed()] == [second.id]
    with pytest.raises(InTrash):
        send_next(user, second, "three")
    untrash(second.id, actor=user)
    assert listed(user) == [second.id]
    # Who uploads the old file again gets the document back.
    trash(second.id, actor=user)
    assert upload(user, stage([pdf("one")]), "copy.pdf").document.id == first.id
    assert listed(user) == [second.id]


def test_deleted_for_good_are_all_versions(user: User) -> None:
    first = send(user, "one")
    second = send_next(user, first, "two").document
    third = send_next(user, second, "three").document
    trash(third.id, actor=user)
    Document.objects.filter(id=first.id).update(trashed_at=timezone.now(), purge_at=timezone.now())
    assert not purge_if(first.id, lambda document: True), "the newest stands for all"
    assert not is_purge_due()
    purge(third.id)
    assert not Document.objects.exists()
    assert set(Tombstone.objects.values_list("document_id", flat=True)) == {
        first.id, second.id, third.id,
    }  # fmt: skip
    assert not any(archive().path("documents").iterdir())


def test_a_hold_is_of_all_versions(user: User) -> None:
    first = send(user, "one")
    hold(first.id, actor=user, reason="Lawsuit")
    second = send_next(user, first, "two").document
    assert second.hold_reason == "Lawsuit"
    trash(second.id, actor=user)
    with pytest.raises(OnHold):
        purge(second.id)
    lift_hold(second.id, actor=user)
    assert not Document.objects.exclude(held_at=None).exists()
    hold(first.id, actor=user, reason="Again")
    assert set(Document.objects.values_list("hold_reason", flat=True)) == {"Again"}


def test_all_versions_move_to_another_team(user: User) -> None:
    other = make_team()
    other.memberships.create(user=user, role=Role.MANAGER)
    first = send(user, "one", team_id=user.memberships.earliest("id").team_id)
    second = send_next(user, first, "two").document
    with pytest.raises(Replaced):
        move_to_team(first.id, other.id, actor=user)
    twin = send(user, "one", team_id=other.id)
    with pytest.raises(AlreadyInTeam):
        move_to_team(second.id, other.id, actor=user)
    Document.objects.filter(id=twin.id).delete()
    move_to_team(second.id, other.id, actor=user)
    assert set(Document.objects.values_list("team", flat=True)) == {other.id}


@pytest.mark.parametrize("newest_first", [False, True])
def test_a_restored_archive_has_all_versions(
    user: User, newest_first: bool, tmp_path: Path
) -> None:
    first = send(user, "one")
    second = send_next(user, first, "two").document
    first.refresh_from_db()
    written = [dump_manifest(build_manifest(each, "archive")) for each in (first, second)]
    Document.objects.all().delete()
    for content in reversed(written) if newest_first else written:
        manifest = parse_manifest(content, "manifest.json")
        outcome = restore_document(manifest, DirectorySource(tmp_path))
        assert outcome is Outcome.RESTORED
    old, new = Document.objects.order_by("edition")
    assert (old.id, new.id) == (first.id, second.id)
    assert (old.edition, old.replaced_by) == (1, second.id)
    assert (new.edition, new.edition_of, new.replaces) == (2, first.id, first.id)
    assert listed(user) == [second.id]


def test_where_the_newest_is_lost_the_one_before_is_listed(user: User, tmp_path: Path) -> None:
    first = send(user, "one")
    send_next(user, first, "two")
    first.refresh_from_db()
    manifest = build_manifest(first, "archive")
    Document.objects.all().delete()
    restore_document(parse_manifest(dump_manifest(manifest), "m"), DirectorySource(tmp_path))
    assert listed(user) == [first.id]


def test_a_worker_may_replace_it(user: User) -> None:
    first = send(user, "one")
    replaced = replace(first.id, stage([pdf("two")]), "order.pdf", actor=SYSTEM)
    assert replaced.document.created_by == user


def test_manifests_from_before_and_after_a_new_order_hide_nothing(
    user: User, tmp_path: Path
) -> None:
    """The first is made the newest again; its manifest was written, that of the other was not."""
    first = send(user, "one")
    second = send_next(user, first, "two").document
    old = dump_manifest(build_manifest(second, "archive"))
    make_newest(first.id, actor=user)
    first.refresh_from_db()
    new = dump_manifest(build_manifest(first, "archive"))
    for order in ((old, new), (new, old)):
        Document.objects.all().delete()
        for content in order:
            restore_document(parse_manifest(content, "m"), DirectorySource(tmp_path))
        assert listed(user) == [first.id]


def test_of_which_pages_it_was_made_is_restored(user: User, tmp_path: Path) -> None:
    source = send(user, "one")
    pages = [ArrangedPage(source.id, 2, 90), ArrangedPage(source.id, 1)]
    made = replace(source.id, stage([pdf("two")]), "two.pdf", actor=user, made_of=pages).document
    written = dump_manifest(build_manifest(made, "archive"))
    Document.objects.all().delete()
    restore_document(parse_manifest(written, "m"), DirectorySource(tmp_path))
    restored = made.page_origins.order_by("number")
    assert [origin.arranged for origin in restored] == pages
