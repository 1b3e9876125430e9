"""Find the language that documents are in, from what their pages say.

Pages get theirs with their text. What was read before languages were looked for is looked at by
background workers, in slices.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.db import transaction

from documents.actions.page_language import find_language
from documents.actions.request_results import mark_results_outdated
from documents.events import commit_change
from documents.models import Document, Page
from documents.text.detect_language import find_main_language

log = structlog.get_logger(__name__)

#: Pages looked at by one call at most: some 5 ms each.
BATCH = 50


def set_language(document: Document) -> None:
    """Set, without saving, the language of most pages, unless a person has chosen one or not all
    pages were looked at yet."""
    pages = document.pages.all()
    if not document.language_chosen and not pages.without_language().exists():
        known = pages.order_by("number").values_list("language", flat=True)
        document.language = find_main_language(language or "" for language in known)


def is_language_missing() -> bool:
    return Page.objects.without_language().exists()


def detect_languages(should_stop: Callable[[], bool] = lambda: False) -> int:
    """Look at some pages of which the language is not known, then at their documents. Returns how
    many pages it were; 0 where all are known.

    For background workers; safe to run twice and in several processes.
    """
    pages = list(Page.objects.without_language().with_text().order_by("id")[:BATCH])
    documents: dict[uuid.UUID, None] = {}
    for page in pages:
        if should_stop():
            break
        layout = page.layout
        language = find_language(layout.text) if layout else ""
        # Where its text changed meanwhile, that change has set the language.
        Page.objects.without_language().filter(id=page.id).update(language=language)
        documents[page.document_id] = None
    for document_id in documents:
        _set_document_language(document_id)
    if documents:
        log.info("languages_detected", pages=len(pages), documents=len(documents))
    return len(documents) and len(pages)


def _set_document_language(document_id: uuid.UUID) -> None:
    with transaction.atomic():
        document = Document.objects.select_for_update(of=("self",)).filter(id=document_id).first()
        if document is None:
            return
        before = document.language
        set_language(document)
        if document.language != before and not document.is_unfinished:
            mark_results_outdated(document)  # it stands in result.json
            commit_change(document)
