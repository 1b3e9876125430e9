"""Fit what confidences mean, write the product's table, and print how well it holds.

    python -m tests.benchmarks.calibrate [--fresh] [--no-write] [--kept DIRECTORY]

Reads the truths of the samples, further drawn pages, and worse copies of both (word_pages.py). Page
images and readings are kept in DIRECTORY, so that a second run costs seconds. `--fresh` reads again
after the engine has changed. No site is started. Prints Markdown:

- reliability by decile and AUC, by engine, before and after;
- what a reviewer meets who looks at words below a threshold, and at what share of words;
- pages flagged `low_confidence` beside their word F1.

Documents are parted in halves, all pages and copies of one on one side: every figure of "after" is
of words whose half the table was not fitted to. What is written is fitted to both.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from documents.review.flag_rules import LEAST_PAGE_CONFIDENCE, MARK_WORDS_BELOW
from ocr_worker.quality.calibration import TABLE, Calibration
from ocr_worker.quality.word_features import FEATURES
from tests.benchmarks.fitting import fit_table, fit_weights
from tests.benchmarks.known_errors import (
    NUMBERS,
    KnownWord,
    by_language_model,
    by_scanner,
    by_tesseract,
)
from tests.benchmarks.reliability import print_met, print_pages, print_planted, print_reliability
from tests.benchmarks.word_pages import read_known_pages

#: Features by engine. The second reader's numbers for a language model's words say all there is:
#: planted errors look like words of the page.
_FEATURES = {
    "tesseract": FEATURES,
    "paddleocr-vl": ("own",),
    "text-layer": tuple(name for name in FEATURES if name not in NUMBERS),
}


#: The pages that stand for what scanners read: what is worse is seen to be of no language.
_SCANNED = ("as it is", "copied")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--fresh", action="store_true", help="read the pages again")
    parser.add_argument("--no-write", action="store_true", help="leave the product's table alone")
    kept = Path(tempfile.gettempdir()) / "ocrsite-calibration"
    parser.add_argument("--kept", type=Path, default=kept, help="where images and readings are")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args(arguments)
    pages = read_known_pages(given.kept, fresh=given.fresh, processes=given.processes)
    own = by_tesseract(pages)
    # The simulated model reads a bad copy as well as a good one; a real one does not.
    modelled, planted = by_language_model([p for p in pages if p.page.condition == "as it is"])
    halves = part_documents(own)
    print(f"{len(pages)} pages, {len(own):,} words with a letter or digit")
    table: dict[str, Any] = {"date": str(datetime.date.today()), "engines": {}}
    scanned = by_scanner([word for word in own if word.condition in _SCANNED])
    known = {"tesseract": own, "paddleocr-vl": modelled, "text-layer": scanned}
    for engine, words in known.items():
        held_out, parted = _across_halves(engine, words, halves)
        print_reliability(engine, words, held_out)
        print_met(engine, words, held_out, halves)
        if engine == "tesseract":
            print_pages(pages, parted, halves, LEAST_PAGE_CONFIDENCE)
        if engine == "paddleocr-vl":
            print_planted(planted, parted, halves, MARK_WORDS_BELOW)
        table["engines"][engine] = {
            "words": len(words),
            "wrong": sum(not word.right for word in words),
            "documents": len(halves),
            **fit(engine, words),
        }
    if not given.no_write:
        TABLE.write_text(_format(table), encoding="utf-8")
        print(f"\nWritten: {TABLE.name} of {table['date']}")
    return 0


def part_documents(words: Sequence[KnownWord]) -> dict[str, int]:
    """0 or 1 by document, the same at every run: two halves that are about as hard to read.

    The documents are taken by the share of words that are read wrong, two at a time; the larger of
    the two goes to the half that has fewer words so far.
    """
    counts = Counter(word.document for word in words)
    wrong = Counter(word.document for word in words if not word.right)
    order = sorted(counts, key=lambda name: (wrong[name] / counts[name], name))
    sums = [0, 0]
    halves = {}
    for at in range(0, len(order), 2):
        pair = sorted(order[at : at + 2], key=lambda name: (-counts[name], name))
        smaller = sums.index(min(sums))
        for name, half in zip(pair, (smaller, 1 - smaller), strict=False):
            halves[name] = half
            sums[half] += counts[name]
    return halves


def fit(engine: str, words: Sequence[KnownWord]) -> dict[str, Any]:
    """Weights and knots of one engine, as `Calibration.from_dict` takes them."""
    names = _FEATURES[engine]
    columns = [FEATURES.index(name) for name in names]
    right = [word.right for word in words]
    if names == ("own",):
        weights = [1.0, 0.0]  # its order is all that counts
    else:
        rows = [[word.features[column] for column in columns] for word in words]
        weights = fit_weights(rows, right)
    named = {
        name: round(weight, 4)
        for name, weight in zip((*names, "constant"), weights, strict=True)
        if round(weight, 4)
    }
    found = Calibration.from_dict({"weights": named, "knots": [(0, 0.5)]})
    knots = fit_table([found.score(word.features) for word in words], right)
    return {"weights": named, "knots": knots}


def _across_halves(
    engine: str, words: Sequence[KnownWord], halves: dict[str, int]
) -> tuple[list[float], list[Calibration]]:
    """The words' probabilities by the table of the other half; the tables by half they are for."""
    parted = [
        Calibration.from_dict(
            fit(engine, [word for word in words if halves[word.document] != half])
        )
        for half in (0, 1)
    ]
    found = []
    for word in words:
        one = parted[halves[word.document]]
        found.append(one.probability(one.score(word.features)))
    return found, parted


def _format(table: dict[str, Any]) -> str:
    """JSON with one knot list a line."""
    text = json.dumps(table, indent=1)
    lines = text.splitlines()
    out: list[str] = []
    depth = 0
    for line in lines:
        bare = line.strip()
        if depth:
            out[-1] += bare + (" " if bare.endswith(",") else "")
        else:
            out.append(line)
        depth += bare.endswith("[") - bare.startswith("]")
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
