"""What a reading says of itself that a reviewer should look at, in words, and how it is found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from documents.models.fields import flag_mark
from documents.review.flag_rules import (
    DISPUTED,
    EMPTY_REGION,
    LOOKALIKES,
    LOW_CONFIDENCE,
    REPETITION,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as StrPromise

__all__ = [
    "DISPUTED",
    "EMPTY_REGION",
    "FLAGS",
    "LOOKALIKES",
    "LOW_CONFIDENCE",
    "REPETITION",
    "Flag",
    "flag_of",
    "with_any",
]


@dataclass(frozen=True)
class Flag:
    """`says` what is the matter, `advice` what a reviewer does about it."""

    name: str
    says: str | StrPromise
    advice: str | StrPromise


FLAGS = {
    flag.name: flag
    for flag in (
        Flag(
            DISPUTED,
            _("two readers disagree"),
            _("Look at the marked words and choose the right reading of each."),
        ),
        Flag(
            LOW_CONFIDENCE,
            _("little certainty"),
            _("Compare the whole text with the image."),
        ),
        Flag(
            EMPTY_REGION,
            _("ink without text"),
            _("Something stands on the page where nothing was read. Type what is missing."),
        ),
        Flag(
            REPETITION,
            _("repeated text was cut"),
            _("The text repeated itself and was cut there. Look for what is missing after it."),
        ),
        Flag(
            LOOKALIKES,
            _("Latin and Cyrillic letters in one word"),
            _("Letters that look alike may be of the wrong alphabet. Check names, codes, numbers."),
        ),
    )
}


def flag_of(name: str) -> Flag:
    """One that is not known here says its name, and gives no advice."""
    return FLAGS.get(name) or Flag(name, name.replace("_", " "), "")


def with_any(names: Iterable[str]) -> Q:
    """The rows whose `flags` have at least one of `names`; all rows for none."""
    return reduce(or_, (Q(flags__contains=flag_mark(name)) for name in names), Q())
