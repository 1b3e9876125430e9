"""Tables of how far a confidence can be believed, and what a reviewer meets who goes by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from documents.review.flag_rules import MARK_WORDS_BELOW
from documents.text.mixed_script import has_mixed_scripts
from ocr_worker.engines.word_lists import is_known_word
from ocr_worker.quality.calibration import Calibration, calibrate_with
from ocr_worker.quality.word_keys import make_key
from tests.benchmarks.fitting import area_under_curve
from tests.benchmarks.known_errors import KnownWord, PlantedPage
from tests.benchmarks.planting import KINDS
from tests.benchmarks.product import print_head, print_row
from tests.benchmarks.truths import Truth
from tests.benchmarks.word_pages import ReadPage

_EDGES = [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 1.001]

#: The most that a reviewer looks at, and the least of the errors that this has to hold.
MOST_LOOKED_AT, LEAST_MET = 0.08, 0.75


def print_reliability(engine: str, words: Sequence[KnownWord], after: Sequence[float]) -> None:
    before = [word.own for word in words]
    right = [word.right for word in words]
    print(f"\n### {engine}: reliability ({len(words):,} words, {right.count(False):,} wrong)")
    print_head("confidence", "words before", "said", "right", "words after", "said", "right")
    for low, high in pairwise(_EDGES):
        cells: list[str] = []
        for said in (before, after):
            inside = [(s, ok) for s, ok in zip(said, right, strict=True) if low <= s < high]
            count = len(inside)
            cells += [f"{count:,}"] + (
                [f"{sum(s for s, _ in inside) / count:.3f}",
                 f"{sum(ok for _, ok in inside) / count:.3f}"] if count else ["", ""]
            )  # fmt: skip
        print_row(f"{low:.2f} to {min(high, 1):.2f}", *cells)
    conditions = ["all", *dict.fromkeys(word.condition for word in words)]
    print_head("pages", "words", "wrong", "AUC before", "AUC after",
               "error of calibration before", "after")  # fmt: skip
    for condition in conditions:
        chosen = [
            index
            for index, word in enumerate(words)
            if condition == "all" or word.condition == condition
        ]
        ok = [right[index] for index in chosen]
        one, other = [before[index] for index in chosen], [after[index] for index in chosen]
        print_row(
            condition,
            f"{len(chosen):,}",
            f"{ok.count(False) / len(ok):.3f}",
            f"{area_under_curve(one, ok):.4f}",
            f"{area_under_curve(other, ok):.4f}",
            f"{_error(one, ok):.4f}",
            f"{_error(other, ok):.4f}",
        )


def print_met(
    engine: str, words: Sequence[KnownWord], after: Sequence[float], halves: Mapping[str, int]
) -> None:
    """What the old thresholds meet, and the one chosen on either half, on the other."""
    print_head("threshold", "", "pages", "words looked at", "errors met")
    conditions = [("as it is", "as they are"), ("", "with copies")]
    for condition, pages in conditions if any(word.condition != "as it is" for word in words) else (
        conditions[:1]
    ):  # fmt: skip
        inside = [i for i, word in enumerate(words) if condition in ("", word.condition)]
        right = [words[i].right for i in inside]
        for name, said, limits in [
            ("before", [words[i].own for i in inside], (0.6, 0.9)),
            ("after", [after[i] for i in inside], (0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96)),
        ]:
            for limit in limits:
                print_row(limit, name, pages, *_met(said, right, limit))
        marked = [0.0 if has_mixed_scripts(words[i].text) else after[i] for i in inside]
        row = _met(marked, right, MARK_WORDS_BELOW)
        print_row(f"{MARK_WORDS_BELOW} or mixed scripts", "after", pages, *row)
    # What is chosen is chosen for pages as they come; of a bad copy all has to be looked at.
    kept = [i for i, word in enumerate(words) if word.condition == "as it is"]
    words, after = [words[i] for i in kept], [after[i] for i in kept]
    right = [word.right for word in words]
    for half in (0, 1):
        here = [i for i, word in enumerate(words) if halves[word.document] == half]
        there = [i for i, word in enumerate(words) if halves[word.document] != half]
        limit = max(
            (n / 200 for n in range(100, 200)
             if _share([after[i] for i in there], n / 200) <= MOST_LOOKED_AT),
            default=0.5,
        )  # fmt: skip
        print_row(
            f"{limit:.3f}",
            f"after, chosen on half {2 - half}, measured on half {half + 1}",
            "as they are",
            *_met([after[i] for i in here], [right[i] for i in here], limit),
        )


def print_pages(
    pages: Sequence[ReadPage],
    parted: Sequence[Calibration],
    halves: Mapping[str, int],
    limit: float,
) -> None:
    """Pages by what their confidence says and their word F1."""
    print("\n### Pages: confidence and word F1")
    found: list[tuple[float, float, float, str]] = []
    for read in pages:
        if read.page.document not in halves:
            continue
        layout = calibrate_with(read.layout, parted[halves[read.page.document]], is_known_word)
        truth = Truth(read.page.image, None, read.page.kind, read.page.text, 0.0)
        found.append(
            (
                layout.confidence or 0.0,
                read.layout.confidence or 0.0,
                truth.score(layout.text),
                read.page.name,
            )
        )
    print_head("threshold", "flagged", "of these F1 < 0.9", "not flagged", "of these F1 < 0.9")
    for name, at, level in [
        ("0.9 before", 1, 0.9), *((f"{n} after", 0, n) for n in (0.85, 0.88, 0.9, 0.92, 0.94, 0.96))
    ]:  # fmt: skip
        below = [score for *said, score, _ in found if said[at] < level]
        above = [score for *said, score, _ in found if said[at] >= level]
        print_row(
            name,
            len(below),
            sum(score < 0.9 for score in below),
            len(above),
            sum(score < 0.9 for score in above),
        )
    missed = [one for one in found if one[0] >= limit and one[2] < 0.9]
    for after, before, score, name in sorted(missed, key=lambda one: one[2]):
        print(f"- not flagged: {name}: F1 {score:.2f}, says {after:.2f} ({before:.2f})")


def print_planted(
    planted: Sequence[PlantedPage],
    parted: Sequence[Calibration],
    halves: Mapping[str, int],
    limit: float,
) -> None:
    """Planted errors that a reviewer meets by disputes, by marked words, and by both."""
    kinds = {kind: Counter[str]() for kind in KINDS}
    words = looked = disputed = 0
    for one in planted:
        layout = calibrate_with(one.layout, parted[halves[one.read.page.document]], is_known_word)
        low = {
            (block.id, make_key(word.text))
            for block in layout.blocks
            for word in block.words()
            if word.confidence is not None and word.confidence < limit
        }
        for block in layout.blocks:
            inside = sum(len(dispute.text.split()) or 1 for dispute in block.disputes)
            disputed += inside
            looked += inside
            for word in block.words():
                words += 1
                looked += word.confidence is not None and word.confidence < limit
        for error in one.page.planted:
            counts = kinds[error.kind]
            by_dispute = error.is_marked(layout) is not None
            by_mark = any((error.block, word) in low for word in error.words)
            counts["planted"] += 1
            counts["dispute"] += by_dispute
            counts["mark"] += by_mark
            counts["either"] += by_dispute or by_mark
    print(f"\n### paddleocr-vl: planted errors met, marks below {limit}")
    print_head("kind", "planted", "by disputes", "by marks", "by either")
    total = sum(kinds.values(), Counter[str]())
    for name, counts in [*kinds.items(), ("all", total)]:
        met = [
            f"{counts[by] / max(counts['planted'], 1):.3f}" for by in ("dispute", "mark", "either")
        ]
        print_row(name, counts["planted"], *met)
    print(
        f"\nWords looked at: at most {looked / words:.4f} of {words:,}; in disputes alone "
        f"{disputed / words:.4f}."
    )


def _met(said: Sequence[float], right: Sequence[bool], limit: float) -> tuple[str, str]:
    wrong = right.count(False) if isinstance(right, list) else sum(not ok for ok in right)
    met = sum(not ok and s < limit for s, ok in zip(said, right, strict=True))
    return f"{_share(said, limit):.4f}", f"{met / max(wrong, 1):.3f}"


def _share(said: Sequence[float], limit: float) -> float:
    return sum(s < limit for s in said) / max(len(said), 1)


def _error(said: Sequence[float], right: Sequence[bool]) -> float:
    """The mean distance of what is said from what is so, over bins (expected calibration error)."""
    total = 0.0
    for low, high in pairwise(_EDGES):
        inside = [(s, ok) for s, ok in zip(said, right, strict=True) if low <= s < high]
        total += abs(sum(s - ok for s, ok in inside))
    return total / max(len(said), 1)
