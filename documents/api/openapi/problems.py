"""Problem documents (RFC 9457) in the description: one response a status, with its codes."""

from __future__ import annotations

from typing import Any

from documents import errors
from documents.api.statuses import STATUSES, status_of
from documents.http.problem_details import MEDIA_TYPE

#: What HTTP itself brings, beside the archive's own errors.
_HTTP_CODES: dict[int, tuple[str, ...]] = {
    400: ("invalid-request", "parse-error", "host-not-valid"),
    401: ("not-authenticated", "authentication-failed"),
    403: ("permission-denied",),
    404: ("not-found",),
    405: ("method-not-allowed",),
    406: ("not-acceptable",),
    408: ("request-too-slow",),
    411: ("length-required",),
    412: ("version-not-supported",),
    413: ("request-too-large",),
    415: ("unsupported-media-type",),
    416: ("range-not-satisfiable",),
    429: ("throttled", "busy"),
    431: ("head-too-large",),
    500: ("internal-error",),
    503: ("starting", "busy"),
}
_MEANINGS = {
    400: "A value or the body is not valid; `errors` names the fields.",
    401: "Log in, or send a token that is valid.",
    403: "The role or the token's scope does not allow this.",
    404: "It does not exist, or it is not for you.",
    405: "The address is not used in this way; see `Allow`.",
    406: "The answer is not available in the format asked for.",
    408: "The body did not arrive in time.",
    409: "The present state does not allow this.",
    410: "It is no longer here.",
    411: "The body came without its length.",
    412: "This version of the protocol is not spoken here; see `Tus-Version`.",
    413: "The body is too large.",
    415: "The body is in a format that is not taken here.",
    416: "The file has no such part.",
    422: "What was sent is understood and can't be done.",
    429: "Too many requests, log-ins or uploads; see `Retry-After`.",
    431: "The head of the request is too large.",
    500: "An unexpected error; the server's log has it.",
    503: "Not at the moment; see `Retry-After`.",
    507: "The disk is full; see `Retry-After`.",
}
_WAITING = (429, 503, 507)
_FIELDS = {"status.0": ['"done" is not a valid choice.']}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `code` is for programs; the texts are in the request's language.",
    "required": ["type", "title", "status", "code", "detail", "errors"],
    "properties": {
        "type": {"type": "string", "pattern": "^urn:ocrsite:problem:"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "By the path of a field (`blocks.0.id`): what is wrong with it.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}


def problem_components() -> dict[str, Any]:
    """`components/responses`, by name: one for each status."""
    return {name_of(status): _build_response(status) for status in _MEANINGS}


def name_of(status: int) -> str:
    return f"Problem{status}"


def _kinds_of(status: int) -> dict[str, tuple[str, str]]:
    """By code: its title, and what a client does about it."""
    meaning = _MEANINGS[status]
    found = dict.fromkeys(_HTTP_CODES.get(status, ()), (meaning, meaning))
    for cls in _all_errors():
        if status_of(cls) == status and cls.code not in _ABSTRACT:
            found[cls.code] = (cls.title, cls.next_step)
    return dict(sorted(found.items()))


#: Codes of classes that are never raised themselves.
_ABSTRACT = {errors.ArchiveError.code, errors.Conflict.code, errors.NotAllowed.code}


def _all_errors() -> list[type[errors.ArchiveError]]:
    found: list[type[errors.ArchiveError]] = [*STATUSES]
    for cls in found:
        found += [sub for sub in cls.__subclasses__() if sub not in found]
    return found


def _build_response(status: int) -> dict[str, Any]:
    kinds = _kinds_of(status)
    headers = {"RateLimit": {"$ref": "#/components/headers/RateLimit"}}
    if status in _WAITING:
        headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    return {
        "description": f"{_MEANINGS[status]} Codes: {', '.join(f'`{code}`' for code in kinds)}.",
        "headers": headers,
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {
                    code: {"summary": title, "value": _build_example(status, code, title, step)}
                    for code, (title, step) in kinds.items()
                },
            }
        },
    }


def _build_example(status: int, code: str, title: str, step: str) -> dict[str, Any]:
    """A real one says in `detail` what happened, too."""
    return {
        "type": f"urn:ocrsite:problem:{code}",
        "title": title,
        "status": status,
        "code": code,
        "detail": step,
        "errors": _FIELDS if code == "invalid-request" else {},
    }
