"""A field of the engines that read a document, which both databases can search."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    _Engines = models.TextField[Iterable[Mapping[str, Any]], list[dict[str, Any]]]
else:
    _Engines = models.TextField


class EnginesField(_Engines):
    """Which engines read the pages: `[{"engine", "version", "pages"}]`, that of most pages first.

    Kept as lines between line feeds, "\\ntesseract\\t5.5.4 rus+eng\\t12\\n", so that `read_by`
    finds rows by an engine and by a version.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"default": list, "blank": True, "editable": False, **kwargs})

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, str):
            return value  # half of a comparison
        lines = [f"{_plain(e['engine'])}\t{_plain(e['version'])}\t{e['pages']}" for e in value]
        return "\n".join(["", *lines, ""]) if lines else ""

    def from_db_value(self, value: str, expression: object, connection: object) -> Any:
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        rows = (line.split("\t") for line in value.split("\n") if line)
        return [{"engine": row[0], "version": row[1], "pages": int(row[2])} for row in rows]


def read_by(field: str, engines: Iterable[str], versions: Iterable[str]) -> Q:
    """The rows in whose `field` any of `engines` has any of `versions`; all for none of both.

    A version is named whole or by its beginning, up to a space or a point: "5.5" is also
    "5.5.4 rus+eng".
    """
    engines, versions = list(engines), list(versions)
    found = Q()
    for engine in engines or [""]:
        start = f"\n{_plain(engine)}" if engine else ""
        if not versions and engine:
            found |= Q(**{f"{field}__contains": f"{start}\t"})
        for version in versions:
            for end in ("\t", " ", "."):
                found |= Q(**{f"{field}__contains": f"{start}\t{_plain(version)}{end}"})
    return found


def name_readers(engines: Iterable[tuple[str, str]]) -> list[str]:
    """Every name by which `name_reader` may ask for one of these `(engine, version)`."""
    names = {
        name_reader(engine, version)
        for each, whole in engines
        for engine in ("", _plain(each))
        for version in ("", *beginnings(whole))
    }
    return sorted(names - {name_reader("", "")})


def name_reader(engine: str, version: str) -> str:
    """An engine, a version or both as one term; "" for any."""
    return f"{_plain(engine)}\t{_plain(version)}"


def beginnings(version: str) -> tuple[str, ...]:
    """The ways in which a version may be named: "5.5.4 rus+eng", "5.5.4", "5.5", "5"."""
    whole = _plain(version)
    ends = [match.start() for match in re.finditer(r"[ .]", whole)]
    return tuple(whole[:end] for end in (*ends, len(whole)) if whole[:end])


def _plain(text: str) -> str:
    """Without what separates the parts of a line."""
    return " ".join(text.split())
