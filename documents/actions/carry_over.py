"""Take over what was read, corrected and checked on pages that a document is made of.

A page that was only moved shows the same: it is not read again. One that a person turned is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from documents.actions.count_doubts import count_doubts
from documents.files.figures import Figure
from documents.models import Document, Page, PageOrigin, PageRevision, PageStatus, Reading
from documents.models.claim import TaskClaim
from documents.models.fields import pack
from documents.text.page_layout import PageLayout

#: The run of a reading that a correction is based on, where a newer reading stands beside it.
_EARLIER_RUN = 0


@dataclass(frozen=True)
class CarriedReading:
    """A reading of the source's page, as it is on the new page. `figures`: those of `layout`."""

    reading: Reading
    layout: PageLayout
    figures: Sequence[Figure]


def find_carried(document: Document) -> Iterator[tuple[int, Page]]:
    """The numbers of the document's pages that were read elsewhere and are not recorded yet, each
    with the page that shows the same, of a document of its team."""
    recorded = set(document.pages.values_list("number", flat=True))
    origins = PageOrigin.objects.filter(document=document, rotation=0).order_by("number")
    for origin in list(origins):
        if origin.number in recorded:
            continue
        page = _find_read(document, origin)
        if page is not None:
            yield origin.number, page


def readings_of(page: Page) -> list[Reading]:
    """Those that count: the current one last."""
    current, revision = page.current_reading, page.current_revision
    readings = [revision.based_on] if revision is not None and revision.based_on != current else []
    return [*readings, *([current] if current is not None else [])]


def record_carried(
    claim: TaskClaim,
    number: int,
    source: Page,
    readings: Sequence[CarriedReading],
    correction: PageLayout | None,
    *,
    same_places: bool,
) -> None:
    """Record page `number` as it was read at `source`. `readings`: as `readings_of` gives them;
    `correction`: the layout of its current correction. `same_places`: whether boxes are where they
    were; else the answers about them are not taken over. Raises LeaseLost.
    """
    packed = [pack(each.layout.to_dict()) for each in readings]
    with transaction.atomic():
        document = claim.lock()
        if document.pages.filter(number=number).exists():
            return
        page = Page.objects.create(document=document, number=number, status=PageStatus.DONE)
        made = {}
        for at, (each, layout) in enumerate(zip(readings, packed, strict=True), start=1):
            old = each.reading
            made[old.pk] = Reading.objects.create(
                page=page,
                run=document.run if at == len(readings) else _EARLIER_RUN,
                engine=old.engine,
                engine_version=old.engine_version,
                width=each.layout.width,
                height=each.layout.height,
                dpi=each.layout.dpi,
                rotation=old.rotation,
                confidence=old.confidence,
                flags=old.flags,
                figures=[figure.facts() for figure in each.figures],
                layout=layout,
                created_at=old.created_at,
            )
            page.current_reading = made[old.pk]
        old_correction = source.current_revision
        if old_correction is not None and correction is not None:
            page.current_revision = PageRevision.objects.create(
                page=page,
                number=old_correction.number,
                based_on=made[old_correction.based_on_id],
                author=old_correction.author,
                layout=pack(correction.to_dict()),
                created_at=old_correction.created_at,
            )
        page.revision = source.revision
        page.language = source.language
        if same_places:
            page.answers = source.answers
            page.checked_at, page.checked_by = source.checked_at, source.checked_by
        count_doubts(page, correction or readings[-1].layout)
        page.save()
        document.pages_done += 1
        document.content_version += 1
        document.save_changed_fields()


def _find_read(document: Document, origin: PageOrigin) -> Page | None:
    """The page that `origin` names; else another copy of it. One that a person corrected first,
    then the newest."""
    read = (
        Page.objects.with_text()
        .select_related("document", "current_revision__author")
        .filter(status=PageStatus.DONE, document__team=document.team_id)
        .exclude(current_reading=None)
        .exclude(document=document)
    )
    own = read.filter(document=origin.source, number=origin.source_number).first()
    if own is not None:
        return own
    copies = PageOrigin.objects.filter(
        source=origin.source, source_number=origin.source_number, rotation=0
    )
    found = read.filter(
        document__page_origins__in=copies, number=F("document__page_origins__number")
    )
    return found.order_by(
        F("current_revision__created_at").desc(nulls_last=True),
        "-current_reading__created_at",
    ).first()
