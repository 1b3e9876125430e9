"""What stands above the text of a Markdown file: the document and what read it, as YAML.

Values are JSON strings, which YAML takes. What is told is of the database alone, so that a file
that is made again is the same.
"""

from __future__ import annotations

import json
import re

from documents.exports.engine_counts import count_engines, name_engines
from documents.models import Document

#: What YAML doesn't allow unescaped in a string, and JSON does.
_NOT_YAML = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")

_FRONT_MATTER = re.compile(r"---\ntitle: .*\ndocument: (?:.*\n)*?---\n\n")


def write_front_matter(document: Document) -> str:
    """Between two lines of `---`, with an empty line after it."""
    facts: list[tuple[str, str | int | None]] = [
        ("title", document.title),
        ("document", str(document.id)),
        ("filename", document.filename),
        ("language", document.language or None),
        ("page_count", document.page_count),
    ]
    lines = [f"{name}: {_scalar(value)}\n" for name, value in facts if value is not None]
    engines = name_engines(count_engines(document))
    if engines:
        lines += ["read_by:\n", *(f"- {_scalar(engine)}\n" for engine in engines)]
    return f"---\n{''.join(lines)}---\n\n"


def strip_front_matter(text: str) -> str:
    """The text of a Markdown file; that of one made by an earlier version has nothing above it."""
    found = _FRONT_MATTER.match(text)
    return text[found.end() :] if found else text


def _scalar(value: str | int) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _NOT_YAML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
