"""Files are dropped, chosen, pasted and photographed; a folder brings what is in it."""

from __future__ import annotations

from pathlib import Path

from django.urls import reverse
from playwright.sync_api import FilePayload, Page, expect

from documents.models import Document, Status
from tests.browser.conftest import holds_on
from tests.browser.tray import HOME, rows


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

    expect(page.locator("[data-summary]")).to_have_text("being read: 104", timeout=120_000)
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
