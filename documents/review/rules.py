"""Which documents go to review by the rules of their team."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from documents.models import Document, ReviewReason, ReviewRules


def find_reason(
    document: Document, flags: Collection[str], confidence: float | None, rules: ReviewRules | None
) -> ReviewReason:
    """Why the document, with what was read now, is to be reviewed; `rules` are those of its team.

    A text without a confidence (a text layer) is below none.
    """
    if rules is None:
        return ReviewReason.UNDECIDED
    if rules.flagged and flags:
        return ReviewReason.FLAGGED
    limit = rules.below_confidence
    if limit is not None and confidence is not None and confidence < limit:
        return ReviewReason.CONFIDENCE
    if is_in_sample(document, rules.sample_percent):
        return ReviewReason.SAMPLE
    return ReviewReason.NONE


def is_in_sample(document: Document, percent: int) -> bool:
    """Chosen at random once for each run of the document: asked again, the answer is the same."""
    said = f"{document.id}/{document.run}".encode()
    number = int.from_bytes(hashlib.sha256(said).digest()[:8], "big")
    return number % 10_000 < percent * 100
