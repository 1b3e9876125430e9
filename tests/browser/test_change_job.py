"""A change of very many documents is shown on the list, while it runs and when it is over."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from documents.actions import run_change
from documents.actions.begin_change import begin_change
from documents.actions.run_change import run_change_slice
from documents.models import Document, Team, User
from tests.browser.conftest import draw_pages
from tests.factories import make_document


def test_progress_moves_and_what_was_refused_comes_first(
    page: Page, team: Team, reviewer: User, monkeypatch: pytest.MonkeyPatch, complaints: list[str]
) -> None:
    monkeypatch.setattr(run_change, "MOST_IN_SLICE", 2)
    documents = [make_document(team, title=f"Letter {n}", pages=["x"]) for n in range(3)]
    kept = make_document(team, title="Kept", pages=["x"])
    for each in (*documents, kept):
        draw_pages(each)
    foreign = make_document(pages=["x"])
    ids = [each.id for each in (*documents, foreign)]
    begin_change(ids, {"action": "trash"}, actor=reviewer)
    page.goto("/documents/")
    job = page.get_by_role("region", name="Changing documents")
    expect(job).to_contain_text("0 of 4")

    run_change_slice()
    expect(job).to_contain_text("2 of 4")
    assert job.get_by_role("progressbar").evaluate("bar => bar.value") == 0.5
    run_change_slice()

    over = page.get_by_role("region", name="Documents changed")
    expect(over).to_contain_text("3 documents are in the trash.")
    told = over.inner_text()
    assert told.index("Not done to 1 document") < told.index("3 documents are in the trash.")
    expect(page.get_by_text("Letter 0")).to_have_count(0)
    page.reload()
    over.get_by_role("button", name="Undo").click()
    expect(job).to_contain_text("0 of 3")
    while run_change_slice():
        pass
    expect(over).to_contain_text("3 documents taken out of the trash.")
    assert not Document.objects.trashed().exists()
    over.get_by_role("button", name="Close").click()
    page.reload()
    expect(page.get_by_role("link", name="Kept")).to_be_visible()
    expect(over).to_be_hidden()
    assert complaints == []


def test_it_is_stopped_by_hand(
    page: Page, team: Team, reviewer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_change, "MOST_IN_SLICE", 1)
    ids = [make_document(team, pages=["x"]).id for _ in range(2)]
    begin_change(ids, {"action": "approve"}, actor=reviewer)
    run_change_slice()
    page.goto("/documents/")

    page.get_by_role("button", name="Stop").click()

    over = page.get_by_role("region", name="Documents changed")
    expect(over).to_contain_text("Stopped. 1 of 2 are done. 1 document approved.")
    assert not run_change_slice()
