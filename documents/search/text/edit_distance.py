"""Edit distance between words of which OCR may have misread one. Pure.

A weighted edit distance (Levenshtein 1966; with transpositions, Damerau 1964): letters that OCR
confuses cost less than others, and some pairs of letters look like one ("rn", "m"). Words are
folded already; which letters of two scripts look alike is in `documents.text.lookalikes`.
"""

from __future__ import annotations

#: The cost of a typical OCR confusion, and of any other edit.
CONFUSION, EDIT = 0.4, 1.0

#: Letters that OCR confuses with each other.
_GROUPS = (
    "оеса", "ао", "шщ", "иn", "ипн", "нпк", "цшщи", "лпд", "тгт", "гтг", "бвд6", "ьыъв", "йи", "ёе",
    "жк", "зэ3в", "уч", "хж", "мн", "рн", "фр", "яа", "юо",
    "oec", "ao", "il1jt", "uv", "un", "nh", "rn", "ft", "ij", "cg", "gq9", "b6h", "s5", "z2", "yv",
    "mn", "kx", "wv", "ce", "fl",
)  # fmt: skip
_CONFUSED = {(a, b) for group in _GROUPS for a in group for b in group if a != b}
#: Two letters that look like one.
_PAIRS = {
    ("rn", "m"), ("cl", "d"), ("vv", "w"), ("li", "h"), ("nn", "m"), ("ri", "n"), ("ii", "u"),
    ("ьг", "ы"), ("ьі", "ы"), ("ьi", "ы"), ("ьl", "ы"), ("гт", "п"), ("тт", "п"), ("пг", "м"),
    ("іо", "ю"), ("ио", "ю"), ("шт", "щ"), ("лл", "м"), ("ил", "м"), ("гг", "п"), ("ии", "ш"),
}  # fmt: skip
_TO_ONE = dict(_PAIRS)

#: Letters from which on a word is recognised by its beginning.
MIN_PREFIX_LETTERS = 8


def measure_distance(one: str, other: str, limit: float) -> float:
    """Return the cost of turning one word into the other; any value above `limit` if it is more."""
    if abs(len(one) - len(other)) > limit / CONFUSION:
        return limit + 1
    rows = [[j * EDIT for j in range(len(other) + 1)]]
    for i, a in enumerate(one, start=1):
        row = [i * EDIT]
        for j, b in enumerate(other, start=1):
            best = min(
                rows[i - 1][j] + EDIT,
                row[j - 1] + EDIT,
                rows[i - 1][j - 1] + _replacement_cost(a, b),
            )
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, rows[i - 2][j - 2] + EDIT)
            if i > 1 and _TO_ONE.get(one[i - 2 : i]) == b:
                best = min(best, rows[i - 2][j - 1] + CONFUSION)
            if j > 1 and _TO_ONE.get(other[j - 2 : j]) == a:
                best = min(best, rows[i - 1][j - 2] + CONFUSION)
            row.append(best)
        if min(row) > limit:
            return limit + 1
        rows.append(row)
    return rows[-1][-1]


def _replacement_cost(a: str, b: str) -> float:
    if a == b:
        return 0.0
    return CONFUSION if (a, b) in _CONFUSED else EDIT


def merge_letter_pairs(word: str) -> list[str]:
    """Return the word with one pair of letters replaced by the letter they look like ("rn": "m"),
    once for each such pair."""
    return [
        word[:at] + _TO_ONE[word[at : at + 2]] + word[at + 2 :]
        for at in range(len(word) - 1)
        if word[at : at + 2] in _TO_ONE
    ]


def max_distance(word: str) -> float:
    """The distance up to which another word counts as a misreading of this one; 0: none does."""
    if len(word) < 4:
        return 0.0
    return 1.0 if len(word) < 7 else 2.0


def long_prefix(word: str) -> str | None:
    """Return a long word without its last letter, None for a shorter word. A misread ending keeps
    the stemmer from finding the stem."""
    return word[:-1] if len(word) >= MIN_PREFIX_LETTERS else None
