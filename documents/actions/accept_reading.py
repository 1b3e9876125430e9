"""A person accepts a newer reading of a page in place of a correction."""

from __future__ import annotations

import uuid

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.count_doubts import count_doubts
from documents.actions.page_language import find_language
from documents.actions.request_results import request_results
from documents.errors import NoCorrection
from documents.events import commit_change
from documents.messages import Message
from documents.models import Page, User
from documents.models.event import EventKind
from documents.text.page_layout import PageLayout


def accept_reading(
    document_id: uuid.UUID, number: int, *, revision: int, actor: User | None
) -> Page:
    """Make the newest reading the current text in place of the correction, which stays on record.

    Raises NotFound, NotAllowed, Conflict (somebody was first, no correction is current, in the
    trash).
    """
    with transaction.atomic():
        document = access.require_locked(actor, Ability.CORRECT, document_id)
        document.refuse_if_closed()
        page = document.pages.with_text().get_in_revision(document, number, revision)
        if page.current_revision is None or page.current_reading is None:
            raise NoCorrection(
                Message("Page {page} has no correction to replace.", page=number),
                document=document_id,
                page=number,
            )
        page.revision += 1
        page.current_revision = None
        page.forget_review()
        layout = PageLayout.from_dict(page.current_reading.layout)
        page.language = find_language(layout.text)
        count_doubts(page, layout)
        page.save_changed_fields()
        request_results(document)
        commit_change(document, EventKind.READING_ACCEPTED, actor, page=number)
    return page
