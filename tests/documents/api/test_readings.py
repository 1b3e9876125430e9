"""GET pages/{n}/readings/ and what may be done with them; reading again by another engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from documents.actions.claim_page import claim_page
from documents.actions.correct import correct
from documents.actions.record_reading import record_reading
from documents.models import Document, Reading, Team
from tests.documents.api.conftest import problem_of
from tests.factories import make_document, make_layout, make_ocr_worker
from tests.ocr_worker.claims import OWNER

Url = Callable[..., str]


@pytest.fixture
def document(team: Team) -> Document:
    return make_document(team, pages=["Helo"])


def read_again(api: APIClient, document: Document, url: Url, text: str, engine: str) -> None:
    """As a person asks for it and the engine's reader does it."""
    make_ocr_worker(engine, id=f"{engine}:ocr:0")
    answer = api.post(url(document, "reprocess/"), {"engine": engine}, format="json")
    assert answer.status_code == 202, answer.content
    assert claim_page(OWNER, engines=("another",)) is None
    claim = claim_page(OWNER, engines=(engine,))
    assert claim is not None
    record_reading(claim, make_layout(text), engine=engine, engine_version="9")


def readings(
    api: APIClient, document: Document, url: Url, query: str = ""
) -> list[dict[str, object]]:
    answer = api.get(url(document, "pages/1/readings/") + query)
    assert answer.status_code == 200, answer.content
    found: list[dict[str, object]] = answer.json()["results"]
    return found


def test_another_engine_reads_and_its_reading_counts_and_none_is_lost(
    api: APIClient, document: Document, url: Url
) -> None:
    read_again(api, document, url, "Hello", "paddleocr-vl")

    found = readings(api, document, url)

    assert [(reading["engine"], reading["run"], reading["current"]) for reading in found] == [
        ("paddleocr-vl", 2, True),
        ("tesseract", 1, False),
    ]
    assert set(found[0]) == {
        "run", "engine", "engine_version", "confidence", "flags", "created_at", "current",
        "corrected",
    }  # fmt: skip
    assert api.get(url(document, "pages/1/")).json()["text"] == "Hello"


def test_the_texts_come_when_they_are_asked_for(
    api: APIClient, document: Document, url: Url
) -> None:
    read_again(api, document, url, "Hello", "paddleocr-vl")

    assert [reading["text"] for reading in readings(api, document, url, "?text=true")] == [
        "Hello",
        "Helo",
    ]
    with CaptureQueriesContext(connection) as caught:
        readings(api, document, url)
    assert '"layout"' not in " ".join(query["sql"] for query in caught.captured_queries)
    problem_of(api.get(url(document, "pages/1/readings/") + "?texts=1"), 400)


def test_a_correction_stays_until_the_newer_reading_is_accepted(
    api: APIClient, document: Document, url: Url
) -> None:
    correct(document.id, 1, {"b0": "Hello!"}, revision=0, actor=None)
    read_again(api, document, url, "Hello", "paddleocr-vl")
    newest, oldest = readings(api, document, url)
    assert (newest["current"], newest["corrected"]) == (False, False)
    assert (oldest["current"], oldest["corrected"]) == (False, True)
    page = api.get(url(document, "pages/1/")).json()
    assert page["text"] == "Hello!"

    problem_of(api.post(url(document, "pages/1/readings/accept/"), {"revision": 1}), 409)
    answer = api.post(url(document, "pages/1/readings/accept/"), {"revision": page["revision"]})

    assert (answer.status_code, answer.json()["text"]) == (200, "Hello")
    assert readings(api, document, url)[0]["current"]
    problem_of(
        api.post(url(document, "pages/1/readings/accept/"), {"revision": page["revision"] + 1}), 409
    )


def test_an_engine_that_no_reader_has_is_refused(
    api: APIClient, document: Document, url: Url
) -> None:
    problem_of(api.post(url(document, "reprocess/"), {"engine": "paddleocr-vl"}), 409)
    assert Reading.objects.count() == 1


def test_they_are_for_the_team_and_accepted_by_its_reviewers(
    reader_api: APIClient, stranger_api: APIClient, document: Document, url: Url
) -> None:
    assert len(readings(reader_api, document, url)) == 1
    problem_of(stranger_api.get(url(document, "pages/1/readings/")), 404)
    problem_of(stranger_api.post(url(document, "pages/1/readings/accept/"), {"revision": 0}), 404)
    problem_of(reader_api.post(url(document, "pages/1/readings/accept/"), {"revision": 0}), 403)
    problem_of(reader_api.get(url(document, "pages/2/readings/")), 404)
