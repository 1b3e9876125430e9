"""The language of a page's text, by the languages that this archive reads. (Part of actions.)"""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from documents.text.detect_language import detect_language
from documents.text.language_codes import language_of


def find_language(text: str) -> str:
    """The ISO 639-1 code of the language that most of `text` is in, those of OCRSITE_LANGUAGES
    preferred; "" where that is not clear."""
    return detect_language(text, _expected(settings.OCRSITE_LANGUAGES))


@lru_cache(maxsize=8)
def _expected(codes: str) -> tuple[str, ...]:
    """`codes`: Tesseract's, as "rus+eng"."""
    return tuple(filter(None, map(language_of, codes.split("+"))))
