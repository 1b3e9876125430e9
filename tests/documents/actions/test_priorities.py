"""Urgent documents come first, and starve nobody."""

from __future__ import annotations

import uuid
from collections import Counter
from itertools import pairwise

import pytest

from documents.actions import asked_for
from documents.actions.claim_page import claim_page
from documents.actions.claim_task import claim_task
from documents.actions.claim_turns import Turns, count_turns
from documents.actions.edit import edit
from documents.actions.upload import upload
from documents.errors import EngineNotRunning, InvalidRequest, RoleTooLow, TooManyUrgent
from documents.files.upload_staging import stage
from documents.models import Document, Page, PageStatus, Priority, Role, Status
from documents.models.claim import ClaimOwner
from tests.documents.actions.readers import READER, waiting_document
from tests.factories import make_document, make_ocr_worker, make_team, make_user

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def read(steps: int, workers: int = 1) -> list[uuid.UUID]:
    """The documents of which a page was read, in order."""
    turns = [Turns(0) for _ in range(workers)]
    served = []
    for _ in range(steps):
        claims = [
            claim_page(ClaimOwner(f"one:ocr:{slot}", READER.start_id), turns=turns[slot])
            for slot in range(workers)
        ]
        for claim in filter(None, claims):
            served.append(claim.document_id)
            Page.objects.filter(id=claim.page_id).update(status=PageStatus.DONE)
    return served


def test_an_urgent_document_is_read_before_many_others() -> None:
    for _ in range(30):
        waiting_document(1)
    urgent = waiting_document(1, priority=Priority.HIGH)

    served = read(3)

    assert urgent.id in served


def test_turns_are_counted_as_they_are_taken() -> None:
    normal, low = waiting_document(20), waiting_document(4, priority=Priority.LOW)
    urgent = waiting_document(6, priority=Priority.HIGH)
    waiting = {Priority.HIGH: 6, Priority.NORMAL: 20, Priority.LOW: 4}

    served = read(30)

    for document in (urgent, normal, low):
        last = len(served) - served[::-1].index(document.id)
        priority = Priority(document.priority)
        counted = count_turns(waiting, priority, waiting[priority])
        assert abs(counted - last) <= 4, (priority, counted, last)  # half a round of turns


@pytest.mark.parametrize("workers", [1, 2])
def test_shares_hold_however_much_is_urgent(workers: int) -> None:
    """The shares of `claim_turns`: 1/2, 3/8, 1/8 while all wait."""
    normal = waiting_document(100)
    low = waiting_document(100, priority=Priority.LOW)
    urgent = {waiting_document(100, priority=Priority.HIGH).id for _ in range(5)}

    served = read(32, workers)

    share = Counter("high" if each in urgent else str(each) for each in served)
    assert share["high"] == len(served) / 2
    assert share[str(normal.id)] == len(served) * 3 / 8
    assert share[str(low.id)] == len(served) / 8
    # One normal document waits: at most 2 * 1 / workers * 8 / 3 page times for each page, and one.
    at = [place for place, each in enumerate(served) if each == normal.id]
    assert max(after - before for before, after in pairwise(at)) <= (2 * 8 / 3 + 1) * workers


def test_capacity_that_nobody_urgent_needs_is_given_on() -> None:
    normal = waiting_document(40)
    low = waiting_document(40, priority=Priority.LOW)

    served = Counter(read(16))

    assert (served[normal.id], served[low.id]) == (14, 2)
    Page.objects.filter(document=normal).update(status=PageStatus.DONE)
    assert set(read(4)) == {low.id}


def test_each_turn_comes() -> None:
    turns, first = Turns(), set()
    for _ in range(8):
        first.add(turns.priorities[0])
        turns.serve(Priority.NORMAL)

    assert first == set(Priority)


def test_urgent_files_are_opened_first_and_others_too() -> None:
    waiting = [make_document(status=Status.QUEUED) for _ in range(6)]
    urgent = [make_document(status=Status.QUEUED, priority=Priority.HIGH) for _ in range(6)]

    turns, opened = Turns(0), []
    for _ in range(8):
        claim = claim_task(turns)
        assert claim is not None
        opened.append(claim.document_id)

    assert opened[0] == urgent[0].id
    assert opened.count(waiting[0].id) == 1
    assert waiting[0].id in opened[:4]


def test_who_may_have_it_read_again_may_change_it() -> None:
    team = make_team()
    document = make_document(team, pages=["text"])
    with pytest.raises(RoleTooLow):
        edit(document.id, actor=make_user(team=team, role=Role.READER), priority="high")

    edit(document.id, actor=make_user(team=team), priority="high")

    document.refresh_from_db()
    assert document.priority == Priority.HIGH
    with pytest.raises(InvalidRequest):
        edit(document.id, actor=None, priority="urgent")


def test_a_team_has_so_many_urgent_documents_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_for, "MOST_URGENT", 2)
    team = make_team()
    user = make_user(team=team)
    for _ in range(2):
        make_document(team, status=Status.QUEUED, priority=Priority.HIGH)

    with pytest.raises(TooManyUrgent):
        upload(user, stage([b"%PDF-1.4 more"]), "more.pdf", priority="high")

    Document.objects.update(status=Status.READY)
    done = upload(user, stage([b"%PDF-1.4 more"]), "more.pdf", priority="high")
    assert done.document.priority == Priority.HIGH


def test_a_version_of_an_engine_is_asked_for() -> None:
    make_ocr_worker(engine="tesseract", engine_version="5.5.4 rus+eng")
    user = make_user(team=make_team())

    def send(version: str, engine: str = "tesseract") -> Document:
        file = stage([b"%PDF-1.4 " + version.encode()])
        done = upload(user, file, "a.pdf", engine=engine, engine_version=version)
        return done.document

    with pytest.raises(EngineNotRunning, match=r"5\.5\.4 rus\+eng"):
        send("5.5.3")
    with pytest.raises(InvalidRequest):
        send("5.5.4", engine="")
    assert send("5.5.4").requested_engine_version == "5.5.4"


def test_a_document_waits_for_the_version_that_was_asked_for() -> None:
    wanted = waiting_document(1, requested_engine="tesseract", requested_engine_version="5.5.4")

    old = claim_page(READER, engines=("tesseract",), engine_version="5.3.0 rus+eng")
    new = claim_page(READER, engines=("tesseract",), engine_version="5.5.4 rus+eng")

    assert old is None
    assert new is not None and new.document_id == wanted.id
