"""Lists in pages that stay in place while documents come and go, at the same cost for each page.

A cursor holds the sort value and id of the row it stands behind; the next page is what sorts after
that row. No row is counted or skipped over. Cursors are signed: what comes back is what was given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

PAGE_SIZE, MAX_PAGE_SIZE = 50, 200
#: Query parameters that every list knows.
PARAMETERS = frozenset({"cursor", "page_size"})

_SALT = "documents.api.cursor"

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class _Cursor:
    """A place in a list sorted by `ordering`; `backwards` looks at what lies before it."""

    ordering: str
    backwards: bool
    value: str
    id: str

    def __str__(self) -> str:
        return signing.dumps([self.ordering, self.backwards, self.value, self.id], salt=_SALT)

    @classmethod
    def read(cls, text: str, ordering: str) -> _Cursor:
        try:
            cursor = cls(*signing.loads(text, salt=_SALT))
        except signing.BadSignature:
            raise ValidationError({"cursor": ["This is no cursor of this list."]}) from None
        if cursor.ordering != ordering:
            raise ValidationError({"cursor": ["The cursor belongs to another ordering."]})
        return cursor


def listed(
    request: Request,
    rows: QuerySet[Row],
    show: Callable[[Row], dict[str, Any]],
    *,
    ordering: str,
) -> Response:
    """One page of `rows` as `results`, `next` and `previous`.

    `ordering`: the name of a field that is never null, with "-" for the largest first; rows that
    are equal in it are sorted by their id.
    """
    size = _page_size(request)
    text = request.query_params.get("cursor")
    cursor = _Cursor.read(text, ordering) if text else None
    backwards = cursor is not None and cursor.backwards
    found = list(_behind(rows, ordering, cursor)[: size + 1])
    more = len(found) > size
    page = found[:size]
    if backwards:
        page.reverse()
    return Response(
        {
            "results": [show(row) for row in page],
            "next": _link(request, page[-1:], ordering, False, backwards or more),
            "previous": _link(
                request, page[:1], ordering, True, more if backwards else cursor is not None
            ),
        }
    )


def _behind(rows: QuerySet[Row], ordering: str, cursor: _Cursor | None) -> QuerySet[Row]:
    name = ordering.removeprefix("-")
    descending = ordering.startswith("-") != (cursor is not None and cursor.backwards)
    sign = "-" if descending else ""
    if cursor is not None:
        value = rows.model._meta.get_field(name).to_python(cursor.value)  # type: ignore[union-attr]
        than = "lt" if descending else "gt"
        # The first condition says nothing new, but an index can start from it.
        rows = rows.filter(
            Q(**{f"{name}__{than}e": value})
            & (Q(**{f"{name}__{than}": value}) | Q(**{f"pk__{than}": cursor.id}))
        )
    return rows.order_by(f"{sign}{name}", f"{sign}pk")


def _link(
    request: Request, at: list[Row], ordering: str, backwards: bool, wanted: bool
) -> str | None:
    if not wanted or not at:
        return None
    field = at[0]._meta.get_field(ordering.removeprefix("-"))
    cursor = _Cursor(ordering, backwards, field.value_to_string(at[0]), str(at[0].pk))  # type: ignore[union-attr]
    return replace_query_param(request.build_absolute_uri(), "cursor", str(cursor))


def _page_size(request: Request) -> int:
    given = request.query_params.get("page_size", str(PAGE_SIZE))
    if not (given.isascii() and given.isdigit() and int(given[:9]) > 0):
        raise ValidationError({"page_size": [f"A number from 1 to {MAX_PAGE_SIZE}."]})
    return min(int(given[:9]), MAX_PAGE_SIZE)
