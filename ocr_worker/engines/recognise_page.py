"""Recognise one page by Tesseract: its script first, then its words, then the doubtful ones again.

Russian and English together cost 22 to 30% more time than the page's own language alone and read
small English words in Cyrillic («оп the»); over the ground-truth pages word F1 is the same or
better by the page's language, if what is doubtful then is read by the other one.

Enlarged 1.5 times a page takes 0.3 s longer. Print of 10 point at 200 dpi and larger is read as
well as it is (24 drawn pages: word F1 0.971 both ways), unless the reading turns out doubtful.
"""

from __future__ import annotations

import statistics
import time
from functools import lru_cache

from PIL import Image, ImageOps

from documents.errors import EngineFailed, ReadingTimeout
from documents.messages import Message
from documents.text.common_words import COMMON_WORDS
from documents.text.detect_language import detect_language
from documents.text.language_codes import language_of
from documents.text.page_layout import PageLayout, Word, mean_confidence
from ocr_worker.rendering.rotate import rotate_clockwise

from . import tessdata
from .currency_signs import part_currency_signs
from .language_groups import LanguageGroup
from .merge_scripts import Reader
from .probe import choose_group
from .second_look import is_dark, look_again
from .tesseract_handles import Handles, show_image
from .tesseract_layout import GrowingBlock, collect_blocks, finish_blocks

#: Of a page less high, inches, nothing can be said from a few lines that can't be read.
_SMALL = 1.2

#: Where a smaller share of the letters has this confidence, the page lies wrong: nothing is looked
#: at again.
_LEGIBLE, _READ = 0.1, 0.8

#: A reading with less may be by the wrong languages, where another has so much more.
_SURE, _CLEARLY = 0.75, 0.1

#: Print is read as it is where words are this high, px, in the lines that are read first; a reading
#: with less confidence is compared with one of the enlarged page, and the better one is kept.
#: (Pages of 18.7 lost nothing as they are; one of 18.0 lost 0.006 of its words.)
_LARGE, _DOUBTFUL = 18.5, 0.91

#: From this resolution on, dpi, the lines that are read first are not enlarged.
_FINE_DPI = 180.0

#: Words read with less confidence are tried as white on black, too, by Tesseract itself, each once
#: more. Not where a second look follows, which sees what is dark.
_INVERTED, _NOT_INVERTED = "0.7", "0"


