"""Words of known pages, and what is known of each: the engine's number, features, right or not."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from documents.text.page_layout import PageLayout
from ocr_worker.engines.word_lists import is_known_word
from ocr_worker.quality.compare_layouts import compare_layouts
from ocr_worker.quality.word_features import FEATURES, describe_words
from tests.benchmarks.planting import KINDS, Page, from_layer, from_truth, plant
from tests.benchmarks.word_pages import ReadPage
from tests.benchmarks.word_truths import judge_words

#: Words for each error that is planted in a language model's reading.
_WORDS_PER_ERROR = 60

#: Features that are an engine's numbers; a scanner's text layer has none of them.
NUMBERS = frozenset(["own", "own_squared", "line", "weakest"])


@dataclass(frozen=True)
class KnownWord:
    """`own`: the engine's confidence, 0 to 1. `document`, `condition`: as of `KnownPage`."""

    text: str
    own: float
    features: tuple[float, ...]
    right: bool
    document: str
    condition: str


@dataclass(frozen=True)
class PlantedPage:
    """A language model's reading with planted errors, compared with Tesseract's."""

    read: ReadPage
    page: Page
    layout: PageLayout


def by_tesseract(pages: Sequence[ReadPage]) -> list[KnownWord]:
    return [word for read in pages for word in _words(read, read.layout)]


def by_scanner(words: Sequence[KnownWord]) -> list[KnownWord]:
    """The same words as if a scanner had read them: their text alone."""
    kept = [name not in NUMBERS for name in FEATURES]
    return [
        KnownWord(
            word.text,
            1.0,
            tuple(value if keep else 0.0 for keep, value in zip(kept, word.features, strict=True)),
            word.right,
            word.document,
            word.condition,
        )
        for word in words
    ]


def by_language_model(pages: Sequence[ReadPage]) -> tuple[list[KnownWord], list[PlantedPage]]:
    """The true texts with planted errors, and the confidences that the second reader gives them.

    The words are of a planting without repeated lines: either of two equal lines is right.
    """
    foreign = sorted({word for read in pages for word in read.page.text.split()
                      if word.isalpha() and len(word) > 2})  # fmt: skip
    chance = random.Random(15)
    words: list[KnownWord] = []
    planted: list[PlantedPage] = []
    for number, read in enumerate(pages):
        if not read.layout.blocks or read.layout.rotation:
            continue
        if read.layer is not None:
            page = from_layer(read.layer, read.layout.width, read.layout.height)
        else:
            page = from_truth(read.page.text, read.layout)
        single = copy.deepcopy(page)
        count = max(1, len(read.page.text.split()) // _WORDS_PER_ERROR)
        plant(page, [KINDS[(number + n) % len(KINDS)] for n in range(count)], chance, foreign)
        planted.append(PlantedPage(read, page, compare_layouts(page.first, read.layout)))
        plant(single, [KINDS[(number + n) % 3] for n in range(count)], chance, foreign)
        words += _words(read, compare_layouts(single.first, read.layout))
    return words, planted


def _words(read: ReadPage, layout: PageLayout) -> Iterator[KnownWord]:
    """The words with a letter or a digit that have a confidence; others nobody looks for."""
    right = {id(word): found for word, found in judge_words(layout, read.page.text)}
    for block in layout.blocks_in_order():
        for line in block.lines:
            described = describe_words(line.words, is_known_word)
            for word, features in zip(line.words, described, strict=True):
                if word.confidence is not None and any(map(str.isalnum, word.text)):
                    yield KnownWord(
                        word.text,
                        word.confidence,
                        features,
                        right[id(word)],
                        read.page.document,
                        read.page.condition,
                    )
