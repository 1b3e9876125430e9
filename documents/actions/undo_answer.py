"""A reviewer takes an answer to a doubt back."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from documents import access
from documents.access import Ability
from documents.actions.check_page import set_checked
from documents.actions.count_doubts import count_doubts
from documents.actions.lease_review import renew_by_work
from documents.actions.store_correction import store_correction
from documents.errors import DoubtSettled
from documents.events import commit_change
from documents.messages import Message
from documents.models import Page, User
from documents.models.reading import find_base_reading
from documents.review.answers import take_back
from documents.text.page_layout import PageLayout


def undo_answer(document_id: uuid.UUID, number: int, doubt_id: str, *, actor: User | None) -> Page:
    """Have the doubt open again, and its words as they were before the answer. What others changed
    elsewhere stays. Without an answer nothing changes.

    Raises NotFound, NotAllowed, Conflict (DoubtSettled: what the answer wrote has been changed
    again; in the trash).
    """
    with transaction.atomic():
        document = access.require_locked(actor, Ability.CORRECT, document_id)
        document.refuse_if_closed()
        page = document.pages.with_text().get_numbered(document, number)
        answer = page.answers.get(doubt_id)
        layout = page.layout
        if answer is None or layout is None:
            return page
        page.answers = {name: each for name, each in page.answers.items() if name != doubt_id}
        renew_by_work(document, actor)
        set_checked(page, None)
        if answer["after"] is None:
            count_doubts(page, layout)
            page.save_changed_fields()
            commit_change(document)
        else:
            reading = find_base_reading(page)
            assert reading is not None
            layout = take_answer_back(page, answer)
            store_correction(document, page, reading, layout, actor, undone=True)
    return page


def take_answer_back(page: Page, answer: dict[str, Any]) -> PageLayout:
    """The page's text without what `answer` wrote. Raises DoubtSettled. (Part of other actions.)"""
    now = page.layout
    made = page.revisions.select_related("based_on").filter(number=answer["revision"]).first()
    back = None
    if now is not None and made is not None:
        earlier = page.revisions.filter(number__lt=made.number, based_on=made.based_on).first()
        before = (earlier or made.based_on).layout
        back = take_back(
            now, PageLayout.from_dict(before), PageLayout.from_dict(made.layout), answer
        )
    if back is None:
        raise DoubtSettled(
            Message(
                "What you wrote on page {page} has been changed again. Correct it on the page.",
                page=page.number,
            ),
            document=page.document_id,
            page=page.number,
        )
    return back
