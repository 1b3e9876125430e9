"""Pages for what a presentation's speaker has noted: each slide's notes follow it as a page.

LibreOffice prints slides without them, or all of them again beside a picture of their slide, whose
words would be found twice. Works on what LibreOffice itself has written as flat OpenDocument. In
the child only.
"""

from __future__ import annotations

import re
import textwrap
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from documents.errors import ConversionFailed
from documents.files import filetypes
from documents.messages import Message

_PPTX, _PPT, _ODP = (kind.mime_type for kind in (filetypes.PPTX, filetypes.PPT, filetypes.ODP))

#: Bytes of one part that are looked at.
_MOST = 64 * 2**20
#: The head of the record that begins a page of notes in PPT (MS-PPT 2.5.7, NotesAtom).
_IN_PPT = b"\x01\x00\xf1\x03\x08\x00\x00\x00"
_FIELD = re.compile(rb"<a:fld\b.*?</a:fld>", re.DOTALL)
_WORDS = re.compile(rb"<a:t>[^<]*[^<\s][^<]*</a:t>")
_ODP_NOTES = re.compile(rb"<presentation:notes\b.*?</presentation:notes>", re.DOTALL)
_ODP_WORDS = re.compile(rb"<text:(?:p|span)(?: [^<>]*)?(?<!/)>[^<]*[^<\s]")

#: Of a page of notes, cm: left free on each side, height of a line, width of a letter.
_MARGIN, _LINE, _LETTER = 1.0, 0.65, 0.27
#: A4 across, where a file says no size.
_SIZE = (28.0, 21.0)
#: What stands on pages of notes beside the notes.
_FURNITURE = re.compile(r'presentation:class="(?:header|footer|date-time|page-number|page)"')
_FRAME = re.compile(r"<draw:(frame|custom-shape|page-thumbnail)\b.*?</draw:\1>", re.DOTALL)
_PARAGRAPH = re.compile(r"<text:p(?: [^>]*)?(?<!/)>(.*?)</text:p>", re.DOTALL)
_FIELDS = re.compile(r"<text:(date|time|page-number|page-count)\b[^>]*>[^<]*</text:\1>")
_LAYOUT = re.compile(r'<style:master-page [^>]*style:page-layout-name="([^"]*)"')
_STYLES = (
    '<style:style style:name="speaker-notes" style:family="graphic"><style:graphic-properties '
    'draw:stroke="none" draw:fill="none"/></style:style><style:style style:name="speaker-notes-p" '
    'style:family="paragraph"><style:text-properties fo:font-size="14pt" fo:color="#000000"/>'
    "</style:style>"
)


def has_notes(path: Path, mime_type: str) -> bool:
    """Whether the presentation holds notes of its speaker. A PPT may be said to that has none.
    Raises OSError."""
    if mime_type == _PPT:
        return _IN_PPT in path.read_bytes()
    if mime_type not in (_PPTX, _ODP):
        return False
    try:
        with zipfile.ZipFile(path) as package:
            return any(_has(package, part, mime_type) for part in package.infolist())
    except (
        ValueError,
        RuntimeError,
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        zlib.error,
    ):
        return False  # LibreOffice may mend it, or says what is wrong


def _has(package: zipfile.ZipFile, part: zipfile.ZipInfo, mime_type: str) -> bool:
    if part.file_size > _MOST:
        return False
    if mime_type == _ODP:
        return part.filename == "content.xml" and any(
            _ODP_WORDS.search(notes) for notes in _ODP_NOTES.findall(package.read(part))
        )
    if not re.fullmatch(r"ppt/notesSlides/[^/]+\.xml", part.filename):
        return False
    return _WORDS.search(_FIELD.sub(b"", package.read(part))) is not None


def add_notes(source: Path, target: Path) -> None:
    """Rewrite the flat presentation `source` as `target`, where the notes of each slide follow it.

    Memory holds the head and the notes of one slide. Raises ConversionFailed where LibreOffice has
    written no size of pages.
    """
    with source.open(encoding="utf-8") as file, target.open("w", encoding="utf-8") as out:
        head = _Head()
        for line in file:
            out.write(head.change(line))
            if "<office:body>" in line:
                break
        out.writelines(_follow_slides(file, *head.size()))


@dataclass
class _Head:
    """What stands before the slides; `_sizes`: of pages, cm, by the name of their layout."""

    _sizes: dict[str, tuple[float, float]] = field(default_factory=dict)
    _layout: str = ""
    _used: str = ""

    def change(self, line: str) -> str:
        if named := re.search(r'<style:page-layout style:name="([^"]*)"', line):
            self._layout = named[1]
        width, height = (
            re.search(rf'fo:page-{side}="([\d.]+)cm"', line) for side in ("width", "height")
        )
        if width and height and self._layout:
            self._sizes.setdefault(self._layout, (float(width[1]), float(height[1])))
        used = _LAYOUT.search(line)
        if used and not self._used:
            self._used = used[1]
        line = line.replace("</office:automatic-styles>", _STYLES + "</office:automatic-styles>")
        master = (
            '<style:master-page style:name="speaker-notes" '
            f'style:page-layout-name="{self._used}"/></office:master-styles>'
        )
        return line.replace("</office:master-styles>", master)

    def size(self) -> tuple[float, float]:
        if not self._used:
            raise ConversionFailed(
                Message(
                    "The notes of the presentation can’t be shown. "
                    "Open it in the program that made it, export it to PDF and upload that."
                )
            )
        return self._sizes.get(self._used, _SIZE)


def _follow_slides(lines: Iterator[str], width: float, height: float) -> Iterator[str]:
    number, notes, in_notes = 0, list[str](), False
    for line in lines:
        yield line
        if "<draw:page " in line:
            number, notes = number + 1, []
        in_notes = in_notes or "<presentation:notes" in line
        if in_notes:
            notes.append(line)
        if "</presentation:notes>" in line:
            in_notes = False
        if "</draw:page>" in line:
            yield from _write_pages(number, "".join(notes), width, height)


def _write_pages(number: int, notes: str, width: float, height: float) -> Iterator[str]:
    """The pages of one slide's notes; none where nothing is noted."""
    shown = _FRAME.sub(lambda frame: "" if _FURNITURE.search(frame[0]) else frame[0], notes)
    lines = [
        line
        for paragraph in _PARAGRAPH.findall(shown)
        for line in textwrap.wrap(_plain(paragraph), int((width - 2 * _MARGIN) / _LETTER))
    ]
    room = max(int((height - 2 * _MARGIN) / _LINE) - 2, 1)
    title = f"Заметки к слайду {number} / Notes on slide {number}"
    for start in range(0, len(lines), room):
        paragraphs = "".join(
            f'<text:p text:style-name="speaker-notes-p">{line}</text:p>'
            for line in (title, *lines[start : start + room])
        )
        yield (
            f'<draw:page draw:name="notes-{number}-{start}" draw:master-page-name="speaker-notes">'
            f'<draw:frame draw:style-name="speaker-notes" svg:x="{_MARGIN}cm" svg:y="{_MARGIN}cm" '
            f'svg:width="{width - 2 * _MARGIN}cm" svg:height="{height - 2 * _MARGIN}cm">'
            f"<draw:text-box>{paragraphs}</draw:text-box></draw:frame></draw:page>\n"
        )


def _plain(paragraph: str) -> str:
    """Its text as XML, without days and numbers of pages: entities stay as they are."""
    paragraph = _FIELDS.sub("", paragraph)
    text = re.sub(r"<text:(?:line-break|tab|s)\b[^>]*/>", " ", paragraph)
    return re.sub(r"<[^>]*>", "", text)
