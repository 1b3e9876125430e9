"""Pages of several documents become one, and a document becomes several."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from PIL import Image

from documents.actions.arrange import collate
from documents.actions.correct import correct
from documents.actions.split_stack import cut_stack
from documents.actions.trash import trash
from documents.errors import InvalidRequest
from documents.files.storage import original_file
from documents.models import Document, PageOrigin, PageRevision, User
from documents.text.arranged import ArrangedPart
from documents.text.page_layout import PageLayout
from ocr_worker.rendering import Renderer
from tests.ocr_worker.arranged import (
    arrange_and_make,
    heights,
    made_by,
    pages_of,
    pdf,
    read,
    send,
    texts,
    user,
    work,
)

assert user  # a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

SIZE = (600, 800)


def sheet(number: int) -> Image.Image:
    """A page that only its shade tells from others."""
    return Image.new("L", SIZE, 100 + 10 * number)


def tiff(numbers: Sequence[int]) -> bytes:
    target = io.BytesIO()
    first, *others = [sheet(number) for number in numbers]
    first.save(
        target, "TIFF", save_all=True, append_images=others, compression="tiff_lzw", dpi=(100, 100)
    )
    return target.getvalue()


def test_a_scan_joined_with_a_pdf_keeps_its_text_where_it_stood(
    user: User, renderer: Renderer
) -> None:
    """The scan is an image of 600 x 800 px, whose PDF page may be drawn in another size."""
    scan, other = send(user, tiff([1, 2]), "scan.tif", title="Scan"), send(user, pdf([7]))
    work(renderer)
    for document in (scan, other):
        read(document, renderer)
    correct(scan.id, 1, {"b1": "corrected"}, revision=0, actor=user)

    part = ArrangedPart((*pages_of(scan, 1), *pages_of(other, 1), *pages_of(scan, 2)), "Both")
    (joined,) = arrange_and_make(scan, [part], user, renderer)

    assert (joined.title, joined.edition, joined.page_count) == ("Both", 1, 3)
    assert texts(joined) == ["corrected", "page1", "page2"]
    sources = PageOrigin.objects.filter(document=joined).order_by("number")
    assert [origin.source for origin in sources] == [scan.id, other.id, scan.id]
    page = joined.pages.with_text().get(number=3)
    assert page.current_reading is not None
    layout = PageLayout.from_dict(page.current_reading.layout)
    with original_file(joined.id, joined.filename) as path:
        seen = renderer.render_page_image(path, joined.mime_type, 3, rotation=0)
    assert (layout.width, layout.height) == (seen.width, seen.height)
    expected = [value * seen.width / SIZE[0] for value in (10, 20, 110, 60)]
    assert layout.blocks[0].bbox == pytest.approx(expected, abs=1)
    # The documents it was made of stay.
    assert Document.objects.listed().count() == 3


def test_a_split_makes_a_document_of_each_part(user: User, renderer: Renderer) -> None:
    document = send(user, pdf([1, 2, 3]), title="All")
    work(renderer)
    parts = [
        ArrangedPart(pages_of(document, 1, 2)),
        ArrangedPart(pages_of(document, 3), "The last"),
    ]
    first, second = arrange_and_make(document, parts, user, renderer)
    assert (first.title, second.title) == ("All (1-2)", "The last")
    assert (first.origin_name, first.origin_detail) == ("All", "1-2")
    assert (heights(first), heights(second)) == ([1, 2], [3])
    document.refresh_from_db()
    assert not document.is_replaced


def test_fronts_and_backs_become_one_document(user: User, renderer: Renderer) -> None:
    fronts, backs = send(user, pdf([1, 3, 5])), send(user, pdf([6, 4, 2]), "backs.pdf")
    work(renderer)
    arrangement = collate(fronts.id, backs.id, actor=user)
    work(renderer)
    (both,) = made_by(arrangement)
    assert heights(both) == [1, 2, 3, 4, 5, 6]

    trash(both.id, actor=user)
    uneven = send(user, pdf([4, 2]), "two.pdf")
    work(renderer)
    with pytest.raises(InvalidRequest):
        collate(fronts.id, uneven.id, actor=user)
    arrangement = collate(fronts.id, uneven.id, reverse=False, uneven=True, actor=user)
    work(renderer)
    (meant,) = made_by(arrangement)
    assert heights(meant) == [1, 4, 3, 2, 5]


def parts_of(stack: Document) -> list[Document]:
    ids = stack.members.order_by("number").values_list("document", flat=True)
    return [Document.objects.get(id=id_) for id_ in ids if id_]


def test_a_changed_part_of_a_stack_keeps_what_was_read(user: User, renderer: Renderer) -> None:
    stack = send(user, tiff([1, 2, 3, 4]), "stack.tif", split="count:2")
    work(renderer)
    for part in parts_of(stack):
        read(part, renderer)
    correct(parts_of(stack)[1].id, 2, {"b1": "corrected"}, revision=0, actor=user)

    cut_stack(stack.id, starts={2}, actor=user)
    work(renderer)

    rest = parts_of(stack)[1]
    assert texts(rest) == ["page2", "page1", "corrected"]
    assert PageRevision.objects.filter(page__document=rest).count() == 1
