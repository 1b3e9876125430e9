"""How near two words are, when a scanner may have misread one of them. Pure.

A weighted edit distance (Levenshtein 1966; with transpositions, Damerau 1964): letters that OCR
takes for each other cost less than others, and some pairs of letters are one in print ("rn", "m").
"""

from __future__ import annotations

#: What a confusion costs, and any other edit.
CONFUSION, EDIT = 0.4, 1.0

_GROUPS = (
    "оеса", "ао", "шщ", "иn", "ипн", "нпк", "цшщи", "лпд", "тгт", "гтг", "бвд6", "ьыъв", "йи", "ёе",
    "жк", "зэ3в", "уч", "хж", "мн", "рн", "фр", "яа", "юо",
    "oec", "ao", "il1jt", "uv", "un", "nh", "rn", "ft", "ij", "cg", "gq9", "b6h", "s5", "z2", "yv",
    "mn", "kx", "wv", "ce", "fl",
)  # fmt: skip
_CONFUSED = {(a, b) for group in _GROUPS for a in group for b in group if a != b}
#: Two letters that are printed like one.
_PAIRS = {
    ("rn", "m"), ("cl", "d"), ("vv", "w"), ("li", "h"), ("nn", "m"), ("ri", "n"), ("ii", "u"),
    ("ьг", "ы"), ("ьі", "ы"), ("ьi", "ы"), ("ьl", "ы"), ("гт", "п"), ("тт", "п"), ("пг", "м"),
    ("іо", "ю"), ("ио", "ю"), ("шт", "щ"), ("лл", "м"), ("ил", "м"), ("гг", "п"), ("ии", "ш"),
}  # fmt: skip
_TO_ONE = dict(_PAIRS)

#: Letters of a word that is recognised by its beginning.
LONG = 8


def distance(one: str, other: str, most: float) -> float:
    """What it costs to make one word of the other; more than `most` where that is certain."""
    if abs(len(one) - len(other)) > most / CONFUSION:
        return most + 1
    rows = [[j * EDIT for j in range(len(other) + 1)]]
    for i, a in enumerate(one, start=1):
        row = [i * EDIT]
        for j, b in enumerate(other, start=1):
            best = min(
                rows[i - 1][j] + EDIT,
                row[j - 1] + EDIT,
                rows[i - 1][j - 1] + _replaced(a, b),
            )
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, rows[i - 2][j - 2] + EDIT)
            if i > 1 and _TO_ONE.get(one[i - 2 : i]) == b:
                best = min(best, rows[i - 2][j - 1] + CONFUSION)
            if j > 1 and _TO_ONE.get(other[j - 2 : j]) == a:
                best = min(best, rows[i - 1][j - 2] + CONFUSION)
            row.append(best)
        if min(row) > most:
            return most + 1
        rows.append(row)
    return rows[-1][-1]


def _replaced(a: str, b: str) -> float:
    if a == b:
        return 0.0
    return CONFUSION if (a, b) in _CONFUSED else EDIT


def pairs_as_one(word: str) -> list[str]:
    """The word with one pair of letters as the one that they are printed like ("rn": "m"), for
    each such pair in it."""
    return [
        word[:at] + _TO_ONE[word[at : at + 2]] + word[at + 2 :]
        for at in range(len(word) - 1)
        if word[at : at + 2] in _TO_ONE
    ]


def allowed(word: str) -> float:
    """How far a word may be from this one to be taken for it: the longer it is, the farther."""
    if len(word) < 4:
        return 0.0
    return 1.0 if len(word) < 7 else 2.0


def beginning(word: str) -> str | None:
    """A long word without its last letter: an ending that was misread hides the stem from the
    algorithm that takes endings off. None of a shorter one."""
    return word[:-1] if len(word) >= LONG else None
