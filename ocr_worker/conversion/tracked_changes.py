"""Leave out the text that authors have deleted with tracked changes: LibreOffice prints it struck
through, and it would be found by search and read as the document's own (decision 30).

Works on what LibreOffice itself has written as flat OpenDocument. In the child only.
"""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import IO

from documents.errors import ConversionFailed
from documents.files import filetypes
from documents.messages import Message

_DOCX, _ODT, _RTF, _DOC = (
    kind.mime_type for kind in (filetypes.DOCX, filetypes.ODT, filetypes.RTF, filetypes.DOC)
)
#: How a deletion begins in the parts of a package (ECMA-376 part 1, 17.13.5; ODF 1.3 part 3, 5.5.6)
#: and in RTF.
_IN_PACKAGE = {
    _DOCX: re.compile(rb":(?:delText|moveFrom)\b"),
    _ODT: re.compile(rb"<text:deletion\b"),
}
_IN_RTF = re.compile(rb"\\deleted\b")
#: In DOC the property of deleted letters beside that of when or by whom (MS-DOC 2.6.1:
#: sprmCFRMarkDel, sprmCIbstRMarkDel, sprmCDttmRMarkDel).
_IN_DOC = re.compile(
    rb"\x00\x08\x01.{0,12}?(?:\x63\x48|\x64\x68)|(?:\x63\x48|\x64\x68).{0,12}?\x00\x08\x01",
    re.DOTALL,
)
#: Bytes that are looked at at once, and those of the last that are looked at once more.
_PIECE, _OVERLAP = 2**20, 64

_SHOWN = re.compile(r'(<config:config-item config:name="ShowRedlineChanges"[^>]*>)true<')
_END = "</office:text>"
_NOTE = (
    "Текст, который удалён при отслеживании изменений, здесь не показан; он есть в исходном файле.",
    "Text deleted in tracked changes is not shown here; it is in the file.",
)


def has_deletions(path: Path, mime_type: str) -> bool:
    """Whether the document holds text that was deleted with tracked changes. A DOC may be said to
    that has none. Raises OSError."""
    if mime_type in _IN_PACKAGE:
        return has_in_package(path, _IN_PACKAGE[mime_type])
    pattern = {_RTF: _IN_RTF, _DOC: _IN_DOC}.get(mime_type)
    if pattern is None:
        return False
    return has_in_file(path, pattern)


def hide_deletions(source: Path, target: Path) -> tuple[str, ...]:
    """Rewrite the flat text document `source` as `target`, whose pages show it without changes and
    end with a note of that; the note. Nothing is added where nothing was deleted.

    Memory holds a line. Raises ConversionFailed where LibreOffice has not written how changes are
    shown.
    """
    hidden = deleted = False
    with source.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        for line in file:
            if not hidden:
                line, count = _SHOWN.subn(r"\1false<", line)
                hidden = count > 0
            deleted = deleted or "<text:deletion" in line
            if deleted and _END in line:
                paragraphs = "".join(f"<text:p>{note}</text:p>" for note in _NOTE)
                line = line.replace(_END, paragraphs + _END)
            out.write(line)
    if deleted and not hidden:
        raise ConversionFailed(
            Message(
                "The changes of the document can’t be hidden. "
                "Open it in the program that made it, export it to PDF and upload that."
            )
        )
    return _NOTE if deleted else ()


def has_in_package(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether a part of the package, written in XML, has what `pattern` finds."""
    try:
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if name.endswith(".xml"):
                    with package.open(name) as part:
                        if _has(part, pattern):
                            return True
    except (OSError, ValueError, RuntimeError, zipfile.BadZipFile, NotImplementedError, EOFError):
        return False  # LibreOffice may mend it, or says what is wrong
    return False


def has_in_file(path: Path, pattern: re.Pattern[bytes]) -> bool:
    """Whether the file has what `pattern` finds. Raises OSError."""
    with path.open("rb") as file:
        return _has(file, pattern)


def _has(file: IO[bytes], pattern: re.Pattern[bytes]) -> bool:
    last = b""
    while piece := file.read(_PIECE):
        if pattern.search(last + piece):
            return True
        last = piece[-_OVERLAP:]
    return False
