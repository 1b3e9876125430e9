"""Take over the text of pages that a document is made of, with its pictures.

The page of a PDF shows the same in every PDF. An image's becomes a PDF page, which may be drawn in
another size: then the boxes are scaled with it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import structlog

from documents.actions.carry_over import CarriedReading, find_carried, readings_of, record_carried
from documents.bucket.errors import BucketError
from documents.errors import ReadingError, RendererUnavailable
from documents.exports import page_images
from documents.files.figures import Figure, figure_key
from documents.files.filetypes import PageSource, page_source
from documents.files.storage import archive
from documents.models import Document, Page, Reading
from documents.models.claim import TaskClaim
from documents.models.reading import find_base_reading
from documents.replication.store_figures import store_figures
from documents.text.page_layout import PageLayout
from ocr_worker.rendering import Renderer

log = structlog.get_logger(__name__)

#: Sides of two pictures of one page differ by so much at most, as a share: by rounding.
_ALIKE = 0.01


def carry_over(
    claim: TaskClaim, document: Document, renderer: Renderer, path: Path, mime_type: str
) -> None:
    """Record every page of the document that was read where it was made of. What can't be taken
    over is left to be read. Raises LeaseLost, StorageFull, RendererUnavailable."""
    for number, source in find_carried(document):
        try:
            factors = _find_factors(document, path, mime_type, number, source, renderer)
            if factors is not None:
                _carry(claim, document, number, source, factors)
        except RendererUnavailable:
            raise
        except (ReadingError, BucketError, FileNotFoundError) as error:
            log.info("page_not_carried", document=str(document.id), page=number, reason=str(error))


def _find_factors(
    document: Document, path: Path, mime_type: str, number: int, source: Page, renderer: Renderer
) -> dict[int, tuple[float, int, int]] | None:
    """By the reading's key: how many times larger its page image is now, and its size, px; None
    where it is another picture."""
    if page_source(source.document.mime_type) is not PageSource.IMAGE:
        return {each.pk: (1.0, each.width, each.height) for each in readings_of(source)}
    base = find_base_reading(source)
    found = {}
    for each in readings_of(source):
        image = renderer.render_page_image(path, mime_type, number, rotation=each.rotation)
        across, down = image.width / each.width, image.height / each.height
        if abs(across - down) > _ALIKE * across:
            return None
        found[each.pk] = (
            1.0 if (image.width, image.height) == (each.width, each.height) else across,
            image.width,
            image.height,
        )
        if each == base:
            page_images.store_page_image(document.id, number, each.rotation, image.data)
    return found


def _carry(
    claim: TaskClaim,
    document: Document,
    number: int,
    source: Page,
    factors: dict[int, tuple[float, int, int]],
) -> None:
    readings = []
    names: dict[str, str] = {}
    for each in readings_of(source):
        pictures = {}
        for facts in each.figures:
            old = Figure.from_facts(facts).name
            with archive().local_copy(figure_key(source.document_id, old)) as file:
                picture = file.read_bytes()
            names[old] = Figure.from_image(number, picture).name
            pictures[names[old]] = picture
        layout = _adapt(each, each.layout, factors, names)
        figures = store_figures(document.id, number, layout, pictures)
        readings.append(CarriedReading(each, layout, figures))
    revision = source.current_revision
    correction = (
        None if revision is None else _adapt(revision.based_on, revision.layout, factors, names)
    )
    same_places = all(factor == 1.0 for factor, _, _ in factors.values())
    record_carried(claim, number, source, readings, correction, same_places=same_places)


def _adapt(
    base: Reading,
    stored: dict[str, object],
    factors: dict[int, tuple[float, int, int]],
    names: dict[str, str],
) -> PageLayout:
    """The stored layout, whose boxes are of `base`'s page image, with the new names of figures."""
    layout = PageLayout.from_dict(stored)
    factor, width, height = factors[base.pk]
    if factor != 1.0:
        layout = layout.scale(factor, width=width, height=height)
    if not names:
        return layout

    def rename(text: str) -> str:
        for old, new in names.items():
            text = text.replace(f"figures/{old}", f"figures/{new}")
        return text

    blocks = tuple(
        replace(
            block,
            figure=names.get(block.figure, block.figure),
            markdown=rename(block.markdown),
            html=rename(block.html),
        )
        for block in layout.blocks
    )
    return replace(layout, blocks=blocks)
