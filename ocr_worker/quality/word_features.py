"""What a word and its line say of how likely it was read right. Pure.

Each of these was kept because the ranking of words on pages of other documents got worse without
it (docs/benchmarks.md, "What a confidence means"). All together cost microseconds a word.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence

from documents.text.page_layout import Word
from documents.text.scripts import letter_script

#: Whether a word (a run of letters) is known in any language read here; None: that can't be told.
IsKnown = Callable[[str], "bool | None"]

#: Names of the features, in the order of `describe_words`: the engine's number as log-odds, and its
#: square; the mean of the rest of the line; all runs of letters are known words; the share of those
#: in the rest of the line; one character; the share of signs that recognition makes of dirt;
#: digits without letters; letters of another script than most of the line.
FEATURES = (
    "own", "own_squared", "line", "known", "line_known", "single", "odd_signs",
    "digits", "other_script",
)  # fmt: skip

#: An engine that says 0 or 1 is taken for this near to it.
_EDGE = 0.005

_LETTERS = re.compile(r"[^\W\d_]+")

#: What recognition makes of rules, dirt and strokes, and print seldom has.
_ODD = frozenset("|_~{}[]<>\\^=*¦§©®¢£¥€°•“‘`'’!;")


def describe_words(words: Sequence[Word], is_known: IsKnown) -> list[tuple[float, ...]]:
    """The features of one line's words; words without a confidence count as read well."""
    own = [_log_odds(1.0 if word.confidence is None else word.confidence) for word in words]
    known = [_are_known(_LETTERS.findall(word.text), is_known) for word in words]
    script = _main_script(words)
    others = max(len(words) - 1, 1)
    return [
        (
            own[index],
            own[index] ** 2 / 5,
            (sum(own) - own[index]) / others if len(words) > 1 else own[index],
            known[index],
            (sum(known) - known[index]) / others,
            *_describe(word.text, script),
        )
        for index, word in enumerate(words)
    ]


def _describe(text: str, script: str) -> tuple[float, ...]:
    scripts = {letter_script(ch) for ch in text if ch.isalpha()} & {"LATIN", "CYRILLIC"}
    return (
        float(len(text) == 1),
        sum(ch in _ODD for ch in text) / max(len(text), 1),
        float(not scripts and any(map(str.isdigit, text))),
        float(bool(script and scripts - {script})),
    )


def _are_known(runs: Sequence[str], is_known: IsKnown) -> float:
    """Whether there are runs of two letters or more, and all of them are known: 1, else 0."""
    long = [run for run in runs if len(run) > 1]
    return float(bool(long) and all(map(is_known, long)))


def _main_script(words: Sequence[Word]) -> str:
    """LATIN or CYRILLIC, whichever most letters of the line are of; "" where it has none."""
    counts = {"LATIN": 0, "CYRILLIC": 0}
    for word in words:
        for ch in word.text:
            script = letter_script(ch) if ch.isalpha() else ""
            if script in counts:
                counts[script] += 1
    best = max(counts, key=lambda script: counts[script])
    return best if counts[best] else ""


def _log_odds(confidence: float) -> float:
    sure = min(max(confidence, _EDGE), 1 - _EDGE)
    return math.log(sure / (1 - sure))
