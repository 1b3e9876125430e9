"""A reviewer answers one doubt about a page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.check_page import set_checked
from documents.actions.count_doubts import count_doubts
from documents.actions.lease_review import renew_by_work
from documents.actions.store_correction import store_correction
from documents.actions.undo_answer import undo_answer
from documents.errors import DoubtSettled, InvalidRequest, NothingRead, PageChanged
from documents.events import commit_change
from documents.messages import Message
from documents.models import Document, Page, User
from documents.models.reading import find_base_reading
from documents.review.answers import Answer, choose_text, put_answer
from documents.review.doubts import Doubt, DoubtKind, find_all_doubts, find_doubts
from documents.text.page_layout import PageLayout
from documents.text.timestamps import iso_time
from documents.text.validation import validate_text

#: Characters of an answer; where nothing was read, a whole page is typed.
MAX_ANSWER_LENGTH = 20_000
#: How often an answer is placed again because somebody changed the page at this very moment.
_MOST_TRIES = 5


@dataclass(frozen=True)
class _Placed:
    """An answer with its place. `layout`: what the page says with it, None where that is as
    before."""

    doubt: Doubt
    layout: PageLayout | None
    record: dict[str, Any]


def answer_doubt(
    document_id: uuid.UUID,
    number: int,
    doubt_id: str,
    answer: str,
    *,
    actor: User | None,
    text: str = "",
) -> Page:
    """Record what `actor` says of a doubt, and put it into the text where it changes that.

    `answer`: see `Answer`; `text` is what they typed. It counts for the doubt's own words, whatever
    others have changed around them since; an answer given before is replaced, and the same one
    given twice changes nothing. With the last doubt the page is checked.
    Raises NotFound, NotAllowed, InvalidRequest, Conflict (DoubtSettled: the words in doubt are no
    longer there; nothing was read; in the trash).
    """
    chosen = _validate(answer, text)
    for _ in range(_MOST_TRIES):
        document = access.require(actor, Ability.CORRECT, document_id)
        page = _load(document, number)
        earlier = page.answers.get(doubt_id)
        if earlier is not None and earlier["after"] is not None:
            if chosen == earlier["answer"] and (chosen != Answer.TEXT or text == earlier["typed"]):
                return page  # it was sent twice
            # Two revisions: so that to take this one back never takes back what others wrote.
            page = undo_answer(document_id, number, doubt_id, actor=actor)
        placed = _place(page, doubt_id, chosen, text)
        if placed is None:
            return page
        saved = _save(document_id, page, placed, actor)
        if saved is not None:
            return saved
    raise PageChanged(document=document_id, page=number)


def _validate(answer: str, text: str) -> Answer:
    if answer not in {each.value for each in Answer}:
        choices = ", ".join(each.value for each in Answer)
        message = Message("{field} is one of {choices}.", field="answer", choices=choices)
        raise InvalidRequest.for_field("answer", message)
    validate_text(text, field="text", max_length=MAX_ANSWER_LENGTH)
    return Answer(answer)


def _load(document: Document, number: int) -> Page:
    document.refuse_if_closed()
    page = document.pages.with_text().get_numbered(document, number)
    if page.layout is None:
        raise NothingRead(
            Message("This page has not been read, so there is no text to correct."),
            document=document.id,
            page=number,
        )
    return page


def _place(page: Page, doubt_id: str, answer: Answer, text: str) -> _Placed | None:
    before = page.layout
    assert before is not None
    layout = before
    others = {name: each for name, each in page.answers.items() if name != doubt_id}
    doubt = next((each for each in find_all_doubts(layout, others) if each.id == doubt_id), None)
    if doubt is None:
        raise _settled(page)
    chosen = choose_text(doubt, answer, text)
    if chosen is None and doubt_id in page.answers:
        return None
    record: dict[str, Any] = {
        "answer": answer.value,
        "typed": text if answer == Answer.TEXT else "",
        "block": doubt.block,
        "before": doubt.text,
        "after": chosen,
        "start": doubt.start,
        "also": [],
    }
    if chosen is not None:
        if doubt.kind == DoubtKind.PAGE or (doubt.start is None and doubt.block):
            message = Message("This doubt names no words of the text. Correct it on the page.")
            raise InvalidRequest.for_field("answer", message)
        layout, asked = put_answer(layout, doubt, chosen), layout
        known = {block.id for block in asked.blocks}
        made = next((block.id for block in layout.blocks if block.id not in known), doubt.block)
        record |= {"block": made, "start": doubt.start or 0}
        record["also"] = _doubts_about(layout, {**others, doubt_id: record})
    return _Placed(doubt, None if layout == before else layout, record)


def _doubts_about(layout: PageLayout, answers: dict[str, Any]) -> list[str]:
    """The ids of new doubts about what was just typed, which needs no second answer."""
    record = list(answers.values())[-1]
    typed = range(record["start"], record["start"] + len(record["after"].split()))
    return [
        doubt.id
        for doubt in find_doubts(layout, answers)
        if doubt.block == record["block"] and doubt.start in typed and doubt.text
    ]


def _save(document_id: uuid.UUID, seen: Page, placed: _Placed, actor: User | None) -> Page | None:
    with transaction.atomic():
        document = access.require_locked(actor, Ability.CORRECT, document_id)
        page = _load(document, seen.number)
        if page.revision != seen.revision or page.answers != seen.answers:
            return None
        record = {
            **placed.record,
            "by": actor.username if actor else None,
            "at": iso_time(timezone.now()),
        }
        if placed.layout is not None:
            record["revision"] = page.revision + 1
        page.answers = {**page.answers, placed.doubt.id: record}
        renew_by_work(document, actor)
        shown = placed.layout or page.layout
        assert shown is not None
        set_checked(page, actor if not find_doubts(shown, page.answers) else None)
        if placed.layout is None:
            count_doubts(page, shown)
            page.save_changed_fields()
            commit_change(document)
        else:
            reading = find_base_reading(page)
            assert reading is not None
            store_correction(document, page, reading, shown, actor)
    return page


def _settled(page: Page) -> DoubtSettled:
    return DoubtSettled(
        Message("The words in doubt on page {page} have been changed since.", page=page.number),
        document=page.document_id,
        page=page.number,
    )
