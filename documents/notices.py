"""What an administrator should know, as one English sentence that can be said in their language.

The log and `/health` have the sentence as it is: it is a string. A page has it translated, by the
message in the catalogues that it was made of. Nothing here loads Django before a page does: the
supervisor makes such sentences, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def gettext_noop(text: str) -> str:
    """Marks `text` for the catalogues, by its name."""
    return text


class Notice(str):
    """`text`: its message, with {names} where `values` go. `english`: what it is in English
    instead, where more is known than the catalogues can say (an error's detail)."""

    text: str
    values: dict[str, str | int]

    def __new__(
        cls, text: str, values: Mapping[str, str | int] | None = None, *, english: str = ""
    ) -> Notice:
        made = super().__new__(cls, english or text.format(**(values or {})))
        made.text, made.values = text, dict(values or {})
        return made

    def said(self) -> str:
        """The sentence in the active language."""
        from django.utils import translation

        if (translation.get_language() or "en").partition("-")[0] == "en":
            return str(self)
        return translation.gettext(self.text).format(**self.values)

    @property
    def detail(self) -> str:
        """What is known in English only, and not said in another language."""
        return "" if self == self.text.format(**self.values) else str(self)

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "values": self.values, "english": str(self)}


def from_json(found: Any) -> str:
    """What was a Notice's `to_json`; anything else is a sentence that is English only."""
    if not isinstance(found, dict):
        return str(found)
    return Notice(found["text"], found["values"], english=found["english"])
