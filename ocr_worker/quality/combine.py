"""One confidence from two witnesses: whether a second reader agrees, and how sure the model is.

The two err for different reasons, so their odds are multiplied (naive Bayes). A model writes nearly
every word with a probability near 1, also wrong ones, so that only what is less usual says much:
its odds are taken relative to the usual ones. No page with known text was read by the real model
with its probabilities yet, so the numbers below are chosen and not fitted; the limits keep the
model's word from outweighing the second reader's.
"""

from __future__ import annotations

#: The probability that says nothing: words with more gain confidence, words with less lose it.
USUAL = 0.97
#: How far the model's word may lower and raise the odds.
LOWEST, HIGHEST = 1 / 20, 3.0
#: No confidence is certain.
_CERTAIN = 0.9999


def combine(agreement: float, model: float | None) -> float:
    """The probability (0 to 1) that a word is right: `agreement` judges it by the second reader,
    `model` is the model's own; None: unknown. Rounded as stored."""
    if model is None:
        return round(agreement, 4)
    factor = min(max(_odds(model) / _odds(USUAL), LOWEST), HIGHEST)
    odds = _odds(agreement) * factor
    return round(odds / (1 + odds), 4)


def _odds(probability: float) -> float:
    probability = min(max(probability, 1 - _CERTAIN), _CERTAIN)
    return probability / (1 - probability)
