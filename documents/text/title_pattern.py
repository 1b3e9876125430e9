"""Titles made from a pattern: "Invoice {date} {nnn}" becomes "Invoice 2025-12-01 007".

Pure: the values come from the caller. A name in braces is replaced by its value, everything else
stays as it is typed; "{{" and "}}" stand for braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from documents.errors import InvalidRequest
from documents.messages import Message

#: What may stand in braces. `n` counts the documents of the selection from 1, `nn` and `nnn` with
#: zeros before it; `date`, `year`, `month` and `day` are of the upload.
NAMES = (
    "filename", "title", "date", "year", "month", "day", "n", "nn", "nnn", "nnnn", "tag", "team",
    "pages", "language",
)  # fmt: skip

_PART = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def fill_pattern(pattern: str, values: Mapping[str, str]) -> str:
    """The title, with single spaces; `values` by NAMES, without the counters.

    Raises InvalidRequest for a name that is none of NAMES and for a brace without its partner.
    """

    def replace(found: re.Match[str]) -> str:
        part = found[0]
        if part in ("{{", "}}"):
            return part[0]
        if found[1] is None:
            raise _refuse(Message("A brace has no partner: type it twice to have it in a title."))
        name = found[1].strip().casefold()
        if name not in NAMES:
            raise _refuse(
                Message(
                    "“{name}” is not known here. Known are: {names}.",
                    name=found[1],
                    names=", ".join(NAMES),
                )
            )
        return values.get(name, "")

    return " ".join(_PART.sub(replace, pattern).split())


def count_values(number: int) -> dict[str, str]:
    """The counters of the document that is the `number`th of a selection (from 1)."""
    return {"n" * width: f"{number:0{width}d}" for width in range(1, 5)}


def _refuse(message: Message) -> InvalidRequest:
    return InvalidRequest.for_field("pattern", message)
