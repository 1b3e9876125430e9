"""Fit probabilities to outcomes, in pure Python: logistic regression, then a monotone table."""

from __future__ import annotations

import math
from collections.abc import Sequence

#: Penalty on the size of a weight: features that seldom occur don't run away.
_RIDGE = 3.0
_ROUNDS = 12


def fit_weights(rows: Sequence[Sequence[float]], right: Sequence[bool]) -> list[float]:
    """The weights of a logistic regression, the constant last (Newton's method with a ridge)."""
    size = len(rows[0]) + 1
    weights = [0.0] * size
    data = [(*row, 1.0) for row in rows]
    for _ in range(_ROUNDS):
        slope = [-_RIDGE * weight for weight in weights[:-1]] + [0.0]
        curve = [[_RIDGE if i == j and i < size - 1 else 0.0 for j in range(size)]
                 for i in range(size)]  # fmt: skip
        for row, outcome in zip(data, right, strict=True):
            total = sum(w * x for w, x in zip(weights, row, strict=True))
            chance = 1 / (1 + math.exp(-max(min(total, 30.0), -30.0)))
            error, spread = outcome - chance, max(chance * (1 - chance), 1e-6)
            present = [(i, x) for i, x in enumerate(row) if x]
            for i, x in present:
                slope[i] += error * x
                line, scaled = curve[i], spread * x
                for j, y in present:
                    line[j] += scaled * y
        step = _solve(curve, slope)
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        if max(map(abs, step)) < 1e-4:
            break
    return weights


def fit_table(
    scores: Sequence[float], right: Sequence[bool], *, bins: int = 60
) -> list[tuple[float, float]]:
    """Knots (score, share of right ones), rising in both: pool adjacent violators (Ayer et al.,
    1955) over bins that have equally many wrong ones, or are not too large."""
    pairs = sorted(zip(scores, right, strict=True))
    wrong = sum(not one for _, one in pairs)
    per_bin, largest = max(wrong / bins, 8), max(len(pairs) / 25, 40)
    pools: list[list[float]] = []  # [sum of scores, right ones, all]
    current = [0.0, 0.0, 0.0]
    for score, one in pairs:
        current = [current[0] + score, current[1] + one, current[2] + 1]
        if (current[2] - current[1] >= per_bin and current[2] >= 40) or current[2] >= largest:
            pools.append(current)
            current = [0.0, 0.0, 0.0]
    if current[2]:
        pools.append(current)
    merged: list[list[float]] = []
    for pool in pools:
        merged.append(pool)
        while len(merged) > 1 and _share(merged[-2]) >= _share(merged[-1]):
            last = merged.pop()
            merged[-1] = [a + b for a, b in zip(merged[-1], last, strict=True)]
    # Half a right one and half a wrong one beyond what was seen: no table says never or always.
    knots = [
        (round(pool[0] / pool[2], 3), round(min((pool[1] + 0.5) / (pool[2] + 1), 0.999), 4))
        for pool in merged
    ]
    return _thin([knot for i, knot in enumerate(knots) if i == 0 or knot[0] > knots[i - 1][0]])


def area_under_curve(scores: Sequence[float], right: Sequence[bool]) -> float:
    """The chance that a right one has a higher score than a wrong one (ties count half)."""
    pairs = sorted(zip(scores, right, strict=True))
    below = total = 0.0
    index = 0
    while index < len(pairs):
        end = index
        while end < len(pairs) and pairs[end][0] == pairs[index][0]:
            end += 1
        good = sum(one for _, one in pairs[index:end])
        bad = end - index - good
        total += good * (below + bad / 2)
        below += bad
        index = end
    good = sum(right)
    return total / max(good * (len(right) - good), 1)


def _thin(knots: list[tuple[float, float]], allowed: float = 0.01) -> list[tuple[float, float]]:
    """The fewest of the knots between which a straight line is as good."""
    kept = [knots[0]]
    start = 0
    while start < len(knots) - 1:
        end = start + 1
        while end + 1 < len(knots) and all(
            abs(_between(knots[start], knots[end + 1], knot[0]) - knot[1]) <= allowed
            for knot in knots[start + 1 : end + 1]
        ):
            end += 1
        kept.append(knots[end])
        start = end
    return kept


def _between(one: tuple[float, float], other: tuple[float, float], score: float) -> float:
    return one[1] + (other[1] - one[1]) * (score - one[0]) / ((other[0] - one[0]) or 1.0)


def _share(pool: Sequence[float]) -> float:
    return pool[1] / pool[2]


def _solve(matrix: list[list[float]], values: list[float]) -> list[float]:
    """Gauss's elimination with the largest pivot."""
    rows = [[*line, value] for line, value in zip(matrix, values, strict=True)]
    size = len(rows)
    for column in range(size):
        pivot = max(range(column, size), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        for row in range(column + 1, size):
            factor = rows[row][column] / rows[column][column]
            for k in range(column, size + 1):
                rows[row][k] -= factor * rows[column][k]
    found = [0.0] * size
    for row in reversed(range(size)):
        rest = sum(rows[row][k] * found[k] for k in range(row + 1, size))
        found[row] = (rows[row][size] - rest) / rows[row][row]
    return found
