"""Files go into the archive by mouse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.urls import reverse
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, Route, expect

from documents.models import Document, Team
from tests.browser.conftest import holds_on
from tests.factories import make_team


def pdf(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n" + name.encode()}


def empty(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b""}


def text(name: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": b"Just words."}


def upload_page() -> str:
    return reverse("admin:documents_document_upload")


def test_every_chosen_file_has_its_own_outcome(
    page: Page, team: Team, complaints: list[str]
) -> None:
    page.goto(upload_page())
    page.get_by_label("Tags").fill("scans, 2024")

    page.get_by_label("Files", exact=True).set_input_files([pdf(f"scan {n}.pdf") for n in range(6)])
    expect(page.locator("#summary")).to_contain_text("6 of 6 done. Uploaded: 6")
    page.get_by_label("Files", exact=True).set_input_files(
        [pdf("scan 3.pdf"), text("note.txt"), empty("empty.pdf")]
    )

    expect(page.locator("#summary")).to_have_text(
        "9 of 9 done. Uploaded: 6; already there: 1; refused: 2."
    )
    refused = page.locator("#uploads li", has_text="note.txt")
    expect(refused).to_contain_text("This one looks like a text file")
    assert Document.objects.count() == 6
    assert {tag.name for tag in Document.objects.all()[0].tags.all()} == {"scans", "2024"}
    assert [said for said in complaints if "415" not in said] == []


def test_an_uploaded_file_is_one_click_away(page: Page) -> None:
    page.goto(upload_page())
    page.get_by_label("Files", exact=True).set_input_files([pdf("lease.pdf")])

    page.get_by_role("link", name="uploaded").click()

    expect(page.get_by_role("heading", name="lease")).to_be_visible()


def test_files_may_be_dropped_anywhere_on_the_page(page: Page) -> None:
    page.goto(upload_page())

    files = page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["%PDF-1.4 dropped"], "dropped.pdf"));
            return data;
        }"""
    )
    page.dispatch_event("h1", "drop", {"dataTransfer": files})

    expect(page.locator("#summary")).to_contain_text("Uploaded: 1")
    assert Document.objects.get().filename == "dropped.pdf"


def test_the_reason_is_told_in_the_persons_language(
    open_browser: Callable[..., BrowserContext],
) -> None:
    page = open_browser(locale="ru-RU").new_page()
    page.goto(upload_page())

    page.get_by_label("Файлы", exact=True).set_input_files([text("note.txt")])

    expect(page.locator("#uploads li")).to_contain_text(
        "не принят: Файлы этого типа не принимаются."
    )


def test_a_team_is_chosen_where_there_are_several(page: Page, team: Team) -> None:
    second = make_team("Second")
    second.memberships.create(user=team.members.get())
    page.goto(upload_page())
    page.get_by_label("Team").select_option("Second")

    page.get_by_label("Files", exact=True).set_input_files([pdf("a.pdf")])

    expect(page.locator("#summary")).to_contain_text("Uploaded: 1")
    assert Document.objects.get().team == second


def test_a_busy_server_is_asked_again(page: Page) -> None:
    answers = iter([503, 503])

    def busy_twice(route: Route) -> None:
        if next(answers, None):
            route.fulfill(status=503, body="{}")
        else:
            route.continue_()

    page.clock.install()
    page.route("**/api/v1/documents/", busy_twice)
    page.goto(upload_page())
    page.get_by_label("Files", exact=True).set_input_files([pdf("a.pdf")])
    for _ in range(2):
        expect(page.locator("#uploads .result")).to_have_text("waiting")
        page.clock.run_for(3500)

    expect(page.locator("#summary")).to_contain_text("Uploaded: 1")


def test_files_wait_for_a_lost_connection_and_go_by_themselves(page: Page) -> None:
    page.goto(upload_page())
    page.context.set_offline(True)
    page.get_by_label("Files", exact=True).set_input_files([pdf(f"{n}.pdf") for n in range(5)])

    waiting = page.locator("#uploads li", has_text="waiting for the connection")
    expect(waiting).to_have_count(5)
    expect(page.locator("#summary")).to_contain_text("refused: 0. The connection was lost.")
    assert holds_on(page)
    page.context.set_offline(False)

    expect(page.locator("#summary")).to_have_text(
        "5 of 5 done. Uploaded: 5; already there: 0; refused: 0."
    )
    assert not holds_on(page)


def let_time_pass_until(shown: Locator, page: Page) -> None:
    for _ in range(90):
        if shown.is_visible():
            return
        page.clock.run_for(1_000)
        page.wait_for_timeout(50)  # answers come by a clock that nobody turns
    raise AssertionError("It did not come.")


def test_a_lost_server_is_looked_for_with_growing_pauses_and_without_files(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.add_init_script(
        """const before = fetch;
        window.looks = [];
        window.fetch = (...given) => {
            looks.push(Date.now());
            document.body.classList.toggle("looked-often", looks.length > 3);
            return before(...given);
        };"""
    )
    page.clock.install()
    page.goto(upload_page())
    for address in ("**/api/v1/documents/", "**/health"):
        page.route(address, lambda route: route.abort())
    page.get_by_label("Files", exact=True).set_input_files([pdf("a.pdf"), pdf("b.pdf")])
    expect(page.locator("#summary")).to_contain_text("The connection was lost.")

    let_time_pass_until(page.locator(".looked-often"), page)

    first, second, third, fourth = page.evaluate("looks.slice(0, 4)")
    assert second - first >= 4_000
    assert third - second >= 8_000
    assert fourth - third >= 16_000
    assert sent.count("POST") == 2


def test_a_file_that_breaks_the_connection_each_time_leaves_a_button(page: Page) -> None:
    page.clock.install()
    page.route("**/api/v1/documents/", lambda route: route.abort())
    page.goto(upload_page())
    page.get_by_label("Files", exact=True).set_input_files([pdf("a.pdf")])
    retry = page.get_by_role("button", name="Try again")
    let_time_pass_until(retry, page)
    expect(page.locator("#summary")).to_contain_text("refused: 1.")

    page.unroute("**/api/v1/documents/")
    retry.click()

    expect(page.locator("#summary")).to_contain_text("Uploaded: 1; already there: 0; refused: 0.")


def test_a_file_that_is_no_longer_there_is_not_tried_again(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"%PDF-1.4 scan")
    page.goto(upload_page())
    page.context.set_offline(True)
    page.get_by_label("Files", exact=True).set_input_files(file)
    expect(page.locator("#uploads .result")).to_have_text("waiting for the connection")

    file.unlink()
    page.context.set_offline(False)

    expect(page.locator("#uploads li")).to_contain_text("The file can no longer be read")
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()


def test_a_file_that_waits_for_a_busy_server_is_not_left_behind_unasked(page: Page) -> None:
    page.clock.install()
    page.route("**/api/v1/documents/", lambda route: route.fulfill(status=503, body="{}"))
    page.goto(upload_page())
    assert not holds_on(page)

    page.get_by_label("Files", exact=True).set_input_files([pdf("a.pdf")])
    expect(page.locator("#uploads .result")).to_have_text("waiting")

    assert holds_on(page)


def test_without_a_script_the_form_does_it(open_browser: Callable[..., BrowserContext]) -> None:
    page = open_browser(java_script_enabled=False).new_page()
    page.goto(upload_page())
    page.get_by_label("Files", exact=True).set_input_files([pdf("a.pdf"), pdf("b.pdf")])

    page.get_by_role("button", name="Upload").click()

    expect(page.locator(".messagelist li")).to_have_count(2)
    assert Document.objects.count() == 2
