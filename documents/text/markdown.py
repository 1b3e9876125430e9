"""Plain text as Markdown that shows just that text (CommonMark 0.31, GFM). Pure.

Escaped is what would change or hide characters. Lists are left alone: a line that begins with a
dash or a number reads the same as a list, and is nearly always meant as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Code, emphasis, links, HTML and strikethrough, wherever they stand; an underscore inside a word
#: is only that.
_ANYWHERE = re.compile(r"[\\`*<\[\]]|(?<!\w)_|_(?!\w)|~~")
#: An entity would be shown as its character.
_ENTITY = re.compile(r"&(?=#?\w+;)")
#: Headings, quotes, table rows, rules and underlined titles, at a line's beginning.
_AT_START = re.compile(r"^(\s*)(#{1,6}(?=\s|$)|>|\||={2,}|-{2,}\s*$|~{3,})")

_HEADINGS = {"doc_title": "# ", "paragraph_title": "## "}


def escaped(line: str) -> str:
    """One line of text with everything escaped that Markdown would take for markup."""
    line = _ENTITY.sub("&amp;", _ANYWHERE.sub(lambda found: f"\\{found[0]}", line))
    return _AT_START.sub(r"\1\\\2", line)


def paragraphs_markdown(paragraphs: Iterable[Iterable[str]]) -> str:
    """Paragraphs given as lines of plain text; the lines stay lines of the source."""
    return "\n\n".join("\n".join(escaped(line) for line in lines) for lines in paragraphs)


def block_markdown(label: str, text: str) -> str:
    """A block of plain text. Titles become headings: their lines are joined, a heading has one."""
    heading = _HEADINGS.get(label)
    if heading and text:
        return heading + escaped(" ".join(text.split()))
    return paragraphs_markdown([text.splitlines()])
