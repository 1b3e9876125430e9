"""Recognise two scans of one paper by the runs of three words that they share. Pure.

A page is indexed by the smallest hashes of its runs (a bottom-k sketch: A. Broder, "On the
resemblance and containment of documents", 1997): two similar texts share some of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from heapq import nsmallest

#: Words of a run, hashes of a sketch, and the fewest words of a page that has a sketch.
RUN_WORDS, SKETCH_SIZE, MIN_WORDS = 3, 8, 20


def hash_runs(stems: Sequence[str]) -> set[int]:
    """Hash the runs of a text (CRC-32)."""
    return {
        zlib.crc32(" ".join(stems[at : at + RUN_WORDS]).encode())
        for at in range(len(stems) - RUN_WORDS + 1)
    }


def make_sketch(stems: Sequence[str]) -> list[str]:
    """Return the terms by which a page with these stems is found again; none for a short text."""
    if len(stems) < MIN_WORDS:
        return []
    return [f"{value:08x}" for value in nsmallest(SKETCH_SIZE, hash_runs(stems))]


def measure_resemblance(one: set[int], other: set[int]) -> float:
    """Return the share of all their runs that both have (Jaccard index), 0 to 1."""
    return len(one & other) / len(one | other) if one and other else 0.0
