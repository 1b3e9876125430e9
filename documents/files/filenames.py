"""File names that are safe to store and to send, whatever a client called its file."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

#: ext4, NTFS and S3 tools all take 255 bytes; some room is left for suffixes such as ".part".
MAX_BYTES = 200

_FORBIDDEN = re.compile(r'[<>:"|?*\\/]')
#: Characters that turn the reading direction or are invisible: "fdp.exe" must not read "exe.pdf".
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_RESERVED = re.compile(r"(?i)^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")


def safe_name(name: str, suffixes: Sequence[str]) -> str:
    """As `clean_name`, but at most `MAX_BYTES` bytes of UTF-8: to store a file by."""
    stem, _, extension = clean_name(name, suffixes).rpartition(".")
    room = MAX_BYTES - len(extension.encode()) - 1
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(" .")
    return f"{stem}.{extension}"


def clean_name(name: str, suffixes: Sequence[str]) -> str:
    """`name` without its path, control and direction characters; letters of every script stay.

    `suffixes` (".jpg", ".jpeg") are those of the file's type. A name that ends in none of them
    gets the first, so that opening a downloaded "invoice.hta" does not run it. Of any length,
    never empty, never starting with a dot.
    """
    name = unicodedata.normalize("NFC", name)
    name = name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(
        " " if character.isspace() else character
        for character in name
        if unicodedata.category(character) not in _INVISIBLE or character.isspace()
    )
    name = _FORBIDDEN.sub("_", name)
    name = re.sub(r" +", " ", name).strip(" .")
    stem, _, extension = name.rpartition(".")
    if not stem or f".{extension.lower()}" not in suffixes:
        stem, extension = name, suffixes[0].lstrip(".")
    stem = stem.strip(" .") or "document"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return f"{stem}.{extension}"


def title_from_filename(filename: str) -> str:
    """A document's title where its uploader gave none: the file name without its suffix."""
    stem = filename.rpartition(".")[0] or filename
    return re.sub(r"[_\s]+", " ", stem).strip() or filename


def is_title_from_filename(title: str, filename: str) -> bool:
    """Whether nobody gave the title. `filename`: from `safe_name`, so that the name of a file
    that was too long has only its beginning there."""
    made = title_from_filename(filename)
    was_cut = len(filename.encode()) > MAX_BYTES - 8  # a letter, or spaces, more had no room
    return title == made or (was_cut and title.startswith(made))
