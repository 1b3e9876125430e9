"""Find and cut the endless repetition of a language model. Pure.

Such a loop runs until the model's tokens are used up, so it is at the end of a text: one unit again
and again, the last one perhaps incomplete. Print repeats itself too (columns of zeros, dotted
leaders, empty rows of a form, a refrain), so the allowed number of rounds depends on the unit. The
limits are above what the samples' true texts and pages of forms have, and below what 4,000 tokens
of a loop make.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

#: Only this many characters at the end of a text are checked.
_LONGEST = 100_000

#: Units with fewer rounds are not checked.
_LEAST_ROUNDS = 8

#: What may follow a loop: the model or its caller closes open tags and formulas.
_CLOSING = re.compile(r"(?:\s|</[a-zA-Z0-9]+\s*>|\$|\\[\])])+\Z")

#: HTML tags, including those cut by the start or the end of a unit.
_TAG = re.compile(r"\A[^<>]*>|<[^<>]*>|<[^<>]*\Z")
_OPEN_TAG = re.compile(r"</?[a-zA-Z][^<>]*\Z|<\Z")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class _Unit:
    """The repeated text: anything from a character to a page, starting anywhere inside it."""

    text: str

    @property
    def visible(self) -> str:
        return _TAG.sub(" ", self.text)

    @property
    def words(self) -> int:
        """The number of different words: a row of «нет» has one."""
        return len(set(self.visible.split()))

    @property
    def has_letters(self) -> bool:
        return any(map(str.isalpha, self.visible))

    @property
    def has_digits(self) -> bool:
        return any(map(str.isdigit, self.visible))

    @property
    def has_tags(self) -> bool:
        return bool(_TAG.search(self.text))


def cut_repetition(text: str) -> tuple[str, bool]:
    """`text` up to the end of the first round of an endless repetition, and whether it was cut.

    Takes plain text, Markdown and HTML (cut HTML has open tags: sanitise it afterwards). Finds
    repeated characters, words, phrases, lines and table rows, also where only numbers grow evenly
    from round to round. Time is linear in the length: 0.2 s for 100,000 characters. Of a longer
    text the last 100,000 are checked.
    """
    skipped = max(len(text) - _LONGEST, 0)
    body = _CLOSING.sub("", text[skipped:])
    if len(body) < 50:
        return text, False
    cut = _find_plain_cut(body)
    if cut is None:
        cut = _find_counting_cut(body)
    if cut is None:
        return text, False
    return _OPEN_TAG.sub("", text[: skipped + cut]).rstrip(), True


def _find_plain_cut(body: str) -> int | None:
    """The place where the second of equal rounds starts; None where no repetition is endless."""
    for period, run in _find_periods(body):
        start = len(body) - run
        if _is_endless(_Unit(body[start : start + period]), run // period, run):
            return start + period
    return None


def _find_counting_cut(body: str) -> int | None:
    """The same, for rounds that differ in numbers which grow or fall by an equal step."""
    numbers = list(_NUMBER.finditer(body))
    if len(numbers) < _LEAST_ROUNDS:
        return None
    folded: list[str] = []
    places: list[int] = []  # of each folded character, its place in `body`
    at = 0
    for number in numbers:
        folded.append(body[at : number.start()])
        places.extend(range(at, number.start()))
        folded.append("0")
        places.append(number.start())
        at = number.end()
    folded.append(body[at:])
    places.extend(range(at, len(body)))
    places.append(len(body))
    text = "".join(folded)
    values = {number.start(): int(number[0][:15]) for number in numbers}
    for period, run in _find_periods(text):
        start = len(text) - run
        unit = _Unit(text[start : start + period])
        rounds = run // period
        if not _is_endless_count(unit, rounds):
            continue
        # The run may start inside a round whose number only looks the same.
        for first in (start, start + period):
            slots = [
                [values[places[first + slot + turn * period]] for turn in range(rounds - 2)]
                for slot in range(period)
                if places[first + slot] in values
            ]
            if all(_is_even(slot) for slot in slots):
                return places[first + period]
    return None


def _is_endless(unit: _Unit, rounds: int, run: int) -> bool:
    """Whether `rounds` of `unit` (together `run` characters) are more than print has."""
    if not unit.has_letters and not unit.has_digits:
        # Leaders and rules; lines to write on; empty cells.
        return run >= (8000 if unit.has_tags else 4000 if "\n" in unit.text else 1500)
    if unit.has_tags:
        if not unit.has_letters:
            return rounds >= 1000
        if "tr" in unit.text.lower():
            return rounds >= (10 if unit.words >= 5 else 60)
        return rounds >= (10 if unit.words >= 8 else 400)
    if not any(map(str.isspace, unit.text)):
        return run >= (60 if unit.has_letters else 100) and rounds >= 10
    if not unit.has_letters:
        return rounds >= 1000
    if "\n" in unit.text:
        return rounds >= (8 if unit.words >= 5 else 15 if unit.words >= 3 else 100)
    return rounds >= (8 if unit.words >= 3 else 15) and run >= 60


def _is_endless_count(unit: _Unit, rounds: int) -> bool:
    """The same for rounds that count: print has line numbers, days and numbered rows too."""
    if not unit.has_digits:
        return False
    if not unit.has_letters:
        return rounds >= 150
    return rounds >= (20 if unit.words >= 5 else 60)


def _is_even(values: list[int]) -> bool:
    return len({later - value for value, later in pairwise(values)}) <= 1


def _find_periods(text: str) -> list[tuple[int, int]]:
    """Of every unit that ends `text` at least 8 times: its length, and that of all its rounds.

    The shortest first. A unit that is several rounds of a shorter one over the same stretch is left
    out.
    """
    found: list[tuple[int, int]] = []
    matches = _match_prefix(text[::-1])
    for period in range(1, len(text) // _LEAST_ROUNDS + 1):
        run = period + matches[period]
        if run < _LEAST_ROUNDS * period:
            continue
        if any(period % shorter == 0 and covered >= period for shorter, covered in found):
            continue
        found.append((period, run))
    return found


def _match_prefix(text: str) -> list[int]:
    """For every place, how many characters from there on equal the start (the Z function)."""
    size = len(text)
    result = [0] * (size + 1)
    left = right = 0
    for place in range(1, size):
        length = min(right - place, result[place - left]) if place < right else 0
        while place + length < size and text[length] == text[place + length]:
            length += 1
        if place + length > right:
            left, right = place, place + length
        result[place] = length
    return result
