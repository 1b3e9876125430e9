"""What follows from a view itself: who may call it, which problems it may answer, which headers."""

from __future__ import annotations

from http import HTTPStatus
from inspect import cleandoc
from typing import Any

from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import AllowAny

from documents.api.openapi.describe import OF_RESULT
from documents.api.openapi.problems import name_of
from documents.exports.downloads import RESULT_TYPES
from documents.exports.export_kinds import EXPORT_TYPES

#: Problem documents that any request may get, one with a body, and one by somebody known.
_ALWAYS, _WITH_BODY, _KNOWN = (400, 406, 431, 500, 503), (408, 411, 413, 415), (401, 403, 429)

_HEADERS = {
    "RateLimit": {"$ref": "#/components/headers/RateLimit"},
    "RateLimit-Policy": {"$ref": "#/components/headers/RateLimitPolicy"},
}
_LOCATION = {"Location": {"$ref": "#/components/headers/Location"}}
_ETAG = {"ETag": {"$ref": "#/components/headers/ETag"}}
_FILE_HEADERS = {
    name: {"$ref": f"#/components/headers/{name.replace('-', '')}"}
    for name in ("Content-Disposition", "Accept-Ranges")
}
#: Which of the credentials below any one is enough.
_CREDENTIALS = ("bearer", "token", "apiKey")


class Operation(AutoSchema):  # type: ignore[misc, unused-ignore]
    """How drf-spectacular reads a view of this API (`describe` says the rest)."""

    def get_operation_id(self) -> str:
        """`get_document_pages`: the method, and the address without its parameters."""
        words = [
            word.replace("-", "_").replace(".", "_")
            for word in self._words()
            if not word.startswith("{")
        ]
        one = "_one" if self.path.rstrip("/").endswith("}") else ""
        return "_".join([self.method.lower(), *words]) + one

    def get_tags(self) -> list[str]:
        words = self._words()
        if words[:1] == ["documents"] and "pages" in words:
            return ["pages"]
        return words[:1]

    def _words(self) -> list[str]:
        """The parts of the address without `api` and the version."""
        return [word for word in self.path.strip("/").split("/") if word not in ("api", "v1")]

    def get_description(self) -> str:  # type: ignore[override]
        handler = getattr(self.view, self.method.lower(), None)
        # Not what the base classes say of themselves.
        text = cleandoc(
            getattr(handler, "__doc__", "") or vars(type(self.view)).get("__doc__") or ""
        )
        scope = self._scope()
        return f"{text}\n\nA token needs the scope `{scope}`.".strip() if scope else text

    def _get_serializer_name(self, *args: Any, **kwargs: Any) -> str:
        name: str = super()._get_serializer_name(*args, **kwargs)
        return name.replace("Shape", "").lstrip("_")

    def get_auth(self) -> list[dict[str, list[str]]]:
        if not self._is_for_known():
            return []
        scope = self._scope()
        scopes = [scope] if scope else []
        return [*({name: scopes} for name in _CREDENTIALS), {"session": []}]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for status, body in bodies.items():
            body["description"] = body.get("description") or HTTPStatus(int(status)).phrase
            self._add_headers(int(status), body)
        if self._handler_says("media_types", ()):
            self._split_media_types(bodies)
        for number in self._problems():
            bodies.setdefault(str(number), {"$ref": f"#/components/responses/{name_of(number)}"})
        return dict(sorted(bodies.items()))

    def _add_headers(self, status: int, body: dict[str, Any]) -> None:
        headers = {**body.get("headers", {})}
        if self._is_for_known():
            headers |= _HEADERS
        if status == 201:
            headers |= _LOCATION
        if status in (200, 206) and self._handler_says("media_types", ()):
            headers |= _ETAG | _FILE_HEADERS
        if status == 304 or "304" in self._handler_says("answers", ()):
            headers |= _ETAG
        if headers:
            body["headers"] = headers

    def _split_media_types(self, bodies: dict[str, Any]) -> None:
        """`describe` joins the media types of a file with commas."""
        for body in bodies.values():
            content = body.get("content", {})
            for given in list(content):
                schema = content.pop(given)
                for name in (_media_type_of(self.path, each) for each in given.split(", ")):
                    is_bytes = schema.get("schema", {}).get("format") == "binary"
                    content[name] = _describe_bytes(name) if is_bytes else schema

    def _problems(self) -> set[int]:
        found = {*_ALWAYS, *self._handler_says("problems", ())}
        if self.method in ("POST", "PUT", "PATCH"):
            found.update(_WITH_BODY)
        if self._is_for_known():
            found.update(_KNOWN)
        if "{" in self.path:
            found.add(404)
        return found

    def _is_for_known(self) -> bool:
        return not any(isinstance(each, AllowAny) for each in self.view.get_permissions())

    def _scope(self) -> str:
        scope_of = getattr(self.view, "scope_of", None)
        scope = scope_of(self.method) if scope_of and self._is_for_known() else None
        return scope.value if scope else ""

    def _handler_says(self, name: str, default: Any) -> Any:
        handler = getattr(self.view, self.method.lower(), None)
        return getattr(handler, name, default)


def _describe_bytes(name: str) -> dict[str, Any]:
    """A file of this media type, as generated clients and those who check answers take it: JSON is
    whatever it holds, and text is no bytes."""
    if name.endswith("json"):
        return {}
    text = {"type": "string"}
    return {"schema": text if name.startswith("text/") else {**text, "format": "binary"}}


def _media_type_of(path: str, name: str) -> str:
    """`name`, or where it is OF_RESULT, the media type of the result file that `path` ends in."""
    if name != OF_RESULT:
        return name
    types = {**RESULT_TYPES, **EXPORT_TYPES}
    return types[path.rpartition("result.")[2]].partition(";")[0]
