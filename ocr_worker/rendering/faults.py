"""How the child says what is wrong with a file. Turned into the archive's errors by the parent.

The child does not import Django (it must start at once), so it knows only these codes; they are
the `code`s of `documents.errors`.
"""

from __future__ import annotations


class Fault(Exception):
    """`code` is that of a `documents.errors.ReadingError`, `detail` a sentence for people."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(detail)


def damaged_file(detail: str) -> Fault:
    return Fault("damaged-file", detail)


def damaged_page(detail: str) -> Fault:
    return Fault("damaged-page", detail)


def too_large(detail: str) -> Fault:
    return Fault("page-too-large", detail)
