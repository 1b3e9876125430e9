"""Notes who looked at which document and who downloaded what of it, at every door.

Every address below a document has `document_id` in its pattern, so a new one is noted without a
word about it. Nothing is written here (documents/audit/reads.py).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from documents.access import visible_to
from documents.audit.reads import Note, reads
from documents.models import AuditKind, User

#: The parameters of an address that name a document; Django's admin has its own name.
_PARAMETER, _ADMINS_NAME = "document_id", "documents_document_change"
#: Answers by which somebody has seen something. 304: what they keep is still right.
_SEEN = frozenset({200, 206, 304})
#: Names of views that show nothing which a list does not show, or that a page asks for by itself.
_NO_LOOK = ("thumbnail", "progress", "state", "similar")
#: How the names of views begin or end that hand out a file, and what the file is called.
_FILES = {
    "original": "original",
    "result-json": "result.json",
    "result-md": "result.md",
    "result-txt": "result.txt",
    "result-pdf": "result.pdf",
    "result-alto": "result.alto.xml",
    "download": "download",
    "export": "export",
}


class AuditReads:
    """Django's middleware; below those that find the user."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._get_response(request)
        if request.method == "GET" and response.status_code in _SEEN:
            _note(request, response)
        return response


def note_look(user: User, document_id: uuid.UUID) -> None:
    """For a look at a document whose address does not name it."""
    _add(user, document_id, AuditKind.VIEWED, "page")


def note_export(user: User, document_ids: Iterable[uuid.UUID], what: str) -> None:
    """For a download whose address does not name the documents in it: those of `document_ids` that
    `user` may see. `what` is its kind, "zip"."""
    for document_id in visible_to(user).filter(id__in=document_ids).values_list("id", flat=True):
        _add(user, document_id, AuditKind.EXPORTED, what)


def _note(request: HttpRequest, response: HttpResponseBase) -> None:
    match = request.resolver_match
    if match is None:
        return
    document_id = match.kwargs.get(_PARAMETER)
    if document_id is None and match.url_name == _ADMINS_NAME:
        document_id = match.kwargs.get("object_id")
    # Set by Django's middleware or, for a token, by the API's view.
    user = getattr(request, "user", None)
    if document_id is None or not isinstance(user, User):
        return
    if not isinstance(document_id, uuid.UUID):
        try:
            document_id = uuid.UUID(str(document_id))
        except ValueError:
            return
    name = match.url_name or ""
    last = match.route.rstrip("/$?").rpartition("/")[2]
    if any(part in (name or last) for part in _NO_LOOK):
        return
    file = _find_file(name, last)
    if file is None:
        _add(user, document_id, AuditKind.VIEWED, "page")
    elif response.status_code != 304:
        # By a link, in the name of who made it.
        by_link = " (link)" if "signature" in request.GET else ""
        _add(user, document_id, AuditKind.EXPORTED, f"{file}{by_link}")


def _find_file(name: str, last: str) -> str | None:
    """`last`: the last part of the address's pattern."""
    for part, file in _FILES.items():
        if part in name or last in (part, file):
            return file
    return last if last.startswith("result.") else None


def _add(user: User, document_id: uuid.UUID, kind: AuditKind, what: str) -> None:
    reads.note(Note(kind, what, user.pk, user.username, document_id, timezone.now()))
