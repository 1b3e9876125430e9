"""Store a page's new text by a person. (Part of `correct` and of answers to doubts.)"""

from __future__ import annotations

from typing import Any

from documents.actions.count_doubts import count_doubts
from documents.actions.page_language import find_language
from documents.actions.request_results import request_results
from documents.events import commit_change
from documents.models import Document, Page, PageRevision, Reading, User
from documents.models.event import EventKind
from documents.text.page_layout import PageLayout


def store_correction(
    document: Document,
    page: Page,
    reading: Reading,
    layout: PageLayout,
    actor: User | None,
    **facts: Any,
) -> None:
    """Make `layout` the page's newest correction and commit the change; the event has `facts`, too.

    The document's row is locked by the caller. `reading`: the one whose image its boxes are of.
    """
    page.revision += 1
    page.current_revision = PageRevision.objects.create(
        page=page,
        number=page.revision,
        based_on=reading,
        author=actor,
        layout=layout.to_dict(),
    )
    page.language = find_language(layout.text)
    count_doubts(page, layout)
    page.save_changed_fields()
    request_results(document)
    commit_change(
        document, EventKind.CORRECTED, actor, page=page.number, revision=page.revision, **facts
    )
