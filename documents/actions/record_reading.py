"""Record what was read on a claimed page."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from documents.actions.count_doubts import count_doubts
from documents.actions.page_language import find_language
from documents.actions.request_results import request_first_results
from documents.events import commit_change
from documents.files.figures import Figure
from documents.models import Reading
from documents.models.claim import PageClaim
from documents.models.fields import pack
from documents.text.page_layout import PageLayout


def record_reading(
    claim: PageClaim,
    layout: PageLayout,
    *,
    engine: str,
    engine_version: str,
    figures: Iterable[Figure] = (),
) -> Reading:
    """Save the reading of a claimed page; a person's correction of it stays its current text.

    `figures` are those that `layout` names; their files are saved already.
    Raises LeaseLost when the claim is lost: nothing is saved then.
    """
    data = layout.to_dict()
    # 6 ms for a dense page, for which SQLite's only writer would block uploads and other workers.
    packed = pack(data)
    language = find_language(layout.text)
    with transaction.atomic():
        document, page = claim.lock()
        reading = Reading.objects.create(
            page=page,
            run=claim.run,
            engine=engine,
            engine_version=engine_version,
            width=layout.width,
            height=layout.height,
            dpi=layout.dpi,
            rotation=layout.rotation,
            confidence=layout.confidence,
            flags=layout.flags,
            figures=[figure.facts() for figure in figures],
            layout=packed,
        )
        reading.layout = data
        if page.current_reading_id is not None:
            # What somebody types now, they type for what they saw: the reading before this one.
            page.revision += 1
        page.current_reading = reading
        page.set_done()
        if page.current_revision_id is None:
            page.forget_review()
            page.language = language
            count_doubts(page, layout)
        page.save_changed_fields()
        document.pages_done += 1
        document.content_version += 1
        request_first_results(document)
        commit_change(document)
    return reading
