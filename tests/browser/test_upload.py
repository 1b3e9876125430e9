"""Files go into the archive from any page, and the tray follows each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, FilePayload, Locator, Page, Route, expect

from documents.models import Document, Status, Team
from tests.browser.conftest import holds_on
from tests.factories import make_team

HOME, FILES = "/", "#upload-files"


def pdf(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n" + name.encode()}


def empty(name: str) -> FilePayload:
    return {"name": name, "mimeType": "application/pdf", "buffer": b""}


def text(name: str) -> FilePayload:
    return {"name": name, "mimeType": "text/plain", "buffer": b"Just\0bytes."}


def rows(page: Page, state: str = "") -> Locator:
    return page.locator(f".tray-row.{state}" if state else ".tray-row")


@pytest.fixture
def second(team: Team) -> Team:
    second = make_team("Second")
    second.memberships.create(user=team.members.get())
    return second


def test_every_file_has_its_own_outcome_and_refusals_stand_first(
    page: Page, team: Team, complaints: list[str]
) -> None:
    page.goto(HOME)
    page.locator(".tray-more").evaluate("more => { more.open = true; }")
    page.set_input_files(FILES, [pdf(f"scan {n}.pdf") for n in range(6)])
    expect(rows(page, "reading")).to_have_count(6)
    page.locator("#tray [data-tags]").fill("scans, 2024")
    page.set_input_files(FILES, [pdf("seventh.pdf"), text("note.txt"), empty("empty.pdf")])

    expect(rows(page, "reading")).to_have_count(7)
    expect(rows(page)).to_have_count(9)
    expect(rows(page).nth(0)).to_contain_text("The file is empty")
    expect(rows(page).nth(1)).to_contain_text("This one looks like a file of an unknown type")
    expect(page.locator("[data-summary]")).to_contain_text("2 refused")
    assert Document.objects.count() == 7
    tagged = Document.objects.get(filename="seventh.pdf")
    assert set(tagged.tags.values_list("name", flat=True)) == {"scans", "2024"}
    assert [said for said in complaints if "415" not in said] == []


def test_a_duplicate_is_told_and_one_click_away(page: Page) -> None:
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("lease.pdf")])
    expect(rows(page, "reading")).to_have_count(1)

    page.set_input_files(FILES, [pdf("lease.pdf")])

    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("already in the archive")
    link = rows(page).get_by_role("link", name="lease.pdf")
    expect(link).to_have_attribute("href", address_of(Document.objects.get()))


def address_of(document: Document) -> str:
    from documents.web.list_rows import document_page

    return document_page(document.id)


def test_the_tray_comes_back_after_a_reload_and_follows_the_reading(page: Page) -> None:
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("a.pdf"), pdf("b.pdf"), pdf("c.pdf")])
    expect(rows(page, "reading")).to_have_count(3)
    documents = Document.objects.order_by("filename")
    first, second, third = (each.id for each in documents)
    Document.objects.filter(id=first).update(status=Status.PROCESSING, page_count=12, pages_done=3)

    page.goto(reverse("web:documents"))

    expect(rows(page)).to_have_count(3)
    expect(rows(page).filter(has_text="a.pdf")).to_contain_text("3 / 12")
    Document.objects.filter(id=first).update(status=Status.READY, pages_done=12)
    Document.objects.filter(id=second).update(
        status=Status.READY, page_count=1, pages_done=1, flags=["disputed"]
    )
    Document.objects.filter(id=third).update(
        status=Status.FAILED, error_code="damaged-file", error_detail="It breaks off."
    )
    expect(rows(page, "ready")).to_contain_text("a.pdf")
    expect(rows(page, "review")).to_contain_text("two readers disagree")
    expect(rows(page).nth(0)).to_contain_text("It breaks off.")

    page.get_by_role("button", name="Clear what is done").click()
    page.goto(HOME)

    expect(page.locator("#tray")).to_be_hidden()


def test_a_reading_that_failed_is_begun_again_with_one_click(page: Page) -> None:
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("a.pdf")])
    expect(rows(page, "reading")).to_have_count(1)
    Document.objects.update(status=Status.FAILED, error_code="damaged-file", task="")

    page.get_by_role("button", name="Try again").click()

    expect(rows(page, "reading")).to_have_count(1)
    assert Document.objects.get().status == Status.QUEUED


def test_files_may_be_dropped_anywhere(page: Page) -> None:
    page.goto(reverse("web:documents"))
    files = page.evaluate_handle(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["%PDF-1.4 dropped"], "dropped.pdf"));
            return data;
        }"""
    )
    page.dispatch_event("h1", "dragenter", {"dataTransfer": files})
    expect(page.locator("#drop-hint")).to_be_visible()
    page.dispatch_event("h1", "drop", {"dataTransfer": files})

    expect(page.locator("#drop-hint")).to_be_hidden()
    expect(rows(page, "reading")).to_contain_text("dropped.pdf")
    assert Document.objects.get().filename == "dropped.pdf"


def make_folder(place: Path) -> Path:
    """Scans, office files and what systems leave, in folders."""
    folder = place / "Входящие"
    inner = folder / "2026" / "март"
    inner.mkdir(parents=True)
    for number in range(52):
        file = inner / f"scan {number}.pdf" if number % 2 else folder / f"scan {number}.pdf"
        file.write_bytes(f"%PDF-1.4 {number}".encode())
        (inner / f"note {number}.txt").write_text(f"Письмо {number}", encoding="utf-8")
    for name in (".DS_Store", "Thumbs.db", "~$letter.docx"):
        (inner / name).write_bytes(b"\0\1\2")
    return folder


