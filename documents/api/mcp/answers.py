"""How an answer to a model is written: compact JSON, and never long."""

from __future__ import annotations

import json
import re
from html import unescape
from typing import Any

#: Characters of any answer. A model pays for each of them, and forgets what stands before.
LONGEST_ANSWER = 12_000
#: Characters of one part of a page's text.
PART = 8_000
#: Characters of a title, a file's name and a snippet.
LONGEST_TITLE, LONGEST_SNIPPET = 120, 320

_MARK = re.compile(r"</?mark>")


def write(data: dict[str, Any], *texts: str) -> list[str]:
    """`data` without what is empty, then `texts` as they are. Raises ValueError where that is too
    long, which its maker has to prevent."""
    kept = {name: value for name, value in data.items() if value not in (None, "", [], {})}
    answer = [json.dumps(kept, ensure_ascii=False, separators=(",", ":")), *filter(None, texts)]
    length = sum(map(len, answer))
    if length > LONGEST_ANSWER:
        raise ValueError(f"an answer of {length} characters")
    return answer


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plain_snippet(html: str) -> str:
    """A snippet (HTML of text and marks) as text, what was found between `**`."""
    return cut(unescape(_MARK.sub("**", html)), LONGEST_SNIPPET)


def split_text(text: str) -> list[str]:
    """Parts of at most PART characters each, which end where a paragraph or a line does if that
    loses less than half of a part. One at least."""
    parts, rest = [], text
    while len(rest) > PART:
        ends = (rest.rfind(end, PART // 2, PART) for end in ("\n\n", "\n", " "))
        at = next((end for end in ends if end > 0), PART)
        parts.append(rest[:at])
        rest = rest[at:].lstrip("\n")
    return [*parts, rest]
