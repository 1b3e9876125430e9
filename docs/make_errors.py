"""Write docs/errors.md from the error classes: `python docs/make_errors.py`.

With `--check` nothing is written; the exit status is 1 where the file is not current
(tests/documents/test_errors.py).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from inspect import cleandoc
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from documents import errors  # noqa: E402
from documents.api.statuses import status_of  # noqa: E402
from documents.bucket import errors as bucket_errors  # noqa: E402
from documents.errors import conflicts, reading, requests, sources, uploads  # noqa: E402

DOCUMENT = ROOT / "docs" / "errors.md"

INTRODUCTION = """\
# Errors

Generated from the error classes (`documents/errors/`, `documents/bucket/errors.py`) by
`python docs/make_errors.py`; a test compares them. Do not edit.

An error has a `code` for programs, a title that names the kind of problem, and a message that says
what happened and what to do next. The API answers with a problem document (RFC 9457) in the
language of the request; the interface shows the message in the reader's language; the log has the
code and the message in English. Errors of a document or page (`error` in the API) have the same
codes.

*Retry* says whether the same attempt may succeed later without anyone changing anything.
docs/api.md lists the codes that HTTP itself brings (`not-authenticated`, `parse-error`, ...)."""

SECTIONS = (
    ("Requests", requests),
    ("Requests that the state does not allow", conflicts),
    ("Files", uploads),
    ("Reading", reading),
    ("Sources", sources),
    ("Object storage", bucket_errors),
)
#: Only their subclasses are raised.
_BASES = {errors.Conflict, errors.NotAllowed, bucket_errors.BucketError}


def build_document() -> str:
    parts = [INTRODUCTION]
    for title, module in SECTIONS:
        rows = [_build_row(cls) for cls in _classes_of(module.__name__)]
        parts.append(
            f"## {title}\n\n"
            "| code | status | meaning | retry | what to do |\n|---|---|---|---|---|\n"
            + "\n".join(rows)
        )
    return "\n\n".join(parts) + "\n"


def _classes_of(module: str) -> Iterator[type[errors.ArchiveError]]:
    for cls in errors.error_classes():
        if cls.__module__ == module and cls not in _BASES:
            yield cls


def _build_row(cls: type[errors.ArchiveError]) -> str:
    meaning = " ".join(cleandoc(cls.__doc__ or cls.title).split())
    retry = "no" if cls.permanent else "yes"
    return f"| `{cls.code}` | {status_of(cls)} | {meaning} | {retry} | {cls.next_step} |"


def main(arguments: list[str]) -> int:
    document = build_document()
    if "--check" in arguments:
        return int(not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != document)
    DOCUMENT.write_text(document, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
