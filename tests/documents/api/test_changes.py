"""Changes of many documents as a job: one outcome each, whatever happens meanwhile."""

from __future__ import annotations

import datetime
import uuid
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
    ReviewStatus,
    Role,
    Status,
    Team,
    User,
)
from tests.documents.api.conftest import client_of, problem_of
from tests.documents.api.tokens import token_client
from tests.factories import make_document, make_ocr_worker, make_team, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

URL = "/api/v1/changes/"


def ask(api: APIClient, action: str, headers: Any = None, **content: Any) -> Any:
    return api.post(URL, {"action": action, **content}, format="json", headers=headers or {})


def begin(api: APIClient, action: str, **content: Any) -> dict[str, Any]:
    answer = ask(api, action, **content)
    assert answer.status_code == 202, answer.content
    job: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == job["links"]["self"]
    return job


def work() -> None:
    """What a background worker does."""
    while run_change_slice():
        pass


def ids_of(*documents: Document) -> list[str]:
    return [str(document.id) for document in documents]


def outcomes_of(api: APIClient, job: dict[str, Any], **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(job["links"]["outcomes"], query).json()["results"]
    return found


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


@pytest.mark.parametrize(
    ("action", "parameters", "field"),
    [
        ("assign", {}, "person"),
        ("assign", {"person": 1}, "person"),
        ("postpone", {}, "until"),
        ("postpone", {"until": "2030-08-01T09:00:00"}, "until"),
        ("postpone", {"until": "2030-02-31T09:00:00Z"}, "until"),
        ("language", {}, "language"),
        ("reprocess", {"engine_version": "5.5"}, "engine_version"),
    ],
)
def test_what_says_no_person_time_or_language_is_refused(
    api: APIClient, team: Team, action: str, parameters: Any, field: str
) -> None:
    answer = ask(api, action, parameters=parameters, ids=ids_of(make_document(team)))

    assert answer.status_code == 400
    assert field in str(answer.json()["errors"])


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


def test_a_process_that_ends_anywhere_leaves_exactly_one_outcome_each(
    api: APIClient, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [make_document(team, pages=["x"]) for _ in range(5)]
    job = begin(api, "reprocess", ids=ids_of(*documents))
    create = ChangeOutcome.objects.create
    created = 0

    def create_or_die(**fields: Any) -> ChangeOutcome:
        nonlocal created
        created += 1
        if created == 3:
            raise SystemExit("killed after the document, before its outcome")
        return create(**fields)

    monkeypatch.setattr(ChangeOutcome.objects, "create", create_or_die)
    with pytest.raises(SystemExit):
        run_change_slice()
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


def test_a_repeated_request_is_one_job(api: APIClient, team: Team) -> None:
    ids = ids_of(make_document(team, pages=["x"]))
    key = {"idempotency-key": "once"}

    answers = [ask(api, "trash", headers=key, ids=ids) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert ChangeJob.objects.count() == 1
    problem_of(ask(api, "untrash", headers=key, ids=ids), 422)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"action": "purge", "ids": [str(uuid.uuid4())]}, "action"),
        ({"action": "trash"}, "ids"),
        ({"action": "trash", "ids": []}, "ids"),
        ({"action": "trash", "ids": [str(uuid.uuid4())], "filter": {"q": "a"}}, "ids"),
        ({"action": "trash", "filter": {}}, "filter"),
        ({"action": "trash", "filter": {"trashed": "all"}}, "filter"),
        ({"action": "trash", "filter": {"titel": "a"}}, "filter.titel"),
        ({"action": "tag", "filter": {"q": "a"}}, "add"),
        ({"action": "trash", "parameters": {"x": 1}, "filter": {"q": "a"}}, "x"),
        ({"action": "reprocess", "parameters": {"ocr": "x"}, "filter": {"q": "a"}}, "ocr"),
        ({"action": "trash", "parameters": {"action": "tag"}, "ids": [str(uuid.uuid4())]},
         "parameters"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_at_once(api: APIClient, content: dict[str, Any], field: str) -> None:
    problem = problem_of(api.post(URL, content, format="json"), 400)

    assert set(problem["errors"]) == {field}
    assert not ChangeJob.objects.exists()


def test_more_than_may_be_changed_at_once_is_refused(
    api: APIClient, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("documents.api.changes.MOST_DOCUMENTS", 1)
    for _ in range(2):
        make_document(team, pages=["x"], tags=["t"])

    problem = problem_of(ask(api, "trash", filter={"tag": ["t"]}), 400)

    assert set(problem["errors"]) == {"filter"}


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
