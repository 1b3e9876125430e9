"""Language codes as the API has them (ISO 639-1)."""

from __future__ import annotations

import re

from documents.errors import InvalidRequest
from documents.messages import Message

#: What a filter by language takes for documents whose language is not known.
NO_LANGUAGE = "none"

#: ISO 639-1 codes to the names of Tesseract's data files, for the languages it reads well.
TESSERACT_CODES = {
    "be": "bel",
    "bg": "bul",
    "cs": "ces",
    "de": "deu",
    "el": "ell",
    "en": "eng",
    "es": "spa",
    "fi": "fin",
    "fr": "fra",
    "hy": "hye",
    "it": "ita",
    "ka": "kat",
    "kk": "kaz",
    "lt": "lit",
    "lv": "lav",
    "nl": "nld",
    "pl": "pol",
    "pt": "por",
    "ro": "ron",
    "ru": "rus",
    "sr": "srp",
    "sv": "swe",
    "tr": "tur",
    "uk": "ukr",
    "uz": "uzb",
}


def validate_language(code: str) -> str:
    """Return `code` in lower case; "" means unknown. Raises InvalidRequest if it is no code."""
    code = code.strip().lower()
    if code and not re.fullmatch(r"[a-z]{2}", code):
        message = Message("A language is a code of two letters (ISO 639-1), such as ru or en.")
        raise InvalidRequest.for_field("language", message)
    return code


def language_of(code: str) -> str:
    """The ISO 639-1 code of a language by Tesseract's name; "" for one not in the table."""
    return next((language for language, name in TESSERACT_CODES.items() if name == code), "")
