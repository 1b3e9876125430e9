"""Pages whose words are known, good and bad, as the engine reads them: to fit confidences to.

Besides the truths of the samples, pages of born-digital PDFs are drawn, and copies of drawn pages
are made worse by Pillow (seeded): `fax`, `worn`, `copied`. Each is read as the product reads it, up
to the engine's own answer: its confidences are those that the engine gives. Page images and
readings are kept in a directory, readings until `fresh` is asked for.
"""

from __future__ import annotations

import atexit
import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageEnhance, ImageFilter, ImageOps

from documents.text.page_layout import PageLayout
from ocr_worker.correction import correct_page
from ocr_worker.engines import create_engine
from ocr_worker.engines.word_lists import is_known_word
from ocr_worker.quality import mend_layout
from ocr_worker.rendering import Renderer
from ocr_worker.text_layer import extract
from tests.benchmarks.truths import DRAWN, SAMPLES, documents, truths
from tests.environment import prepare

MIME_TYPES = {"tif": "image/tiff", "jpg": "image/jpeg"}

#: Pages of one PDF that are drawn besides the truths, at most.
_PAGES = 4

#: Gray level of faded ink, and of the paper under it.
_INK, _PAPER = 70, 225


@dataclass(frozen=True)
class KnownPage:
    """`name`: of its files. `document`: pages of one document, in whatever condition, belong
    together when pages are parted. `condition`: "as it is", or how the copy was made worse.
    `pdf`: the page (from 1) of a born-digital PDF that it was drawn from."""

    name: str
    document: str
    kind: str
    condition: str
    image: Path
    pdf: tuple[Path, int] | None
    text: str


@dataclass(frozen=True)
class ReadPage:
    """`layout`: what the engine answered, with its own confidences. `layer`: the text layer of the
    PDF that the page was drawn from; None for other images."""

    page: KnownPage
    layout: PageLayout
    layer: PageLayout | None


def read_known_pages(kept: Path, *, fresh: bool = False, processes: int = 2) -> list[ReadPage]:
    """All pages, read by Tesseract; what lies in `kept` is not made again."""
    atexit.register(prepare().clean_up)  # the settings of the rendering child
    (kept / "readings").mkdir(parents=True, exist_ok=True)
    (kept / "images").mkdir(exist_ok=True)
    found = list(_known_pages(kept / "images"))
    waiting = [page for page in found if fresh or not _reading(kept, page).exists()]
    shares = [waiting[start::processes] for start in range(processes)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(_read, [kept] * processes, shares))
    return [_load(kept, page) for page in found]


def _known_pages(images: Path) -> Iterator[KnownPage]:
    owners = {str(SAMPLES / one["file"]): one["id"] for one in documents()}
    good: list[KnownPage] = []
    for truth in truths():
        document = owners[str(truth.pdf[0] if truth.pdf else truth.image)]
        good.append(
            KnownPage(
                truth.image.name,
                document,
                truth.kind,
                "as it is",
                truth.image,
                truth.pdf,
                truth.text,
            )
        )
    taken = {page.pdf for page in good}
    with Renderer() as renderer:
        for document in documents():
            if document["kind"] == "born-digital":
                good += _drawn_pages(renderer, document, taken, images)
    yield from good
    for number, page in enumerate(good):
        if page.pdf in taken and page.kind == DRAWN:
            # Two copies of each drawn truth, of the three kinds in turn.
            kinds = list(CONDITIONS)
            for turn in (number, number + 1):
                yield _worse_copy(page, kinds[turn % len(kinds)], images)


