"""Files wait for a busy server and a lost connection, and then go by themselves."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import holds_on
from tests.browser.tray import FILES, HOME, pdf, rows


def test_a_busy_server_is_asked_again(page: Page) -> None:
    answers = iter([503, 503])

    def busy_twice(route: Route) -> None:
        if next(answers, None):
            route.fulfill(status=503, body="{}")
        else:
            route.continue_()

    page.clock.install()
    page.route("**/api/v1/documents/", busy_twice)
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("a.pdf")])
    for _ in range(2):
        expect(page.locator("[data-result]").first).to_have_text("waiting")
        assert holds_on(page)
        page.clock.run_for(3500)

    expect(rows(page, "reading")).to_have_count(1)


def test_files_wait_for_a_lost_connection_and_go_by_themselves(page: Page) -> None:
    page.goto(HOME)
    page.context.set_offline(True)
    page.set_input_files(FILES, [pdf(f"{n}.pdf") for n in range(5)])

    expect(rows(page).filter(has_text="waiting for the connection")).to_have_count(5)
    expect(page.locator("[data-summary]")).to_contain_text("The connection was lost.")
    assert holds_on(page)
    page.context.set_offline(False)

    expect(rows(page, "reading")).to_have_count(5)
    assert not holds_on(page)


def let_time_pass_until(shown: Locator, page: Page) -> None:
    for _ in range(90):
        if shown.is_visible():
            return
        page.clock.run_for(1_000)
        page.wait_for_timeout(50)  # answers come by a clock that nobody turns
    raise AssertionError("It did not come.")


def test_a_file_that_breaks_the_connection_each_time_leaves_a_button(page: Page) -> None:
    page.clock.install()
    page.route("**/api/v1/documents/", lambda route: route.abort())
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("a.pdf")])
    retry = page.get_by_role("button", name="Try again")
    let_time_pass_until(retry, page)
    expect(rows(page, "refused")).to_have_count(1)

    page.unroute("**/api/v1/documents/")
    retry.click()

    expect(rows(page, "reading")).to_have_count(1)


def test_a_lost_server_is_looked_for_with_growing_pauses_and_without_files(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.add_init_script(
        """const before = fetch;
        window.looks = [];
        window.fetch = (...given) => {
            if (String(given[0]).includes("/health")) {
                looks.push(Date.now());
                document.body.classList.toggle("looked-often", looks.length > 3);
            }
            return before(...given);
        };"""
    )
    page.clock.install()
    page.goto(HOME)
    for address in ("**/api/v1/documents/", "**/health"):
        page.route(address, lambda route: route.abort())
    page.set_input_files(FILES, [pdf("a.pdf"), pdf("b.pdf")])
    expect(page.locator("[data-summary]")).to_contain_text("The connection was lost.")

    let_time_pass_until(page.locator(".looked-often"), page)

    first, second, third, fourth = page.evaluate("looks.slice(0, 4)")
    assert second - first >= 4_000
    assert third - second >= 8_000
    assert fourth - third >= 16_000
    assert sent.count("POST") == 2


def test_a_file_that_is_no_longer_there_is_not_tried_again(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF-1.4 scan")
    page.goto(HOME)
    page.context.set_offline(True)
    page.set_input_files(FILES, file)
    expect(page.locator("[data-result]").first).to_have_text("waiting for the connection")

    file.unlink()
    page.context.set_offline(False)

    expect(rows(page)).to_contain_text("The file can no longer be read")
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
