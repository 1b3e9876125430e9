"""Changes are in the audit, managers find them, and a spreadsheet can take them away."""

from __future__ import annotations

import csv
import datetime
import io
import uuid
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from documents.actions.accept_invitation import accept_invitation
from documents.actions.change_password import change_password
from documents.actions.change_role import change_role
from documents.actions.decide import approve
from documents.actions.edit import edit
from documents.actions.hold import hold
from documents.actions.invitation_key import make_invitation_key
from documents.actions.invite_member import invite_member
from documents.actions.log_out_everywhere import log_out_everywhere
from documents.actions.remove_member import remove_member
from documents.actions.rename_team import rename_team
from documents.actions.set_audit_days import set_audit_days
from documents.actions.trim_audit import trim_audit
from documents.audit.activity import measure_activity
from documents.audit.export import iterate_csv
from documents.audit.find import AuditFilter, find_entries
from documents.audit.words import describe
from documents.errors import InvalidRequest, RoleTooLow
from documents.events import record
from documents.models import AuditEntry, Membership, Role, Team, User
from documents.models.event import EventKind
from tests.factories import PASSWORD, make_document, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


@pytest.fixture
def team() -> Team:
    return make_team("Accounts")


@pytest.fixture
def manager(team: Team) -> User:
    return make_user("boss", team=team, role=Role.MANAGER)


def found(user: User, **wanted: Any) -> list[str]:
    return [entry.what for entry in find_entries(user, AuditFilter(**wanted))]


def test_what_a_person_changes_is_written_with_the_change(team: Team, manager: User) -> None:
    document = make_document(team, pages=["text"], title="Lease")

    approve(document.id, actor=manager)
    hold(document.id, actor=manager, reason="Lawsuit")

    assert found(manager) == [EventKind.HELD, EventKind.APPROVED]
    entry = AuditEntry.objects.earliest("id")
    assert (entry.kind, entry.username, entry.title, entry.team) == (
        "changed",
        "boss",
        "Lease",
        team,
    )


def test_what_the_system_does_is_no_persons_deed(team: Team, manager: User) -> None:
    record(EventKind.READ, make_document(team))

    assert found(manager) == []


def test_members_and_rules_are_audited_too(team: Team, manager: User) -> None:
    invited = invite_member(team.id, "clerk", Role.READER, actor=manager)
    accept_invitation(make_invitation_key(invited.user), PASSWORD)
    change_role(invited.pk, Role.REVIEWER, actor=manager)
    rename_team(team.id, "Archive", actor=manager)
    remove_member(invited.pk, actor=manager)

    assert found(manager, kind="managed") == [
        "member.removed", "team.renamed", "member.role", "member.joined", "member.invited",
    ]  # fmt: skip
    role = AuditEntry.objects.get(what="member.role")
    assert role.data == {"member": "clerk", "role": "reviewer", "before": "reader"}


def test_what_concerns_an_account_is_in_each_of_its_teams(team: Team) -> None:
    other = make_team("Sales")
    ann = make_user("ann", team=team)
    Membership.objects.create(team=other, user=ann, role=Role.REVIEWER)

    ann = change_password(PASSWORD, "another long password 7", actor=ann)
    log_out_everywhere(ann.pk, actor=ann)

    entries = AuditEntry.objects.order_by("pk").values_list("what", "team__name", "username")
    assert sorted(entries) == [
        ("account.logged_out", "Accounts", "ann"),
        ("account.logged_out", "Sales", "ann"),
        ("account.password", "Accounts", "ann"),
        ("account.password", "Sales", "ann"),
    ]


def test_only_managers_see_it_and_only_of_their_teams(team: Team, manager: User) -> None:
    document = make_document(team, pages=["text"])
    approve(document.id, actor=manager)
    elsewhere = make_user(team=make_team(), role=Role.MANAGER)

    for user in (make_user(team=team), make_user(team=team, role=Role.READER), elsewhere):
        assert found(user) == []
    Membership.objects.create(team=elsewhere.teams.get(), user=manager, role=Role.REVIEWER)
    assert len(found(manager)) == 1
    assert len(found(make_user(is_superuser=True))) == 1


def test_it_is_filtered_by_team_person_document_kind_and_time(team: Team, manager: User) -> None:
    colleague, other = make_user("other", team=team), make_team()
    Membership.objects.create(team=other, user=manager, role=Role.MANAGER)
    lease, letter = make_document(team, title="Lease"), make_document(other, title="Letter")
    edit(lease.id, actor=colleague, title="The lease")
    edit(letter.id, actor=manager, title="A letter")
    old = AuditEntry.objects.get(document_id=lease.id)
    old.at -= datetime.timedelta(days=3)
    old.save()
    yesterday = timezone.now() - datetime.timedelta(days=1)

    def titles(**wanted: Any) -> list[str]:
        return [entry.title for entry in find_entries(manager, AuditFilter(**wanted))]

    assert titles() == ["A letter", "The lease"]
    assert titles(team=team.id) == ["The lease"]
    assert titles(person="other") == ["The lease"]
    assert titles(document=letter.id) == ["A letter"]
    assert titles(title="lease") == ["The lease"]
    assert titles(since=yesterday) == ["A letter"]
    assert titles(until=yesterday) == ["The lease"]
    assert titles(kind="deleted") == []
    assert titles(team=uuid.uuid4()) == []


