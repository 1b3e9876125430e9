"""The administrators' page of what the site does: workers, failures by reason, storage."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from documents.actions.record_comparison import record_comparison
from documents.models import (
    ApiToken,
    Document,
    Membership,
    Page,
    Role,
    Status,
    Team,
    User,
    WorkerProcess,
)
from documents.models.engine_comparison import LEAST_PAGES
from documents.models.page import PageStatus
from documents.models.worker import EngineState
from documents.sign_in.tokens import create_token
from tests.factories import PASSWORD, make_document, make_ocr_worker, make_team, make_user

pytestmark = pytest.mark.django_db

STATE = "/admin/documents/workerprocess/"


def make_failed(team: Team, code: str, **fields: Any) -> Document:
    return make_document(
        team, status=Status.PARTIAL, pages=["read", None], failed=[2], error_code=code, **fields
    )


def test_it_shows_what_each_worker_reads(root_browser: Client, team: Team) -> None:
    worker = make_ocr_worker(engine_version="5.5", rss_bytes=300 * 2**20, pages_read=17)
    make_document(team, title="Long report", status=Status.PROCESSING, pages=["a", None])
    Page.objects.filter(number=2).update(status=PageStatus.RUNNING, lease_owner=worker.id)

    page = root_browser.get(STATE).content.decode()

    for shown in ("Tesseract 5.5", "Long report", "page 2", "300.0", "17"):
        assert shown in page


def test_it_says_what_waits_and_how_long_that_takes(root_browser: Client, team: Team) -> None:
    assert "No document is waiting." in root_browser.get(STATE).content.decode()
    make_document(team, status=Status.PROCESSING, pages=["a", *[None] * 599])
    make_document(team, status=Status.QUEUED, page_count=None)

    page = root_browser.get(STATE).content.decode()
    assert "2 documents with 600 unread pages have been waiting, the first since" in page
    assert "Nothing is read until an OCR worker starts" in page

    worker = make_ocr_worker(engine_state=EngineState.LOADING)
    assert "until an engine is ready" in root_browser.get(STATE).content.decode()
    for speed, words in ((0.0, "first pages are read"), (1.0, "10 minutes"), (0.05, "3 hours")):
        fields = {"engine_state": EngineState.READY, "pages_per_second": speed}
        WorkerProcess.objects.filter(pk=worker.pk).update(**fields)
        assert words in root_browser.get(STATE).content.decode()


def test_failures_are_counted_by_reason_and_read_again_together(
    root_browser: Client, team: Team
) -> None:
    failed = [make_failed(team, "damaged-page"), make_failed(make_team(), "damaged-page")]
    other = make_failed(team, "engine-failed")
    in_trash = make_failed(team, "damaged-page", trashed_at=timezone.now())

    page = root_browser.get(STATE).content.decode()
    assert "The page is damaged and can&#x27;t be shown." in page
    assert page.index("damaged-page") < page.index("engine-failed"), "the most frequent first"
    answer = root_browser.post(f"{STATE}retry/", {"code": "damaged-page"}, follow=True)

    assert "2 documents are read again." in answer.content.decode()
    running = Document.objects.filter(status=Status.PROCESSING)
    assert set(running) == set(failed)
    for document in (other, in_trash):
        document.refresh_from_db()
        assert document.status == Status.PARTIAL


def test_only_pages_that_failed_are_read_again(root_browser: Client, team: Team) -> None:
    document = make_failed(team, "damaged-page")

    root_browser.post(f"{STATE}retry/", {"code": "damaged-page"})

    statuses = document.pages.order_by("number").values_list("status", flat=True)
    assert list(statuses) == [PageStatus.DONE, PageStatus.PENDING]


def test_nothing_is_read_again_for_no_reason(root_browser: Client, team: Team) -> None:
    make_document(team, pages=["text"])

    answer = root_browser.post(f"{STATE}retry/", {}, follow=True)

    assert "0 documents" in answer.content.decode()


def test_it_is_for_administrators(browser: Client, team: Team) -> None:
    make_failed(team, "damaged-page")

    assert browser.get(STATE).status_code == 302
    assert browser.post(f"{STATE}retry/", {"code": "damaged-page"}).status_code == 302
    assert not Document.objects.filter(status=Status.PROCESSING).exists()


def test_it_costs_as_many_queries_for_many_as_for_few(root_browser: Client, team: Team) -> None:
    costs = []
    for number in (1, 12):
        for _ in range(number):
            make_ocr_worker()
            make_failed(team, f"code-{number}")
        with CaptureQueriesContext(connection) as queries:
            root_browser.get(STATE)
        costs.append(len(queries))

    assert costs[0] == costs[1] < 25


# --- tokens, users ----------------------------------------------------------------------------


def test_anybodys_token_is_seen_and_revoked_but_not_its_key(
    root_browser: Client, reviewer: User
) -> None:
    token, key = create_token(reviewer)

    page = root_browser.get("/admin/documents/apitoken/").content.decode()
    assert "reviewer" in page and token.prefix in page and key not in page
    root_browser.post(
        "/admin/documents/apitoken/", {"action": "revoke", "_selected_action": str(token.pk)}
    )

    program = Client(headers={"authorization": f"Token {key}"})
    assert program.get("/api/v1/documents/").status_code == 401


def test_tokens_are_filtered_by_whether_they_open_anything(
    root_browser: Client, reviewer: User
) -> None:
    valid, ended = create_token(reviewer)[0], create_token(reviewer)[0]
    ApiToken.objects.filter(pk=ended.pk).update(expires_at=timezone.now())

    def shown(valid_ones: str) -> str:
        answer = root_browser.get("/admin/documents/apitoken/", {"valid": valid_ones})
        return answer.content.decode()

    assert valid.prefix in shown("yes") and ended.prefix not in shown("yes")
    assert ended.prefix in shown("no") and valid.prefix not in shown("no")


def test_nobody_else_sees_tokens(browser: Client) -> None:
    assert browser.get("/admin/documents/apitoken/").status_code == 403


def test_a_new_user_gets_a_team_and_a_role_in_one_step(root_browser: Client, team: Team) -> None:
    root_browser.post(
        "/admin/documents/user/add/",
        {
            "username": "clerk",
            "team": str(team.id),
            "role": Role.MANAGER,
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )

    made = Membership.objects.get(user__username="clerk")
    assert (made.team, made.role) == (team, Role.MANAGER)
    assert "Accounts (manager)" in root_browser.get("/admin/documents/user/").content.decode()


def test_the_list_of_users_costs_as_many_queries_for_many_as_for_few(
    root_browser: Client,
) -> None:
    costs = []
    for number in (1, 20):
        for _ in range(number):
            make_user(team=make_team())
        with CaptureQueriesContext(connection) as queries:
            root_browser.get("/admin/documents/user/")
        costs.append(len(queries))

    assert costs[0] == costs[1] < 25


def test_the_admins_document_leads_to_the_archive_and_the_desk(browser: Client, team: Team) -> None:
    document = make_document(team, pages=["text"])

    page = browser.get(f"/admin/documents/document/{document.id}/change/").content.decode()

    assert f'href="/documents/{document.id}/"' in page
    assert f'href="/review/{document.id}/"' in page


def test_what_a_comparison_held_back_is_shown_and_approved(root_browser: Client) -> None:
    row = {"f1": [0.99, 0.9], "seconds": [1.0, 3.5], "flags": [[], []]}
    record_comparison(("tesseract", "5.5"), ("paddleocr-vl", "3.3"), [row] * LEAST_PAGES)
    same = {**row, "f1": [0.99, 0.99]}
    record_comparison(("tesseract", "5.5"), ("paddleocr-vl", "3.3"), [same])  # decides nothing

    page = root_browser.get(STATE).content.decode()
    for shown in ("PaddleOCR-VL", "90.0% (99.0%)", "3.5 (1.0)", "held back"):
        assert shown in page
    answer = root_browser.post(
        f"{STATE}approve/", {"engine": "paddleocr-vl", "version": "3.3"}, follow=True
    )

    assert "Approved. Workers take it when they start next." in answer.content.decode()
    assert "worse, approved" in answer.content.decode()
    again = root_browser.post(
        f"{STATE}approve/", {"engine": "paddleocr-vl", "version": "3.3"}, follow=True
    )
    assert "Nothing holds paddleocr-vl 3.3 back." in again.content.decode()