class PageRecogniser:
    """`image`: gray. `factor`: by which it is enlarged to be read where its print is not large.
    `groups`: the languages, the document's own first. `likely`: the one of them that a page is
    tried by first; `chosen`: the one that it was read by, None before. `deadline`: of
    `time.monotonic`; past it methods raise ReadingTimeout."""

    def __init__(
        self,
        handles: Handles,
        image: Image.Image,
        *,
        dpi: float,
        factor: float,
        groups: tuple[LanguageGroup, ...],
        likely: LanguageGroup | None = None,
        deadline: float,
    ) -> None:
        self._handles = handles
        self._image = image
        self._dpi = dpi
        self._factor = factor
        self._groups = groups
        self._likely = likely
        self.chosen: LanguageGroup | None = None
        self._deadline = deadline
        self._turn = lru_cache(2)(self._turn_upright)
        self._enlarge = lru_cache(2)(self._turn_and_enlarge)
        self._choose = lru_cache(None)(self._choose_languages)

    def is_legible(self) -> bool:
        """Whether lines of the page can be read as it lies; True for one too small to tell."""
        small = self._image.height < _SMALL * self._dpi
        return len(self._groups) < 2 or small or self._choose(0)[0] is not None

    def recognise(self, rotation: int) -> PageLayout:
        """Read the page rotated clockwise by `rotation` degrees; boxes are px after that."""
        group, is_large = self._choose(rotation)
        self.chosen = group
        if is_large and self._factor > 1:
            first = self._recognise(rotation, group, 1.0)
            if (first.confidence or 0.0) >= _DOUBTFUL:
                return first
            try:
                again = self._recognise(rotation, group, self._factor)
            except (ReadingTimeout, EngineFailed):
                return first
            return max(first, again, key=lambda layout: layout.confidence or 0.0)
        return self._recognise(rotation, group, self._factor)

    def recognise_lines(self) -> PageLayout:
        """Read the image as lines under each other, by all languages."""
        image = self._enlarge(0, self._factor)
        codes = "+".join(one.codes for one in self._groups)
        block = self._handles.module.PSM.SINGLE_BLOCK
        return self._finish(image, self._read(image, codes, self._factor, block), 0)

    def _recognise(self, rotation: int, group: LanguageGroup | None, factor: float) -> PageLayout:
        image = self._enlarge(rotation, factor)
        if group is None:
            codes = "+".join(one.codes for one in self._groups)
            blocks = self._read(image, codes, factor)
        else:
            blocks = self._read_by(image, group, factor)
        for line in (line for block in blocks for line in block.lines):
            part_currency_signs(image, line)
        return self._finish(image, blocks, rotation)

    def _finish(self, image: Image.Image, blocks: list[GrowingBlock], rotation: int) -> PageLayout:
        upright = self._turn(rotation)
        layout = PageLayout(
            width=image.width,
            height=image.height,
            dpi=self._dpi * image.width / upright.width,
            rotation=rotation,
            blocks=finish_blocks(blocks),
        )
        if image.size == upright.size:
            return layout
        width, height = upright.size
        return layout.scale(width / image.width, width=width, height=height)

    def _read_by(
        self, image: Image.Image, group: LanguageGroup, factor: float
    ) -> list[GrowingBlock]:
        others = [one for one in self._groups if one is not group]
        blocks = self._read(image, group.codes, factor, inverted=not others)
        if others and _is_legible(blocks) and _confidence(blocks) < _SURE:
            again = self._read(image, others[0].codes, factor, inverted=False)
            if _confidence(again) > _confidence(blocks) + _CLEARLY:
                blocks, group, others = again, others[0], [group]
        own = self._find_other_language(blocks, group)
        if own is not None:
            again = self._read(image, f"{own}+{group.codes}", factor)
            if _confidence(again) > _confidence(blocks):
                blocks = again
        if others and _is_legible(blocks):
            other = others[0]
            lines = [line for block in blocks for line in block.lines]
            look_again(
                image,
                lines,
                (_describe(group), _describe(other)),
                (
                    lambda cut: self._read_cut(cut, group.codes, factor),
                    lambda cut: self._read_cut(cut, other.codes, factor),
                ),
            )
        return blocks

    def _read_cut(self, cut: Image.Image, codes: str, factor: float) -> list[Word]:
        """No words where that fails: the page has been read, and a few stay doubtful."""
        try:
            return self._read_words(cut, codes, factor, self._handles.module.PSM.SINGLE_LINE)
        except (ReadingTimeout, EngineFailed):
            return []

    def _find_other_language(self, blocks: list[GrowingBlock], group: LanguageGroup) -> str | None:
        """The language that the text is in where its data is installed, but not in the group."""
        text = "\n".join(" ".join(w.text for w in line) for b in blocks for line in b.lines)
        read = (code for one in self._groups for code in one.codes.split("+"))
        language = detect_language(text, tuple(filter(None, map(language_of, read))))
        code = tessdata.tesseract_code(language) if language else None
        if code is None or code in group.codes.split("+"):
            return None
        return code if tessdata.is_installed(self._handles.path, code) else None

    def _choose_languages(self, rotation: int) -> tuple[LanguageGroup | None, bool]:
        """The languages of the page's script, None where they are not clear; whether its print is
        certainly large."""
        if len(self._groups) == 1:
            return self._groups[0], False
        heights: dict[str, list[float]] = {}
        factor = 1.0 if self._dpi >= _FINE_DPI else self._factor

        def read(strip: Image.Image, group: LanguageGroup) -> list[Word]:
            words = self._read_words(_resize(strip, factor), group.codes, factor)
            heights[group.codes] = [
                (word.bbox[3] - word.bbox[1]) / factor for word in words if len(word.text) > 2
            ]
            return words

        # By a wrong language no strip is certain, so the order decides what it costs, no more.
        ordered = sorted(self._groups, key=lambda one: one != self._likely)
        group = choose_group(self._turn(rotation), self._dpi, ordered, read)
        found = heights.get(group.codes, []) if group is not None else []
        return group, bool(found) and statistics.median(found) >= _LARGE

    def _turn_upright(self, rotation: int) -> Image.Image:
        upright = rotate_clockwise(self._image, rotation)
        return ImageOps.invert(upright) if is_dark(upright) else upright

    def _turn_and_enlarge(self, rotation: int, factor: float) -> Image.Image:
        return _resize(self._turn(rotation), factor)

    def _read_words(
        self, image: Image.Image, codes: str, factor: float, segmentation: int | None = None
    ) -> list[Word]:
        blocks = self._read(image, codes, factor, segmentation, inverted=False)
        return [word for block in blocks for line in block.lines for word in line]

    def _read(
        self,
        image: Image.Image,
        codes: str,
        factor: float,
        segmentation: int | None = None,
        *,
        inverted: bool = True,
    ) -> list[GrowingBlock]:
        """What is in `image`, which is the page or a part of it, enlarged by `factor`."""
        module, handle = self._handles.module, self._handles.get(codes)
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise _ran_out_of_time()
        try:
            handle.SetPageSegMode(module.PSM.AUTO if segmentation is None else segmentation)
            handle.SetVariable("invert_threshold", _INVERTED if inverted else _NOT_INVERTED)
            show_image(handle, image, self._dpi * factor)
            if not handle.Recognize(max(1, int(left * 1000))):
                if time.monotonic() >= self._deadline - 0.5:
                    raise _ran_out_of_time()
                raise EngineFailed(
                    Message("Tesseract could not read this page. It is tried again.")
                )
            if time.monotonic() >= self._deadline:  # it returns a partial result as a success
                raise _ran_out_of_time()
            return collect_blocks(module, handle)
        except RuntimeError as error:
            raise EngineFailed(
                Message("Tesseract failed on this page: {problem}.", problem=error)
            ) from error
        finally:
            handle.Clear()


def _resize(image: Image.Image, factor: float) -> Image.Image:
    if factor == 1:
        return image
    size = (round(image.width * factor), round(image.height * factor))
    return image.resize(size, Image.Resampling.LANCZOS)


@lru_cache
def _describe(group: LanguageGroup) -> Reader:
    languages = (language_of(code) for code in group.codes.split("+"))
    words = (COMMON_WORDS.get(language, frozenset()) for language in languages)
    return Reader(group.script, frozenset().union(*words))


def _is_legible(blocks: list[GrowingBlock]) -> bool:
    words = [word for block in blocks for line in block.lines for word in line]
    read = sum(len(word.text) for word in words if (word.confidence or 0.0) >= _READ)
    return read > _LEGIBLE * sum(len(word.text) for word in words)


def _confidence(blocks: list[GrowingBlock]) -> float:
    words = (word for block in blocks for line in block.lines for word in line)
    return mean_confidence((word.confidence, len(word.text)) for word in words) or 0.0


def _ran_out_of_time() -> ReadingTimeout:
    return ReadingTimeout(Message("Tesseract ran out of time on this page. It is tried again."))
