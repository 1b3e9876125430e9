"""What a view says about one of its methods, beside the code that does it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

Handler = TypeVar("Handler", bound=Callable[..., Any])
Shape = type[serializers.Serializer[Any]] | serializers.Serializer[Any]

#: A body in parts, or bytes.
FILE = OpenApiTypes.BINARY
#: Stands for the media type of the result file that an address ends in.
OF_RESULT = "result/*"
NOTHING = OpenApiResponse(description="Done; there is no body.")


def describe(
    summary: str,
    answers: Mapping[int, Any],
    *,
    body: Any = None,
    query: Shape | None = None,
    headers: Iterable[OpenApiParameter] = (),
    problems: Iterable[int] = (),
    examples: Iterable[OpenApiExample] = (),
    types: Iterable[str] = (),
) -> Callable[[Handler], Handler]:
    """`answers`: shapes by status; with `types` (media types) instead of JSON. `body`: the shape of
    what is sent, or shapes by media type. `problems`: statuses of problem documents beside those
    that every such request may get (`operation`)."""
    responses: dict[Any, Any] = {}
    for status, shape in answers.items():
        if types and status < 300 and shape is FILE:
            responses[(status, ", ".join(types))] = shape
        else:
            responses[status] = NOTHING if shape is None else shape
    parameters: list[Any] = [*headers]
    if query is not None:
        parameters.append(query)

    def decorate(handler: Handler) -> Handler:
        handler.problems = frozenset(problems)  # type: ignore[attr-defined]
        handler.media_types = tuple(types)  # type: ignore[attr-defined]
        decorated: Handler = extend_schema(
            summary=summary,
            request=body,
            parameters=parameters,
            responses=responses,
            examples=list(examples) or None,
        )(handler)
        return decorated

    return decorate


def header(name: str, about: str, *, required: bool = False, **schema: Any) -> OpenApiParameter:
    """A request header that may be sent, or must be."""
    return OpenApiParameter(
        name,
        {"type": "string", **schema},
        OpenApiParameter.HEADER,
        required=required,
        description=about,
    )


def page_of(shape: Shape, name: str) -> type[serializers.Serializer[Any]]:
    """The shape of one page of a list of `shape`."""
    inner = shape() if isinstance(shape, type) else shape
    fields = {
        "results": type(inner)(many=True),
        "next": serializers.CharField(
            allow_null=True, help_text="The path of the next page; null on the last."
        ),
        "previous": serializers.CharField(allow_null=True),
    }
    return type(f"{name}Page", (serializers.Serializer,), fields)
