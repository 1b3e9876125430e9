"""The trash is emptied: by hand after a pause, by a team's rule; never what is on legal hold."""

from __future__ import annotations

import datetime
import uuid
from pathlib import Path

import pytest
from django.utils import timezone

from documents.actions import schedule_purge as ordering
from documents.actions.cancel_purge import cancel_purge
from documents.actions.hold import hold, lift_hold
from documents.actions.purge import purge
from documents.actions.purge_due import is_purge_due, purge_due
from documents.actions.schedule_purge import schedule_purge
from documents.actions.set_trash_rule import count_deleted_by, set_trash_rule
from documents.actions.trash import trash
from documents.actions.untrash import untrash
from documents.errors import InvalidRequest, NotInTrash, OnHold, TrashChanged
from documents.files.keys import original_key
from documents.files.storage import archive
from documents.models import AuditEntry, Document, Role, Team, Tombstone, User
from tests.factories import make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def team() -> Team:
    return make_team("Accounts")


@pytest.fixture
def manager(team: Team) -> User:
    return make_user("boss", team=team, role=Role.MANAGER)


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ordering, "PAUSE", datetime.timedelta(0))


def thrown_away(team: Team, days: float = 0) -> Document:
    document = make_document(team, pages=["text"])
    archive().write(original_key(document.id, document.filename), b"%PDF-1.4 x")
    trash(document.id, actor=None)
    Document.objects.filter(id=document.id).update(
        trashed_at=timezone.now() - datetime.timedelta(days=days)
    )
    document.refresh_from_db()
    return document


def test_an_emptied_trash_is_gone_after_the_pause_and_not_before(
    team: Team, manager: User, media: Path
) -> None:
    first, kept = thrown_away(team), make_document(team, pages=["text"])

    order = schedule_purge(team.id, actor=manager, count=1)

    assert (order.count, order.held) == (1, 0)
    assert order.at > timezone.now()
    assert (is_purge_due(), purge_due()) == (False, 0)
    Document.objects.filter(id=first.id).update(purge_at=timezone.now())
    assert (is_purge_due(), purge_due()) == (True, 1)
    assert list(Document.objects.all()) == [kept]
    assert Tombstone.objects.get().document_id == first.id
    assert not archive().exists(original_key(first.id, first.filename))


def test_the_audit_says_who_deleted_what_when_the_document_is_gone(
    team: Team, manager: User, no_pause: None
) -> None:
    document = thrown_away(team)
    schedule_purge(team.id, actor=manager)
    purge_due()

    entry = AuditEntry.objects.get(kind="deleted")
    assert (entry.username, entry.title, entry.document_id, entry.team) == (
        "boss", document.title, document.id, team,
    )  # fmt: skip
    assert entry.data["sha256"] == document.sha256


def test_an_order_is_taken_back(team: Team, manager: User, no_pause: None) -> None:
    thrown_away(team)
    schedule_purge(team.id, actor=manager)

    assert cancel_purge(team.id, actor=manager) == 1
    assert cancel_purge(team.id, actor=manager) == 0

    assert purge_due() == 0
    assert Document.objects.trashed().count() == 1


def test_what_is_taken_out_of_the_trash_or_held_meanwhile_stays(
    team: Team, manager: User, no_pause: None
) -> None:
    out, held = thrown_away(team), thrown_away(team)
    schedule_purge(team.id, actor=manager)

    untrash(out.id, actor=manager)
    hold(held.id, actor=manager)

    assert purge_due() == 0
    trash(out.id, actor=manager)
    lift_hold(held.id, actor=manager)
    assert purge_due() == 0, "an order does not come back with what ended it"


def test_only_what_the_person_saw_is_deleted(team: Team, manager: User) -> None:
    thrown_away(team)
    thrown_away(team)

    with pytest.raises(TrashChanged, match="2 documents"):
        schedule_purge(team.id, actor=manager, count=1)

    assert not Document.objects.exclude(purge_at=None).exists()


def test_single_documents_are_deleted_and_those_of_other_teams_never(
    team: Team, manager: User, no_pause: None
) -> None:
    one, other = thrown_away(team), thrown_away(team)
    foreign = thrown_away(make_team())
    standing = make_document(team, pages=["text"])

    order = schedule_purge(
        team.id, actor=manager, document_ids=[one.id, foreign.id, standing.id, uuid.uuid4()]
    )

    assert order.count == 1
    assert purge_due() == 1
    assert set(Document.objects.values_list("id", flat=True)) == {
        other.id, foreign.id, standing.id,
    }  # fmt: skip


def test_a_hold_outlives_every_way_of_deleting(team: Team, manager: User, no_pause: None) -> None:
    held = thrown_away(team, days=100)
    hold(held.id, actor=manager, reason=" The lawsuit ")
    set_trash_rule(team.id, 1, actor=manager)
    Team.objects.update(trash_rule_from=timezone.now())

    order = schedule_purge(team.id, actor=manager, count=0)
    assert (order.count, order.held) == (0, 1)
    with pytest.raises(OnHold, match="legal hold"):
        schedule_purge(team.id, actor=manager, document_ids=[held.id])
    with pytest.raises(OnHold):
        purge(held.id)
    assert (is_purge_due(), purge_due()) == (False, 0)

    held.refresh_from_db()
    assert (held.hold_reason, held.held_by) == ("The lawsuit", manager)
    lift_hold(held.id, actor=manager)
    assert purge_due() == 1


def test_a_rule_deletes_what_has_lain_long_enough(team: Team, manager: User) -> None:
    old, young = thrown_away(team, days=31), thrown_away(team, days=29)
    foreign = thrown_away(make_team(), days=31)

    set_trash_rule(team.id, 30, actor=manager)

    assert count_deleted_by(team, 30) == 1
    assert purge_due() == 0, "a new rule leaves a day to take it back"
    Team.objects.update(trash_rule_from=timezone.now())
    assert purge_due() == 1
    assert set(Document.objects.all()) == {young, foreign}
    entry = AuditEntry.objects.get(kind="deleted")
    assert (entry.document_id, entry.user, entry.username) == (old.id, None, "")


def test_a_rule_that_keeps_longer_begins_at_once_and_a_stricter_one_later(
    team: Team, manager: User
) -> None:
    set_trash_rule(team.id, 30, actor=manager)
    Team.objects.update(trash_rule_from=timezone.now())

    assert _begins_later(set_trash_rule(team.id, 60, actor=manager)) is False
    assert _begins_later(set_trash_rule(team.id, 7, actor=manager)) is True
    assert set_trash_rule(team.id, None, actor=manager).trash_rule_from is None


def _begins_later(team: Team) -> bool:
    return team.trash_rule_from is not None and team.trash_rule_from > timezone.now()


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_a_rule_has_a_sensible_number_of_days(days: int, team: Team, manager: User) -> None:
    with pytest.raises(InvalidRequest):
        set_trash_rule(team.id, days, actor=manager)


def test_a_command_still_deletes_only_from_the_trash(team: Team) -> None:
    with pytest.raises(NotInTrash):
        purge(make_document(team, pages=["text"]).id)
