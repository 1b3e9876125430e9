"""Cursor pagination: pages that stay in place while rows are added and removed.

A cursor holds the sort value and id of the last row shown; the next page is what sorts after that
row, so every page costs the same. Cursors are signed, so that clients can't forge them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import FloatField, Model, Q, QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from documents.api.fields import QueryParameters
from documents.errors import InvalidRequest
from documents.messages import Message

PAGE_SIZE, MAX_PAGE_SIZE = 50, 200
_SALT = "documents.api.cursor"

Row = TypeVar("Row", bound=Model)


class ListParameters(QueryParameters):
    """The query parameters of every list. A larger `page_size` than the largest is that one."""

    cursor = serializers.CharField(required=False, allow_blank=True, default="")
    page_size = serializers.IntegerField(required=False, default=PAGE_SIZE, min_value=1)

    def validate_page_size(self, size: int) -> int:
        return min(size, MAX_PAGE_SIZE)


@dataclass(frozen=True)
class _Cursor:
    """A place in a list sorted by `ordering`; `backwards`: the page before it is meant."""

    ordering: str
    backwards: bool
    value: str
    id: str

    def __str__(self) -> str:
        return signing.dumps([self.ordering, self.backwards, self.value, self.id], salt=_SALT)

    @classmethod
    def parse(cls, text: str, ordering: str) -> _Cursor:
        """Raises InvalidRequest for a cursor of another list or ordering."""
        try:
            cursor = cls(*signing.loads(text, salt=_SALT))
        except signing.BadSignature:
            raise InvalidRequest.for_field(
                "cursor", Message("This is not a cursor of this list.")
            ) from None
        if cursor.ordering != ordering:
            raise InvalidRequest.for_field(
                "cursor", Message("The cursor belongs to another ordering.")
            )
        return cursor


def paginate(
    request: Request,
    rows: QuerySet[Row],
    show: Callable[[Row], dict[str, Any]],
    *,
    parameters: Mapping[str, Any],
    ordering: str,
    prepare: Callable[[list[Row]], object] | None = None,
) -> Response:
    """One page of `rows` as `results`, `next` and `previous`. `prepare` gets the rows of the page
    before the first is shown, to load at once what they all need.

    `parameters`: validated ListParameters. `ordering`: the name of a field that is never null, or
    of an annotated number, with "-" for the largest first; rows that are equal in it are sorted by
    their id.
    """
    size, text = parameters["page_size"], parameters["cursor"]
    cursor = _Cursor.parse(text, ordering) if text else None
    backwards = cursor is not None and cursor.backwards
    found = list(_rows_after(rows, ordering, cursor)[: size + 1])
    more = len(found) > size
    page = found[:size]
    if backwards:
        page.reverse()
    if prepare is not None:
        prepare(page)
    return Response(
        {
            "results": [show(row) for row in page],
            "next": _link(request, page[-1:], ordering, False, backwards or more),
            "previous": _link(
                request, page[:1], ordering, True, more if backwards else cursor is not None
            ),
        }
    )


def _rows_after(rows: QuerySet[Row], ordering: str, cursor: _Cursor | None) -> QuerySet[Row]:
    name = ordering.removeprefix("-")
    descending = ordering.startswith("-") != (cursor is not None and cursor.backwards)
    sign = "-" if descending else ""
    if cursor is not None:
        value = _field(rows.model, name).to_python(cursor.value)
        than = "lt" if descending else "gt"
        # The first condition is implied by the second; an index can start from it.
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
    name = ordering.removeprefix("-")
    field = _field(type(at[0]), name)
    value = field.value_to_string(at[0]) if field.name else repr(float(getattr(at[0], name)))
    cursor = _Cursor(ordering, backwards, value, str(at[0].pk))
    return replace_query_param(request.get_full_path(), "cursor", str(cursor))


def _field(model: type[Model], name: str) -> Any:
    """The model's, or for an annotation one without a name."""
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return FloatField()
