"""Turn an engine's number for a word into a probability: of 100 words with 0.9, 90 are right.

An engine's own confidence ranks words well and is no probability. The table beside this module,
`calibration.json`, says for each engine what its numbers mean: weights of a few features of a word
(`word_features`) give a score, and knots give the share of right words at that score, with straight
lines between them. `python -m tests.benchmarks.calibrate` fits it and prints how well it holds.

Applied once, to what an engine answered, before the reading is flagged and recorded. Readings from
before keep their numbers; the version of an engine names the table (`with_calibration`).
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from documents.review.flag_rules import CUT, Flag
from documents.text.page_layout import Block, Line, PageLayout, mean_confidence

from .word_features import FEATURES, IsKnown, describe_words

TABLE = Path(__file__).with_name("calibration.json")


@dataclass(frozen=True)
class Calibration:
    """Of one engine. `weights`: of FEATURES, then the constant. `knots`: (score, probability)."""

    weights: tuple[float, ...]
    knots: tuple[tuple[float, float], ...]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Calibration:
        weights = tuple(float(data["weights"].get(name, 0.0)) for name in (*FEATURES, "constant"))
        return cls(weights, tuple((float(score), float(p)) for score, p in data["knots"]))

    def score(self, features: Sequence[float]) -> float:
        return math.fsum(
            weight * value for weight, value in zip(self.weights, (*features, 1.0), strict=True)
        )

    def probability(self, score: float) -> float:
        """Between the knots a straight line; beyond the last ones, theirs. Rounded as stored."""
        at = bisect_right(self.knots, (score, math.inf))
        if at == 0:
            return round(self.knots[0][1], 4)
        if at == len(self.knots):
            return round(self.knots[-1][1], 4)
        (x0, p0), (x1, p1) = self.knots[at - 1], self.knots[at]
        return round(p0 + (p1 - p0) * (score - x0) / (x1 - x0), 4)


@lru_cache(maxsize=1)
def load_calibrations() -> tuple[str, Mapping[str, Calibration]]:
    """The date of the table, and what it says of each engine."""
    data = json.loads(TABLE.read_text(encoding="utf-8"))
    engines = {name: Calibration.from_dict(one) for name, one in data["engines"].items()}
    return str(data["date"]), engines


def with_calibration(engine_version: str, engine: str | None = None) -> str:
    """The version of an engine and of the table by which its confidences were calibrated.

    `engine`: its name; one that has no table keeps its version.
    """
    date, tables = load_calibrations()
    if engine is not None and engine not in tables:
        return engine_version
    return f"{engine_version} calibrated {date}"


def calibrate_layout(
    layout: PageLayout, engine: str, is_known: IsKnown, *, skip: Container[str] = ()
) -> PageLayout:
    """`layout`, an engine's answer, with probabilities for confidences.

    `engine`: its name in the HTTP contract; one without a table keeps its numbers. `skip`: ids of
    blocks that are another engine's. Blocks that were cut stay marked. What was flagged by the
    engine's own numbers, `low_confidence`, has to be judged again.
    """
    found = load_calibrations()[1].get(engine)
    return layout if found is None else calibrate_with(layout, found, is_known, skip=skip)


def calibrate_with(
    layout: PageLayout, found: Calibration, is_known: IsKnown, *, skip: Container[str] = ()
) -> PageLayout:
    """As `calibrate_layout`, by a table that is given."""
    blocks = tuple(
        block if block.id in skip else _calibrate_block(block, found, is_known)
        for block in layout.blocks
    )
    flags = tuple(flag for flag in layout.flags if flag != Flag.LOW_CONFIDENCE.value)
    return replace(layout, blocks=blocks, flags=flags)


def judge_layer(layout: PageLayout, is_known: IsKnown) -> PageLayout:
    """The layout of a scanner's text layer, which has no confidences, with some: by what its words
    look like. What an engine has read beside it keeps its own."""
    found = load_calibrations()[1]["text-layer"]
    return replace(
        layout,
        blocks=tuple(
            _calibrate_block(block, found, is_known, silent=True)
            if all(word.confidence is None for word in block.words())
            else block
            for block in layout.blocks
        ),
    )


def _calibrate_block(
    block: Block, found: Calibration, is_known: IsKnown, *, silent: bool = False
) -> Block:
    """`silent`: the words have no confidence, and get one."""
    words = list(block.words())
    if block.confidence == CUT or not words:
        return block
    if not silent and all(word.confidence is None for word in words):
        return block
    lines = tuple(_calibrate_line(line, found, is_known, silent) for line in block.lines)
    return replace(
        block,
        lines=lines,
        confidence=mean_confidence(
            (word.confidence, len(word.text)) for line in lines for word in line.words
        ),
    )


def _calibrate_line(line: Line, found: Calibration, is_known: IsKnown, silent: bool) -> Line:
    described = describe_words(line.words, is_known)
    words = tuple(
        word
        if word.confidence is None and not silent
        else replace(word, confidence=found.probability(found.score(features)))
        for word, features in zip(line.words, described, strict=True)
    )
    return replace(line, words=words)
