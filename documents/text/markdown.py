"""Plain text as Markdown that renders as exactly that text (CommonMark 0.31, GFM). Pure.

Only characters that Markdown would change or hide are escaped. Lists are not: a line that begins
with a dash or a number reads the same as a list, and nearly always is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Code, emphasis, links, HTML and strikethrough, anywhere in a line; an underscore inside a word
#: is no markup.
_ANYWHERE = re.compile(r"[\\`*<\[\]]|(?<!\w)_|_(?!\w)|~~")
#: An entity would render as its character.
_ENTITY = re.compile(r"&(?=#?\w+;)")
#: Headings, quotes, table rows, rules and underlined titles, at the start of a line.
_AT_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|>|\||={2,}|-{2,}\s*$|~{3,})")

#: Formulas in blocks of their own; their text is LaTeX.
FORMULA_LABELS = frozenset({"display_formula", "inline_formula", "formula"})

_HEADINGS = {"doc_title": "# ", "paragraph_title": "## "}


def escape_markdown(line: str) -> str:
    """Escape everything in one line of text that Markdown would take for markup."""
    line = _ENTITY.sub("&amp;", _ANYWHERE.sub(lambda found: f"\\{found[0]}", line))
    return _AT_START.sub(r"\1\\\2", line)


def paragraphs_to_markdown(paragraphs: Iterable[Iterable[str]]) -> str:
    """Convert paragraphs, each given as lines of plain text; the lines stay lines of the source."""
    return "\n\n".join("\n".join(escape_markdown(line) for line in lines) for lines in paragraphs)


def block_to_markdown(label: str, text: str) -> str:
    """Convert a block of plain text. A title becomes a heading, its lines joined into one; the
    LaTeX of a formula stays as it is."""
    if label in FORMULA_LABELS:
        return f"$$\n{text}\n$$" if text else ""
    heading = _HEADINGS.get(label)
    if heading and text:
        return heading + escape_markdown(" ".join(text.split()))
    return paragraphs_to_markdown([text.splitlines()])
