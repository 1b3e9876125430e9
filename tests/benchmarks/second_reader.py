"""How many errors of a language model the second reader marks, and how many right words wrongly.

    python -m tests.benchmarks.second_reader [--rounds N] [--no-ink] [--missed]
                                             [--halves | --further]

Every true page of the samples is read by Tesseract as the product does. The model's reading is made
of the true text: where the page is of a PDF, in the blocks of its text layer, which owe nothing to
Tesseract; else laid once along Tesseract's words. Each round plants 200 errors, 6 or 7 a page, all
kinds alike, at random (seeded), and compares. No site is started. Prints Markdown:

- by set and by kind: errors planted, errors marked; right words, and how many are marked.
- pages without errors: how many are flagged, by flag; the same for Tesseract's own readings.
"""

from __future__ import annotations

import argparse
import atexit
import copy
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass

from documents.review.flag_rules import Flag
from documents.text.page_layout import PageLayout
from ocr_worker.engines.word_lists import is_known_word
from ocr_worker.quality import assess_layout, calibrate_layout
from tests.benchmarks.compared_pages import Case, cases, further_cases
from tests.benchmarks.planting import KINDS, Page, marks, plant
from tests.benchmarks.product import print_head, print_row, verdict
from tests.environment import prepare

ERRORS = 200
FOUND, FALSE = 0.95, 0.01

#: Seed of the first round of errors by which no threshold was chosen.
NOT_CHOSEN_ON = 100


@dataclass
class Count:
    """Errors planted and marked; right words and those marked wrongly."""

    planted: int = 0
    found: int = 0
    words: int = 0
    wrong: int = 0

    def add(self, page: Page, read: PageLayout) -> None:
        marked, wrong = marks(page, read)
        self.planted += len(page.planted)
        self.found += sum(marked.values())
        self.words += len(page.first.text.split())
        self.wrong += wrong

    @property
    def met(self) -> bool:
        return self.found >= FOUND * self.planted and self.wrong <= FALSE * self.words


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="of 200 errors each")
    parser.add_argument("--no-ink", action="store_true", help="without a look at the image")
    parser.add_argument("--missed", action="store_true", help="name what is not marked")
    parser.add_argument("--halves", action="store_true", help="every other page apart")
    parser.add_argument("--further", action="store_true", help="other pages of the same PDFs")
    given = parser.parse_args(arguments)
    atexit.register(prepare().clean_up)  # the settings of the rendering child
    found = list(further_cases() if given.further else cases())
    if given.halves or given.further:
        return 0 if halves(found, given.rounds, ink=not given.no_ink) else 1
    met = planted(found, given.rounds, ink=not given.no_ink, name_missed=given.missed)
    flagged(found)
    return 0 if met else 1


def halves(found: list[Case], rounds: int, *, ink: bool) -> bool:
    """Every other page to choose thresholds on, the others to measure; receipts apart."""
    words = words_of(found)
    met = True
    print("\n### By halves")
    print_head("half", "set", "pages", "planted", "marked", "share", "right words",
               "marked wrongly", "share", "disputed without an error", "")  # fmt: skip
    for name, start in (("to choose on", 0), ("to measure", 1)):
        for kind, receipts in (("pages", False), ("receipts", True)):
            numbers = [
                n
                for n in range(start, len(found), 2)
                if (found[n].truth.kind == "receipt") is receipts
            ]
            count = Count()
            for turn in range(rounds):
                chance = random.Random(NOT_CHOSEN_ON + turn)
                for number in numbers:
                    page = plant_share(found, number, chance, words)
                    read = assess_layout(page.first, found[number].second,
                                         found[number].ink if ink else None)  # fmt: skip
                    count.add(page, read)
            disputed = sum(
                Flag.DISPUTED.value
                in assess_layout(found[n].page.first, found[n].second, found[n].ink).flags
                for n in numbers
            )
            if count.planted:
                half_met = count.met and 4 * disputed <= len(numbers)
                met = met and half_met
                print_row(name, kind, len(numbers), count.planted, count.found,
                          f"{count.found / count.planted:.3f}", count.words, count.wrong,
                          f"{count.wrong / count.words:.4f}", disputed,
                          verdict(half_met))  # fmt: skip
    return met