def drop_paths(page: Page, *paths: Path) -> None:
    """As a person drops them from the desktop: scripts can't make folders."""
    session = page.context.new_cdp_session(page)
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, "x": 400, "y": 300, "data": data})


def test_a_folder_is_dropped_and_everything_in_it_is_filed(
    page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    page.goto(HOME)
    drop_paths(page, make_folder(tmp_path))

    expect(page.locator("[data-summary]")).to_have_text("0 of 104 done", timeout=120_000)
    expect(page.get_by_text("All files are stored.")).to_be_visible()
    expect(rows(page)).to_have_count(104)
    expect(page.get_by_title("Входящие/2026/март/scan 1.pdf")).to_be_visible()
    assert Document.objects.count() == 104
    assert complaints == []

    Document.objects.update(status=Status.READY, page_count=1, pages_done=1, task="")
    page.goto(HOME)

    expect(page.locator("[data-summary]")).to_have_text("104 of 104 done", timeout=120_000)


def test_a_folder_may_be_chosen(page: Page, tmp_path: Path) -> None:
    page.goto(HOME)
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"%PDF-1.4 a")
    (folder / ".DS_Store").write_bytes(b"x")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload a folder").click()
    chooser.value.set_files(folder)

    expect(rows(page, "reading")).to_have_count(1)
    assert Document.objects.get().filename == "a.pdf"


def test_an_empty_folder_says_so(page: Page, tmp_path: Path) -> None:
    page.goto(HOME)
    folder = tmp_path / "empty"
    folder.mkdir()
    drop_paths(page, folder)

    expect(page.get_by_text("There are no files in the folder.")).to_be_visible()


def test_an_open_document_keeps_its_window_beside_the_tray(page: Page) -> None:
    page.goto(HOME)
    page.set_input_files(FILES, [pdf("a.pdf")])
    expect(rows(page, "reading")).to_have_count(1)

    page.goto(address_of(Document.objects.get()))

    expect(page.locator("#tray")).to_have_class("tray folded")
    height = page.locator("#content").evaluate("content => content.clientHeight")
    assert page.locator(".doc").evaluate("doc => doc.clientHeight") == height
    assert (
        page.locator("#content").evaluate("content => getComputedStyle(content).paddingBottom")
        == "0px"
    )


def test_a_picture_may_be_pasted(page: Page) -> None:
    page.goto(HOME)
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            const png = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 1]);
            data.items.add(new File([png], "image.png", {type: "image/png"}));
            document.body.dispatchEvent(
                new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }"""
    )

    expect(rows(page, "reading")).to_contain_text("Pasted picture")
    assert Document.objects.get().mime_type == "image/png"


def test_shots_of_a_camera_become_one_document(page: Page) -> None:
    page.goto(HOME)
    shot = page.evaluate(
        """async () => {
            const canvas = new OffscreenCanvas(60, 80);
            canvas.getContext("2d").fillRect(10, 10, 20, 20);
            const blob = await canvas.convertToBlob({type: "image/jpeg"});
            return [...new Uint8Array(await blob.arrayBuffer())];
        }"""
    )
    picture: FilePayload = {"name": "IMG.jpg", "mimeType": "image/jpeg", "buffer": bytes(shot)}
    for number in (1, 2):
        page.set_input_files("#upload-shot", picture)
        expect(page.locator("[data-shots] li")).to_have_count(number)
    assert holds_on(page)
    page.locator("#shots-name").fill("Lease")
    page.locator("[data-send]").click()

    expect(rows(page, "reading")).to_contain_text("Lease.pdf")
    document = Document.objects.get()
    assert (document.mime_type, document.title) == ("application/pdf", "Lease")
    assert_pages_have_pictures(document, 2)


def assert_pages_have_pictures(document: Document, count: int) -> None:
    import pikepdf

    from documents.files.keys import original_key
    from documents.files.storage import archive

    with pikepdf.open(archive().path(original_key(document.id, document.filename))) as opened:
        assert len(opened.pages) == count
        for page in opened.pages:
            image = page.obj["/Resources"]["/XObject"]["/Im"]
            assert (image["/Width"], image["/Height"]) == (60, 80)


def test_the_reason_is_told_in_the_persons_language(
    open_browser: Callable[..., BrowserContext],
) -> None:
    page = open_browser(locale="ru-RU").new_page()
    page.goto(HOME)

    page.set_input_files(FILES, [text("note.txt")])

    expect(rows(page)).to_contain_text("не принят: Файлы этого типа не принимаются.")


def test_nothing_is_sent_before_a_team_is_chosen(
    page: Page, second: Team, complaints: list[str]
) -> None:
    page.goto(HOME)

    page.set_input_files(FILES, [pdf("a.pdf")])

    expect(page.get_by_role("alert")).to_have_text("Choose a team to start the upload.")
    team = page.locator("#tray").get_by_label("Team")
    # Whether or not the window itself has the focus.
    page.wait_for_function("() => document.activeElement.matches('#tray [data-team]')")
    assert holds_on(page)
    assert not Document.objects.exists()

    team.select_option("Second")

    expect(rows(page, "reading")).to_have_count(1)
    expect(page.get_by_role("alert")).to_be_hidden()
    assert Document.objects.get().team == second
    assert complaints == []


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
