"""Every address that the site answers, from its URL patterns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from tests.permissions.world import World

_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


def find_routes() -> dict[str, Any]:
    """The view of every route, as it is written in the patterns. Of the API's routes with and
    without a slash at the end, which have one view, only the first."""
    found = dict(_walk(get_resolver()))
    return {
        route: view
        for route, view in found.items()
        if not (f"{route}/" in found and _class_of(found[f"{route}/"]) is _class_of(view))
    }


def is_of_the_api(route: str) -> bool:
    """Whether programs use it with a token."""
    return route.startswith(("api/", "ocr/", "^mcp"))


def methods_of(route: str, view: Any) -> list[str]:
    """The methods that a view of the API implements; GET of a page, which answers as it likes."""
    cls = _class_of(view) if is_of_the_api(route) else None
    names = ("get", "post", "put", "patch", "delete")
    found = [name.upper() for name in names if cls is not None and hasattr(cls, name)]
    return found or ["GET"]


def fill(route: str, world: World) -> str:
    """The path of the route for what is in the world."""
    route = route.replace("^", "").replace("/?$", "").replace("$", "")
    route = route.replace("(?P<app_label>documents)", "documents").replace("(?P<url>.*)", "<url>")
    model = route.removeprefix("admin/documents/").removeprefix("admin/").partition("/")[0]
    places = {**world.places, "object_id": world.objects.get(model, "")}
    return "/" + _PARAMETER.sub(lambda found: places[found[1]], route)


def _walk(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback


def _class_of(view: Any) -> Any:
    return getattr(view, "view_class", None) or getattr(view, "cls", None)
