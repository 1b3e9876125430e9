"""Keep how two engines read the same reviewed pages."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from django.conf import settings

from documents.models import EngineComparison
from documents.models.engine_comparison import LEAST_PAGES


def record_comparison(
    used: tuple[str, str], tried: tuple[str, str], results: Sequence[dict[str, Any]]
) -> EngineComparison:
    """`used`: the engine in use and its version; `tried`: the one on trial; `results`: a row for
    each page, as in `EngineComparison`, the engine in use first in each list. At least one row."""
    f1 = [fmean(row["f1"][which] for row in results) for which in (0, 1)]
    seconds = [sum(row["seconds"][which] for row in results) for which in (0, 1)]
    margin = settings.OCRSITE_ENGINE_MARGIN
    return EngineComparison.objects.create(
        engine=tried[0],
        version=tried[1],
        used_engine=used[0],
        used_version=used[1],
        pages=len(results),
        f1=f1[1],
        used_f1=f1[0],
        seconds=seconds[1],
        used_seconds=seconds[0],
        is_worse=len(results) >= LEAST_PAGES and f1[1] < f1[0] - margin,
        results=list(results),
    )