def words_of(found: list[Case]) -> list[str]:
    """Words that may be planted."""
    return sorted(
        {
            word
            for case in found
            for word in (case.truth.text or case.page.first.text).split()
            if word.isalpha() and len(word) > 2
        }
    )


def plant_share(found: list[Case], number: int, chance: random.Random, words: list[str]) -> Page:
    """The page with its share of ERRORS."""
    page = copy.deepcopy(found[number].page)
    share = ERRORS * (number + 1) // len(found) - ERRORS * number // len(found)
    plant(page, [KINDS[(number + n) % len(KINDS)] for n in range(share)], chance, words)
    return page


def planted(found: list[Case], rounds: int, *, ink: bool, name_missed: bool) -> bool:
    words = words_of(found)
    sets: dict[str, Count] = {}
    kinds = {kind: Count() for kind in KINDS}
    met, slowest = True, 0.0
    for turn in range(rounds):
        chance = random.Random(turn)
        whole = Count()
        for number, case in enumerate(found):
            page = plant_share(found, number, chance, words)
            begun = time.process_time()
            read = assess_layout(page.first, case.second, case.ink if ink else None)
            slowest = max(slowest, time.process_time() - begun)
            marked, wrong = marks(page, read)
            for count in (sets.setdefault(case.truth.kind, Count()), whole):
                count.planted += len(page.planted)
                count.found += sum(marked.values())
                count.words += len(page.first.text.split())
                count.wrong += wrong
            for error in page.planted:
                kinds[error.kind].planted += 1
                if name_missed and error.is_marked(read) is None:
                    print(f"not marked: {case.truth.image.name}: {error}")
            for kind, number_marked in marked.items():
                kinds[kind].found += number_marked
        met = met and whole.met
        sets.setdefault(f"all, round {turn + 1}", whole)
    print("\n### Errors planted and marked")
    print_head("set", "planted", "marked", "share", "right words", "marked wrongly", "share", "")
    for name, count in sorted(sets.items(), key=lambda item: item[0].startswith("all,")):
        print_row(
            name,
            count.planted,
            count.found,
            f"{count.found / count.planted:.3f}",
            count.words,
            count.wrong,
            f"{count.wrong / count.words:.4f}",
            verdict(count.met) if name.startswith("all,") else "",
        )
    print_head("kind", "planted", "marked", "share")
    for kind, count in kinds.items():
        print_row(kind, count.planted, count.found, f"{count.found / count.planted:.3f}")
    print(f"\nLongest comparison of a page: {slowest:.3f} s of processor time.")
    return met


def flagged(found: list[Case]) -> None:
    """How many pages are flagged, of readings without an error and of Tesseract's own."""
    true: Counter[str] = Counter()
    own: Counter[str] = Counter()
    below: list[float] = []
    above: list[float] = []
    for case in found:
        compared = assess_layout(case.page.first, case.second, case.ink)
        true.update(assess_layout(calibrate_layout(compared, "paddleocr-vl", is_known_word)).flags)
        flags = assess_layout(calibrate_layout(case.second, "tesseract", is_known_word)).flags
        own.update(flags)
        (below if "low_confidence" in flags else above).append(case.truth.score(case.second.text))
    print(f"\n### Flags ({len(found)} pages)")
    print_head("flag", "of the true text, by the second reader", "of Tesseract's reading")
    for flag in Flag:
        print_row(flag, true[flag], own[flag])
    print(
        f"\nWord F1 of Tesseract's readings flagged low_confidence: "
        f"{', '.join(f'{score:.2f}' for score in sorted(below))}; lowest of the others: "
        f"{', '.join(f'{score:.2f}' for score in sorted(above)[:3])}."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