def test_a_spreadsheet_gets_every_entry_and_no_formula(team: Team, manager: User) -> None:
    document = make_document(team, title="Lease")
    edit(document.id, actor=manager, title='=HYPERLINK("http://x")')

    text = "".join(iterate_csv(find_entries(manager, AuditFilter())))

    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == 1
    assert (rows[0]["person"], rows[0]["team"], rows[0]["what"]) == (
        "boss", "Accounts", "document.edited",
    )  # fmt: skip
    assert rows[0]["title"] == '\'=HYPERLINK("http://x")'
    assert rows[0]["document"] == str(document.id)


def test_a_long_audit_is_streamed(
    team: Team, manager: User, django_assert_max_num_queries: Any
) -> None:
    AuditEntry.objects.bulk_create(
        AuditEntry(kind="viewed", what="page", team=team) for _ in range(2500)
    )
    entries = find_entries(manager, AuditFilter())
    with django_assert_max_num_queries(4):
        assert sum(1 for _ in iterate_csv(entries)) == 2501


def test_every_deed_has_words(team: Team) -> None:
    for kind, what, words in (
        ("viewed", "page", "opened"),
        ("exported", "result.pdf", "downloaded: result.pdf"),
        ("changed", "document.approved", "approved"),
        ("deleted", "document.purged", "deleted for good"),
    ):
        assert describe(AuditEntry(kind=kind, what=what)) == words


def test_old_entries_go_as_their_team_says(team: Team, manager: User) -> None:
    root = make_user(is_superuser=True)
    set_audit_days(team.id, 90, actor=root)
    AuditEntry.objects.all().delete()
    now = timezone.now()
    for where, days in ((team, 89), (team, 91), (None, 91), (None, 731)):
        AuditEntry.objects.create(
            kind="viewed", what="page", team=where, at=now - datetime.timedelta(days=days)
        )

    assert trim_audit() == 2

    left = AuditEntry.objects.values_list("team", "at")
    assert [(where, round((now - at).days)) for where, at in left] == [(team.id, 89), (None, 91)]


def test_a_manager_does_not_shorten_what_is_known_of_them(team: Team, manager: User) -> None:
    with pytest.raises(RoleTooLow):
        set_audit_days(team.id, 30, actor=manager)
    with pytest.raises(InvalidRequest):
        set_audit_days(team.id, 29, actor=make_user(is_superuser=True))


def test_activity_counts_by_day_and_person(
    team: Team, manager: User, django_assert_num_queries: Any
) -> None:
    clerk, today = make_user("clerk", team=team), timezone.localdate()
    for _ in range(2):
        make_document(team, pages=["text", "more"], created_by=clerk)
    make_document(team, status="queued")
    make_document(make_team(), pages=["text"], created_by=clerk)
    old = timezone.now() - datetime.timedelta(days=40)
    make_document(team, pages=["text"], created_by=clerk, created_at=old, finished_at=old)
    for document in team.documents.filter(created_by=clerk)[:2]:
        approve(document.id, actor=manager)

    with django_assert_num_queries(3):
        activity = measure_activity(team)

    assert len(activity.days) == 30
    last = activity.days[-1]
    assert (last.date, last.uploaded, last.read, last.pages, last.reviewed) == (today, 3, 2, 4, 2)
    assert activity.total == last
    assert [(p.name, p.uploaded, p.reviewed) for p in activity.people] == [
        ("boss", 0, 2), ("clerk", 2, 0),
    ]  # fmt: skip


def test_what_was_changed_before_there_was_an_audit_is_in_it(team: Team, manager: User) -> None:
    document = make_document(team, pages=["text"], title="Lease")
    approve(document.id, actor=manager)
    record(EventKind.READ, document)
    [row] = AuditEntry.objects.values("at", "kind", "what", "user", "username", "title", "data")
    before: dict[str, Any] = {**row}
    AuditEntry.objects.all().delete()

    migration = import_module("documents.migrations.0007_audit_and_hold")
    migration.copy_changes(None, SimpleNamespace(connection=connection))

    entry = AuditEntry.objects.get()
    assert abs(entry.at - before.pop("at")) < datetime.timedelta(seconds=5)
    assert before == {name: getattr(entry, name) for name in before if name != "user"} | {
        "user": manager.pk
    }
    assert (entry.team, entry.document_id) == (team, document.id)
