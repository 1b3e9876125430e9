"""`documents/{id}/stack/` and `separator-sheets/`: how a stack is split, and the sheets for it."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pytest
import zxingcpp
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from rest_framework.test import APIClient

from documents.models import Document, Member, Stack, Task, Team
from documents.text.split import Sheet, read_sheet
from tests.factories import make_document, make_team

pytestmark = pytest.mark.django_db


@pytest.fixture
def stack(team: Team) -> Document:
    """Five pages, split into 1-2 and 4-5; the third is empty."""
    document = make_document(team, pages=[None] * 5, status="ready")
    Stack.objects.create(
        document=document,
        split="blank",
        looks=[[number == 3, ""] for number in range(1, 6)],
        cuts=[[[1, 2], ""], [[4, 5], ""]],
    )
    for first, last in ((1, 2), (4, 5)):
        part = make_document(team, filename=f"part {first}.pdf", pages=["text"])
        Member.objects.create(
            container=document, number=100_000 + first, path=part.filename,
            pages=f"{first}-{last}", outcome="created", document=part.id,
        )  # fmt: skip
    return document


def url(document: Document) -> str:
    return f"/api/v1/documents/{document.id}/stack/"


def test_an_upload_says_how_it_is_split(api: APIClient) -> None:
    def send(split: str, name: str = "a.pdf", content: bytes = b"%PDF-1.4 a") -> Any:
        file = SimpleUploadedFile(name, content + split.encode())
        return api.post("/api/v1/documents/", {"file": file, "split": split}, format="multipart")

    answer = send("count:4")
    assert answer.status_code == 201
    assert Stack.objects.get(document=answer.json()["id"]).split == "count:4"
    assert send("now and then").json()["errors"].keys() == {"split"}
    # What has no sheets is stored as it is.
    assert send("blank", "a.txt", b"Dear Sir or Madam, a letter. ").status_code == 201
    assert Stack.objects.count() == 1


def test_the_pages_the_cuts_and_the_parts_are_shown(api: APIClient, stack: Document) -> None:
    data = api.get(url(stack)).json()
    assert data["split"] == "blank"
    assert [page["number"] for page in data["pages"] if page["starts"]] == [1, 4]
    assert [page["number"] for page in data["pages"] if page["left_out"]] == [3]
    assert [part["pages"] for part in data["parts"]] == ["1-2", "4-5"]


def test_cuts_are_set_and_the_work_is_queued(api: APIClient, stack: Document) -> None:
    answer = api.put(url(stack), {"starts": [3], "left_out": [5]}, format="json")
    assert answer.status_code == 202
    stack.refresh_from_db()
    assert (stack.status, stack.task) == ("queued", Task.PREPARE)
    assert [part.pages for part in Stack.objects.get().parts] == [(1, 2), (3, 4)]
    assert api.put(url(stack), {"starts": [6]}, format="json").status_code == 400
    assert api.put(url(stack), {}, format="json").status_code == 400


def test_undone_the_parts_lie_in_the_trash(api: APIClient, stack: Document) -> None:
    assert api.delete(url(stack)).status_code == 202
    assert api.get(url(stack)).status_code == 404
    assert Document.objects.trashed().count() == 2
    assert api.delete(url(stack)).status_code == 409  # being read


def test_a_separator_sheet_gives_back_what_it_was_made_of(api: APIClient, team: Team) -> None:
    query = {"team": str(team.id), "tags": "договоры,2026", "title": "Дело № 5", "count": "3"}
    answer = api.get("/api/v1/separator-sheets/", query)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 3
        picture = pdf.pages[2].obj.Resources.XObject.S
        size = (int(picture.Width), int(picture.Height))
        page = Image.frombytes("1", size, picture.read_bytes()).convert("L")
    # As scanned: askew, smaller, in black and white.
    page = page.rotate(7, fillcolor=255, resample=Image.Resampling.BICUBIC).resize((1240, 1754))
    page = page.point(lambda value: 255 if value > 128 else 0)
    view = zxingcpp.ImageView(page.tobytes(), *page.size, zxingcpp.ImageFormat.Lum)
    (code,) = zxingcpp.read_barcodes(view)
    assert read_sheet(code.text) == Sheet(str(team.id), ("договоры", "2026"), "Дело № 5")


@pytest.mark.parametrize("title", ["عربى", "e\u0301\u202e", "\U0010ffff", "x" * 500])
def test_a_sheet_is_drawn_with_any_title(api: APIClient, title: str) -> None:
    answer = api.get("/api/v1/separator-sheets/", {"title": title})

    assert answer.status_code in (200, 400), "too long is said"


def test_sheets_are_for_teams_that_one_may_write_to(api: APIClient, reader_api: APIClient) -> None:
    path = "/api/v1/separator-sheets/"
    assert api.get(path, {"team": str(make_team().id)}).status_code == 404
    assert reader_api.get(path).status_code == 403
    assert api.get(path, {"count": "1000"}).status_code == 400
    assert api.get(path, {"title": "Я" * 400}).status_code == 400
