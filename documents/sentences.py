"""Errors as sentences for an administrator (ocrsite/sentences.py)."""

from __future__ import annotations

from django.utils import translation

from documents.errors import ArchiveError
from ocrsite.sentences import Sentence


def sentence_of(error: ArchiveError) -> Sentence:
    """Its summary in the reader's language; in English its detail, which says more."""
    with translation.override(None):  # the summary as the catalogues know it
        return Sentence(str(error.summary), english=error.detail)
