"""Pages as two engines read them: what is printed is given as lines of text."""

from __future__ import annotations

from documents.text.page_layout import Block, Box, Line, PageLayout, Word, bounding_box

#: Width of a letter and a space, height of a line and from one to the next, px; left and top edge.
LETTER, HEIGHT, PITCH, EDGE = 10, 20, 30, 100


def seen(
    *lines: str, confidence: float = 0.95, unsure: tuple[str, ...] = (), left: float = EDGE,
    top: float = EDGE, id: str = "s1",  # noqa: A002
) -> Block:  # fmt: skip
    """A block as Tesseract sees it. `unsure`: words that it has half the confidence in."""
    found = []
    for number, text in enumerate(lines):
        words, x, y = [], left, top + number * PITCH
        for word in text.split():
            box: Box = (x, y, x + LETTER * len(word), y + HEIGHT)
            words.append(Word(word, box, confidence / 2 if word in unsure else confidence))
            x += LETTER * (len(word) + 1)
        found.append(Line(text, bounding_box(word.bbox for word in words), tuple(words)))
    box = bounding_box(line.bbox for line in found)
    return Block(id, "text", box, 0, "\n".join(lines), lines=tuple(found))


def page(*blocks: Block, flags: tuple[str, ...] = ()) -> PageLayout:
    return PageLayout(1600, 2000, 200, blocks=blocks, flags=flags)


def said(
    text: str, *, over: Block | None = None, bbox: Box | None = None, label: str = "text",
    id: str = "b1", order: int | None = 0, html: str = "",  # noqa: A002
) -> Block:  # fmt: skip
    """A block as a language model gives it, over what Tesseract sees in `over`."""
    box = bbox or (over.bbox if over else (EDGE, EDGE, 1500, 1900))
    return Block(id, label, box, order, text, html=html)


class Printed:
    """An image that has print wherever it is asked, or nowhere."""

    def __init__(self, everywhere: bool) -> None:
        self._everywhere = everywhere

    def __call__(self, box: Box) -> bool:
        return self._everywhere

    def width(self, box: Box) -> float:
        return (box[2] - box[0]) * self._everywhere
