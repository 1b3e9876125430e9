"""Pages that a person put together become documents, and what was read on them goes along."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any
from unittest import mock

import pikepdf
import pytest
from PIL import Image

from documents.actions.arrange import arrange, collate
from documents.actions.claim_task import claim_task
from documents.actions.correct import correct
from documents.actions.split_stack import cut_stack
from documents.actions.store_arranged import claim_arrangement, store_arranged
from documents.actions.trash import trash
from documents.actions.upload import upload
from documents.errors import InvalidRequest, Replaced, StorageFull
from documents.files.figures import Figure, figure_key
from documents.files.storage import archive, original_file
from documents.files.upload_staging import stage
from documents.models import (
    Arrangement,
    Document,
    OriginKind,
    Page,
    PageOrigin,
    PageRevision,
    PageStatus,
    Reading,
    Status,
    User,
)
from documents.text.arranged import ArrangedPage, ArrangedPart
from documents.text.page_layout import Block, Line, PageLayout, Word
from ocr_worker import arranging
from ocr_worker.arranging import run_arrangement
from ocr_worker.pipeline import run_task
from ocr_worker.rendering import Renderer
from tests.factories import make_team, make_user

pytestmark = pytest.mark.django_db

SIZE = (600, 800)


@pytest.fixture
def user(db: None) -> User:
    return make_user(team=make_team())


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


def pdf(numbers: Sequence[int]) -> bytes:
    """A4, each page of another height, which tells it from others."""
    target = io.BytesIO()
    with pikepdf.new() as made:
        for number in numbers:
            made.add_blank_page(page_size=(595, 700 + number))
        made.save(target, deterministic_id=True)
    return target.getvalue()


def send(user: User, content: bytes, name: str = "a.pdf", **fields: Any) -> Document:
    return upload(user, stage([content]), name, **fields).document


def work(renderer: Renderer) -> None:
    """All that waits, but reading."""
    while (claim := claim_arrangement()) is not None:
        run_arrangement(claim)
    while (task := claim_task()) is not None:
        run_task(task, renderer)


def read(document: Document, renderer: Renderer) -> None:
    """As an engine would: each page says which one it is, in a word at a known place."""
    with original_file(document.id, document.filename) as path:
        for page in document.pages.all():
            seen = renderer.render_page_image(path, document.mime_type, page.number, rotation=0)
            word = Word(f"page{page.number}", (10, 20, 110, 60), 0.9)
            block = Block("b1", "text", word.bbox, 0, word.text, word.text, 0.9,
                          (Line(word.text, word.bbox, (word,)),))  # fmt: skip
            layout = PageLayout(seen.width, seen.height, seen.dpi, 0, (block,))
            page.current_reading = Reading.objects.create(
                page=page, run=1, engine="tesseract", width=seen.width, height=seen.height,
                dpi=seen.dpi, confidence=0.9, layout=layout.to_dict(),
            )  # fmt: skip
            page.status = PageStatus.DONE
            page.save()
    count = document.pages.count()
    Document.objects.filter(id=document.id).update(
        status=Status.READY, pages_done=count, results_version=1, content_version=0, task=""
    )
    document.refresh_from_db()


def pages_of(document: Document, *numbers: int, **turned: int) -> tuple[ArrangedPage, ...]:
    return tuple(
        ArrangedPage(document.id, number, turned.get(f"p{number}", 0)) for number in numbers
    )


def heights(document: Document) -> list[int]:
    with original_file(document.id, document.filename) as path, pikepdf.open(path) as opened:
        return [round(float(page.mediabox[3])) - 700 for page in opened.pages]


def made_by(arrangement: Arrangement) -> list[Document]:
    arrangement.refresh_from_db()
    assert arrangement.status == "done", arrangement.error_detail
    return [Document.objects.get(id=id_) for id_ in arrangement.made]


def texts(document: Document) -> list[str | None]:
    pages = document.pages.with_text().order_by("number")
    return [page.layout.text if page.layout else None for page in pages]


def test_a_new_version_has_the_pages_in_their_new_order(user: User, renderer: Renderer) -> None:
    document = send(user, pdf([1, 2, 3, 4]), title="Contract", tags=["a"])
    work(renderer)
    read(document, renderer)
    page = document.pages.with_text().get(number=4)
    correct(page.document_id, 4, {"b1": "corrected"}, revision=0, actor=user)
    Page.objects.filter(document=document, number=4).update(
        answers={"x": {"answer": "right"}}, checked_by=user, checked_at=document.created_at
    )

    part = ArrangedPart(pages_of(document, 4, 1, 2, p1=90))
    arrangement = arrange(document.id, [part], as_edition=True, actor=user)
    work(renderer)

    (newer,) = made_by(arrangement)
    document.refresh_from_db()
    assert (newer.edition, newer.replaces, document.replaced_by) == (2, document.id, newer.id)
    assert (newer.title, newer.origin_kind) == ("Contract", OriginKind.PAGES)
    assert newer.origin_detail == "4,1,2"
    assert heights(newer) == [4, 1, 2]
    # What was only moved keeps its text, the correction and the marks; what was turned is read.
    assert texts(newer) == ["corrected", None, "page2"]
    moved, turned, _ = newer.pages.with_text().order_by("number")
    assert turned.status == PageStatus.PENDING
    assert (moved.revision, moved.checked_by, moved.answers) == (
        1,
        user,
        {"x": {"answer": "right"}},
    )
    assert moved.current_revision is not None
    assert moved.current_revision.author == user
    assert newer.pages_done == 2
    kinds = list(document.events.values_list("kind", "actor__username"))
    assert ("document.arranged", user.username) in kinds
    # The version before is as it was.
    assert texts(document) == ["page1", "page2", "page3", "corrected"]


def test_a_version_of_moved_pages_alone_is_ready_without_reading(
    user: User, renderer: Renderer
) -> None:
    document = send(user, pdf([1, 2]))
    work(renderer)
    read(document, renderer)
    part = ArrangedPart(pages_of(document, 2, 1))
    (newer,) = _make(document, [part], user, renderer, as_edition=True)
    assert (newer.status, newer.pages_done, newer.has_results) == (Status.READY, 2, True)


def _make(
    document: Document, parts: list[ArrangedPart], user: User, renderer: Renderer,
    *, as_edition: bool = False,
) -> list[Document]:  # fmt: skip
    arrangement = arrange(document.id, parts, as_edition=as_edition, actor=user)
    work(renderer)
    return made_by(arrangement)


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
    (joined,) = _make(scan, [part], user, renderer)

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


def test_figures_go_along_under_the_new_pages_number(user: User, renderer: Renderer) -> None:
    document = send(user, pdf([1, 2]))
    work(renderer)
    read(document, renderer)
    reading = Reading.objects.get(page__document=document, page__number=2)
    figure = Figure.from_image(2, b"a picture")
    archive().write(figure_key(document.id, figure.name), b"a picture")
    layout = PageLayout.from_dict(reading.layout).to_dict()
    layout["blocks"][0] |= {"figure": figure.name, "markdown": f"![](figures/{figure.name})"}
    Reading.objects.filter(pk=reading.pk).update(layout=layout, figures=[figure.facts()])

    (newer,) = _make(
        document, [ArrangedPart(pages_of(document, 2))], user, renderer, as_edition=True
    )

    page = newer.pages.with_text().get(number=1)
    assert page.layout is not None
    name = page.layout.blocks[0].figure
    assert name == Figure.from_image(1, b"a picture").name
    assert page.layout.markdown == f"![](figures/{name})"
    assert archive().path(figure_key(newer.id, name)).read_bytes() == b"a picture"


def test_a_split_makes_a_document_of_each_part(user: User, renderer: Renderer) -> None:
    document = send(user, pdf([1, 2, 3]), title="All")
    work(renderer)
    parts = [
        ArrangedPart(pages_of(document, 1, 2)),
        ArrangedPart(pages_of(document, 3), "The last"),
    ]
    first, second = _make(document, parts, user, renderer)
    assert (first.title, second.title) == ("All (1-2)", "The last")
    assert (first.origin_name, first.origin_detail) == ("All", "1-2")
    assert (heights(first), heights(second)) == ([1, 2], [3])
    document.refresh_from_db()
    assert not document.is_replaced


def test_work_that_breaks_off_goes_on_without_doubling(user: User, renderer: Renderer) -> None:
    """As after a kill between a document that was made and the row that says so."""
    document = send(user, pdf([1, 2, 3]))
    work(renderer)
    parts = [ArrangedPart(pages_of(document, number)) for number in (1, 2, 3)]
    arrangement = arrange(document.id, parts, as_edition=False, actor=user)
    calls = []

    def break_off(*arguments: Any) -> None:
        calls.append(1)
        store_arranged(*arguments)
        if len(calls) == 2:
            Arrangement.objects.update(made=arrangement.made[:1])
            raise StorageFull

    claim = claim_arrangement()
    assert claim is not None
    with mock.patch.object(arranging, "store_arranged", break_off):
        run_arrangement(claim)
    assert Arrangement.objects.get().status == "waiting"
    Arrangement.objects.update(lease_expires_at=None)
    work(renderer)
    assert len(set(made_by(arrangement))) == 3
    assert Document.objects.count() == 4


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


def test_what_cannot_be_made_is_refused_at_once(user: User, renderer: Renderer) -> None:
    document = send(user, pdf([1, 2]))
    work(renderer)
    foreign = make_team("Foreign")
    user.memberships.create(team=foreign)
    theirs = send(user, pdf([3]), team_id=foreign.id)
    work(renderer)

    def refuse(*parts: tuple[ArrangedPage, ...], as_edition: bool = True) -> None:
        with pytest.raises(InvalidRequest):
            arrange(
                document.id, [ArrangedPart(part) for part in parts], as_edition=as_edition,
                actor=user,
            )  # fmt: skip

    refuse()
    refuse(())
    refuse(pages_of(document, 1, 2))  # as it is
    refuse(pages_of(document, 3))
    refuse(pages_of(document, 1), pages_of(document, 2))
    refuse((*pages_of(document, 1), *pages_of(theirs, 1)), as_edition=False)
    part = ArrangedPart(pages_of(document, 2))
    _make(document, [part], user, renderer, as_edition=True)
    with pytest.raises(Replaced):
        arrange(document.id, [part], as_edition=True, actor=user)


def test_a_source_that_went_away_is_told(user: User, renderer: Renderer) -> None:
    document, other = send(user, pdf([1])), send(user, pdf([2]), "b.pdf")
    work(renderer)
    part = ArrangedPart((*pages_of(document, 1), *pages_of(other, 1)))
    arrangement = arrange(document.id, [part], as_edition=False, actor=user)
    trash(other.id, actor=user)
    work(renderer)
    arrangement.refresh_from_db()
    assert (arrangement.status, arrangement.error_code) == ("failed", "in-trash")
