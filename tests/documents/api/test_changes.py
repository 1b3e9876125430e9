"""Changes of many documents as a job: one outcome each, and the sums agree."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from documents.actions import run_change
from documents.actions.run_change import forget_old_changes, run_change_slice
from documents.models import (
    ChangeJob,
    ChangeOutcome,
    Document,
    Event,
    Membership,
    Role,
    Status,
    Team,
    User,
)
from tests.documents.api.change_jobs import URL, begin, ids_of, outcomes_of, work
from tests.documents.api.conftest import client_of, problem_of
from tests.factories import make_document, make_ocr_worker, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]


def test_each_document_is_answered_and_the_sums_agree(
    api: APIClient, user: User, team: Team
) -> None:
    other = make_team()
    Membership.objects.create(team=other, user=user, role=Role.READER)
    plain, tagged = make_document(team, pages=["x"]), make_document(team, pages=["x"], tags=["a"])
    read_only, foreign = make_document(other, pages=["x"]), make_document(pages=["x"])
    ids = ids_of(plain, tagged, read_only, foreign)

    job = begin(api, "tag", parameters={"add": ["a"]}, ids=[*ids, ids[0]])
    assert (job["status"], job["total"], job["done"]) == ("waiting", 4, 0)
    work()

    job = api.get(job["links"]["self"]).json()
    counts = [job[name] for name in ("status", "done", "changed", "unchanged", "refused")]
    assert counts == ["done", 4, 1, 1, 2]
    assert job["finished_at"]
    outcomes = outcomes_of(api, job)
    assert [each["document"] for each in outcomes] == ids
    assert [each["number"] for each in outcomes] == [1, 2, 3, 4]
    assert [each["result"] for each in outcomes] == ["changed", "unchanged", "refused", "refused"]
    codes = [each["problem"] and each["problem"]["code"] for each in outcomes]
    assert codes == [None, None, "role-too-low", "not-found"]
    assert [each["problem"]["status"] for each in outcomes[2:]] == [403, 404]
    assert [each["title"] for each in outcomes][2:] == [read_only.title, None]
    assert outcomes_of(api, job, result="refused") == outcomes[2:]
    event = Event.objects.get(document=plain)
    assert (event.kind, event.actor) == ("document.edited", user)


def test_all_that_one_version_of_an_engine_read_below_a_confidence_are_read_again(
    api: APIClient, team: Team
) -> None:
    def read(version: str, confidence: float) -> Document:
        engines = [{"engine": "tesseract", "version": version, "pages": 1}]
        return make_document(team, pages=["x"], confidence=confidence, engines=engines)

    wanted = read("5.3", 0.5)
    read("5.3", 0.9), read("5.5", 0.5)
    filters: dict[str, Any] = {
        "engine": ["tesseract"],
        "engine_version": ["5.3"],
        "confidence_below": 0.8,
    }

    listed = api.get("/api/v1/documents/", filters).json()["results"]
    job = begin(api, "reprocess", parameters={"ocr": "always"}, filter=filters)
    work()

    assert [each["id"] for each in listed] == ids_of(wanted)
    assert [each["document"] for each in outcomes_of(api, job)] == ids_of(wanted)
    wanted.refresh_from_db()
    assert (wanted.status, wanted.ocr, wanted.run) == (Status.PROCESSING, "always", 2)


def test_reviews_are_assigned_and_put_off_and_languages_set(
    api: APIClient, user: User, team: Team
) -> None:
    Membership.objects.filter(team=team, user=user).update(role=Role.MANAGER)
    reviewer, reader = make_user(), make_user()
    Membership.objects.create(team=team, user=reviewer, role=Role.REVIEWER)
    Membership.objects.create(team=team, user=reader, role=Role.READER)
    document = make_document(team, pages=["x"])
    tomorrow = timezone.now() + datetime.timedelta(days=1)
    changes = {
        "assign": {"person": reviewer.username},
        "postpone": {"until": tomorrow.isoformat(), "note": "ask"},
        "language": {"language": "en"},
    }

    jobs = [begin(api, a, parameters=p, ids=ids_of(document)) for a, p in changes.items()]
    refused = begin(api, "assign", parameters={"person": reader.username}, ids=ids_of(document))
    nobody = begin(api, "assign", parameters={"person": "nobody-here"}, ids=ids_of(document))
    work()

    results = [outcomes_of(api, job)[0]["result"] for job in (*jobs, refused, nobody)]
    assert results == ["changed"] * 3 + ["refused"] * 2
    document.refresh_from_db()
    assert (document.assigned_to, document.postponed_until) == (reviewer, tomorrow)
    assert (document.review_note, document.language) == ("ask", "en")

    free = {"assign": {"person": None}, "postpone": {"until": None}, "language": {"language": ""}}
    for action, parameters in free.items():
        begin(api, action, parameters=parameters, ids=ids_of(document))
    work()
    document.refresh_from_db()
    assert (document.assigned_to, document.postponed_until) == (None, None)
    assert not document.language_chosen


def test_a_version_of_an_engine_is_asked_for_of_all(api: APIClient, team: Team) -> None:
    make_ocr_worker(engine="tesseract", engine_version="5.5.4 rus+eng")
    document = make_document(team, pages=["x"])
    wanted = {"engine": "tesseract", "engine_version": "5.5"}

    begin(api, "reprocess", parameters=wanted, ids=ids_of(document))
    work()

    document.refresh_from_db()
    assert document.requested_engine_version == "5.5"


def test_a_filter_selects_what_matches_when_it_is_sent(api: APIClient, team: Team) -> None:
    first = make_document(team, title="a", pages=["x"], tags=["t"])
    second = make_document(team, title="b", pages=["x"], tags=["t"])
    job = begin(api, "title", parameters={"pattern": "Nr. {n}"},
                filter={"tag": ["t"], "ordering": "-title"})  # fmt: skip
    late = make_document(team, title="late", pages=["x"], tags=["t"])

    work()

    assert job["total"] == 2
    titles = [Document.objects.get(id=each.id).title for each in (first, second, late)]
    assert titles == ["Nr. 2", "Nr. 1", "late"]


def test_it_is_nobody_elses_business(api: APIClient, team: Team) -> None:
    job = begin(api, "trash", ids=ids_of(make_document(team, pages=["x"])))
    colleague = client_of(make_user(team=team, role=Role.MANAGER))

    for path in (job["links"]["self"], job["links"]["outcomes"]):
        problem_of(colleague.get(path), 404)
    problem_of(colleague.post(job["links"]["cancel"]), 404)
    assert colleague.get(URL).json()["results"] == []
    assert [each["id"] for each in api.get(URL, {"status": "waiting"}).json()["results"]] == [
        job["id"]
    ]


def test_nothing_that_matches_is_done_at_once(api: APIClient) -> None:
    job = begin(api, "trash", filter={"tag": ["none"]})

    assert (job["status"], job["total"]) == ("done", 0)
    assert not run_change_slice()


def test_what_is_over_for_long_is_forgotten(api: APIClient, team: Team) -> None:
    begin(api, "trash", ids=ids_of(make_document(team, pages=["x"])))
    work()
    assert not forget_old_changes()
    ChangeJob.objects.update(finished_at=timezone.now() - 2 * run_change.KEEP_CHANGES)

    assert forget_old_changes() == 1
    assert not ChangeOutcome.objects.exists()
