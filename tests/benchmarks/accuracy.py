"""How well the whole product reads pages whose true text is known.

    python -m tests.benchmarks.accuracy [--quick] [--bare] [upright] [turned] [gibberish]

Starts the site in a fresh data directory with two readers and uploads by the API:

- upright: the images of the truths. Word F1 (samples/score.py), set by set, beside the figure that
  the manifest records for bare Tesseract at 200 dpi or in the image's own resolution. With --bare
  also beside what `tesseract --psm 1` of this machine reads from the same file now.
- turned: the same, turned by 90, 180 and 270 degrees. No page may read worse than upright by more
  than 0.02.
- gibberish: three scans with a false text layer. Read by Tesseract, 90% of the letters Cyrillic.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.product import (
    Product,
    options,
    print_head,
    print_load,
    print_row,
    product,
    verdict,
)
from tests.benchmarks.truths import (
    DRAWN,
    GIBBERISH,
    SAMPLES,
    Truth,
    cyrillic_share,
    documents,
    truths,
    turned_copy,
)

PARTS = ("upright", "turned", "gibberish")
TURNS = (90, 180, 270)
MOST_LOST = 0.02
LEAST_CYRILLIC = 0.9
#: Of --quick: one page of every kind and script.
QUICK = ("14_dev_direct", "example.jpg", "phototest", "letter-en", "sroie-030", "crazyones")


def main(arguments: list[str]) -> int:
    parser = options(__doc__)
    parser.add_argument("parts", nargs="*", default=[], help=f"of {', '.join(PARTS)}; all")
    parser.add_argument("--quick", action="store_true", help="a few pages only")
    parser.add_argument("--bare", action="store_true", help="run bare Tesseract too")
    parser.add_argument("--within", type=float, default=520, help="seconds for all readings")
    given = parser.parse_args(arguments)
    parts = given.parts or PARTS
    if not set(parts) <= set(PARTS):
        parser.error(f"the parts are {', '.join(PARTS)}")
    chosen = [
        truth
        for truth in truths()
        if not given.quick or any(part in truth.image.name for part in QUICK)
    ]
    met = []
    print_load()
    with product() as site, tempfile.TemporaryDirectory() as directory:
        pages = Pages(site, given.within)
        if "upright" in parts:
            met.append(upright(pages, chosen, bare=given.bare))
        if "turned" in parts:
            met.append(rotate_clockwise(pages, chosen, Path(directory)))
        if "gibberish" in parts:
            met.append(gibberish(pages))
    print_load()
    return 0 if all(met) else 1


@dataclass(frozen=True)
class Scores:
    """Word F1 of one page: by the product, as recorded for bare Tesseract, by it here and now."""

    ours: float
    recorded: float
    here: float | None


class Pages:
    """First pages of files as the site has read them; a file is uploaded once."""

    def __init__(self, site: Product, within: float) -> None:
        self._site, self._within = site, within
        self._known: dict[Path, dict[str, Any]] = {}

    def read(self, paths: list[Path]) -> list[dict[str, Any]]:
        """The pages, in order. Raises RuntimeError for one that was not read."""
        new = {path: self._site.upload(path) for path in paths if path not in self._known}
        ended = self._site.wait(new.values(), self._within)
        for path, document in new.items():
            if ended[document]["status"] != "ready":
                error = ended[document]["error"]
                raise RuntimeError(f"{path.name}: {ended[document]['status']} {error}")
            self._known[path] = self._site.page(document)
        return [self._known[path] for path in paths]


def upright(pages: Pages, chosen: list[Truth], *, bare: bool) -> bool:
    print("\n### Upright")
    print_head("page", "set", "engine", "word F1", "recorded", "difference", "bare here")
    sets: dict[str, list[Scores]] = {}
    read = pages.read([truth.image for truth in chosen])
    for truth, page in zip(chosen, read, strict=True):
        here = truth.score(by_bare_tesseract(truth)) if bare else None
        scores = Scores(truth.score(page["text"]), truth.recorded, here)
        for name in (truth.kind, "all"):
            sets.setdefault(name, []).append(scores)
        print_row(
            truth.image.name,
            truth.kind,
            page["engine"],
            f"{scores.ours:.4f}",
            f"{scores.recorded:.4f}",
            f"{scores.ours - scores.recorded:+.4f}",
            "" if here is None else f"{here:.4f}",
        )
    print_head("set", "pages", "mean word F1", "recorded", "not below", "bare here")
    met = True
    sets["all"] = sets.pop("all")  # the last row
    for name, found in sets.items():
        ours = statistics.mean(scores.ours for scores in found)
        recorded = statistics.mean(scores.recorded for scores in found)
        # Word F1 is recorded to four places.
        good = round(ours, 4) >= round(recorded, 4)
        met = met and good
        now = [scores.here for scores in found if scores.here is not None]
        print_row(
            name,
            len(found),
            f"{ours:.4f}",
            f"{recorded:.4f}",
            verdict(good),
            f"{statistics.mean(now):.4f}" if now else "",
        )
    return met


def by_bare_tesseract(truth: Truth) -> str:
    """As the figures in the manifest were taken: 200 dpi said of drawn pages, else as it comes."""
    resolution = ["--dpi", "200"] if truth.kind == DRAWN else []
    return subprocess.run(
        ["tesseract", str(truth.image), "-", "-l", "rus+eng", "--psm", "1", *resolution],
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout


def rotate_clockwise(pages: Pages, chosen: list[Truth], directory: Path) -> bool:
    print("\n### Turned")
    print_head("page", "upright", *map(str, TURNS), "turned back by", "largest loss", "")
    files = [
        [truth.image, *(turned_copy(truth.image, turn, directory) for turn in TURNS)]
        for truth in chosen
    ]
    pages.read([path for row in files for path in row])
    worst = farthest = 0.0
    for truth, row in zip(chosen, files, strict=True):
        read = pages.read(row)
        scores = [truth.score(page["text"]) for page in read]
        loss = scores[0] - min(scores[1:])
        worst = max(worst, loss)
        farthest = max(farthest, *(abs(score - scores[0]) for score in scores[1:]))
        print_row(
            truth.image.name,
            *(f"{score:.4f}" for score in scores),
            " ".join(str(page["rotation"]) for page in read),
            f"{loss:.4f}",
            "" if loss <= MOST_LOST else "**missed**",
        )
    print(
        f"\nLargest loss on one page: {worst:.4f}, at most {MOST_LOST}: "
        f"{verdict(worst <= MOST_LOST)}. Largest difference either way: {farthest:.4f}."
    )
    return worst <= MOST_LOST


def gibberish(pages: Pages) -> bool:
    print("\n### False text layers")
    print_head("scan", "engine", "letters", "Cyrillic", "")
    paths = [SAMPLES / document["file"] for document in documents() if document["id"] in GIBBERISH]
    met = len(paths) == len(GIBBERISH)
    for path, page in zip(paths, pages.read(paths), strict=True):
        letters, share = sum(map(str.isalpha, page["text"])), cyrillic_share(page["text"])
        good = page["engine"] == "tesseract" and share >= LEAST_CYRILLIC
        met = met and good
        print_row(path.stem, page["engine"], letters, f"{share:.3f}", verdict(good))
    return met


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