def _drawn_pages(
    renderer: Renderer, document: dict[str, Any], taken: set[Any], images: Path
) -> Iterator[KnownPage]:
    path = SAMPLES / document["file"]
    free = [n for n in range(1, document["pages"] + 1) if (path, n) not in taken]
    for number in free[:: max(1, len(free) // _PAGES)][:_PAGES]:
        layer = renderer.read_text_layer(path, "application/pdf", number)
        if layer is None or len(layer.words) < 20 or extract.find_distrust_reason(layer):
            continue
        name = f"{document['id']}-p{number:03}.png"
        if not (images / name).exists():
            drawn = renderer.render_page(path, "application/pdf", number)
            drawn.image.convert("L").save(images / name, dpi=(drawn.dpi, drawn.dpi))
        text = extract.convert_to_layout(layer).text
        yield KnownPage(
            name, document["id"], DRAWN, "as it is", images / name, (path, number), text
        )


def _worse_copy(page: KnownPage, condition: str, images: Path) -> KnownPage:
    name = f"{Path(page.name).stem}.{condition}.jpg"
    if not (images / name).exists():
        with Image.open(page.image) as original:
            gray = ImageOps.grayscale(original)
            dpi = float(original.info.get("dpi", (200, 200))[0])
        chance = random.Random(name)
        copy, factor, quality = CONDITIONS[condition](gray, 200 / dpi, chance)
        made = dpi * factor
        copy.save(images / name, quality=quality, dpi=(round(made), round(made)))
    return KnownPage(
        name, page.document, "worse copy", condition, images / name, page.pdf, page.text
    )


def _fax(page: Image.Image, to_200: float, chance: random.Random) -> Any:
    """About 140 dpi, black and white with ragged edges."""
    factor = to_200 * chance.uniform(0.65, 0.78)
    small = _noisy(_resized(page, factor), chance, 0.12)
    return small.point(lambda level: 255 if level > 150 else 0), factor, 70


def _worn(page: Image.Image, to_200: float, chance: random.Random) -> Any:
    """Pale, soft, grainy."""
    factor = to_200 * chance.uniform(0.8, 1.0)
    soft = _resized(page, factor).filter(ImageFilter.GaussianBlur(chance.uniform(0.6, 1.0)))
    pale = soft.point(lambda level: _INK + level * (_PAPER - _INK) // 255)
    return _noisy(pale, chance, 0.14), factor, 45


def _copied(page: Image.Image, to_200: float, chance: random.Random) -> Any:
    """A copy of a copy: slightly askew, letters that have grown together, compressed hard."""
    factor = to_200 * chance.uniform(0.6, 0.75)
    askew = _resized(page, factor).rotate(
        chance.uniform(-1, 1), Image.Resampling.BICUBIC, fillcolor=255
    )
    thick = ImageChops.darker(askew, ImageChops.offset(askew, 1, 0))
    hard = ImageEnhance.Contrast(thick.filter(ImageFilter.GaussianBlur(0.6))).enhance(1.5)
    return hard, factor, 18


CONDITIONS = {"fax": _fax, "worn": _worn, "copied": _copied}


def _resized(page: Image.Image, factor: float) -> Image.Image:
    size = (round(page.width * factor), round(page.height * factor))
    return page.resize(size, Image.Resampling.BICUBIC)


def _noisy(page: Image.Image, chance: random.Random, share: float) -> Image.Image:
    grain = Image.frombytes("L", page.size, chance.randbytes(page.width * page.height))
    return Image.blend(page, grain, share)


def _read(kept: Path, pages: Sequence[KnownPage]) -> None:
    if not pages:
        return
    atexit.register(prepare().clean_up)
    engine = create_engine("tesseract", "rus+eng")
    engine.load()
    with Renderer() as renderer:
        for page in pages:
            suffix = page.image.suffix[1:].lower()
            mime_type = MIME_TYPES.get(suffix, f"image/{suffix}")
            drawn = renderer.render_page(page.image, mime_type, 1)
            image = correct_page(drawn.image).image
            answer = engine.read(image, dpi=drawn.dpi, language="", seconds=engine.needs.seconds)
            layer = None
            if page.pdf is not None:
                found = renderer.read_text_layer(page.pdf[0], "application/pdf", page.pdf[1])
                layer = None if found is None else extract.convert_to_layout(found).to_dict()
            data = {"layout": answer.to_dict(), "layer": layer}
            _reading(kept, page).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    engine.close()


def _reading(kept: Path, page: KnownPage) -> Path:
    return kept / "readings" / f"{page.name}.json"


def _load(kept: Path, page: KnownPage) -> ReadPage:
    data = json.loads(_reading(kept, page).read_text(encoding="utf-8"))
    layer = data["layer"]
    layout = mend_layout(PageLayout.from_dict(data["layout"]), is_known_word)
    return ReadPage(page, layout, layer and PageLayout.from_dict(layer))
