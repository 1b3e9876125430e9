"""Is a PDF page's text layer to be trusted, and how does it become a page layout?

A page made by a program has its true text. But a third of the scans in practice have another kind
of layer: what a scanner's recognition made of the image, often in the wrong alphabet; a stamp or a
header beside a scanned body; glyphs without meaning. Such a page is read by OCR.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from documents.errors import PageTooLarge
from documents.messages import Message
from documents.text.page_layout import Box, PageLayout
from ocr_worker.rendering import LayerWord, TextLayer, UnreadLine
from ocr_worker.rendering.rotate import rotate_box
from ocr_worker.text_layer.blocks import group_into_blocks
from ocr_worker.text_layer.language_check import Profile, is_shifted_alphabet, profile_text
from ocr_worker.text_layer.words import drop_doubles, join_decimals, join_spaced_letters

#: Words of one page at most (a page of a newspaper has 5,000). Blocks are built in the worker,
#: which has no limits of memory and time as the child process has.
MAX_WORDS = 30_000

#: Share of a page under raster images from which it is a scan, with text from some recognition.
_SCAN_COVER = 0.5

#: Share of broken characters (without a Unicode meaning) from which a layer is not usable.
_BROKEN = 0.03

#: Share of letters of other scripts from which the language check can't judge a layer.
_OTHER_SCRIPT = 0.5

#: Figures that a scan's layer must reach: on the samples, true layers have 0.9 and 0.2, false ones
#: 0.3 and 0.01.
_SCAN_CLEAN = 0.75
_SCAN_FUNCTION = 0.08
_SCAN_WORDS = 12

#: A scan's layer must extend over this share of the image's height, or it is that of a stamp.
_SCAN_REACH = 0.25

#: A line of unexplained ink is worth a reading from this many letters; beside a scan's own layer
#: from this share of the page's text.
_LEAST_UNREAD = 5
_MUCH_UNREAD = 0.2

#: Words without ink, by number and share, that a scan's layer may have.
_FEW_IMAGINED = 5
_IMAGINED = 0.1

#: What programs write where nobody sees it, and the letters from which hidden text is reported.
_PRODUCERS_MARKS = ("Powered by TCPDF (www.tcpdf.org)",)
_LEAST_HIDDEN = 3

#: A page with fewer letters, and images or drawings beside them, may have its text in those.
_FEW_LETTERS = 40
_SOME_COVER = 0.05
_MANY_PATHS = 400


def select_trusted_words(layer: TextLayer) -> tuple[LayerWord, ...]:
    """The words of the layer that belong to the page: inside it, with ink where they stand.

    Invisible text over an image is an OCR layer. Elsewhere it is meant for machines only, and
    people who look at the page don't see it.
    """
    return tuple(
        word
        for word in layer.words
        if not word.hidden and _is_on(word, layer) and _is_shown(word, layer)
    )


def has_hidden_text(layer: TextLayer) -> bool:
    """Whether the page has words that nobody sees.

    Words of a scan's own layer beside its ink don't count before they are many: a recognition
    imagines some.
    """
    hidden = [word for word in layer.words if word.hidden and _is_on(word, layer)]
    text = " ".join(word.text for word in hidden)
    for mark in _PRODUCERS_MARKS:
        text = text.replace(mark, "")
    if sum(map(str.isalnum, text)) < _LEAST_HIDDEN:
        return False
    if layer.image_cover < _SCAN_COVER or not all(word.invisible for word in hidden):
        return bool(hidden)
    return len(hidden) > max(_FEW_IMAGINED, _IMAGINED * len(layer.words))


def select_unread_lines(layer: TextLayer) -> tuple[UnreadLine, ...]:
    """The lines of the page that look like text, have no words, and are worth a reading.

    Beside a scan's own layer stands the dirt of the scan: there, only many lines are.
    """
    lines = tuple(line for line in layer.unread if line.letters >= _LEAST_UNREAD)
    if layer.image_cover >= _SCAN_COVER:
        read = sum(len(word.text) for word in select_trusted_words(layer))
        unread = sum(line.letters for line in lines)
        if unread <= _MUCH_UNREAD * (read + unread):
            return ()
    return lines


def find_distrust_reason(layer: TextLayer) -> str | None:
    """Why the layer is not plausible, in a few words for a log; None where it can be trusted."""
    if len(layer.words) > MAX_WORDS:
        return "more words than a page has"
    words = select_trusted_words(layer)
    if not words:
        return "no text"
    characters = sum(len(word.text) + word.broken for word in words)
    if sum(word.broken for word in words) > _BROKEN * characters:
        return "glyphs without meaning"
    if layer.covered:
        return "words under what is drawn over them"
    found = profile_text(word.text for word in words)
    if found.other > _OTHER_SCRIPT:
        if is_shifted_alphabet("".join(word.text for word in words)):
            return "an alphabet written in syllables"
        return None  # no engine reads it here, so there is nothing better than the layer
    if found.letters >= 20 and found.accented > 0.4 and found.cyrillic < 0.3:
        return "letters of a false encoding"
    if is_of_scan(layer):
        return _find_scan_fault(layer, words, found)
    if (
        found.letters < _FEW_LETTERS
        and (layer.image_cover > _SOME_COVER or layer.paths > _MANY_PATHS)
        and layer.unread
    ):
        return "hardly any text beside pictures"
    return _find_text_fault(found)


def is_of_scan(layer: TextLayer) -> bool:
    """Whether the layer is what some recognition made of a picture: under a picture, or unseen."""
    if layer.image_cover >= _SCAN_COVER:
        return True
    words = select_trusted_words(layer) if any(word.invisible for word in layer.words) else ()
    return 2 * sum(word.invisible for word in words) > len(words)


def place_unread_lines(layer: TextLayer, layout: PageLayout) -> tuple[UnreadLine, ...]:
    """The unread lines worth a reading, in px of `layout`, which was converted from `layer`."""
    width = layer.height if layout.rotation % 180 else layer.width
    scale = layout.width / width

    def place(box: Box) -> Box:
        x0, y0, x1, y1 = rotate_box(box, layout.rotation, layer.width, layer.height)
        return x0 * scale, y0 * scale, x1 * scale, y1 * scale

    return tuple(replace(line, bbox=place(line.bbox)) for line in select_unread_lines(layer))


def convert_to_layout(layer: TextLayer) -> PageLayout:
    """Convert the layer to a layout in px of the page image; an empty one where it has no words.

    Where most text runs down or up the page, the layout's `rotation` makes it upright. Raises
    PageTooLarge for more than MAX_WORDS words.
    """
    if len(layer.words) > MAX_WORDS:
        raise PageTooLarge(
            Message(
                "The page’s text layer has {count} words; at most {most} are read. "
                "Export the page as an image and upload that.",
                count=len(layer.words),
                most=MAX_WORDS,
            )
        )
    words = [word for word in select_trusted_words(layer) if word.text]
    turn = find_main_turn(words)
    rotation = (360 - turn) % 360
    width, height = layer.width, layer.height
    image_width, image_height = layer.image_width, layer.image_height
    if rotation:
        words = [rotate_word(word, rotation, width, height) for word in words]
    if rotation % 180:
        width, height = height, width
        image_width, image_height = image_height, image_width
    words = join_decimals(join_spaced_letters(drop_doubles(words)))
    return PageLayout(
        width=image_width,
        height=image_height,
        dpi=layer.image_dpi,
        rotation=rotation,
        blocks=group_into_blocks(words, image_width / width, image_width, image_height),
    )


def _find_scan_fault(layer: TextLayer, words: tuple[LayerWord, ...], found: Profile) -> str | None:
    if found.words < _SCAN_WORDS:
        return "a scan with hardly any words"
    if found.clean < _SCAN_CLEAN or found.function < _SCAN_FUNCTION or found.pairs < 0.2:
        return "a scan whose words are of no language"
    if layer.image_box is not None:
        _, top, _, bottom = layer.image_box
        tops = sorted(word.bbox[1] for word in words)
        reach = tops[-1 - len(tops) // 20] - tops[len(tops) // 20]
        if reach < _SCAN_REACH * (bottom - top) and len(words) < 60:
            return "a scan with text on a part of it only"
    return None


def _find_text_fault(found: Profile) -> str | None:
    """The fault of a page made by a program: any language is fine, noise is not."""
    if found.words < 20:
        return None
    # Listings and tables of names have few common words, but ordinary pairs of letters (0.1).
    if found.function < 0.01 and (found.mute > 0.5 or 0 < found.pairs < 0.08):
        return "words of no language"
    return None


def _is_on(word: LayerWord, layer: TextLayer) -> bool:
    x0, y0, x1, y1 = word.bbox
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    return x1 > x0 and y1 > y0 and 0 <= x <= layer.width and 0 <= y <= layer.height


def _is_shown(word: LayerWord, layer: TextLayer) -> bool:
    if not word.invisible:
        return True
    if layer.image_box is None:
        return False
    x0, y0, x1, y1 = layer.image_box
    x, y = (word.bbox[0] + word.bbox[2]) / 2, (word.bbox[1] + word.bbox[3]) / 2
    return x0 <= x <= x1 and y0 <= y <= y1


def find_main_turn(words: Sequence[LayerWord]) -> int:
    """The rotation in which most of the page's letters are written."""
    letters: dict[int, int] = {0: 0}
    for word in words:
        letters[word.turn] = letters.get(word.turn, 0) + len(word.text)
    turn = max(letters, key=lambda key: letters[key])
    return turn if letters[turn] > 2 * letters[0] else 0


def rotate_word(word: LayerWord, rotation: int, width: float, height: float) -> LayerWord:
    """The word on the page rotated clockwise by `rotation`; `width` x `height`: before that."""
    box = rotate_box(word.bbox, rotation, width, height)
    return replace(word, bbox=box, turn=(word.turn + rotation) % 360)
