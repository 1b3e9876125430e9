"""What a reviewer should look at: kept with readings and documents, and found by both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db.models import Q
from django.utils.translation import override

from documents.actions.claim_task import claim_task
from documents.actions.correct import correct
from documents.actions.finish import finish
from documents.exports.page_json import page_data, page_summary
from documents.models import Document, Reading, Status, Task
from documents.review.flag_rules import Flag
from documents.review.flags import describe_flag, has_any_flag
from documents.text.page_layout import Dispute, PageLayout
from tests.factories import make_document, make_layout

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db]


def flagged(*flags: str, text: str = "№ 12") -> PageLayout:
    layout = make_layout(text)
    block = replace(layout.blocks[0], disputes=(Dispute(layout.blocks[0].bbox, "12", "13"),))
    return replace(layout, blocks=(block,), flags=flags)


def finished(*pages: PageLayout) -> Document:
    document = make_document(
        status=Status.PROCESSING, task=Task.FINISH, pages=pages, filename="a.pdf"
    )
    finish_it()
    document.refresh_from_db()
    return document


def finish_it() -> None:
    claim = claim_task()
    assert claim is not None
    finish(claim)


def test_a_document_has_the_flags_of_all_its_pages() -> None:
    document = finished(
        flagged("low_confidence", Flag.DISPUTED),
        make_layout("plain"),
        flagged(Flag.LOOKALIKES, Flag.DISPUTED),
    )

    assert document.flags == [Flag.DISPUTED, Flag.LOOKALIKES, "low_confidence"]


def test_a_correction_that_settles_the_dispute_takes_the_flag_from_the_document() -> None:
    document = finished(flagged(Flag.DISPUTED, "handwriting"))

    correct(document.id, 1, {"b0": "№ 13"}, revision=0, actor=None)
    finish_it()

    document.refresh_from_db()
    assert document.flags == ["handwriting"]


def test_a_page_shows_the_flags_of_what_counts_with_and_without_its_content() -> None:
    document = finished(flagged(Flag.DISPUTED, "handwriting"))

    def shown() -> tuple[Any, Any]:
        page = document.pages.select_related("current_reading", "current_revision").get()
        return page_summary(page)["flags"], page_data(page)["flags"]

    assert shown() == ([Flag.DISPUTED, "handwriting"],) * 2
    correct(document.id, 1, {"b0": "№ 13"}, revision=0, actor=None)
    assert shown() == (["handwriting"],) * 2


def test_flags_are_found_by_their_whole_names() -> None:
    one = make_document(flags=["low_confidence", Flag.DISPUTED])
    two = make_document(flags=["low"])
    three = make_document()

    assert one in Document.objects.filter(has_any_flag([Flag.DISPUTED]))
    assert set(Document.objects.filter(has_any_flag(["low_confidence", "low"]))) == {one, two}
    assert list(Document.objects.filter(has_any_flag(["low"]))) == [two]
    assert list(Document.objects.filter(has_any_flag(["lowxconfidence"]))) == []
    assert list(Document.objects.filter(flags="")) == [three]
    assert set(Document.objects.filter(~Q(flags=""))) == {one, two}
    assert Document.objects.filter(has_any_flag([])).count() == 3


@pytest.mark.parametrize("name", ["", "a,b", "Great", "a" * 41, "a%"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="flag"):
        make_document(flags=[name])


def test_a_reading_has_its_layouts_flags() -> None:
    make_document(pages=[flagged(Flag.DISPUTED)])

    assert Reading.objects.defer("layout").get().flags == [Flag.DISPUTED]


@pytest.mark.parametrize("name", list(Flag))
def test_every_flag_says_what_is_the_matter_and_what_to_do_in_both_languages(name: str) -> None:
    flag = describe_flag(name)
    with override("en"):
        english = (str(flag.label), str(flag.advice))
    with override("ru"):
        russian = (str(flag.label), str(flag.advice))

    assert all(english) and all(russian)
    assert not set(english) & set(russian)


def test_a_flag_that_nobody_knows_says_its_name() -> None:
    assert (describe_flag("odd_thing").label, describe_flag("odd_thing").advice) == (
        "odd thing",
        "",
    )
