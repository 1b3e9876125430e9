"""Flags in words, and how rows are found by them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.models.fields import flag_mark
from documents.review.flag_rules import Flag

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise


@dataclass(frozen=True)
class FlagDescription:
    """`label`: what is wrong. `advice`: what a reviewer does about it."""

    name: str
    label: str | StrPromise
    advice: str | StrPromise


#: In the order in which they are offered as filters.
FLAG_DESCRIPTIONS: dict[str, FlagDescription] = {
    description.name: description
    for description in (
        FlagDescription(
            Flag.DISPUTED.value,
            _("two readers disagree"),
            _("Look at the marked words and choose the right reading of each."),
        ),
        FlagDescription(
            Flag.LOW_CONFIDENCE.value,
            _("little certainty"),
            _("Compare the whole text with the image."),
        ),
        FlagDescription(
            Flag.EMPTY_REGION.value,
            _("ink without text"),
            _("Something stands on the page where nothing was read. Type what is missing."),
        ),
        FlagDescription(
            Flag.REPETITION.value,
            _("repeated text was cut"),
            _("The text repeated itself and was cut there. Look for what is missing after it."),
        ),
        FlagDescription(
            Flag.LOOKALIKES.value,
            _("Latin and Cyrillic letters in one word"),
            _("Letters that look alike may be of the wrong alphabet. Check names, codes, numbers."),
        ),
        FlagDescription(
            Flag.DAMAGED.value,
            _("a part of the picture is lost"),
            _("The file is damaged and was read as far as it goes. Ask for a whole copy."),
        ),
        FlagDescription(
            Flag.CONTENT_ELSEWHERE.value,
            _("the page only stands in for content"),
            _(
                "The file is a form or a portfolio that shows its content in a special reader "
                "only. Open the original there, print it to PDF and upload that."
            ),
        ),
        FlagDescription(
            Flag.HIDDEN_TEXT.value,
            _("words that nobody sees"),
            _(
                "The file holds words that the page does not show; they were not read. If they "
                "were meant to be removed, the original still has them."
            ),
        ),
    )
}


def describe_flag(name: str) -> FlagDescription:
    """An unknown flag is described by its name, without advice."""
    return FLAG_DESCRIPTIONS.get(name) or FlagDescription(name, name.replace("_", " "), "")


def has_any_flag(names: Iterable[str]) -> Q:
    """The rows whose `flags` have at least one of `names`; all rows for no names."""
    return reduce(or_, (Q(flags__contains=flag_mark(name)) for name in names), Q())
