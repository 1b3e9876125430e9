"""Names of files in containers: made harmless, and made text. Pure."""

from __future__ import annotations

import unicodedata

PATH_LENGTH = 1000


def decode_path(raw: bytes) -> str:
    """A name as its archive has it: UTF-8, or a code page of DOS (866) or Windows (1251), which
    zip files do not name. In 866 Cyrillic letters begin at 0x80, in 1251 at 0xC0."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        dos = sum(0x80 <= byte < 0xB0 for byte in raw)
        windows = sum(0xC0 <= byte < 0xE0 or byte >= 0xF0 for byte in raw)
        return raw.decode("cp866" if dos >= windows else "cp1251", "replace")


def clean_path(path: str) -> str:
    """`path` with "/" between its parts, without a root, "..", and characters nobody sees."""
    path = unicodedata.normalize("NFC", path.replace("\\", "/"))
    shown = "".join(each for each in path if unicodedata.category(each)[0] != "C")
    parts = [part.strip() for part in shown.split("/")]
    return "/".join(part for part in parts if part not in ("", ".", ".."))[:PATH_LENGTH]


def clean_name(name: str) -> str:
    """As `clean_path`, for what is one name: a stroke in it parts no folders."""
    return clean_path(name.replace("/", "_").replace("\\", "_").lstrip("."))
