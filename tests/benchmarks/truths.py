"""The sample documents, their true texts, and how a reading is scored against one."""

from __future__ import annotations

import importlib.util
import json
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from ocr_worker.rendering.rotate import rotate_clockwise

SHARED = Path(os.environ.get("OCRSITE_TEST_SHARED") or Path(__file__).parents[3] / "shared")
SAMPLES = SHARED / "samples"

#: The set of the truths that are PDF pages drawn at 200 dpi; the others are named by their kind.
DRAWN = "truth page images"

#: Real scans that carry a Latin text layer over Russian writing.
GIBBERISH = ("ru-zakupki-bee937c9-p2", "ru-zakupki-515bf98f-p1", "ru-zakupki-75324975-p1")


@dataclass(frozen=True)
class Truth:
    """The true text of one image. `recorded`: word F1 of bare Tesseract on it, at 200 dpi or in
    its own resolution. `pdf`: the born-digital PDF and page (from 1) that the image is of."""

    image: Path
    pdf: tuple[Path, int] | None
    kind: str
    text: str
    recorded: float

    def score(self, reading: str) -> float:
        """Word F1, 0 to 1."""
        return float(_scoring().word_f1(reading, self.text))


def documents() -> list[dict[str, Any]]:
    """The documents of `samples/manifest.json`."""
    found: list[dict[str, Any]] = json.loads((SAMPLES / "manifest.json").read_text())["documents"]
    return found


def truths() -> Iterator[Truth]:
    """Every image whose text is known: drawn pages, scans, photos, receipts."""
    for document in documents():
        for truth in document["gt"]:
            figures = truth["tesseract"]
            yield Truth(
                image=SAMPLES / (truth["image"] or document["file"]),
                pdf=(SAMPLES / document["file"], truth["page"]) if truth["image"] else None,
                kind=DRAWN if truth["image"] else document["kind"],
                text=(SAMPLES / truth["text"]).read_text(encoding="utf-8"),
                recorded=(figures.get("200") or figures["native"])["word_f1"],
            )


def page_images() -> list[Path]:
    """The drawn pages: gray PNGs at 200 dpi."""
    return [truth.image for truth in truths() if truth.kind == DRAWN]


def turned_copy(image: Path, degrees: int, directory: Path) -> Path:
    """A copy turned clockwise by 90, 180 or 270 degrees: the same pixels, as PNG."""
    path = directory / f"{image.stem}-{degrees}.png"
    with Image.open(image) as original:
        copy = rotate_clockwise(ImageOps.exif_transpose(original), degrees)
        dpi = original.info.get("dpi")
        if dpi is None:
            copy.save(path)
        else:
            copy.save(path, dpi=tuple(float(value) for value in dpi))
    return path


def cyrillic_share(text: str) -> float:
    """Cyrillic letters among all letters, 0 to 1."""
    letters = [letter for letter in text if letter.isalpha()]
    cyrillic = sum(unicodedata.name(letter, "").startswith("CYRILLIC") for letter in letters)
    return cyrillic / max(len(letters), 1)


@cache
def _scoring() -> Any:
    spec = importlib.util.spec_from_file_location("score", SAMPLES / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
