"""The review desk as a reviewer uses it: by keys, every answer saved, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from documents.models import Document, Role, Team, User
from tests.browser.conftest import listened_to
from tests.doubtful_pages import plant_doubtful
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def card(page: Page) -> Any:
    return page.locator("[data-desk=card]")


def wait_for_doubt(page: Page, number: int) -> str:
    """Until the card shows this doubt of its page, ready to be answered; its id."""
    expect(page.locator("[data-bar=place]")).to_contain_text(f"doubt {number} of")
    page.wait_for_function("() => document.activeElement.matches('[data-card=line-field]')")
    return str(card(page).get_attribute("data-doubt"))


def wait_until_saved(page: Page) -> None:
    expect(page.locator("[data-bar=saving]")).to_have_attribute("data-waiting", "0")


def text_of(document: Document) -> str:
    layout = document.pages.with_text().get(number=1).layout
    assert layout is not None
    return layout.text


def test_a_document_is_gone_through_and_approved_by_keys(
    page: Page, team: Team, reviewer: User, complaints: list[str]
) -> None:
    first, second = plant_doubtful(team, 1), plant_doubtful(team, 2)
    page.goto("/review/")
    page.keyboard.press("n")

    wait_for_doubt(page, 1)
    page.keyboard.press("2")
    wait_for_doubt(page, 2)
    page.keyboard.type("Кузнецова")
    page.keyboard.press("Enter")
    wait_for_doubt(page, 3)
    page.keyboard.press("Enter")
    expect(page.locator("[data-desk=end-title]")).to_have_text("Every doubt has an answer.")
    page.keyboard.press("Enter")
    expect(page.locator(".desk")).to_have_attribute("data-document", str(second.id))
    wait_until_saved(page)

    first.refresh_from_db()
    assert (first.review_status, first.reviewed_by) == ("approved", reviewer)
    assert "№ 9100 от" in text_of(first) and "Кузнецова Николай" in text_of(first)
    assert page.url.endswith(f"/review/{second.id}/")
    second.refresh_from_db()
    assert second.review_holder == reviewer
    assert complaints == []


def test_back_undo_and_the_keys_outside_of_the_field(
    page: Page, team: Team, complaints: list[str]
) -> None:
    document = plant_doubtful(team, 1, pages=2)
    page.goto(f"/review/{document.id}/")
    first = wait_for_doubt(page, 1)
    page.keyboard.press("2")
    wait_for_doubt(page, 2)
    page.keyboard.press("Backspace")
    assert wait_for_doubt(page, 1) == first
    expect(page.locator("[data-card=said]")).to_have_text("You wrote: 9100")
    page.keyboard.press("Escape")
    page.keyboard.press("u")
    wait_for_doubt(page, 1)
    wait_until_saved(page)
    assert "№ 1100 от" in text_of(document)

    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("[data-bar=place]")).to_contain_text("Page 2 of 2")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("[data-bar=place]")).to_contain_text("Page 1 of 2")
    page.keyboard.press("Escape")
    page.keyboard.press("z")
    expect(page.locator(".crop.whole")).to_be_visible()
    assert complaints == []


def test_it_goes_on_at_the_first_page_that_is_not_checked(page: Page, team: Team) -> None:
    document = plant_doubtful(team, 1, pages=3)
    page.goto(f"/review/{document.id}/")
    for number in (1, 2, 3):
        wait_for_doubt(page, number)
        page.keyboard.press("Enter")
    expect(page.locator("[data-bar=place]")).to_contain_text("Page 2 of 3")
    wait_until_saved(page)

    page.reload()

    expect(page.locator("[data-bar=place]")).to_contain_text("Page 2 of 3 · doubt 1 of 3")


def test_an_answer_that_could_not_be_saved_is_tried_again(page: Page, team: Team) -> None:
    document = plant_doubtful(team, 1)
    refused: list[str] = []

    def refuse_twice(route: Route) -> None:
        if len(refused) < 2:
            refused.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    page.route("**/answer/", refuse_twice)
    page.goto(f"/review/{document.id}/")
    wait_for_doubt(page, 1)
    page.keyboard.press("2")
    wait_for_doubt(page, 2)
    expect(page.locator("[data-bar=saving]")).to_contain_text("not saved yet")
    wait_until_saved(page)

    assert "№ 9100 от" in text_of(document)


def test_an_answer_left_behind_by_a_closed_tab_is_saved_later(
    open_browser: Callable[..., BrowserContext], team: Team
) -> None:
    document = plant_doubtful(team, 1)
    context = open_browser()
    lost = context.new_page()
    lost.route("**/answer/", lambda route: route.abort())
    lost.goto(f"/review/{document.id}/")
    wait_for_doubt(lost, 1)
    lost.keyboard.press("2")
    expect(lost.locator("[data-bar=saving]")).to_contain_text("not saved yet")
    # As if it had been left a while ago.
    lost.evaluate(
        """() => {
            const key = Object.keys(localStorage).find((name) => name.startsWith("review-outbox-"));
            const entries = JSON.parse(localStorage.getItem(key));
            entries.forEach((entry) => { entry.at -= 60_000; });
            localStorage.setItem(key + "-old", JSON.stringify(entries));
        }"""
    )
    lost.close(run_before_unload=False)

    page = context.new_page()
    page.goto(f"/review/{document.id}/")
    wait_until_saved(page)

    page.wait_for_function("() => Object.keys(localStorage).every((key) => !key.endsWith('-old'))")
    expect(page.locator("[data-bar=saving]")).to_have_text("All saved")
    assert "№ 9100 от" in text_of(document)


def test_rejected_with_a_reason_and_postponed_with_a_note(page: Page, team: Team) -> None:
    first, second = plant_doubtful(team, 1), plant_doubtful(team, 2)
    page.goto(f"/review/{first.id}/")
    wait_for_doubt(page, 1)
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.keyboard.type("not ours")
    page.keyboard.press("Enter")
    expect(page.locator(".desk")).to_have_attribute("data-document", str(second.id))
    wait_for_doubt(page, 1)
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    page.get_by_label("Note").fill("ask Clara")
    page.keyboard.press("Enter")
    expect(page.locator("[data-desk=end-title]")).to_have_text("Nothing is left to review here.")
    wait_until_saved(page)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.review_status, first.review_note) == ("rejected", "not ours")
    assert second.postponed_until is not None and second.review_note == "ask Clara"


def test_others_see_who_has_it(page: Page, team: Team, reviewer: User) -> None:
    from documents.actions.lease_review import lease_review

    document = plant_doubtful(team, 1)
    anna = make_user("anna", team=team, first_name="Anna")
    lease_review(document.id, actor=anna)

    page.goto(f"/review/{document.id}/")

    expect(page.locator("[data-desk=holder]")).to_contain_text("Anna")
    page.goto("/review/")
    expect(page.locator("[data-queue]")).to_contain_text("Anna is reviewing it")


def test_keys_are_meant_by_their_place_in_a_russian_layout(page: Page, team: Team) -> None:
    document = plant_doubtful(team, 1, pages=2)
    page.goto(f"/review/{document.id}/")
    wait_for_doubt(page, 1)
    page.keyboard.press("Escape")

    # What the key N sends in a Russian layout.
    page.evaluate(
        """() => document.body.dispatchEvent(new KeyboardEvent(
            "keydown", {key: "т", code: "KeyN", bubbles: true, cancelable: true}))"""
    )

    expect(page.locator("[data-bar=place]")).to_contain_text("Page 2 of 2")


def test_one_word_in_many_documents_is_confirmed_at_once(
    page: Page, team: Team, complaints: list[str]
) -> None:
    documents = [plant_doubtful(team, number) for number in (1, 2, 3)]
    page.goto("/review/group/")
    expect(page.locator("[data-text]")).to_have_text("Кузнецов")
    expect(page.locator("[data-places] button")).to_have_count(3)

    page.keyboard.press("x")
    expect(page.locator("[data-confirm]")).to_have_text("Confirm 2 places")
    page.keyboard.press("Enter")

    expect(page.locator("[data-text]")).to_have_text("договоp")
    expect(page.locator("[data-places] button")).to_have_count(3)
    page.keyboard.press("2")
    expect(page.locator("[data-nothing]")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("3 places are confirmed.", timeout=20_000)
    left = [document.pages.get().open_doubts for document in documents]
    assert sorted(count or 0 for count in left) == [1, 1, 2]
    assert all("Настоящий договор вступает" in text_of(document) for document in documents)
    assert complaints == []


def test_a_page_where_nothing_was_read_gets_its_text(
    page: Page, team: Team, complaints: list[str]
) -> None:
    from documents.exports.page_images import store_page_image
    from documents.text.page_layout import PageLayout
    from tests.doubtful_pages import doubtful_letter
    from tests.factories import make_document

    empty = PageLayout(1240, 1754, 150.0, flags=("empty_region",), unread=1.0)
    document = make_document(
        team, pages=[empty, None], failed=[2], status="partial", flags=["empty_region"]
    )
    for number in (1, 2):
        store_page_image(document.id, number, 0, doubtful_letter(1)[1])
    page.goto(f"/review/{document.id}/")
    field = page.locator("[data-card=area-field]")
    expect(field).to_be_focused()
    field.fill("A page by hand")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-bar=place]")).to_contain_text("Page 2 of 2")
    expect(field).to_be_focused()
    page.wait_for_function("() => document.querySelector('[data-card=crop] img').naturalWidth > 0")
    page.keyboard.type("Another")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-desk=end]")).to_be_visible()
    wait_until_saved(page)

    layouts = [each.layout for each in document.pages.with_text().order_by("number")]
    assert [layout and layout.text for layout in layouts] == ["A page by hand", "Another"]
    assert complaints == []


def test_a_manager_assigns_and_sees_how_it_goes(
    open_browser: Callable[..., BrowserContext], team: Team, reviewer: User, complaints: list[str]
) -> None:
    reviewer.memberships.update(role=Role.MANAGER)
    document = plant_doubtful(team, 1)
    anna = make_user("anna", team=team, first_name="Anna")
    page = listened_to(open_browser().new_page(), complaints)
    page.goto("/review/")
    page.locator("[data-queue] input[type=checkbox]").check()
    page.get_by_label("Assign to").select_option("anna")
    page.get_by_role("button", name="Assign").click()
    expect(page.locator("[data-queue]")).to_contain_text("for Anna")

    document.refresh_from_db()
    assert document.assigned_to == anna
    expect(page.locator(".figures")).to_contain_text("Left")
    assert complaints == []
