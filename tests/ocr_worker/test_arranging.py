"""Pages that a person put together become documents, and what was read on them goes along."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from documents.actions.arrange import arrange
from documents.actions.correct import correct
from documents.actions.store_arranged import claim_arrangement, store_arranged
from documents.actions.trash import trash
from documents.errors import InvalidRequest, Replaced, StorageFull
from documents.files.figures import Figure, figure_key
from documents.files.storage import archive
from documents.models import (
    Arrangement,
    Document,
    OriginKind,
    Page,
    PageStatus,
    Reading,
    Status,
    User,
)
from documents.text.arranged import ArrangedPage, ArrangedPart
from documents.text.page_layout import PageLayout
from ocr_worker import arranging
from ocr_worker.arranging import run_arrangement
from ocr_worker.rendering import Renderer
from tests.factories import make_team
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

pytestmark = pytest.mark.django_db


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
    (newer,) = arrange_and_make(document, [part], user, renderer, as_edition=True)
    assert (newer.status, newer.pages_done, newer.has_results) == (Status.READY, 2, True)


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

    (newer,) = arrange_and_make(
        document, [ArrangedPart(pages_of(document, 2))], user, renderer, as_edition=True
    )

    page = newer.pages.with_text().get(number=1)
    assert page.layout is not None
    name = page.layout.blocks[0].figure
    assert name == Figure.from_image(1, b"a picture").name
    assert page.layout.markdown == f"![](figures/{name})"
    assert archive().path(figure_key(newer.id, name)).read_bytes() == b"a picture"


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
    arrange_and_make(document, [part], user, renderer, as_edition=True)
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
