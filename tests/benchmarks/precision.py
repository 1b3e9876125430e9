"""The batched recogniser's model in bfloat16 beside float32, on the processor.

    python -m tests.benchmarks.precision MODEL BLOCKS

Runs in the environment of `make test-vlm`; `recognisers compare --precision` calls it. `BLOCKS`:
pictures (RGB) and `queries`, as numpy.savez writes them. Each block is answered in either precision
by itself, and then in bfloat16 with the words of float32 put into its mouth, so that the logits of
each token are those of the same text so far.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ocr_worker.vlm.batching import Batching
from ocr_worker.vlm.language_model import Batch, LanguageModel, Row

MIN_PIXELS, MAX_PIXELS = 112_896, 1_003_520
MOST_TOKENS, ROWS = 100, 32


@dataclass
class Answer:
    """`logits`: of each token, before it was chosen."""

    tokens: list[int] = field(default_factory=list)
    logits: list[Any] = field(default_factory=list)
    text: str = ""


class Listening(LanguageModel):
    """Remembers the logits of each block; says what `told` has for it, where that is given."""

    told: Sequence[Answer] | None = None
    heard: dict[int, Answer]

    def _take(self, batch: Batch, logits: torch.Tensor) -> None:
        for row, its_logits in zip(batch.rows, logits.float().numpy(), strict=True):
            self.heard.setdefault(row.index, Answer()).logits.append(its_logits.copy())
        super()._take(batch, logits)
        if self.told is not None:
            for number, row in enumerate(batch.rows):
                said = self.told[row.index].tokens[len(row.tokens) - 1]
                batch.last[number] = row.tokens[-1] = said


def answer(model: Listening, rows: list[Row], told: Sequence[Answer] | None = None) -> list[Answer]:
    model.told, model.heard = told, {}
    failed: list[BaseException] = []

    def finish(row: Row) -> None:
        text, _ = model.prompts.decode(row.tokens, row.probabilities, special=False)
        heard = model.heard[row.index]
        heard.tokens, heard.text = row.tokens, row.cut_text if row.cut_text is not None else text

    batching = Batching(model, ROWS, finish=finish, fail=lambda _, error: failed.append(error))
    batching.add(rows)
    while not batching.is_idle:
        batching.step()
    if failed:
        raise failed[0]
    return [model.heard[row.index] for row in sorted(rows, key=lambda row: row.index)]


def main(arguments: Sequence[str]) -> int:
    directory, blocks = Path(arguments[0]), np.load(arguments[1])
    full, half = (Listening(directory, "cpu", dtype) for dtype in (torch.float32, torch.bfloat16))

    def prepare() -> list[Row]:
        return [
            full.prepare(
                1, index, blocks[f"arr_{index}"],
                query=str(query), min_pixels=MIN_PIXELS, max_pixels=MAX_PIXELS,
                most_tokens=MOST_TOKENS, special=False,
            )
            for index, query in enumerate(blocks["queries"])
        ]  # fmt: skip

    alone, rounded = answer(full, prepare()), answer(half, prepare())
    report_texts(alone, rounded)
    report_logits(alone, answer(half, prepare(), alone))
    return 0


def report_texts(alone: Sequence[Answer], rounded: Sequence[Answer]) -> None:
    """How many texts differ, and how near the second choice was where they part."""
    parted, margins = [], []
    for one, other in zip(alone, rounded, strict=True):
        pairs = zip(one.tokens, other.tokens, strict=False)
        place = next((number for number, (a, b) in enumerate(pairs) if a != b), None)
        if place is not None:
            parted.append(place)
            margins.append(margin_of(one.logits[place]))
    differ = sum(one.text != other.text for one, other in zip(alone, rounded, strict=True))
    print(f"texts that differ: {differ} of {len(alone)}; tokens in float32: "
          f"{sum(len(one.tokens) for one in alone)}")  # fmt: skip
    if parted:
        print(f"they part after so many tokens: median {np.median(parted):.0f}; there the second "
              f"choice was behind the first by {describe(margins)}")  # fmt: skip


def report_logits(alone: Sequence[Answer], told: Sequence[Answer]) -> None:
    """Of the same text so far: differences of the logits, and of the choice."""
    apart, scales, all_margins, others = [], [], [], []
    for one, other in zip(alone, told, strict=True):
        for exact, rounded in zip(one.logits, other.logits, strict=True):
            apart.append(float(np.abs(exact - rounded).max()))
            scales.append(float(np.abs(exact).max()))
            margin = margin_of(exact)
            all_margins.append(margin)
            if exact.argmax() != rounded.argmax():
                others.append(margin)
    print(f"largest difference of a logit, by token: {describe(apart)}; largest logit: "
          f"median {np.median(scales):.2f}")  # fmt: skip
    print(f"other choice: {len(others)} of {len(apart)} tokens ({len(others) / len(apart):.2%})")
    print(f"first choice ahead of the second: in all {describe(all_margins)}")
    if others:
        print(f"where the choice is another one: {describe(others)}")


def margin_of(logits: Any) -> float:
    second, first = np.sort(logits)[-2:]
    return float(first - second)


def describe(values: Sequence[float]) -> str:
    return (
        f"median {np.median(values):.4f}, 95% {np.quantile(values, 0.95):.4f}, "
        f"max {max(values):.4f}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
