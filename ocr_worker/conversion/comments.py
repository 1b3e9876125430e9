"""Print the comments of a text after it: LibreOffice leaves them out of its pages, and what people
have remarked in a contract could not be found.

Works on what LibreOffice itself has written as flat OpenDocument. In the child only.
"""

from __future__ import annotations

import re
from pathlib import Path

from documents.files import filetypes

from .tracked_changes import has_in_file, has_in_package

_DOCX, _ODT, _RTF = (kind.mime_type for kind in (filetypes.DOCX, filetypes.ODT, filetypes.RTF))
#: How a comment begins in the parts of a package (ECMA-376 part 1, 17.13.4.2; ODF 1.3 part 3, 14.1)
#: and in RTF.
_IN_PACKAGE = {
    _DOCX: re.compile(rb"<w:comment\s"),
    _ODT: re.compile(rb"<office:annotation\s"),
}
_IN_RTF = re.compile(rb"\\annotation\b")

#: Comments shown of one text at most.
_MOST = 5_000

_BEGIN, _ENDED = "<office:annotation ", "</office:annotation>"
_OLD_BEGIN, _OLD_ENDED = "<text:tracked-changes", "</text:tracked-changes>"
_AUTHOR = re.compile(r"<dc:creator>([^<]*)</dc:creator>")
_PARAGRAPH = re.compile(r"<text:p\b[^>]*(?<!/)>(.*?)</text:p>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_END = "</office:text>"
_TITLE = "Комментарии (Comments):"


def has_comments(path: Path, mime_type: str) -> bool:
    """Whether people have commented on the text. Raises OSError."""
    if mime_type in _IN_PACKAGE:
        return has_in_package(path, _IN_PACKAGE[mime_type])
    return mime_type == _RTF and has_in_file(path, _IN_RTF)


def print_comments(source: Path, target: Path) -> None:
    """Rewrite the flat text document `source` as `target`, whose pages end with its comments.

    Memory holds a line, or a comment. Comments on deleted text are left out.
    """
    found: list[str] = []
    begun = ""
    deleted = False
    with source.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        for line in file:
            deleted = deleted or _OLD_BEGIN in line
            rest = begun + line
            while _BEGIN in rest and _ENDED in rest:
                comment, rest = rest[rest.index(_BEGIN) :].split(_ENDED, 1)
                if not deleted and len(found) < _MOST:
                    found.append(_describe(comment))
            begun = rest[rest.index(_BEGIN) :] if _BEGIN in rest else ""
            deleted = deleted and _OLD_ENDED not in line
            if _END in line and any(found):
                lines = "".join(f"<text:p>{one}</text:p>" for one in (_TITLE, *filter(None, found)))
                line = line.replace(_END, lines + _END)
            out.write(line)


def _describe(comment: str) -> str:
    """“Author: what they say”, as XML; "" for a comment without words."""
    paragraphs = (_TAG.sub("", text) for text in _PARAGRAPH.findall(comment))
    text = " ".join(" ".join(paragraphs).split())
    author = _AUTHOR.search(comment)
    return f"{author[1]}: {text}" if text and author and author[1] else text
