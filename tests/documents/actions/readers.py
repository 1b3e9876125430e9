"""A reader of pages, and documents that wait for one."""

from __future__ import annotations

import uuid
from typing import Any

from documents.models import Document, Status
from documents.models.claim import ClaimOwner
from tests.factories import make_document

READER = ClaimOwner("one:ocr:0", uuid.uuid4())


def waiting_document(pages: int, **fields: Any) -> Document:
    return make_document(status=Status.PROCESSING, pages=[None] * pages, **fields)
