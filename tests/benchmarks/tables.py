"""How well are ruled tables read without a GPU: cell by cell, beside bare Tesseract?

    python -m tests.benchmarks.tables [--styles NAME ...] [--languages ru en] [--seeds N ...]

The tables are drawn (tests/ocr_worker/tables/drawn_tables.py), so every cell is known. Read by
Tesseract, without the site around it. Prints for each style and language the share of the cells
with text that are right in their place, the word F1 of the page beside that of
`tesseract --psm 1 -l rus+eng`, the flags, and the processor seconds of a page in this process.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from documents.text.page_layout import PageLayout
from documents.text.tables import parse_rows
from tests.benchmarks.product import options, print_head, print_load, print_row
from tests.benchmarks.reading import set_up
from tests.ocr_worker.tables.drawn_tables import STYLES, DrawnTable, draw_table


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("--styles", nargs="+", choices=STYLES, default=STYLES)
    parser.add_argument("--languages", nargs="+", choices=("ru", "en"), default=("ru", "en"))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1])
    given = parser.parse_args(arguments)
    set_up()
    from ocr_worker.engines import create_engine
    from ocr_worker.reading import read_page
    from ocr_worker.rendering import Renderer

    print_load()
    print_head("style", "language", "cells right", "word F1", "bare Tesseract", "flags", "s")
    shares: list[float] = []
    with tempfile.TemporaryDirectory() as directory, Renderer() as renderer:
        engine = create_engine("tesseract", "rus+eng")
        engine.load()
        for style in given.styles:
            for language in given.languages:
                for seed in given.seeds:
                    drawn = draw_table(style, seed=seed, language=language)
                    path = Path(directory) / f"{style}-{language}-{seed}.png"
                    drawn.image.save(path, dpi=(drawn.dpi, drawn.dpi))
                    started = time.process_time()
                    layout = read_page(renderer, engine, path, "image/png", 1).layout
                    took = time.process_time() - started
                    shares.append(right_cells(layout, drawn))
                    print_row(
                        *(
                            style,
                            language,
                            f"{shares[-1]:.3f}",
                            f"{word_f1(layout.text, drawn):.3f}",
                        ),
                        *(f"{word_f1(by_bare_tesseract(path), drawn):.3f}", " ".join(layout.flags)),
                        f"{took:.1f}",
                    )
        engine.close()
    print(f"\nMean share of cells: {statistics.mean(shares):.3f}.")
    print_load()
    return 0


def right_cells(layout: PageLayout, drawn: DrawnTable) -> float:
    """The share of the cells with text that are read without a fault in their place."""
    table = max((block.html for block in layout.blocks), key=len, default="")
    rows = parse_rows(table) if table else []
    found = [
        at < len(rows) and column < len(rows[at]) and rows[at][column].split() == text.split()
        for at, row in enumerate(drawn.rows)
        for column, text in enumerate(row)
        if text
    ]
    return sum(found) / len(found)


def word_f1(text: str, drawn: DrawnTable) -> float:
    cells = " ".join(cell for row in drawn.rows for cell in row)
    true = Counter(f"{drawn.above} {cells} {drawn.below}".split())
    read = Counter(text.split())
    return 2 * sum((true & read).values()) / max(sum(true.values()) + sum(read.values()), 1)


def by_bare_tesseract(path: Path) -> str:
    return subprocess.run(
        ["tesseract", str(path), "-", "-l", "rus+eng", "--psm", "1"],
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
