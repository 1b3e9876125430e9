"""A job of many changes goes on whatever happens meanwhile: kills, a stop, lost rights."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from documents.actions import run_change
from documents.actions.change_many import change_one
from documents.actions.run_change import run_change_slice
from documents.models import (
    ChangeJob,
    ChangeOutcome,
    Document,
    Membership,
    ReviewStatus,
    Role,
    Team,
    User,
)
from tests.documents.api.change_jobs import URL, ask, begin, ids_of, outcomes_of, work
from tests.documents.api.conftest import problem_of
from tests.documents.api.tokens import token_client
from tests.factories import make_document, make_team

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def test_a_process_that_ends_anywhere_leaves_exactly_one_outcome_each(
    api: APIClient, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [make_document(team, pages=["x"]) for _ in range(5)]
    job = begin(api, "reprocess", ids=ids_of(*documents))
    changed = 0

    def change_or_die(*args: Any) -> Any:
        nonlocal changed
        outcome = change_one(*args)
        changed += 1
        if changed == 3:
            raise SystemExit("killed after the document, before its outcome")
        return outcome

    monkeypatch.setattr(run_change, "SLICE_SECONDS", 60.0)  # a busy machine ends none sooner
    monkeypatch.setattr(run_change, "change_one", change_or_die)
    with pytest.raises(SystemExit):
        run_change_slice()
    assert ChangeOutcome.objects.count() == Document.objects.filter(run=2).count()
    assert not run_change_slice(), "the lease of the dead still holds"
    ChangeJob.objects.update(lease_expires_at=timezone.now() - run_change.KEEP_CHANGES)

    work()

    assert [each["result"] for each in outcomes_of(api, job)] == ["changed"] * 5
    assert {Document.objects.get(id=each.id).run for each in documents} == {2}, "none twice"


def test_it_is_done_in_slices_and_jobs_take_turns(
    api: APIClient, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_change, "MOST_IN_SLICE", 2)
    monkeypatch.setattr(run_change, "SLICE_SECONDS", 60.0)  # a busy machine ends none sooner
    documents = [make_document(team, pages=["x"]) for _ in range(3)]
    jobs = [
        begin(api, "approve", ids=ids_of(*documents)),
        begin(api, "trash", ids=ids_of(*documents)),
    ]
    progress = []
    while run_change_slice():
        progress.append([api.get(job["links"]["self"]).json()["done"] for job in jobs])

    assert progress == [[2, 0], [2, 2], [3, 2], [3, 3]]


def test_what_can_not_be_changed_leaves_the_others_of_its_transaction_changed(
    api: APIClient, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [make_document(team, pages=["x"]) for _ in range(4)]

    def change_or_break(document_id: Any, action: Any) -> Any:
        outcome = change_one(document_id, action)
        if document_id == documents[1].id:
            raise RuntimeError("after the document was changed")
        return outcome

    monkeypatch.setattr(run_change, "TOGETHER_SECONDS", 60.0)
    monkeypatch.setattr(run_change, "change_one", change_or_break)
    job = begin(api, "reprocess", ids=ids_of(*documents))
    work()

    results = [each["result"] for each in outcomes_of(api, job)]
    assert results == ["changed", "refused", "changed", "changed"]
    assert [Document.objects.get(id=each.id).run for each in documents] == [2, 1, 2, 2]


def test_it_can_be_stopped(api: APIClient, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_change, "MOST_IN_SLICE", 1)
    documents = [make_document(team, pages=["x"]) for _ in range(3)]
    job = begin(api, "approve", ids=ids_of(*documents))
    run_change_slice()

    stopped = api.post(job["links"]["cancel"]).json()
    work()

    assert (stopped["status"], stopped["done"]) == ("cancelled", 1)
    assert api.get(job["links"]["self"]).json() == stopped
    states = [Document.objects.get(id=each.id).review_status for each in documents]
    assert states == [ReviewStatus.APPROVED, *[ReviewStatus.UNREVIEWED] * 2]
    assert api.post(job["links"]["cancel"]).json() == stopped


def test_rights_are_those_at_the_time_of_each_document(
    api: APIClient, user: User, team: Team
) -> None:
    job = begin(api, "trash", ids=ids_of(make_document(team, pages=["x"])))
    user.memberships.update(role=Role.READER)

    work()

    assert outcomes_of(api, job)[0]["problem"]["code"] == "role-too-low"


def test_a_token_does_no_more_to_many_than_to_one(user: User, team: Team) -> None:
    other = make_team()
    Membership.objects.create(team=other, user=user, role=Role.REVIEWER)
    here, there = make_document(team, pages=["x"]), make_document(other, pages=["x"])
    bound = token_client(user, "read", "write", teams=[team.id])
    job = begin(bound, "trash", ids=ids_of(here, there))

    work()

    results = [each["result"] for each in outcomes_of(bound, job)]
    assert results == ["changed", "refused"]
    assert problem_of(ask(bound, "approve", ids=ids_of(here)), 403)["code"] == "scope-too-narrow"
    blind = token_client(user, "write")
    assert begin(blind, "untrash", ids=ids_of(here))["total"] == 1
    problem_of(ask(blind, "trash", filter={"tag": ["a"]}), 403)
    elsewhere = token_client(user, teams=[other.id])
    assert elsewhere.get(URL).json()["results"] == []
    problem_of(elsewhere.get(job["links"]["self"]), 404)
