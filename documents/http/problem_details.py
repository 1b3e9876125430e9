"""Problem documents (RFC 9457): the one shape of every error of the HTTP contract.

`type` is a URN that ends in `code`, which programs rely on; `title`, `detail` and `errors` are in
the language of the request. `errors` maps a field's path ("blocks.0.id") to what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.functional import Promise

from documents.messages import Message

MEDIA_TYPE = "application/problem+json"

#: A text of a problem: translated as it is put into the document.
Text = str | Promise


def build_problem(
    status: int,
    *,
    code: str,
    title: Text,
    detail: Text,
    errors: Mapping[str, Sequence[Text]] | None = None,
) -> dict[str, Any]:
    """The problem document, in the active language."""
    return {
        "type": f"urn:ocrsite:problem:{code}",
        "title": _translate(title),
        "status": status,
        "code": code,
        "detail": _translate(detail),
        "errors": {
            _make_encodable(field): [_translate(text) for text in texts]
            for field, texts in (errors or {}).items()
        },
    }


def _translate(text: Text) -> str:
    return _make_encodable(text.translated() if isinstance(text, Message) else str(text))


def _make_encodable(text: str) -> str:
    """`text` for UTF-8: values that a client sent are repeated to it, and unpaired surrogates have
    no encoding."""
    return text.encode("utf-8", "backslashreplace").decode()
