"""Whether two pages are one paper, scanned twice: by the runs of three words that they share. Pure.

A page is known by the smallest hashes of its runs (a bottom-k sketch: A. Broder, "On the
resemblance and containment of documents", 1997): two texts that share much share some of them,
however many pages there are.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from heapq import nsmallest

#: Words of a run, smallest hashes that are kept, and words that a page must have for it.
RUN, KEPT, SHORTEST = 3, 8, 20


def runs(stems: Sequence[str]) -> set[int]:
    """The runs of a text, hashed (CRC-32)."""
    return {
        zlib.crc32(" ".join(stems[at : at + RUN]).encode()) for at in range(len(stems) - RUN + 1)
    }


def sketch(stems: Sequence[str]) -> list[str]:
    """The terms by which a page with these stems is found again; none for a short text."""
    if len(stems) < SHORTEST:
        return []
    return [f"{value:08x}" for value in nsmallest(KEPT, runs(stems))]


def resemblance(one: set[int], other: set[int]) -> float:
    """The share of all their runs that both have (Jaccard), 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0
