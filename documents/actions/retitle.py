"""Give a document a title by a pattern."""

from __future__ import annotations

import uuid

from django.utils import timezone

from documents import access
from documents.access import Ability
from documents.actions.edit import edit
from documents.actions.upload import TITLE_LENGTH
from documents.models import Document, User
from documents.text.title_pattern import count_values, fill_pattern


def retitle(document_id: uuid.UUID, pattern: str, *, number: int, actor: User | None) -> Document:
    """`number`: which document of the selection it is, from 1. Days are those of the active time
    zone.

    Raises NotFound, NotAllowed, InvalidRequest, Conflict (in the trash).
    """
    document = access.require(actor, Ability.EDIT, document_id)
    return edit(document_id, actor=actor, title=make_title(document, pattern, number))


def make_title(document: Document, pattern: str, number: int) -> str:
    """The title that the pattern gives; "" where it comes out empty. Reads the document's tags and
    team. Raises InvalidRequest."""
    uploaded = timezone.localtime(document.created_at)
    values = {
        "filename": document.filename.rpartition(".")[0] or document.filename,
        "title": document.title,
        "date": f"{uploaded:%Y-%m-%d}",
        "year": f"{uploaded:%Y}",
        "month": f"{uploaded:%m}",
        "day": f"{uploaded:%d}",
        "tag": ", ".join(tag.name for tag in document.tags.all()),
        "team": document.team.name,
        "pages": "" if document.page_count is None else str(document.page_count),
        "language": document.language,
        **count_values(number),
    }
    return fill_pattern(pattern, values)[:TITLE_LENGTH].rstrip()
