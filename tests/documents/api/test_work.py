"""GET work/ and POST cancel/: what is not read yet, why, how long, and how to stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from documents.actions.claim_page import claim_page
from documents.errors import LeaseLost
from documents.models import Document, Page, PageStatus, Priority, Status, Task, Team
from documents.models.claim import ClaimOwner
from tests.documents.api.conftest import problem_of
from tests.factories import make_document, make_ocr_worker, make_team

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql]

Url = Callable[..., str]


def being_read(team: Team, pages: list[str | None], **fields: Any) -> Document:
    return make_document(team, status=Status.PROCESSING, pages=pages, **fields)


def work(api: APIClient) -> dict[str, Any]:
    answer = api.get("/api/v1/work/")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_each_document_in_work_has_a_reason(api: APIClient, team: Team) -> None:
    make_ocr_worker(engine="tesseract")
    made = {
        "to-be-opened": make_document(team, status=Status.QUEUED),
        "waiting": being_read(team, [None, "a"]),
        "engine-not-running": being_read(team, [None], requested_engine="paddleocr-vl"),
        "being-assembled": being_read(team, ["a"], task=Task.FINISH),
        "being-read": being_read(team, [None]),
    }
    made["being-read"].pages.update(status=PageStatus.RUNNING)
    make_document(team, pages=["read"])
    being_read(make_team(), [None])

    found = {each["document"]["id"]: each["reason"] for each in work(api)["results"]}

    assert found == {str(document.id): reason for reason, document in made.items()}


def test_without_a_worker_it_says_so(api: APIClient, team: Team) -> None:
    being_read(team, [None])

    assert [each["reason"] for each in work(api)["results"]] == ["no-worker"]


def test_the_estimate_is_of_the_pace_and_of_what_comes_before(api: APIClient, team: Team) -> None:
    make_ocr_worker(engine="tesseract")
    make_document(team, pages=["a"] * 10)  # ten pages in the last ten minutes
    being_read(team, [None] * 6)
    being_read(make_team(), [None] * 2)

    found = work(api)

    assert found["pages_per_minute"] == 1.0
    assert found["pages_waiting"] == 8
    assert [each["estimate_seconds"] for each in found["results"]] == [8 * 60]


def test_the_estimate_respects_priorities(api: APIClient, team: Team) -> None:
    """Of ten turns at 1 page a minute: the urgent one has half of them, the low one an eighth."""
    make_ocr_worker(engine="tesseract")
    make_document(team, pages=["a"] * 10)
    being_read(team, [None] * 4, priority=Priority.HIGH)
    being_read(team, [None] * 30)
    being_read(team, [None], priority=Priority.LOW)

    found = {each["priority"]: each["estimate_seconds"] / 60 for each in work(api)["results"]}

    assert found == {"high": 8, "low": 8, "normal": 35}


def test_without_a_pace_there_is_no_estimate(api: APIClient, team: Team) -> None:
    being_read(team, [None])

    assert [each["estimate_seconds"] for each in work(api)["results"]] == [None]


@pytest.mark.parametrize("number", [2, 20])
def test_a_long_list_costs_little_more(
    api: APIClient, team: Team, number: int, django_assert_max_num_queries: Any
) -> None:
    make_ocr_worker(engine="tesseract")
    for _ in range(number):
        make_document(team, status=Status.QUEUED)

    with django_assert_max_num_queries(6):
        work(api)


def test_a_stopped_document_keeps_what_was_read(api: APIClient, team: Team, url: Url) -> None:
    document = being_read(team, ["read", None, None])

    answer = api.post(url(document, "cancel/"))

    assert answer.status_code == 200
    document.refresh_from_db()
    assert (document.pages_done, document.pages_failed) == (1, 2)
    assert document.task == Task.FINISH
    codes = set(document.pages.failed().values_list("error_code", flat=True))
    assert codes == {"cancelled"}


def test_a_worker_that_reads_it_records_nothing(api: APIClient, team: Team, url: Url) -> None:
    document = being_read(team, [None])
    worker = make_ocr_worker(engine="tesseract")
    claim = claim_page(owner_of(worker), engines=("tesseract",))
    assert claim is not None

    api.post(url(document, "cancel/"))

    with pytest.raises(LeaseLost):
        claim.lock()
    assert Page.objects.get().status == PageStatus.FAILED


def owner_of(worker: Any) -> ClaimOwner:
    return ClaimOwner("a:ocr:0", worker.start_id)


def test_one_that_was_not_opened_fails(api: APIClient, team: Team, url: Url) -> None:
    document = make_document(team, status=Status.QUEUED)

    answer = api.post(url(document, "cancel/")).json()

    assert (answer["status"], answer["error"]["code"]) == ("failed", "cancelled")


def test_stopped_pages_can_be_read_later(api: APIClient, team: Team, url: Url) -> None:
    document = being_read(team, ["read", None])
    api.post(url(document, "cancel/"))
    Document.objects.update(task=Task.NONE, status=Status.PARTIAL)

    answer = api.post(url(document, "reprocess/"), {"pages": "failed"}, format="json")

    assert answer.status_code == 202
    assert document.pages.get(number=2).status == PageStatus.PENDING


def test_what_is_not_being_read_can_not_be_stopped(
    api: APIClient, reader_api: APIClient, team: Team, url: Url
) -> None:
    document = make_document(team, pages=["read"])

    problem = problem_of(api.post(url(document, "cancel/")), 409)

    assert problem["code"] == "not-being-read"
    problem_of(reader_api.post(url(document, "cancel/")), 403)
