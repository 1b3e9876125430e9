"""What a recogniser tells of its work: from its process by its worker's row to `/metrics`
(ocrsite/monitoring/metrics.py). Needs nothing installed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Load:
    """What was done since the start.

    `seconds`: spent in the model. `steps`, `row_steps`: tokens of the batch, and of its rows: their
    ratio is how full it was. `blocks`: answered. `shortages`: how often memory ran out.
    `most_rows`: of the batch, at most.
    """

    seconds: float = 0.0
    steps: int = 0
    row_steps: int = 0
    blocks: int = 0
    shortages: int = 0
    most_rows: int = 0
