"""What a model's own probabilities would add to the second reader, by how well they rank errors.

    python -m tests.benchmarks.model_probabilities [--rounds N]

Pages, errors and halves are those of `second_reader --halves`, receipts among them. No page with
known text was read by the real model with its probabilities, so these are drawn at random (seeded):
log-odds of right words around 4, of wrong ones lower by as much as the area under the curve (AUC)
asks for. A word that was left out has none, and a repeated line is as sure as any other: a model
alone can't mark them. Words are marked below a threshold, chosen on one half so that 1% of right
words are marked wrongly, and measured on the other. No site is started. Prints Markdown.
"""

from __future__ import annotations

import argparse
import atexit
import math
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from documents.text.page_layout import Block, Line, PageLayout, Word
from ocr_worker.quality import assess_layout
from ocr_worker.quality.word_keys import make_key
from tests.benchmarks.compared_pages import Case, cases
from tests.benchmarks.planting import Page, marks
from tests.benchmarks.product import print_head, print_row
from tests.benchmarks.second_reader import FALSE, NOT_CHOSEN_ON, plant_share, words_of
from tests.environment import prepare

AREAS = (0.7, 0.8, 0.9, 0.95, 0.99)

#: Log-odds of right words: mean and spread. Half of them have more than 0.98.
_MEAN, _SPREAD = 4.0, 1.5


@dataclass(frozen=True)
class Marked:
    """A page: errors planted and those that disputes name; right words, and those that disputes
    mark; confidences of the words of errors without a dispute, and of right words."""

    planted: int
    named: int
    words: int
    wrong: int
    errors: tuple[float, ...]
    right: tuple[float, ...]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="of 200 errors each")
    given = parser.parse_args(arguments)
    atexit.register(prepare().clean_up)  # the settings of the rendering child
    compare(list(cases()), given.rounds)
    return 0


def compare(found: list[Case], rounds: int) -> None:
    print_head(
        "AUC of the model", "what marks", "marked", "right words marked wrongly", "threshold"
    )
    none = [list(judge_pages(found, half, rounds, None, by_second=True)) for half in (0, 1)]
    print_row("", "second reader: disputes", *_shares(none[1], 0.0), "")
    print_row("", "second reader: disputes and words it doubts", *_measure(none))
    for area in AREAS:
        for name, by_second in (("model alone", False), ("both", True)):
            halves = [
                list(judge_pages(found, half, rounds, area, by_second=by_second)) for half in (0, 1)
            ]
            print_row(area, name, *_measure(halves))


def judge_pages(
    found: list[Case], half: int, rounds: int, area: float | None, *, by_second: bool
) -> Iterator[Marked]:
    words = words_of(found)
    for turn in range(rounds):
        chance, drawn = random.Random(NOT_CHOSEN_ON + turn), random.Random(turn)
        for number in range(half, len(found), 2):
            page = plant_share(found, number, chance, words)
            read = page.first
            if area is not None:
                read = give_probabilities(page, drawn, area)
            if by_second:
                read = assess_layout(read, found[number].second, found[number].ink)
            yield judge(page, read)


def give_probabilities(page: Page, chance: random.Random, area: float) -> PageLayout:
    """The page as a model would read it that is this good at knowing its errors."""
    distance = math.sqrt(2) * NormalDist().inv_cdf(area) * _SPREAD

    def draw(block: Block, text: str) -> Word:
        mean = _MEAN - distance * _is_error(page, block, text)
        return Word(text, block.bbox, 1 / (1 + math.exp(-chance.gauss(mean, _SPREAD))))

    def add_words(block: Block) -> Block:
        words = tuple(draw(block, text) for text in block.text.split())
        return replace(block, lines=(Line(block.text, block.bbox, words),) if words else ())

    first = page.first
    return replace(first, blocks=tuple(map(add_words, first.blocks)))


def judge(page: Page, read: PageLayout) -> Marked:
    named, wrong = marks(page, read)
    errors, right = [], []
    for block in read.blocks:
        missed = {
            word
            for error in page.planted
            if error.block == block.id and _is_written(error.kind)
            and error.is_marked(read) is None
            for word in error.words
        }  # fmt: skip
        for word in block.words():
            if word.confidence is None or not make_key(word.text):
                continue
            if make_key(word.text) in missed:
                errors.append(word.confidence)
            elif not _is_error(page, block, word.text):
                right.append(word.confidence)
    return Marked(len(page.planted), sum(named.values()), len(page.first.text.split()), wrong,
                  tuple(errors), tuple(right))  # fmt: skip


def _is_error(page: Page, block: Block, text: str) -> bool:
    key = make_key(text)
    return any(
        error.block == block.id and _is_written(error.kind) and key in error.words
        for error in page.planted
    )


def _is_written(kind: str) -> bool:
    """Whether the error is a word that the model wrote and should not have."""
    return kind in ("swapped digit", "invented word")


def _measure(halves: Sequence[Sequence[Marked]]) -> tuple[str, str, str]:
    threshold = _choose(halves[0])
    return (*_shares(halves[1], threshold), f"{threshold:.3f}")


def _choose(pages: Sequence[Marked]) -> float:
    """The highest threshold that marks no more right words than FALSE, disputes among them."""
    free = FALSE * sum(page.words for page in pages) - sum(page.wrong for page in pages)
    sure = sorted(confidence for page in pages for confidence in page.right)
    return sure[max(int(free), 0)]


def _shares(pages: Sequence[Marked], threshold: float) -> tuple[str, str]:
    planted, words = sum(page.planted for page in pages), sum(page.words for page in pages)
    marked = sum(page.named + sum(c < threshold for c in page.errors) for page in pages)
    wrong = sum(page.wrong + sum(c < threshold for c in page.right) for page in pages)
    return f"{min(marked / planted, 1):.3f}", f"{wrong / words:.4f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
