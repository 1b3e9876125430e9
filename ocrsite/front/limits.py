"""Which bodies are taken: how large, within which time, and whether their sender must be known.

Decided from the head of a request alone, before anything of its body is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from documents.api.parsers import MAX_JSON_UPLOAD_BYTES

#: Bytes of a body that anybody may send.
SMALL = 64 * 1024
#: Seconds within which a small body must be complete.
SMALL_DEADLINE = 10.0
#: Seconds for a larger body of a known sender: of an upload, and of anything else.
UPLOAD_DEADLINE, TEXT_DEADLINE = 3600.0, 300.0
#: A larger body must bring this many bytes a second on average over each window of seconds.
LEAST_RATE, WINDOW = 4096, 15.0
#: Bytes of a request's head; a longer one is refused (431).
LONGEST_HEAD = 32 * 1024

#: Where files are uploaded; a new door for uploads belongs here.
UPLOAD_PATHS = re.compile(
    r"/api/v1/documents/(batch/?|[0-9A-Fa-f-]{36}/versions/?)?|/api/v1/documents|/ocr/?"
)
#: Where the pieces of a resumable upload go.
_PIECE_PATHS = re.compile(r"/api/v1/uploads/[^/]+/?")
#: Forms that accept many files at the same time: each is measured on its own while it is staged
#: (documents/files/upload_staging.py), and together they may have this many times the limit.
_FORMS = re.compile(r"/api/v1/documents/batch/?")
_FILES_IN_A_FORM = 20
_LOG_IN_PATHS = re.compile(r"/api/v1/auth/token/?|/(login|invitation)/?")
#: Bytes that a form may have beside its files.
_FIELDS = 2**20
_METHODS_WITH_BODY = ("POST", "PUT", "PATCH")


@dataclass(frozen=True)
class BodyTerms:
    """On which terms the body of a request is taken.

    `size`: bytes as declared, None where the body is chunked. `limit`: bytes at most. `deadline`:
    seconds. `upload`: it brings files. `known_sender`: only from a user. `file_limit`: `limit` is
    the limit of one file.
    """

    size: int | None
    limit: int
    deadline: float
    upload: bool = False
    known_sender: bool = False
    file_limit: bool = False

    @property
    def too_large(self) -> bool:
        """Whether the declared size says so already."""
        return self.size is not None and self.size > self.limit


def find_terms(
    method: str, path: str, environ: Mapping[str, str], *, credentials: bool
) -> BodyTerms:
    """The terms for a request with this head. `credentials`: it carries some, not checked yet."""
    size = find_body_size(environ)
    if is_upload(method, path):
        form = environ.get("CONTENT_TYPE", "").lower().startswith("multipart/")
        limit, file_limit = MAX_JSON_UPLOAD_BYTES, False
        if method == "PATCH":
            limit, file_limit = settings.OCRSITE_MAX_UPLOAD_BYTES, True
        if form:
            files = _FILES_IN_A_FORM if _FORMS.fullmatch(path) else 1
            limit = files * settings.OCRSITE_MAX_UPLOAD_BYTES + _FIELDS
            file_limit = files == 1
        return BodyTerms(
            size, limit, UPLOAD_DEADLINE, upload=True, known_sender=True, file_limit=file_limit
        )
    small = size is not None and size <= SMALL
    if small or method not in _METHODS_WITH_BODY:
        return BodyTerms(size, SMALL, SMALL_DEADLINE)
    if size is None and not credentials:
        # Chunked: nobody knows yet whether it is large.
        return BodyTerms(size, SMALL, SMALL_DEADLINE)
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or SMALL
    return BodyTerms(size, limit, TEXT_DEADLINE, known_sender=True)


def find_body_size(environ: Mapping[str, str]) -> int | None:
    """Bytes of the body as declared; None where it is chunked."""
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        return None
    declared = environ.get("CONTENT_LENGTH", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0


def is_upload(method: str, path: str) -> bool:
    paths = {"POST": UPLOAD_PATHS, "PATCH": _PIECE_PATHS}.get(method)
    return paths is not None and paths.fullmatch(path) is not None


def is_log_in(method: str, path: str) -> bool:
    return method == "POST" and _LOG_IN_PATHS.fullmatch(path) is not None
